import { z } from 'zod';
import { MAX_REPLY } from './message-schemas.ts';
import { visible } from './schemas.ts';
import { language } from './workstream-schemas.ts';

/** What goes in and out of the API about translations; see `schemas.ts`. */

export const toTranslate = z
  .strictObject({
    messageId: z.string().max(400).optional().meta({ description: 'A message of this conversation.' }),
    text: visible(MAX_REPLY).optional().meta({ description: 'A text of your own, not sent yet.' }),
    from: language.optional().meta({ description: 'BCP 47. Left out, it is found out.' }),
    to: language,
  })
  .refine(
    ({ messageId, text }) => (messageId === undefined) !== (text === undefined),
    'give either a messageId or a text',
  );

export const translation = z
  .object({
    text: z.string(),
    from: z.string().optional().meta({ description: 'The language that it was in, where that is known.' }),
    to: z.string(),
  })
  .meta({ id: 'Translation' });

export type Translation = z.output<typeof translation>;
