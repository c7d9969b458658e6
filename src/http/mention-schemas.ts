import { z } from 'zod';
import { pageOf, paging, time } from './schemas.ts';

/** What goes in and out of the API about mentions; see `schemas.ts`. */

/** Unseen mentions are counted up to here: beyond it, how many there are says nothing more. */
export const MOST_UNSEEN = 100;

const unseen = z
  .number()
  .int()
  .meta({
    description: `How many you have not seen, whatever page this is; ${MOST_UNSEEN} = that many or more.`,
  });

export const mention = z
  .object({
    conversationId: z.string(),
    messageId: z.string().meta({ description: 'The note that names you.' }),
    by: z.string().nullable().meta({ description: 'The agent who wrote it.' }),
    at: time,
    text: z
      .string()
      .nullable()
      .meta({ description: 'The note; null where you may not read its conversation.' }),
    seen: z.boolean(),
  })
  .meta({ id: 'Mention', description: 'A note that names you.' });

export const mentionPage = z.strictObject(paging);
export const mentionList = pageOf(mention).extend({ unseen });

export const seenUntil = z.strictObject({
  until: z.iso
    .datetime({ offset: true })
    .meta({ description: 'The `at` of the newest that was seen: those before it count as seen too.' }),
});
export const stillUnseen = z.object({ unseen });

export type MentionItem = z.output<typeof mention>;
export type MentionList = z.output<typeof mentionList>;
