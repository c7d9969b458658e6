import { z } from 'zod';
import { OPTOUT_SOURCES } from '../store/documents.ts';
import { paging } from './schemas.ts';

/** What goes in and out of the API about who wants no texts; see `schemas.ts`. */

const time = z.iso.datetime().meta({ description: 'UTC' });

/** As people and lists write it: `+1 555 010 0001`. */
export const digits = z
  .string()
  .max(40)
  .transform((typed) => typed.replace(/[\s+().-]/g, ''))
  .pipe(z.string().regex(/^\d{3,15}$/, 'digits with country code'));

const consentState = z.enum(['out', 'in']).meta({
  description: '`out`: no texts leave from this number to this customer · `in`: they do again.',
});
const source = z.enum(OPTOUT_SOURCES).meta({
  description:
    '`customer` by text · `provider`: TeleSign refuses texts to them · `agent` by the API · `import` from a list',
});

const consentFields = {
  id: z.string().meta({ description: 'A hash of the two numbers, which outlives them.' }),
  number: z.string().nullable().meta({ description: 'The support number. Null once erased.' }),
  customer: z.string().nullable().meta({ description: 'Null once erased.' }),
  state: consentState,
  since: time,
  source,
  words: z
    .string()
    .nullable()
    .meta({ description: 'What the customer wrote, or the reason that was given.' }),
};

export const optout = z
  .object(consentFields)
  .meta({ id: 'OptOut', description: 'Whether a customer wants texts from a support number.' });

export const optoutEvidence = z
  .object({
    ...consentFields,
    history: z
      .array(
        z.object({
          at: time,
          state: consentState,
          source,
          words: z.string().nullable(),
          code: z.string().nullable().meta({ description: 'TeleSign’s, such as 510.' }),
          agentId: z.string().nullable(),
          changed: z.boolean().meta({ description: 'False: it repeats what was known.' }),
        }),
      )
      .meta({ description: 'All that was said, oldest first; of very much the last 50.' }),
  })
  .meta({ id: 'OptOutEvidence' });

export const optoutFilter = z.strictObject({
  state: z.enum(['out', 'in']).optional(),
  source: z.enum(OPTOUT_SOURCES).optional(),
  number: digits.optional().meta({ description: 'A support number.' }),
  customer: digits.optional(),
  format: z.enum(['json', 'csv']).optional(),
  ...paging,
});

const reason = z.string().trim().min(3).max(500).meta({
  description: 'Why, for whoever asks later: a call, a letter, a complaint.',
});

export const newOptout = z.strictObject({ number: digits, customer: digits, reason });
export const optin = z.strictObject({ reason });
export const optoutList = z.strictObject({ csv: z.string().max(2_000_000) });

export const importResult = z.object({
  imported: z.number().int().meta({ description: 'Opted out now by this list.' }),
  unchanged: z.number().int().meta({ description: 'Opted out already, or in again since then by START.' }),
  problems: z
    .array(z.object({ line: z.number().int().meta({ description: 'The first is 1.' }), message: z.string() }))
    .meta({ description: 'Lines that were left out; at most 100 are named.' }),
});

export type OptoutView = z.output<typeof optout>;
export type OptoutEvidence = z.output<typeof optoutEvidence>;
