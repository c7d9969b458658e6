import { z } from 'zod';

/** What goes in and out of the API about dialogs; see `schemas.ts`. */

const setId = z.string().meta({ description: 'A hash of all dialog and locale files: 16 hex digits.' });

export const publication = z
  .object({
    id: z.string().meta({ description: 'Counts up: the greatest is live.' }),
    setId,
    at: z.iso.datetime(),
    by: z.string().meta({
      description: 'An agent’s id; or `start`, `signal` (SIGHUP) or `change` (of the folder, in demo mode).',
    }),
  })
  .meta({ id: 'Publication' });

export const publishing = z.strictObject({
  setId: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .optional()
    .meta({ description: 'An earlier set to go back to; without it, what lies in the folder.' }),
});

export const publicationQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

export const publications = z.object({ items: z.array(publication) });

export const liveDialogs = z
  .object({
    publication,
    languages: z.array(z.string()),
    dialogs: z.array(
      z.object({
        id: z.string(),
        steps: z.array(z.string()).meta({ description: 'Where an agent can let the bot go on.' }),
      }),
    ),
    folderSetId: setId.nullable().meta({
      description: 'What lies in the folder of the process that answers; null when it cannot be read.',
    }),
  })
  .meta({ id: 'LiveDialogs' });

export const dialogSetPath = z.object({ setId: z.string() });

const namedText = z.object({ name: z.string(), text: z.string() });

export const dialogSetFiles = z
  .object({
    setId,
    dialogs: z.array(namedText).meta({ description: 'Those of `DIALOGS_DIR`, as they were written.' }),
    locales: z
      .array(z.object({ language: z.string(), files: z.array(namedText) }))
      .meta({ description: 'Those of `LOCALES_DIR`.' }),
  })
  .meta({ id: 'DialogSet' });

export const sessionsInDialogs = z
  .object({
    items: z.array(
      z.object({
        setId: setId.meta({ description: 'The set that the session began with.' }),
        dialog: z.string(),
        step: z.string(),
        conversations: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'SessionsInDialogs' });
