import { z } from 'zod';
import { HANDLERS, MESSAGE_STATUSES, PLACES, PRESENCES, ROLES, STATES } from '../store/documents.ts';
import { hours, overflow } from './queue-schemas.ts';

/**
 * What goes in and out of the API. These schemas check requests, type the code, and make the OpenAPI document, so the
 * three cannot disagree. Requests are strict: an unknown field is a mistake that is better heard of at once.
 */

/** The longest text that an agent may send at once: ten full parts. */
export const MAX_REPLY = 16_000;

const time = z.iso.datetime().meta({ description: 'UTC', example: '2026-03-02T09:30:00.000Z' });

/** What we name ourselves: agents and queues. */
export const ownId = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'use 1 to 64 letters, digits, dots, dashes and underscores, and begin with a letter or digit',
  );
const name = z.string().trim().min(1).max(100);

/** At least one character that a phone can show. */
const visible = (limit: number) =>
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

export const state = z.enum(STATES).meta({
  id: 'State',
  description:
    '`open` waits for an agent · `active` is being handled · `waiting` is parked by its agent · `wrap_up` has ended and is being noted down · `closed` is resolved',
});

export const handoff = z
  .object({
    reason: z.string().meta({ description: 'A short code such as `customer_asked`.' }),
    summary: z.string().meta({ description: 'A line for the agent, in the customer’s language.' }),
    context: z.record(z.string(), z.json()).meta({ description: 'What the bot collected.' }),
  })
  .meta({ id: 'Handoff', description: 'Why the bot handed over.' });

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
  queueId: z.string().nullable(),
  priority: z.number().int(),
  skills: z.array(z.string()).meta({ description: 'Those that routing asks for.' }),
  preferredAgentIds: z.array(z.string()).meta({ description: 'Whom the customer is to have.' }),
  offer: z
    .object({ agentId: z.string(), until: time })
    .nullable()
    .meta({ description: 'Whom it is put before, who has until then to accept.' }),
  session: z.number().int().meta({ description: 'Counts from 1; a message after `closed` opens the next.' }),
  version: z
    .number()
    .int()
    .meta({ description: 'Grows at each change; a write may name the one it was made for.' }),
  createdAt: time,
  queuedAt: time.nullable().meta({ description: 'Since when it waits, while it does.' }),
  lastMessageAt: time,
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
    participants: z
      .array(z.string())
      .meta({ description: 'Who has joined or was added: they write to the customer too.' }),
    consulted: z
      .array(z.string())
      .meta({ description: 'Whom the owner has asked: they read it and write notes.' }),
    timers: z
      .array(z.object({ kind: z.string(), at: time }))
      .meta({ description: 'What will happen by itself.' }),
    stretches: z.array(stretch).meta({ description: 'What became of the session so far, oldest first.' }),
    position: z.number().int().nullable().meta({
      description:
        'Place in its queue while it waits, 1 = next; null also when more than 1000 are before it.',
    }),
    estimatedWaitSeconds: z.number().int().nullable().meta({
      description:
        'Until somebody takes it, as the last pick-ups of its queue say; null when they are no ground to say.',
    }),
  })
  .meta({ id: 'ConversationDetail' });

const author = z.object({
  kind: z.enum(['customer', 'bot', 'agent', 'system']),
  id: z.string().optional().meta({ description: 'The agent’s id.' }),
});

const messageFields = {
  id: z.string(),
  conversationId: z.string(),
  session: z.number().int().meta({ description: '0 until the text is handled.' }),
  direction: z.enum(['in', 'out', 'note']),
  author,
  text: z.string(),
  at: time,
  status: z.enum(MESSAGE_STATUSES).meta({
    description:
      'In: `received → handled`. Out: `queued → sending → sent → delivered`, or `failed`, `unknown` (TeleSign may or may not have it), `held` (the customer opted out; reserved, nothing has it yet), `dropped` (a person took over first). A note is `noted`.',
  }),
  segments: z.number().int().meta({ description: 'What carriers bill.' }),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  mentions: z.array(z.string()).optional().meta({ description: 'Agents whom a note names: `@agent-1`.' }),
};

export const message = z
  .object(messageFields)
  .meta({ id: 'Message', description: 'A text in, a part out, or a note for colleagues.' });

export const writtenMessage = z
  .object({
    ...messageFields,
    parts: z
      .array(message)
      .optional()
      .meta({ description: 'All parts, when the text is too long for one; the first is this message.' }),
  })
  .meta({ id: 'WrittenMessage' });

const agentFields = {
  id: ownId,
  name,
  role: z.enum(ROLES),
  queues: z.array(z.string()).max(200).meta({ description: 'Ids of the queues that the agent serves.' }),
  languages: z.array(z.string().min(2).max(35)).max(50).meta({ description: 'BCP 47' }),
  skills: z.array(z.string().min(1).max(64)).max(100),
  capacity: z.number().int().min(1).max(100).meta({ description: 'Units. A push never goes beyond it.' }),
  limits: z.record(ownId, z.number().int().min(0).max(100)).meta({
    description: 'Conversations at a time, by workstream; without one, as many as the capacity allows.',
  }),
};
export const presence = z.enum(PRESENCES);

export const agent = z
  .object({
    ...agentFields,
    id: z.string(),
    presence,
    presenceId: z.string().nullable().meta({ description: 'The own presence that was chosen, if one was.' }),
    load: z.number().int().meta({ description: 'Units that the agent’s conversations take up now.' }),
  })
  .meta({ id: 'Agent' });

export const newAgent = z
  .strictObject({
    ...agentFields,
    role: agentFields.role.default('agent'),
    queues: agentFields.queues.default([]),
    languages: agentFields.languages.default([]),
    skills: agentFields.skills.default([]),
    capacity: agentFields.capacity.default(5),
    limits: agentFields.limits.default({}),
  })
  .meta({ id: 'NewAgent' });

const { id: _, ...changeableAgentFields } = agentFields;
export const agentChanges = z.strictObject(changeableAgentFields).partial().meta({ id: 'AgentChanges' });

export const agentWithToken = z.object({
  agent,
  token: z.string().meta({ description: 'The bearer token. Shown this once: only its hash is kept.' }),
});

export const presenceChange = z.strictObject({ presence });

const priority = z.number().int().min(-100).max(100).meta({ description: 'Higher is taken first.' });

const levelSeconds = z
  .number()
  .int()
  .min(1)
  .max(604_800)
  .nullable()
  .meta({ description: 'Seconds within which a conversation should be taken; null = no service level.' });
const queueSettings = {
  hours: hours.nullable().meta({ description: 'When it is served; null = always.' }),
  overflow,
  levelSeconds,
};

export const queue = z
  .object({
    id: z.string(),
    name: z.string(),
    priority,
    waiting: z.number().int().meta({ description: 'How many conversations wait.' }),
    oldest: time.nullable().meta({ description: 'Since when the longest waits.' }),
    agentsAvailable: z.number().int().meta({ description: 'Members whose presence is `available`.' }),
    ...queueSettings,
    open: z.boolean().meta({ description: 'Whether it is in its hours now.' }),
    opensAt: time.nullable().meta({
      description: 'When it opens next; null while it is open, and when that is more than 370 days away.',
    }),
  })
  .meta({ id: 'Queue' });

export const newQueue = z
  .strictObject({
    id: ownId,
    name,
    priority: priority.default(0),
    hours: queueSettings.hours.default(null),
    overflow: overflow.default([]),
    levelSeconds: levelSeconds.default(null),
  })
  .meta({ id: 'NewQueue' });
export const queueChanges = z
  .strictObject({ name, priority, ...queueSettings })
  .partial()
  .meta({ id: 'QueueChanges' });

const version = z.number().int().min(0).optional().meta({
  description:
    'The version that you read. Refused with `stale_version` when the conversation has changed since.',
});
const note = visible(4000).optional().meta({ description: 'For colleagues only.' });

/** For what takes nothing but, perhaps, a version. */
export const versionOnly = z.strictObject({ version });

export const newMessage = z.strictObject({
  text: visible(MAX_REPLY),
  note: z.boolean().default(false).meta({ description: 'True: for colleagues only, never sent.' }),
});

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
  version,
});

export const closing = z.strictObject({
  outcome: z.string().min(1).max(64).optional().meta({ example: 'resolved' }),
  disposition: z.string().min(1).max(64).optional().meta({ description: 'Your own code for reports.' }),
  note,
  version,
});

export const settling = z.strictObject({ status: z.enum(['sent', 'failed']) });

/** A list, a page at a time. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1000).optional().meta({ description: 'From the answer before.' }),
};

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
  agent: z.string().max(64).optional(),
  number: number.optional(),
  customer: typedNumber.optional().meta({
    description: 'With country code; a +, spaces, dashes and brackets are dropped.',
  }),
  q: z.string().min(1).max(100).optional().meta({
    description: 'Part of the customer’s number, or of the handoff’s reason or summary.',
  }),
  ...paging,
});

export const transcriptPage = z.strictObject(paging);
export const deadLetterPage = z.strictObject({ status: z.enum(['failed', 'unknown']), ...paging });

export const idParameter = z.object({ id: z.string() });

export type Conversation = z.output<typeof conversation>;
export type ConversationDetail = z.output<typeof conversationDetail>;
export type Message = z.output<typeof message>;
export type Agent = z.output<typeof agent>;
export type Queue = z.output<typeof queue>;
