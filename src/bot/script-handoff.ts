import { z } from 'zod';
import { steps } from './script.ts';
import { code, duration, expression, id, stepId, textKey, variable } from './script-fields.ts';

/**
 * The step that hands over to a person. It holds steps, and is among the kinds of step: script.ts, which has the others, is
 * to be imported first, and is the only one that imports this file for more than its types.
 */

export const untaken = z.strictObject({
  after: duration.describe(
    'How long nobody has taken it, from the opening on where its queue is closed: `90s`, `10m`, `2h`, `3d`.',
  ),
  get do() {
    return steps.describe(
      'Steps to run then, once: `say`, `set`, `if`, `switch`, `http`, `action` and `end`. They cannot ask, since an answer would not come to the bot: see below.',
    );
  },
});

export const on = z.strictObject({
  untaken: untaken
    .optional()
    .describe(
      'What to do when no agent takes it; the conversation keeps its place. Without it, and for handoffs by a word, by misses or after a failure, ten minutes without an agent are counted and logged, and the customer hears nothing.',
    ),
  get closed() {
    return steps
      .optional()
      .describe(
        'Steps to run instead of the handoff outside the hours of the queue; then the step below goes on. `handoff.opens` is when it opens. Without it the conversation waits, or the rules of the queue say what is done.',
      );
  },
  get returned() {
    return steps
      .optional()
      .describe(
        'Steps to run when an agent or the rules of the queue give the conversation back; then the step below goes on.',
      );
  },
  get cancelled() {
    return steps
      .optional()
      .describe(
        'Steps to run when the customer leaves the queue by a word; then the step below goes on. Without it, those of `returned`.',
      );
  },
});

export const handoff = z.strictObject({
  id: stepId,
  handoff: id.describe('Id of the queue. One that does not exist counts as the queue of the number.'),
  reason: code.describe('A code for reports: small letters, digits, `_`.'),
  summary: textKey.describe('Key of a text for the agent, who also gets the variables and the transcript.'),
  queue: expression
    .optional()
    .describe('Expression for the id of another queue; `handoff` counts when it has no value.'),
  skills: z
    .array(code)
    .optional()
    .describe('Codes of what the agent has to know, beside those that routing asks for.'),
  priority: expression
    .optional()
    .describe(
      'Expression for a whole number from -100 to 100, more is sooner; that of the queue without it.',
    ),
  context: z
    .array(variable)
    .optional()
    .describe(
      'The variables that the agent gets, with those of `user` and `session` under these names; all of them without it.',
    ),
  on: on.optional().describe('What to do at what becomes of it.'),
});
