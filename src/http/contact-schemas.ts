import { z } from 'zod';
import { optout } from './optout-schemas.ts';
import { conversation } from './schemas.ts';

/** What goes in and out of the API about customers; see `schemas.ts`. */

const time = z.iso.datetime().meta({ description: 'UTC' });

export const contactParameter = z.object({ number: z.string().min(1).max(60) });

export const contactQuery = z.strictObject({
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'two letters, such as ES')
    .transform((code) => code.toUpperCase())
    .optional()
    .meta({ description: 'ISO 3166: where the number is written so.', example: 'ES' }),
  support: z
    .string()
    .regex(/^\d{3,15}$/, 'digits with country code')
    .optional()
    .meta({ description: 'The support number whose country it is read in; else those of all.' }),
});

export const contact = z
  .object({
    number: z.string().meta({ description: 'Digits with country code.' }),
    e164: z.string(),
    national: z.string().meta({ description: 'As it is written in its country.' }),
    country: z.string().nullable().meta({ description: 'ISO 3166; null where it is not certain.' }),
    type: z.string().nullable().meta({ description: 'Such as `mobile`; null where its digits do not tell.' }),
    locale: z.string().nullable().meta({ description: 'Of the conversation that changed last (BCP 47).' }),
    conversations: z
      .array(conversation)
      .meta({ description: 'Those that you may see, the one that changed last first.' }),
    sessions: z
      .array(
        z.object({
          conversationId: z.string(),
          session: z.number().int(),
          startedAt: time,
          endedAt: time,
          outcome: z.string(),
          disposition: z.string().nullable(),
          reason: z.string().nullable().meta({ description: 'Of its handoff.' }),
          reopens: z.number().int().nullable().meta({ description: 'The session that it went on with.' }),
          queueId: z.string().nullable(),
          agentId: z.string().nullable(),
          score: z
            .number()
            .int()
            .nullable()
            .meta({ description: 'What the customer answered to its survey.' }),
        }),
      )
      .meta({ description: 'The last 20 that were closed, of these conversations, the latest first.' }),
    optouts: z.array(optout).meta({
      description: 'What they have said about texts from each of your numbers; none = they get them.',
    }),
  })
  .meta({ id: 'Contact', description: 'What is known of a customer.' });

export type Contact = z.output<typeof contact>;
