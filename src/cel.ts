import { type ASTNode, Environment, type ObjectSchema, type ParseResult } from '@marcbachmann/cel-js';
import type { Json } from './bot-turn.ts';

export type { ASTNode };

/** The type of a variable as CEL names it, such as `string`, `list<string>` or `dyn`; or its fields with theirs. */
export type CelType = string | { schema: ObjectSchema };

export interface CelExpression {
  readonly ast: ASTNode;
  /** The value, or undefined when it has none: a field is missing, or the types do not fit. */
  evaluate(scope: CelScope): Json | undefined;
}

const WANTED = {
  bool: { types: ['bool'], called: 'true or false' },
  string: { types: ['string'], called: 'a text' },
  number: { types: ['int', 'double'], called: 'a number' },
} as const satisfies { [wanted: string]: { types: readonly string[]; called: string } };

/** What an expression may have to be. */
export type WantedType = keyof typeof WANTED;

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

/** What is wrong with an expression: how it is written, a name that is not known, or types that do not fit. */
export type ExpressionMistake = 'syntax' | 'variable' | 'function' | 'type';

/** What is wrong with an expression, with the offset in its text where. */
export class ExpressionError extends Error {
  readonly offset: number;
  /** The name of the variable or the function that is not known, when that is what is wrong. */
  readonly unknown: string | undefined;
  readonly mistake: ExpressionMistake;

  constructor(
    message: string,
    offset: number,
    unknown: string | undefined,
    mistake: ExpressionMistake = unknown === undefined ? 'syntax' : 'variable',
  ) {
    super(message);
    this.name = 'ExpressionError';
    this.offset = offset;
    this.unknown = unknown;
    this.mistake = mistake;
  }
}

/**
 * CEL as dialogs and routing rules write it: over the variables given, whole numbers and fractions mixed, bounded in size.
 * The check finds wrong syntax, unknown names and functions, and operators that can never fit.
 */
export class Cel {
  readonly #environment: Environment;

  /** `beside`: over its variables too. That costs a tenth of setting all up again. */
  constructor(variables: Iterable<readonly [name: string, type: CelType]>, beside?: Cel) {
    this.#environment = (beside ? beside.#environment : COMMON).clone();
    for (const [name, type] of variables) {
      if (typeof type === 'string') this.#environment.registerVariable(name, type);
      else this.#environment.registerVariable(name, type);
    }
  }

  /** The names of all functions that expressions can call. */
  functions(): string[] {
    return [...new Set(this.#environment.getDefinitions().functions.map(({ name }) => name))];
  }

  /** Throws `ExpressionError`, also when the expression can never be of the type `wanted`. */
  compile(text: string, wanted?: WantedType): CelExpression {
    let parsed: ParseResult;
    try {
      parsed = this.#environment.parse(text);
    } catch (error) {
      throw this.#mistakeOf(error, 'syntax');
    }
    refuseUnbounded(parsed.ast);
    const checked = parsed.check();
    if (!checked.valid) throw this.#mistakeOf(checked.error, 'type');
    const { type = 'dyn' } = checked;
    if (wanted !== undefined && type !== 'dyn' && !WANTED[wanted].types.some((one) => one === type)) {
      const { called } = WANTED[wanted];
      throw new ExpressionError(`it is always ${article(type)}, never ${called}`, 0, undefined, 'type');
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

  #mistakeOf(error: unknown, otherwise: ExpressionMistake): ExpressionError {
    if (!(error instanceof Error)) return new ExpressionError('it cannot be read', 0, undefined);
    const summary = 'summary' in error && typeof error.summary === 'string' ? error.summary : error.message;
    const range = 'range' in error ? error.range : undefined;
    const start =
      typeof range === 'object' && range !== null && 'start' in range && typeof range.start === 'number'
        ? range.start
        : 0;
    const variable = UNKNOWN_VARIABLE.exec(summary)?.[1];
    if (variable !== undefined) return new ExpressionError(summary, start, variable);
    const called = NO_OVERLOAD.exec(summary)?.[1];
    return called === undefined || this.functions().includes(called)
      ? new ExpressionError(summary, start, undefined, otherwise)
      : new ExpressionError(`there is no function ${called}`, start, called, 'function');
  }
}

/** Functions that do something for each item of a list, or name a value so that it can be used again and again. */
const REPEATING: ReadonlySet<unknown> = new Set(['map', 'filter', 'all', 'exists', 'exists_one', 'bind']);

/** How many of them may work on what another one gives: each can make a hundred times as much of it. */
const MOST_REPEATED = 2;

/**
 * Throws `ExpressionError` for what nobody can say how long it takes: a pattern that comes from a variable, so perhaps from a
 * customer, and lists that are made of lists that are made of lists.
 */
function refuseUnbounded(node: ASTNode, repeated = 0): void {
  let depth = repeated;
  if (node.op === 'rcall') {
    const [name, , given] = node.args;
    if (REPEATING.has(name)) depth += 1;
    if (depth > MOST_REPEATED) {
      throw new ExpressionError(
        `${name} within ${MOST_REPEATED} others of its kind is too much`,
        node.start,
        undefined,
      );
    }
    const unwritten = name === 'matches' ? given.find(({ op }) => op !== 'value') : undefined;
    if (unwritten) throw new ExpressionError('a pattern has to be written out', unwritten.start, undefined);
  }
  for (const part of partsOf(node)) refuseUnbounded(part, depth);
}

const UNKNOWN_VARIABLE = /^Unknown variable: (\S+)$/;
const NO_OVERLOAD = /^found no matching overload for '(?:[^(]*\.)?([A-Za-z_]\w*)\(/;

const ARITHMETIC: Record<string, (a: number, b: number) => number> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

const COMMON = commonEnvironment();

function commonEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 500, maxDepth: 50 },
  });
  // CEL knows no `2.5 + 1`, but whoever writes `price + 1` cannot know whether the price is whole.
  for (const [sign, compute] of Object.entries(ARITHMETIC)) {
    for (const [left, right] of [
      ['int', 'double'],
      ['double', 'int'],
    ]) {
      environment.registerOperator(`${left} ${sign} ${right}`, (a: unknown, b: unknown) =>
        compute(Number(a), Number(b)),
      );
    }
  }
  return environment;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
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
