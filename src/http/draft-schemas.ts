import { z } from 'zod';
import { MAX_REPLY } from './message-schemas.ts';

/** What goes in and out of the API about drafts; see `schemas.ts`. */

export const draft = z
  .object({
    agentId: z.string(),
    at: z.iso.datetime().meta({ description: 'When they last wrote on it (UTC).' }),
    text: z.string().optional().meta({ description: 'Of your own draft only.' }),
  })
  .meta({ id: 'Draft' });

export const newDraft = z.strictObject({ text: z.string().min(1).max(MAX_REPLY) });

export type Draft = z.output<typeof draft>;
