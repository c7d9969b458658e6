import { z } from 'zod';

/** The kinds of value that fields of a dialog file take. Each field has a description, which the reference and editors show. */

export const ID = /^[A-Za-z][A-Za-z0-9_-]*$/;
const VARIABLE = /^(?:(?:user|session)\.)?[A-Za-z][A-Za-z0-9_]*$/;

export function isVariable(name: string): boolean {
  return VARIABLE.test(name);
}

/** Each pattern's message reads as the end of "goto …". */
export const id = z.string().regex(ID, 'must start with a letter and hold only letters, digits, - and _');
export const textKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, 'must be a text key such as menu.order');
export const code = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a code of small letters, digits and _');
export const variable = z
  .string()
  .regex(VARIABLE, 'must be a variable name such as order, user.name or session.topic');
/** No `-`: expressions would read it as a minus. */
export const plainName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]*$/, 'must be a plain name of letters, digits and _');
export const duration = z.string().regex(/^[1-9]\d{0,4}[smhd]$/, 'must be a time such as 90s, 10m, 2h or 3d');
/** `set: { tries: 0 }` and `if: true` are CEL as they stand, though YAML reads a number and a boolean. */
export const expression = z.union([
  z.string().min(1, 'must not be empty'),
  z.number(),
  z.boolean(),
  z.null(),
]);
export const retries = z
  .number()
  .int('must be a whole number')
  .min(0, 'must be 0 to 9')
  .max(9, 'must be 0 to 9');

export const stepId = id
  .optional()
  .describe(
    'Name of the step within its dialog, by which `goto` and others find it. `moves`, tests, reports and agents name it so too: give one to every step where customers wait.',
  );

/** What an answer can be. The variable holds plain JSON: see docs/dialogs.md. */
export const ANSWER_TYPES = [
  'text',
  'number',
  'integer',
  'date',
  'time',
  'phone',
  'email',
  'money',
  'yesno',
] as const;

export type AnswerType = (typeof ANSWER_TYPES)[number];

export type ExpressionSource = z.infer<typeof expression>;

const UNITS: { readonly [unit: string]: number } = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10m` → 600000. */
export function milliseconds(duration: string): number {
  return Number.parseInt(duration, 10) * (UNITS[duration.slice(-1)] ?? 0);
}
