import { z } from 'zod';
import { auditEntry } from './audit-schemas.ts';
import { message } from './message-schemas.ts';
import { optoutEvidence } from './optout-schemas.ts';
import { conversation } from './schemas.ts';

/** What goes in and out of the API about erasing and handing out what is kept of a customer; see `schemas.ts`. */

const time = z.iso.datetime().meta({ description: 'UTC' });
const count = z.number().int();

export const customerParameter = z.object({
  number: z
    .string()
    .regex(/^\+?\d{3,15}$/, 'digits with country code')
    .transform((number) => number.replace('+', ''))
    .meta({ description: 'Digits with country code; nothing is guessed here.', example: '15550100001' }),
});

export const erasure = z
  .object({
    id: z.string().meta({ description: 'Random. In the audit it stands in the place of the number.' }),
    at: time,
    agentId: z.string().meta({ description: 'Who asked for it.' }),
    erased: z
      .object({
        conversations: count,
        messages: count,
        sessions: count,
        drafts: count,
        events: count.meta({ description: 'Of webhooks.' }),
        files: count,
        audit: count.meta({ description: 'Entries that no longer tell of whom they are.' }),
      })
      .meta({ description: 'How many documents.' }),
    doneAt: time.nullable().meta({
      description: 'When nothing was left any more, also in the files of the embedded store; null = not yet.',
    }),
  })
  .meta({ id: 'Erasure', description: 'Whom it was about is not kept.' });

export const kept = z
  .object({
    number: z.string(),
    at: time,
    conversations: z.array(
      z.object({
        conversation,
        botState: z.unknown().meta({ description: 'What the bot has noted down; null = nothing.' }),
        messages: z.array(message).meta({ description: 'Oldest first, with notes.' }),
        sessions: z.array(
          z.object({
            session: count,
            startedAt: time,
            endedAt: time,
            outcome: z.string(),
            disposition: z.string().nullable(),
            note: z.string().nullable(),
            agentId: z.string().nullable(),
            survey: z.number().int().nullable(),
          }),
        ),
        drafts: z.array(z.object({ agentId: z.string(), text: z.string(), changedAt: time })),
        files: z.array(z.object({ name: z.string(), type: z.string(), size: count, createdAt: time })),
        audit: z.array(auditEntry),
      }),
    ),
    consent: z.array(optoutEvidence).meta({ description: 'Whether they want texts, by support number.' }),
  })
  .meta({ id: 'KeptOfContact', description: 'All that is kept of a customer.' });
