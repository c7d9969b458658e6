import type { Json } from '../bot-turn.ts';
import { type ASTNode, Cel, CelScope, type CelType, type WantedType } from '../cel.ts';
import type { ExpressionSource } from './script-fields.ts';

/** What a condition, an assignment and a text see. `vars` are the dialog's own, and are also seen by their names. */
export interface Scope {
  vars: { [name: string]: Json };
  user: { [name: string]: Json };
  session: { [name: string]: Json };
  channel: { [name: string]: Json };
  /** What the last handoff of the session came to. */
  handoff: { [name: string]: Json };
  /** Of the queue of the customer's number. */
  hours: { [name: string]: Json };
  queue: { [name: string]: Json };
}

export const ROOTS = ['vars', 'user', 'session', 'channel', 'handoff', 'hours', 'queue'] as const;

/** What the service itself sets under these names. Under `user` and `session`, dialogs set more. */
export const BUILT_IN = {
  user: ['phone'],
  session: ['number', 'language', 'today', 'time'],
  channel: ['id', 'number'],
  handoff: ['outcome', 'answered', 'disposition', 'opens', 'holiday'],
  hours: ['open', 'opens', 'holiday'],
  queue: ['id', 'waiting'],
} as const satisfies Partial<Record<(typeof ROOTS)[number], readonly string[]>>;

/** The types that are known of what the roots hold. CEL has none of its own for a text or null. */
const ROOT_TYPES = ROOTS.map((root): [name: string, type: CelType] => {
  if (root === 'hours') return [root, { schema: { open: 'bool', opens: 'dyn', holiday: 'dyn' } }];
  return [root, root === 'queue' ? { schema: { id: 'string', waiting: 'int' } } : 'map'];
});

/** CEL over the roots alone: what that of each dialog is made of. */
export const ROOT_CEL = new Cel(ROOT_TYPES);

/** Names that no variable may have: the roots, an answer under check, and what CEL keeps for itself. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...ROOTS,
  ...['value', 'response', 'secret', 'cel', 'optional'],
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while', 'prototype'],
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'list', 'map', 'null_type', 'string', 'timestamp'],
  ...['type', 'uint', 'google'],
]);

export interface Expression {
  /** As it is written. */
  text: string;
  /** Undefined for one that could not be read. */
  ast: ASTNode | undefined;
  /** The value, or undefined when it has none: a field is missing, or the types do not fit. */
  evaluate(scope: Scope): Json | undefined;
}

/**
 * Compiles the CEL of one dialog, whose variables are `names`. The types of variables are known only at run time, so
 * the check at load finds wrong syntax, unknown names and functions, and operators that can never fit.
 */
export class Expressions {
  /** All that they may name. */
  readonly names: readonly string[];
  readonly #cel: Cel;

  /** `typed` are more variables, whose types are known. */
  constructor(names: Iterable<string>, typed: readonly (readonly [name: string, type: CelType])[] = []) {
    const own = [...names];
    this.names = [...own, ...typed.map(([name]) => name), ...ROOTS];
    this.#cel = new Cel([...own.map((name) => [name, 'dyn'] as const), ...typed], ROOT_CEL);
  }

  /** The names of all functions that expressions can call. */
  functions(): string[] {
    return this.#cel.functions();
  }

  /**
   * Throws `ExpressionError`, also when the expression can never be of the type `wanted`.
   * A number, a boolean or null that YAML has read stands for itself.
   */
  compile(source: ExpressionSource, wanted?: WantedType): Expression {
    const text = String(source);
    const expression = this.#cel.compile(text, wanted);
    return {
      text,
      ast: expression.ast,
      evaluate: (scope) =>
        expression.evaluate(
          new CelScope((name) => (isRoot(name) ? scope[name] : (scope.vars[name] ?? null))),
        ),
    };
  }
}

function isRoot(name: string): name is (typeof ROOTS)[number] {
  return ROOTS.some((root) => root === name);
}
