import type { CelType } from '../cel.ts';
import { compiledPattern } from '../safe-pattern.ts';
import type { Expression } from './expressions.ts';
import type { Base, Laying, Next, Node } from './flow.ts';
import type { Path } from './problems.ts';
import type { Step } from './script.ts';
import { type AnswerType, milliseconds } from './script-fields.ts';

export interface Option {
  value: string;
  label: string;
  words: string | undefined;
  next: Next;
}

/** A condition that an answer must meet, and the key of what is said when it does not. */
export interface Check {
  condition: Expression;
  say: string;
}

interface Asking {
  key: string;
  retries: number;
  /** Whether words that hold at any time, and other dialogs, come before an answer. */
  interrupts: boolean;
  /** Where it goes on when the retries are used up; undefined = the fallback. */
  invalid: Next | undefined;
  /** What comes after so many milliseconds without an answer: a reminder (key), and as long after it the steps. */
  noReply: { after: number; remind: string | undefined; first: Next | undefined } | undefined;
}

export type AskNode = Asking & {
  kind: 'ask';
  as: string;
  type: AnswerType;
  pattern: RegExp | undefined;
  /** ISO 4217, of money. */
  currency: string;
  checks: Check[];
  skipIfKnown: boolean;
  /** The answer is for the bot alone. */
  sensitive: boolean;
  /** Key of the question whether the answer was understood. */
  confirm: string | undefined;
};

export type ChoiceNode = Asking & { kind: 'choice'; as: string | undefined; options: Option[] };
export type ConfirmNode = Asking & { kind: 'confirm'; as: string | undefined; yes: Next; no: Next };
export type QuestionNode = AskNode | ChoiceNode | ConfirmNode;

export type Question = Extract<Node, { kind: 'ask' | 'choice' | 'confirm' }>;
export type QuestionStep = Extract<Step, { ask: string } | { choice: string } | { confirm: string }>;

/** Wrong answers in a row that a question takes before the bot gives up: with the first, three tries. */
export const DEFAULT_RETRIES = 2;

/** What `value` is to the checks of an answer. A fraction may be whole. */
export const ANSWER_TYPES: Readonly<Record<AnswerType, CelType>> = {
  text: 'string',
  number: 'dyn',
  integer: 'int',
  date: 'string',
  time: 'string',
  phone: 'string',
  email: 'string',
  money: { schema: { amount: 'dyn', currency: 'string' } },
  yesno: 'bool',
};

export function isQuestion(node: Node): node is Question {
  return node.kind === 'ask' || node.kind === 'choice' || node.kind === 'confirm';
}

/** A question as the interpreter takes it. */
export function questionNode(step: QuestionStep, base: Base, laying: Laying): Question {
  const { path, next } = base;
  const { retries = DEFAULT_RETRIES, interrupts = true, onInvalid, onNoReply } = step;
  if (onInvalid) laying.list(onInvalid, [...path, 'onInvalid'], next);
  const asking = {
    retries,
    interrupts,
    invalid: onInvalid && laying.first(onInvalid, next),
    noReply: onNoReply && noReplyOf(onNoReply, base, laying),
  };
  if ('ask' in step) return { ...base, ...asking, ...askNode(step, path, laying) };
  if ('choice' in step) {
    const { choice: key, as } = step;
    const options = step.options.map(({ value, label, words, goto }, n) => ({
      value,
      label,
      words,
      next: laying.target(goto, [...path, 'options', n, 'goto'], next),
    }));
    return { ...base, ...asking, kind: 'choice', key, as, options };
  }
  const { confirm: key, as } = step;
  const yes = laying.target(step.yes, [...path, 'yes'], next);
  const no = laying.target(step.no, [...path, 'no'], next);
  return { ...base, ...asking, kind: 'confirm', key, as, yes, no };
}

function noReplyOf(
  { after, remind, then: steps }: NonNullable<QuestionStep['onNoReply']>,
  { path, next }: Base,
  laying: Laying,
): NonNullable<Asking['noReply']> {
  if (remind === undefined && steps === undefined) {
    laying.report([...path, 'onNoReply'], 'onNoReply does nothing', 'add remind, or then, or both');
  }
  if (steps) laying.list(steps, [...path, 'onNoReply', 'then'], next);
  return { after: milliseconds(after), remind, first: steps && laying.first(steps, next) };
}

function askNode(
  step: Extract<Step, { ask: string }>,
  path: Path,
  laying: Laying,
): Omit<AskNode, keyof Asking> & { key: string } {
  const {
    ask: key,
    as,
    type = 'text',
    pattern,
    currency,
    validate = [],
    skipIfKnown = false,
    sensitive = false,
    confirm,
  } = step;
  if (type === 'money' && currency === undefined) {
    const remedy = 'add currency: USD, or another code';
    laying.report(path, 'money needs a currency for amounts that name none', remedy);
  } else if (type !== 'money' && currency !== undefined) {
    laying.report([...path, 'currency'], 'only money has a currency', 'add type: money, or remove it');
  }
  if (pattern !== undefined && type !== 'text') {
    laying.report(
      [...path, 'pattern'],
      `a pattern is for texts, and this is a ${type}`,
      'remove one of the two',
    );
  }
  if (sensitive && as.startsWith('user.')) {
    const reason = `${as} outlives the session, and a sensitive answer must not`;
    laying.report([...path, 'as'], reason, 'use a variable of the dialog or of the session', 'secret');
  }
  if (sensitive && confirm !== undefined) {
    const reason =
      'a sensitive answer cannot be confirmed: the question would say it, and stay in the transcript';
    laying.report([...path, 'confirm'], reason, 'leave one of the two out', 'secret');
  }
  const checks = validate.map(({ that, say }, n) => ({
    condition: laying.condition(that, [...path, 'validate', n, 'that'], ANSWER_TYPES[type]),
    say,
  }));
  return {
    kind: 'ask',
    key,
    as,
    type,
    pattern: pattern === undefined ? undefined : readable(pattern),
    currency: currency ?? '',
    checks,
    skipIfKnown,
    sensitive,
    confirm,
  };
}

/** One that cannot be read is told of by check-patterns.ts, which looks at all of them. */
function readable(pattern: string): RegExp | undefined {
  try {
    return compiledPattern(pattern);
  } catch {
    return undefined;
  }
}
