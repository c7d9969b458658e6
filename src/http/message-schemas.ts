import { z } from 'zod';
import { MESSAGE_STATUSES } from '../store/documents.ts';
import { paging, time, visible } from './schemas.ts';

/** What goes in and out of the API about messages; see `schemas.ts`. */

/** The longest text that an agent may send at once: ten full parts. */
export const MAX_REPLY = 16_000;

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
  media: z
    .array(z.object({ n: z.number().int(), kind: z.enum(['image', 'video', 'audio']) }))
    .optional()
    .meta({
      description:
        'In a transcript, what came along by MMS, where the workstream’s `attachments.customers` is on. Pictures open at `/api/messages/{id}/media/{n}`.',
    }),
  masked: z.boolean().optional().meta({
    description:
      'The text is an answer for the bot alone, such as the number of a card: it is neither shown nor kept.',
  }),
  at: time,
  status: z.enum(MESSAGE_STATUSES).meta({
    description:
      'In: `received → handled`. Out: `queued → sending → sent → delivered`, or `failed`, `unknown` (TeleSign may or may not have it), `held` (the customer wants no texts), `dropped` (a person took over first, or it waited until it was out of date). A note is `noted`.',
  }),
  segments: z.number().int().meta({ description: 'What carriers bill.' }),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  resent: z
    .boolean()
    .optional()
    .meta({ description: 'It failed, and was sent again as a new message: there is nothing left to do.' }),
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

export const newMessage = z.strictObject({
  text: visible(MAX_REPLY),
  note: z.boolean().default(false).meta({ description: 'True: for colleagues only, never sent.' }),
});

export const settling = z.strictObject({ status: z.enum(['sent', 'failed']) });

export const transcriptPage = z.strictObject({
  order: z.enum(['oldest', 'newest']).default('oldest').meta({ description: 'Which come first.' }),
  ...paging,
});
export const deadLetterPage = z.strictObject({ status: z.enum(['failed', 'unknown']), ...paging });

export type Message = z.output<typeof message>;
