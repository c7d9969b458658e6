import type { Json } from '../bot-turn.ts';
import { Cel, CelScope } from '../cel.ts';
import type { ExpressionSource } from './script.ts';

/** What a condition, an assignment and a text see. `vars` are the dialog's own, and are also seen by their names. */
export interface Scope {
  vars: { [name: string]: Json };
  user: { [name: string]: Json };
  session: { [name: string]: Json };
  channel: { [name: string]: Json };
}

export const ROOTS = ['vars', 'user', 'session', 'channel'] as const;

/** Names that no variable may have: the roots that are or will be, and what CEL keeps for itself. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...ROOTS,
  ...['hours', 'queue', 'cel', 'optional'],
  ...['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if'],
  ...['import', 'let', 'loop', 'package', 'namespace', 'return', 'var', 'void', 'while', 'prototype'],
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'list', 'map', 'null_type', 'string', 'timestamp'],
  ...['type', 'uint', 'google'],
]);

export interface Expression {
  /** The value, or undefined when it has none: a field is missing, or the types do not fit. */
  evaluate(scope: Scope): Json | undefined;
}

/**
 * Compiles the CEL of one dialog, whose variables are `names`. The types of variables are known only at run time, so
 * the check at load finds wrong syntax, unknown names and functions, and operators that can never fit.
 */
export class Expressions {
  readonly #cel: Cel;

  constructor(names: Iterable<string>) {
    this.#cel = new Cel([
      ...ROOTS.map((root) => [root, 'map'] as const),
      ...[...names].map((name) => [name, 'dyn'] as const),
    ]);
  }

  /**
   * Throws `ExpressionError`. With `wanted` `bool`, also when the expression can never be true or false.
   * A number, a boolean or null that YAML has read stands for itself.
   */
  compile(source: ExpressionSource, wanted?: 'bool'): Expression {
    const expression = this.#cel.compile(String(source), wanted);
    return {
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
