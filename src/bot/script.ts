import { z } from 'zod';
import { code, duration, expression, id, plainName, stepId, textKey, variable } from './script-fields.ts';
import { handoff, on, untaken } from './script-handoff.ts';
import { httpFields, responseField } from './script-http.ts';
import { ask, check, choice, confirm, noReply, option } from './script-questions.ts';
import { trigger } from './script-trigger.ts';

/**
 * The format of a dialog file. One schema checks the files, types the interpreter's input and describes the format to
 * editors and readers, so it holds no transforms. What needs more than one place of a file to judge is in `check.ts`.
 */

const MOVED = /^(?:[A-Za-z][A-Za-z0-9_-]*\/(?:\*|[^\s/*]+)|[^\s/*]+)$/;

const say = z.strictObject({
  id: stepId,
  say: textKey.describe(
    'Key of the text; of a list of texts that say the same, one is said after the other.',
  ),
  alone: z
    .boolean()
    .optional()
    .describe('`true`: the text leaves as a message of its own, so that it can be copied or forwarded.'),
});

const condition = z.strictObject({
  id: stepId,
  if: expression.describe('Expression that is true or false.'),
  // biome-ignore lint/suspicious/noThenProperty: the format's own word; nobody awaits a schema.
  get then() {
    return steps.describe('Steps to run when it is true.');
  },
  get else() {
    return steps.optional().describe('Steps to run when it is not.');
  },
});

const choose = z.strictObject({
  id: stepId,
  switch: expression.describe('Expression whose value chooses.'),
  get cases() {
    return z
      .record(z.string(), steps)
      .describe('Steps to run by value: a text, a number, `true` or `false`. Then the step below goes on.');
  },
  get else() {
    return steps.optional().describe('Steps to run for every other value.');
  },
});

const set = z.strictObject({
  id: stepId,
  set: z
    .record(variable, expression)
    .describe('Variables and the expressions that they get. A text in an expression has quotes of its own.'),
});

const call = z.strictObject({
  id: stepId,
  call: id.describe('Id of the dialog to run.'),
  with: z
    .record(plainName, expression)
    .optional()
    .describe('What it is given: `inputs` of that dialog, and expressions.'),
  as: variable
    .optional()
    .describe('Variable that gets what the dialog returns; without a `return`, all its variables.'),
});

const giveBack = z.strictObject({
  id: stepId,
  return: z
    .union([expression, z.record(plainName, expression)])
    .describe('Expression for what the caller gets, or names and expressions of a map.'),
});

const goto = z.strictObject({
  id: stepId,
  goto: id.describe('Id of a step of the same dialog.'),
});

const action = z.strictObject({
  id: stepId,
  action: id.describe('Name of a function of the program.'),
  input: z.record(plainName, expression).optional().describe('Names and expressions: what it is given.'),
  timeout: z
    .string()
    .regex(/^(?:[1-9]|1[0-5])s$/, 'must be 1s to 15s')
    .optional()
    .describe('How long it may take, `1s` to `15s`; `10s` when nothing is said.'),
  as: variable.optional().describe('Variable for its result.'),
});

const http = z.strictObject({
  id: stepId,
  http: httpFields.http,
  method: httpFields.method,
  headers: httpFields.headers,
  body: httpFields.body,
  timeout: httpFields.timeout,
  retries: httpFields.retries,
  response: httpFields.response,
  as: httpFields.as,
  get onError() {
    return steps
      .optional()
      .describe(
        'Steps to run when there is no answer that counts: then the step below goes on. Without it the customer gets an apology and a person.',
      );
  },
});

const wait = z.strictObject({
  id: stepId,
  wait: duration.describe('How long until the next step goes on by itself: `90s`, `10m`, `2h`, `3d`.'),
});

const end = z.strictObject({
  id: stepId,
  end: code.describe('How the session came out, a code such as `resolved`: small letters, digits, `_`.'),
  survey: z
    .boolean()
    .optional()
    .describe('`true`: the customer is asked for a number from 1 to 5, as after a person.'),
});

/** The kinds of step, in the order in which `step` tries them. A step's kind is the one of these that it holds. */
export const STEP_KINDS = [
  'say',
  'ask',
  'choice',
  'confirm',
  'if',
  'switch',
  'set',
  'call',
  'return',
  'goto',
  'http',
  'action',
  'handoff',
  'wait',
  'end',
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

/** Written out, so that declarations refer to each kind instead of repeating all of them wherever steps nest. */
type StepSchema = z.ZodUnion<
  readonly [
    typeof say,
    typeof ask,
    typeof choice,
    typeof confirm,
    typeof condition,
    typeof choose,
    typeof set,
    typeof call,
    typeof giveBack,
    typeof goto,
    typeof http,
    typeof action,
    typeof handoff,
    typeof wait,
    typeof end,
  ]
>;

const step: StepSchema = z
  .union([
    say,
    ask,
    choice,
    confirm,
    condition,
    choose,
    set,
    call,
    giveBack,
    goto,
    http,
    action,
    handoff,
    wait,
    end,
  ])
  .meta({ id: 'step' });
/** A name of its own, so that declarations of what holds steps refer to it. */
export interface Steps extends z.ZodArray<StepSchema> {}

export const steps: Steps = z.array(step);

export const scriptSchema = z.strictObject({
  id: id.describe(
    "The dialog's name: letters, digits, `-`, `_`. Its texts are in `<id>.json`. `system` is taken.",
  ),
  triggers: z
    .array(trigger)
    .optional()
    .describe(
      'When the dialog begins by itself. Without any, only a `call` begins it. `workstream`: it is one that workstreams may have their conversations begin with, in place of that with `start`.',
    ),
  inputs: z
    .array(plainName)
    .optional()
    .describe('Variables that a `call` of this dialog may give it `with`; null when it does not.'),
  resume: textKey
    .optional()
    .describe(
      'Key of what is said before the question that was open, once a dialog that came in between is done; `resumed` of the service without it.',
    ),
  /** See bot/moves.ts. */
  moves: z
    .record(
      z.string().regex(MOVED, 'must be a step that is gone, or dialog/step, or dialog/* for all of a dialog'),
      z.string(),
    )
    .optional()
    .describe(
      'Steps of earlier sets that are gone, and the steps of this dialog where conversations that stand there go on: `old: new`, `dialog/old: new`, or `dialog/*: new` for a whole dialog.',
    ),
  steps: steps
    .min(1, 'must hold at least one step')
    .describe('What it does, one after another. After the last step it is done: what called it goes on.'),
});

/** The fields that each kind of map in a file takes, for messages. */
export const FIELDS: Record<
  StepKind | 'file' | 'options' | 'validate' | 'onNoReply' | 'response' | 'on' | 'untaken',
  string[]
> = {
  file: Object.keys(scriptSchema.shape),
  options: Object.keys(option.shape),
  validate: Object.keys(check.shape),
  onNoReply: Object.keys(noReply.shape),
  on: Object.keys(on.shape),
  untaken: Object.keys(untaken.shape),
  say: Object.keys(say.shape),
  ask: Object.keys(ask.shape),
  choice: Object.keys(choice.shape),
  confirm: Object.keys(confirm.shape),
  if: Object.keys(condition.shape),
  switch: Object.keys(choose.shape),
  set: Object.keys(set.shape),
  call: Object.keys(call.shape),
  return: Object.keys(giveBack.shape),
  goto: Object.keys(goto.shape),
  http: Object.keys(http.shape),
  response: Object.keys(responseField.shape),
  action: Object.keys(action.shape),
  handoff: Object.keys(handoff.shape),
  wait: Object.keys(wait.shape),
  end: Object.keys(end.shape),
};

export type Script = z.infer<typeof scriptSchema>;
export type Step = Script['steps'][number];
