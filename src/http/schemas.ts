import { z } from 'zod';
import { SENTIMENTS } from '../conversations/sentiment.ts';
import { HANDLERS, PLACES, STATES } from '../store/documents.ts';

/**
 * What goes in and out of the API. These schemas check requests, type the code, and make the OpenAPI document, so the
 * three cannot disagree. Requests are strict: an unknown field is a mistake that is better heard of at once.
 */

export const time = z.iso.datetime().meta({ description: 'UTC', example: '2026-03-02T09:30:00.000Z' });

/** What we name ourselves: agents and queues. */
export const ownId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'use 1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit',
  );
export const name = z.string().trim().min(1).max(100);

/** At least one character that a phone can show. */
export const visible = (limit: number) =>
  z
    .string()
    .max(limit)
    .refine((text) => /[^\p{C}\p{Z}]/u.test(text), 'write something that can be seen');

const variables = z
  .record(z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'a name of letters, digits and underscores'), z.json())
  .meta({ description: 'Variables for the dialog, by name.' });

/** Digits with country code; a leading + is dropped. */
const number = z
  .string()
  .regex(/^\+?\d{3,15}$/, 'digits with country code')
  .transform((digits) => digits.replace('+', ''));

/** As people write it: `+1 (555) 010-0001`. A + that a query string holds as it is arrives as a space. */
const typedNumber = z
  .string()
  .max(40)
  .regex(/^[\s+]*(?:[().\s-]*\d){3,15}[().\s-]*$/, 'digits with country code')
  .transform((typed) => typed.replace(/\D/g, ''));

const state = z.enum(STATES).meta({
  id: 'State',
  description:
    '`open` waits for an agent · `active` is being handled · `waiting` is parked by its agent · `wrap_up` has ended and is being noted down · `closed` is resolved',
});

const handoff = z
  .object({
    reason: z.string().meta({ description: 'A short code such as `customer_asked`.' }),
    summary: z.string().meta({ description: 'A line for the agent, in the customer’s language.' }),
    context: z.record(z.string(), z.json()).meta({ description: 'What the bot collected.' }),
  })
  .meta({ id: 'Handoff', description: 'Why the bot handed over.' });

export const sentiment = z.enum(SENTIMENTS).meta({
  id: 'Sentiment',
  description:
    'How the customer sounds: by words of their last six texts in this session, in their language. A hint, no more.',
});

const conversationFields = {
  id: z.string().meta({ description: '`<number>-<customer>`', example: '15550109999-15550100001' }),
  channelId: z.string(),
  number: z.string().meta({ description: 'The support number, digits with country code.' }),
  customer: z.string().meta({ description: 'The customer’s number, digits with country code.' }),
  locale: z.string().nullable().meta({
    description:
      'The language that the customer chose, else the number’s (BCP 47). Null before the first turn.',
  }),
  state,
  handler: z.enum(HANDLERS).nullable().meta({ description: 'Who answers now; null is nobody.' }),
  agentId: z.string().nullable().meta({ description: 'Its owner. A closed one keeps its last owner.' }),
  participants: z
    .array(z.string())
    .meta({ description: 'Who has joined or was added: they write to the customer too.' }),
  consulted: z
    .array(z.string())
    .meta({ description: 'Whom the owner has asked: they read it and write notes.' }),
  queueId: z.string().nullable(),
  priority: z.number().int(),
  skills: z.array(z.string()).meta({ description: 'Those that routing asks for.' }),
  preferredAgentIds: z.array(z.string()).meta({ description: 'Whom the customer is to have.' }),
  offer: z
    .object({ agentId: z.string(), until: time })
    .nullable()
    .meta({ description: 'Whom it is put before, who has until then to accept.' }),
  session: z.number().int().meta({ description: 'Counts from 1; a message after `closed` opens the next.' }),
  reopens: z.number().int().nullable().meta({
    description: 'The session that this one goes on with, since the customer wrote soon after its end.',
  }),
  version: z
    .number()
    .int()
    .meta({ description: 'Grows at each change; a write may name the one it was made for.' }),
  createdAt: time,
  queuedAt: time.nullable().meta({ description: 'Since when it waits, while it does.' }),
  lastMessageAt: time,
  unansweredSince: time.nullable().meta({
    description:
      'When the oldest text of the customer came that no agent has answered; after a follow-up that failed, when that was written.',
  }),
  optedOutAt: time.nullable().meta({
    description:
      'Since when the customer wants no texts from this number: what is written to them is `held`.',
  }),
  sentiment,
  handoff: handoff.nullable(),
};

export const conversation = z
  .object(conversationFields)
  .meta({ id: 'Conversation', description: 'The thread between one support number and one customer.' });

export const stretch = z
  .object({
    place: z.enum(PLACES),
    since: time,
    reason: z.string().meta({ description: 'Coded; docs/handoff-api.md lists all.' }),
    agentId: z.string().nullable(),
    queueId: z.string().nullable(),
  })
  .meta({ id: 'Stretch', description: 'A time in one place; it ends where the next begins.' });

export const conversationDetail = z
  .object({
    ...conversationFields,
    owner: z.object({ id: z.string(), name: z.string() }).nullable(),
    timers: z
      .array(z.object({ kind: z.string(), at: time }))
      .meta({ description: 'What will happen by itself.' }),
    stretches: z
      .array(stretch)
      .meta({ description: 'What became of the session so far, oldest first: the last 500 steps.' }),
    position: z.number().int().nullable().meta({
      description:
        'Place in its queue while it waits, 1 = next; null also when more than 1000 are before it.',
    }),
    estimatedWaitSeconds: z.number().int().nullable().meta({
      description:
        'Until somebody takes it, as the last pick-ups of its queue say; null when they are no ground to say.',
    }),
    translates: z.boolean().meta({
      description: 'Whether its texts can be translated: `POST /api/conversations/{id}/translate`.',
    }),
  })
  .meta({ id: 'ConversationDetail' });

const version = z.number().int().min(0).optional().meta({
  description:
    'The version that you read. Refused with `stale_version` when the conversation has changed since.',
});
const note = visible(4000).optional().meta({ description: 'For colleagues only.' });

/** For what takes nothing but, perhaps, a version. */
export const versionOnly = z.strictObject({ version });

export const transfer = z
  .strictObject({ queueId: z.string().optional(), agentId: z.string().optional(), note, version })
  .refine(
    (to) => (to.queueId === undefined) !== (to.agentId === undefined),
    'name either a queueId or an agentId',
  );

export const returnTarget = z.strictObject({
  dialog: z.string().min(1).max(100).optional().meta({ description: 'Where the bot goes on.' }),
  step: z.string().min(1).max(100).optional(),
  variables: variables.optional(),
  disposition: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'Your own code of what was done: the bot sees it as `handoff.disposition`.' }),
  version,
});

export const closing = z.strictObject({
  outcome: z.string().min(1).max(64).optional().meta({ example: 'resolved' }),
  disposition: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'Your own code of what was done: reports count sessions by it.' }),
  note,
  version,
});

/** A list, a page at a time. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional().meta({ description: 'From the answer before.' }),
};

/** A list that comes whole unless a page is asked for. */
export const wholePaging = {
  limit: paging.limit.unwrap().optional().meta({ description: 'All that there are without it.' }),
  cursor: paging.cursor,
};
export const wholeList = z.object({ query: z.strictObject(wholePaging) });

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    cursor: z.string().nullable().meta({
      description:
        'For the next page; null at the end. A page may be short, even empty, while there is a cursor.',
    }),
  });

export const conversationFilter = z.strictObject({
  state: state.optional(),
  queue: z.string().max(64).optional(),
  agent: z.string().max(64).optional().meta({ description: 'Its owner.' }),
  beside: z.string().max(64).optional().meta({
    description: 'An agent who does not own it, but was asked about it, was added or has joined.',
  }),
  number: number.optional(),
  customer: typedNumber.optional().meta({
    description: 'With country code; a +, spaces, dashes and brackets are dropped.',
  }),
  q: z.string().min(1).max(100).optional().meta({
    description: 'Part of the customer’s number, or of the handoff’s reason or summary.',
  }),
  ...paging,
});

export const idParameter = z.object({ id: z.string() });

export type Conversation = z.output<typeof conversation>;
export type ConversationDetail = z.output<typeof conversationDetail>;
