import { type ASTNode, Environment, type ObjectSchema, type ParseResult } from '@marcbachmann/cel-js';
import type { Json } from './bot-turn.ts';

/** The type of a variable as CEL names it, such as `string`, `list<string>` or `dyn`; or its fields with theirs. */
export type CelType = string | { schema: ObjectSchema };

export interface CelExpression {
  readonly ast: ASTNode;
  /** The value, or undefined when it has none: a field is missing, or the types do not fit. */
  evaluate(scope: CelScope): Json | undefined;
}

/** The values of variables, each made ready for CEL once, however many expressions read it. */
export class CelScope {
  readonly #lookUp: (name: string) => Json;
  readonly #ready = new Map<string, unknown>();

  constructor(lookUp: (name: string) => Json) {
    this.#lookUp = lookUp;
  }

  value(name: string): unknown {
    if (!this.#ready.has(name)) this.#ready.set(name, toCel(this.#lookUp(name)));
    return this.#ready.get(name);
  }
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
 * CEL as dialogs and routing rules write it: over the variables given, whole numbers and fractions mixed, bounded in size.
 * The check finds wrong syntax, unknown names and functions, and operators that can never fit.
 */
export class Cel {
  readonly #environment: Environment;

  constructor(variables: Iterable<readonly [name: string, type: CelType]>) {
    this.#environment = new Environment({
      unlistedVariablesAreDyn: false,
      homogeneousAggregateLiterals: false,
      limits: { maxAstNodes: 500, maxDepth: 50 },
    });
    for (const [name, type] of variables) {
      if (typeof type === 'string') this.#environment.registerVariable(name, type);
      else this.#environment.registerVariable(name, type);
    }
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

  /** Throws `ExpressionError`. With `wanted` `bool`, also when the expression can never be true or false. */
  compile(text: string, wanted?: 'bool'): CelExpression {
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
      ast: parsed.ast,
      evaluate(scope) {
        try {
          const context: { [name: string]: unknown } = {};
          for (const name of seen) context[name] = scope.value(name);
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
  else for (const part of partsOf(node)) namesIn(part, names);
  return names;
}

/** The nodes right below a node of an expression. */
export function partsOf(node: ASTNode): ASTNode[] {
  return nodesAmong(node.args);
}

function nodesAmong(value: unknown): ASTNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesAmong);
  return isAst(value) ? [value] : [];
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
