import { z } from 'zod';
import { duration, textKey } from './script-fields.ts';

/** What may happen to a conversation that a dialog can begin with. */
export const EVENTS = ['returned', 'undelivered'] as const;

/** What begins a dialog by itself. */
export const trigger = z.union([
  z.enum(['start', 'fallback', 'workstream']),
  z.strictObject({
    keywords: textKey.describe('Key of a list of words with which a customer begins the dialog.'),
  }),
  z.strictObject({
    pattern: z
      .string()
      .min(1, 'must not be empty')
      .max(300, 'must hold at most 300 characters')
      .describe(
        'Regular expression of what a customer writes to begin the dialog; case does not count. Named groups are `inputs` of the dialog.',
      ),
  }),
  z.strictObject({
    event: z
      .enum(EVENTS)
      .describe(
        '`returned`: the conversation is back from a handoff that no step had asked for. `undelivered`: a text of the bot has not reached the customer, or TeleSign refuses it for good.',
      ),
  }),
  z.strictObject({
    silence: duration.describe('How long a customer has not answered a question: `90s`, `10m`, `2h`, `3d`.'),
  }),
]);

export type Trigger = z.infer<typeof trigger>;
