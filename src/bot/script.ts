import { z } from 'zod';

/**
 * The format of a dialog file. One schema checks the files, types the interpreter's input and can describe the format
 * to an editor, so it holds no transforms. What needs more than one place of a file to judge is in `check.ts`.
 */

const ID = /^[A-Za-z][A-Za-z0-9_-]*$/;
const MOVED = /^(?:[A-Za-z][A-Za-z0-9_-]*\/(?:\*|[^\s/*]+)|[^\s/*]+)$/;
const VARIABLE = /^(?:(?:user|session)\.)?[A-Za-z][A-Za-z0-9_]*$/;

export function isVariable(name: string): boolean {
  return VARIABLE.test(name);
}

/** Each pattern's message reads as the end of "goto …". */
const id = z.string().regex(ID, 'must start with a letter and hold only letters, digits, - and _');
const textKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be a text key such as menu.order');
const code = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a code of small letters, digits and _');
const variable = z
  .string()
  .regex(VARIABLE, 'must be a variable name such as order, user.name or session.topic');
const duration = z.string().regex(/^[1-9]\d*[smh]$/, 'must be a time such as 90s, 10m or 2h');
/** `set: { tries: 0 }` and `if: true` are CEL as they stand, though YAML reads a number and a boolean. */
const expression = z.union([z.string().min(1, 'must not be empty'), z.number(), z.boolean(), z.null()]);
const retries = z.number().int('must be a whole number').min(0, 'must be 0 to 9').max(9, 'must be 0 to 9');

const say = z.strictObject({
  id: id.optional(),
  say: textKey,
  alone: z.boolean().optional(),
});

const ask = z.strictObject({
  id: id.optional(),
  ask: textKey,
  as: variable,
  type: z.enum(['text', 'number']).optional(),
  retries: retries.optional(),
});

const option = z.strictObject({
  value: z.string().min(1, 'must not be empty'),
  label: textKey,
  words: textKey.optional(),
  goto: id.optional(),
});

const choice = z.strictObject({
  id: id.optional(),
  choice: textKey,
  as: variable.optional(),
  retries: retries.optional(),
  options: z.array(option).min(2, 'must hold at least two options').max(9, 'must hold at most nine options'),
});

const confirm = z.strictObject({
  id: id.optional(),
  confirm: textKey,
  as: variable.optional(),
  yes: id.optional(),
  no: id.optional(),
  retries: retries.optional(),
});

const condition = z.strictObject({
  id: id.optional(),
  if: expression,
  // biome-ignore lint/suspicious/noThenProperty: the format's own word; nobody awaits a schema.
  get then() {
    return steps;
  },
  get else() {
    return steps.optional();
  },
});

const set = z.strictObject({
  id: id.optional(),
  set: z.record(variable, expression),
});

const call = z.strictObject({
  id: id.optional(),
  call: id,
  as: variable.optional(),
});

const goto = z.strictObject({
  id: id.optional(),
  goto: id,
});

const action = z.strictObject({
  id: id.optional(),
  action: id,
  input: z.record(z.string().regex(ID, 'must be a plain name'), expression).optional(),
  as: variable.optional(),
});

const untaken = z.strictObject({
  after: duration,
  get do() {
    return steps;
  },
});

const on = z.strictObject({
  untaken: untaken.optional(),
  get returned() {
    return steps.optional();
  },
});

const handoff = z.strictObject({
  id: id.optional(),
  handoff: id,
  reason: code,
  summary: textKey,
  on: on.optional(),
});

const end = z.strictObject({
  id: id.optional(),
  end: code,
});

/** The kinds of step, in the order in which `step` tries them. A step's kind is the one of these that it holds. */
export const STEP_KINDS = [
  'say',
  'ask',
  'choice',
  'confirm',
  'if',
  'set',
  'call',
  'goto',
  'action',
  'handoff',
  'end',
] as const;

export type StepKind = (typeof STEP_KINDS)[number];

const step = z.union([say, ask, choice, confirm, condition, set, call, goto, action, handoff, end]);
const steps: z.ZodArray<typeof step> = z.array(step);

const trigger = z.union([z.enum(['start', 'fallback']), z.strictObject({ keywords: textKey })]);

export const scriptSchema = z.strictObject({
  id,
  triggers: z.array(trigger).optional(),
  /** Steps of earlier sets that are gone, and where conversations that stand there go on: see bot/moves.ts. */
  moves: z
    .record(
      z.string().regex(MOVED, 'must be a step that is gone, or dialog/step, or dialog/* for all of a dialog'),
      z.string(),
    )
    .optional(),
  steps: steps.min(1, 'must hold at least one step'),
});

/** The fields that each kind of map in a file takes, for messages. */
export const FIELDS: Record<StepKind | 'file' | 'options' | 'on' | 'untaken', string[]> = {
  file: Object.keys(scriptSchema.shape),
  options: Object.keys(option.shape),
  on: Object.keys(on.shape),
  untaken: Object.keys(untaken.shape),
  say: Object.keys(say.shape),
  ask: Object.keys(ask.shape),
  choice: Object.keys(choice.shape),
  confirm: Object.keys(confirm.shape),
  if: Object.keys(condition.shape),
  set: Object.keys(set.shape),
  call: Object.keys(call.shape),
  goto: Object.keys(goto.shape),
  action: Object.keys(action.shape),
  handoff: Object.keys(handoff.shape),
  end: Object.keys(end.shape),
};

export type Script = z.infer<typeof scriptSchema>;
export type Step = Script['steps'][number];
export type Trigger = z.infer<typeof trigger>;
export type ExpressionSource = z.infer<typeof expression>;

const UNITS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `10m` → 600000. */
export function milliseconds(duration: string): number {
  const unit = duration.endsWith('s') ? UNITS.s : duration.endsWith('m') ? UNITS.m : UNITS.h;
  return Number.parseInt(duration, 10) * unit;
}
