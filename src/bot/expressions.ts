import { type ASTNode, Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { Json } from '../bot-turn.ts';
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

/** What is wrong with an expression, with the offset in its text where. */
export class ExpressionError extends Error {
  readonly offset: number;
  /** The name that is not known, when that is what is wrong. */
  readonly unknown: string | undefined;

  constructor(message: string, offset: number, unknown: string | undefined) {
    super(message);
    this.name = 'ExpressionError';
    this.offset = offset;
    this.unknown = unknown;
  }
}

/**
 * Compiles the CEL of one dialog, whose variables are `names`. The types of variables are known only at run time, so
 * the check at load finds wrong syntax, unknown names and functions, and operators that can never fit.
 */
export class Expressions {
  readonly #environment: Environment;

  constructor(names: Iterable<string>) {
    this.#environment = new Environment({
      unlistedVariablesAreDyn: false,
      homogeneousAggregateLiterals: false,
      limits: { maxAstNodes: 500, maxDepth: 50 },
    });
    for (const root of ROOTS) this.#environment.registerVariable(root, 'map');
    for (const name of names) this.#environment.registerVariable(name, 'dyn');
    // CEL knows no `2.5 + 1`, but whoever writes `price + 1` cannot know whether the price is whole.
    for (const [sign, compute] of Object.entries(ARITHMETIC)) {
      for (const [left, right] of [
        ['int', 'double'],
        ['double', 'int'],
      ]) {
        this.#environment.registerOperator(`${left} ${sign} ${right}`, (a: unknown, b: unknown) =>
          compute(Number(a), Number(b)),
        );
      }
    }
  }

  /**
   * Throws `ExpressionError`. With `wanted` `bool`, also when the expression can never be true or false.
   * A number, a boolean or null that YAML has read stands for itself.
   */
  compile(source: ExpressionSource, wanted?: 'bool'): Expression {
    const text = String(source);
    let parsed: ParseResult;
    try {
      parsed = this.#environment.parse(text);
    } catch (error) {
      throw expressionError(error);
    }
    const checked = parsed.check();
    if (!checked.valid) throw expressionError(checked.error);
    if (wanted === 'bool' && checked.type !== 'bool' && checked.type !== 'dyn') {
      throw new ExpressionError(`it is always ${article(checked.type)}, never true or false`, 0, undefined);
    }
    const seen = [...namesIn(parsed.ast)];
    return {
      evaluate(scope) {
        const context: { [name: string]: unknown } = {};
        for (const name of seen)
          context[name] = toCel(isRoot(name) ? scope[name] : (scope.vars[name] ?? null));
        try {
          return fromCel(parsed(context));
        } catch {
          // A variable that is not set yet, or not of the type expected: the caller has a rule for "no value".
          return undefined;
        }
      },
    };
  }
}

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

function isRoot(name: string): name is (typeof ROOTS)[number] {
  return ROOTS.some((root) => root === name);
}

function article(type: string | undefined): string {
  return /^[aeiou]/.test(type ?? '') ? `an ${type}` : `a ${type}`;
}

function expressionError(error: unknown): ExpressionError {
  if (!(error instanceof Error)) return new ExpressionError('it cannot be read', 0, undefined);
  const summary = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message;
  const range = 'range' in error ? error.range : undefined;
  const start =
    typeof range === 'object' && range !== null && 'start' in range && typeof range.start === 'number'
      ? range.start
      : 0;
  return new ExpressionError(summary, start, /^Unknown variable: (\S+)$/.exec(summary)?.[1]);
}

/** The names that stand alone in an expression. Names bound by macros such as `exists` are among them; they do no harm. */
function namesIn(node: ASTNode, names = new Set<string>()): Set<string> {
  if (node.op === 'id') names.add(node.args);
  else collect(node.args, names);
  return names;
}

function collect(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collect(item, names);
  else if (isAst(value)) namesIn(value, names);
}

function isAst(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}

/** CEL's whole numbers are bigint: a 2 of JSON left as it is would be a double, and `count + 1` would not fit. */
function toCel(value: Json): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
}

function fromCel(value: unknown): Json {
  switch (typeof value) {
    case 'bigint':
      return Number(value);
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'string':
    case 'boolean':
      return value;
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(fromCel);
      if (value instanceof Date) return value.toISOString();
      if (value instanceof Map) return fromCel(Object.fromEntries(value));
      if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromCel(item)]));
      }
      return String(value);
    default:
      return null;
  }
}
