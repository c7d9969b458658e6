import type { Json } from '../bot-turn.ts';
import { Cel, type CelExpression, CelScope, type CelType, ExpressionError, partsOf } from '../cel.ts';
import { patternMistake } from '../safe-pattern.ts';

/** What a routing rule's condition sees, by name. */
export interface RoutingRoots {
  /** Digits with country code. */
  customer: string;
  /** The support number, digits with country code. */
  number: string;
  /** BCP 47. */
  locale: string;
  /** Why the bot hands over: a short code such as `customer_asked`. */
  reason: string;
  /** What the bot collected, and what earlier rulesets have set. */
  vars: { [name: string]: Json };
  skills: string[];
  priority: number;
  /** `weekday`: 1 = Monday … 7 = Sunday; `date`: `2026-12-25`. The zone is the caller's choice. */
  time: { hour: number; minute: number; weekday: number; date: string };
  /** The queue that the dialog asked for. */
  queue: string | null;
  /** By id of queue: whether it is in its hours. */
  open: { [queueId: string]: boolean };
  /** By id of queue: how many conversations wait, up to 10,000. */
  waiting: { [queueId: string]: number };
}

const TYPES: { [K in keyof RoutingRoots]: CelType } = {
  customer: 'string',
  number: 'string',
  locale: 'string',
  reason: 'string',
  vars: 'map',
  skills: 'list<string>',
  priority: 'int',
  time: { schema: { hour: 'int', minute: 'int', weekday: 'int', date: 'string' } },
  queue: 'dyn', // CEL has no type of its own for a text or null
  open: 'map<string, bool>',
  waiting: 'map<string, int>',
};

const cel = new Cel(Object.entries(TYPES));

/** The facts as conditions are asked of them; one for as long as they do not change, since many rules read the same. */
export interface RoutingScope {
  readonly roots: RoutingRoots;
  readonly cel: CelScope;
}

export function scopeOf(roots: RoutingRoots): RoutingScope {
  return { roots, cel: new CelScope((name) => (isRoot(name) ? roots[name] : null)) };
}

export interface Condition {
  readonly text: string;
  /** Ids of the queues whose hours or length it asks for by name. */
  readonly queueIds: readonly string[];
  /** `no_value` when a name in it has none or the types do not fit. */
  evaluate(scope: RoutingScope): boolean | 'no_value' | 'not_true_or_false';
  /** What it reads, as it writes it (`vars.topic`), each cut to a line; without what has no value. */
  valuesIn(scope: RoutingScope): { [name: string]: Json };
}

/** Throws `ExpressionError`. */
export function compileCondition(text: string): Condition {
  const expression = cel.compile(text, 'bool');
  checkPatterns(expression.ast);
  const reads = readsOf(expression.ast);
  return {
    text,
    queueIds: reads.flatMap(({ root, path: [id] }) =>
      (root === 'open' || root === 'waiting') && typeof id === 'string' ? [id] : [],
    ),
    evaluate({ cel: scope }) {
      const value = expression.evaluate(scope);
      if (value === undefined) return 'no_value';
      return typeof value === 'boolean' ? value : 'not_true_or_false';
    },
    valuesIn({ roots }) {
      const values: [string, Json][] = [];
      for (const read of reads.slice(0, MAX_VALUES)) {
        const value = valueAt(read, roots);
        if (value !== undefined) values.push([written(read), brief(value)]);
      }
      return Object.fromEntries(values);
    },
  };
}

/**
 * The library finds a wrong pattern when it uses it, and then every handoff would go to the fallback queue. One that takes
 * very long for some texts would hold the whole service up.
 */
function checkPatterns(node: Node): void {
  if (node.op === 'rcall' && node.args[0] === 'matches') {
    for (const pattern of node.args[2]) {
      if (pattern.op !== 'value' || typeof pattern.args !== 'string') continue;
      const mistake = patternMistake(pattern.args);
      if (mistake === undefined) continue;
      throw new ExpressionError(`the pattern ${mistake.reason}: ${mistake.remedy}`, pattern.start, undefined);
    }
  }
  for (const part of partsOf(node)) checkPatterns(part);
}

/** Per rule, so that a trace of many rules stays small: names, and characters of each value. */
const MAX_VALUES = 10;
const MAX_VALUE = 100;

/** One thing that an expression reads: a root, and the way down from it as far as it is written out. */
interface Read {
  root: keyof RoutingRoots;
  path: (string | number)[];
}

function isRoot(name: string): name is keyof RoutingRoots {
  return Object.hasOwn(TYPES, name);
}

type Node = CelExpression['ast'];

/** Each once, in the order of the expression. */
function readsOf(ast: Node): Read[] {
  const reads = new Map<string, Read>();
  const walk = (node: Node): void => {
    const read = readAt(node);
    if (read) reads.set(written(read), read);
    else for (const part of partsOf(node)) walk(part);
  };
  walk(ast);
  return [...reads.values()];
}

function readAt(node: Node): Read | undefined {
  if (node.op === 'id') return isRoot(node.args) ? { root: node.args, path: [] } : undefined;
  if (node.op !== '.' && node.op !== '[]') return undefined;
  const [from, key] = node.args;
  const step = typeof key === 'string' ? key : key.op === 'value' ? key.args : undefined;
  const read = readAt(from);
  if (!read) return undefined;
  if (typeof step === 'string') return { ...read, path: [...read.path, step] };
  return typeof step === 'bigint' ? { ...read, path: [...read.path, Number(step)] } : undefined;
}

function written({ root, path }: Read): string {
  const steps = path.map((step) =>
    typeof step === 'string' && /^[A-Za-z_]\w*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`,
  );
  return `${root}${steps.join('')}`;
}

function valueAt({ root, path }: Read, roots: RoutingRoots): Json | undefined {
  let value: Json = roots[root];
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    const members: [string, Json][] = Object.entries(value);
    const next = members.find(([key]) => key === String(step));
    if (!next) return undefined;
    value = next[1];
  }
  return value;
}

function brief(value: Json): Json {
  if (typeof value === 'string') return cut(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = JSON.stringify(value);
  return text.length <= MAX_VALUE ? value : cut(text);
}

function cut(text: string): string {
  return text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
