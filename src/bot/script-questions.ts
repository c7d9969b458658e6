import { z } from 'zod';
import { type Steps, steps } from './script.ts';
import {
  ANSWER_TYPES,
  duration,
  expression,
  id,
  retries,
  stepId,
  textKey,
  variable,
} from './script-fields.ts';

/**
 * The steps that wait for an answer of the customer. They hold steps, and are among the kinds of step: script.ts, which
 * has the others, is to be imported first, and is the only one that imports this file for more than its types.
 */

const INVALID =
  'Steps to run when the retries are used up, instead of the fallback; then the step below goes on.';

/** What happens when a question is not answered at all. */
export const noReply = z.strictObject({
  after: duration.describe(
    'How long the customer may say nothing: `90s`, `10m` or `2h`. It begins anew with each of their texts.',
  ),
  remind: textKey
    .optional()
    .describe('Key of a text that reminds them, once. `then` comes as long after it again.'),
  // biome-ignore lint/suspicious/noThenProperty: the format's own word; nobody awaits a schema.
  get then(): z.ZodOptional<Steps> {
    return steps.optional().describe('Steps to run; then the step below the question goes on.');
  },
});

const NO_REPLY = 'What happens when the customer does not answer.';

const tries = retries
  .optional()
  .describe(
    'How often the question is asked again after an answer that is none, 0 to 9; 2 when nothing is said. Then comes the fallback.',
  );

const interrupts = z
  .boolean()
  .optional()
  .describe(
    '`false`: words such as help, back or cancel, and what begins other dialogs, are taken as an answer here; but for the word for a person.',
  );

export const check = z.strictObject({
  that: expression.describe('Expression that must be true of the answer, which it calls `value`.'),
  say: textKey.describe('Key of what is said when it is not. The question follows.'),
});

export const ask = z.strictObject({
  id: stepId,
  ask: textKey.describe('Key of the question.'),
  as: variable.describe('Variable for the answer.'),
  type: z
    .enum(ANSWER_TYPES)
    .optional()
    .describe('What the answer is, `text` when nothing is said. See [below](#types-of-answers).'),
  pattern: z
    .string()
    .min(1, 'must not be empty')
    .max(300, 'must hold at most 300 characters')
    .optional()
    .describe(
      'Regular expression for a text such as an order number, found anywhere in the answer; case does not count. The variable gets what was found, in capitals.',
    ),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency code such as USD')
    .optional()
    .describe('With type `money`, where it is needed: the currency of amounts that name none (ISO 4217).'),
  validate: z
    .array(check)
    .min(1, 'must hold at least one check')
    .optional()
    .describe(
      'What must be true of the answer. The first check that is not says so, and it counts as a miss.',
    ),
  skipIfKnown: z
    .boolean()
    .optional()
    .describe('`true`: nothing is asked when the variable has a value already.'),
  sensitive: z
    .boolean()
    .optional()
    .describe(
      '`true`: the answer is for the bot alone. The transcript shows `•••` instead, the variable is gone with the session, and agents get it only by a `summary` or `context` that names it.',
    ),
  confirm: textKey
    .optional()
    .describe(
      'Key of a yes-or-no question about the answer, as `{{value}}`. After a yes it is kept, after a no it is asked for again.',
    ),
  retries: tries,
  interrupts,
  get onInvalid(): z.ZodOptional<Steps> {
    return steps.optional().describe(INVALID);
  },
  get onNoReply(): z.ZodOptional<typeof noReply> {
    return noReply.optional().describe(NO_REPLY);
  },
});

export const option = z.strictObject({
  value: z
    .string()
    .min(1, 'must not be empty')
    .describe("What the variable gets. Always text: write `'1'`, not `1`."),
  label: textKey.describe('Key of the text that the customer sees.'),
  words: textKey.optional().describe('Key of a list of other words for it.'),
  goto: id.optional().describe('Id of the step to go on at; else the next step.'),
});

export const choice = z.strictObject({
  id: stepId,
  choice: textKey.describe(
    'Key of the question. The options follow it, numbered from 1; in pages when they do not fit one segment.',
  ),
  as: variable.optional().describe('Variable for the `value` of the option chosen.'),
  retries: tries,
  interrupts,
  options: z
    .array(option)
    .min(2, 'must hold at least two options')
    .max(40, 'must hold at most forty options')
    .describe('Two to forty options.'),
  get onInvalid(): z.ZodOptional<Steps> {
    return steps.optional().describe(INVALID);
  },
  get onNoReply(): z.ZodOptional<typeof noReply> {
    return noReply.optional().describe(NO_REPLY);
  },
});

export const confirm = z.strictObject({
  id: stepId,
  confirm: textKey.describe('Key of a yes-or-no question.'),
  as: variable.optional().describe('Variable, gets true or false.'),
  yes: id.optional().describe('Id of the step to go on at after a yes; else the next step.'),
  no: id.optional().describe('Id of the step to go on at after a no; else the next step.'),
  retries: tries,
  interrupts,
  get onInvalid(): z.ZodOptional<Steps> {
    return steps.optional().describe(INVALID);
  },
  get onNoReply(): z.ZodOptional<typeof noReply> {
    return noReply.optional().describe(NO_REPLY);
  },
});
