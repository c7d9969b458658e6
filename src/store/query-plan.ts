import type { IndexSpec } from './collection.ts';
import { areScalars, type FilterDoc, operatorsOf } from './filter.ts';
import {
  AFTER,
  documentKey,
  isScalar,
  type Key,
  MAX_KEY_BYTES,
  partOf,
  type Scalar,
  typeBounds,
} from './index-keys.ts';
import type { KeyRange } from './key-ranges.ts';

export interface SortDoc {
  [field: string]: 1 | -1 | undefined;
}

/**
 * How the candidates are found. Every one of them still goes through the whole filter.
 * `sorted`: they come in the order that was asked for, so the search can stop at the limit.
 * `exact`: every entry matches, so they can be counted without being read.
 */
export type Plan =
  | { kind: 'ids'; ids: string[] }
  | { kind: 'documents'; range: KeyRange; reverse: boolean; sorted: boolean; exact: boolean }
  | {
      kind: 'index';
      index: IndexSpec;
      ranges: KeyRange[];
      reverse: boolean;
      sorted: boolean;
      exact: boolean;
    };

/** What the filter, as a conjunction, says of one field. */
interface Bounds {
  /** One of these; one value for an equality. */
  values?: Scalar[];
  lower?: { value: string | number; included: boolean };
  upper?: { value: string | number; included: boolean };
  exists?: true;
  /** How many conditions there are on the field, of whatever kind. */
  conditions: number;
}

/**
 * Picks the index that serves a query: the one with most leading fields held to values, then with a range on the next
 * one, then with the order that is asked for. Returns null when none does; a filter is never served by reading a
 * whole collection unless the order asks for a whole index, or nothing at all is asked for.
 */
export function planQuery(
  filter: FilterDoc,
  sort: SortDoc | undefined,
  indexes: readonly IndexSpec[],
): Plan | null {
  const id = filter._id;
  if (typeof id === 'string') return { kind: 'ids', ids: [id] };

  const fields = boundsOf(filter);
  const ids = fields.get('_id');
  if (ids?.values !== undefined) {
    const strings = ids.values.filter((value) => typeof value === 'string');
    return { kind: 'ids', ids: [...new Set(strings)].sort() };
  }

  let best: { plan: Plan; rank: number } | null = null;
  for (const index of indexes) {
    const candidate = indexPlan(index, fields, sort);
    if (candidate !== null && (best === null || candidate.rank > best.rank)) best = candidate;
  }
  const byId = idPlan(ids, fields.size, sort);
  if (byId !== null && (best === null || byId.rank > best.rank)) best = byId;
  return best?.plan ?? null;
}

function idPlan(
  bounds: Bounds | undefined,
  fields: number,
  sort: SortDoc | undefined,
): { plan: Plan; rank: number } | null {
  const direction = sort === undefined ? 1 : sortDirection([['_id', 1]], new Set(), sort);
  const ranged = bounds?.lower !== undefined || bounds?.upper !== undefined;
  // A whole collection is read only where that is what was asked for.
  if (!ranged && (direction === null || (fields > 0 && sort === undefined))) return null;
  const lower = bounds?.lower === undefined ? '' : documentKey(String(bounds.lower.value));
  const upper = bounds?.upper === undefined ? AFTER : documentKey(String(bounds.upper.value));
  return {
    rank: (ranged ? 20 : 0) + (sort !== undefined && direction !== null ? 10 : 0) + 1,
    plan: {
      kind: 'documents',
      range: clipped({ lower, upper, prefix: 0 }),
      reverse: direction === -1,
      sorted: direction !== null,
      exact: fields === 0,
    },
  };
}

function indexPlan(
  index: IndexSpec,
  fields: ReadonlyMap<string, Bounds>,
  sort: SortDoc | undefined,
): { plan: Plan; rank: number } | null {
  if (index.present !== undefined && !impliesPresence(fields.get(index.present))) return null;
  // By several members, or by none, a document would be found several times.
  if (index.each !== undefined && fields.get(index.each)?.values?.length !== 1) return null;
  // Before the work below: most indexes have nothing to do with a query.
  if (index.present === undefined && !servesAtAll(index, fields, sort)) return null;

  const keys = Object.entries(index.keys);
  let prefixes: Key[] = [''];
  const held = new Set<string>();
  let used = 0;
  let at = 0;
  for (; at < keys.length; at++) {
    const [field, direction] = keys[at] ?? ['', 1];
    const bounds = fields.get(field);
    if (bounds?.values === undefined) break;
    const parts = [...new Set(bounds.values.map((value) => partOf(value, direction === -1)))];
    prefixes = prefixes.flatMap((prefix) => parts.map((part) => prefix + part));
    if (parts.length === 1) held.add(field);
    if (bounds.conditions === 1) used++;
  }
  // Of the fields held to values, those that come as several ranges are merged on what follows them.
  const rest = keys.slice(at);
  const [next, nextDirection] = rest[0] ?? [];
  const bounds = next === undefined ? undefined : fields.get(next);
  const ranged = bounds?.lower !== undefined || bounds?.upper !== undefined;
  if (ranged && bounds?.conditions === limitsOf(bounds)) used++;

  const order: [string, 1 | -1][] = [...rest, ['_id', 1]];
  const direction = sort === undefined ? null : sortDirection(order, held, sort);
  const constrained = at > 0 || ranged || index.present !== undefined;
  if (!constrained && direction === null) return null;

  const descending = nextDirection === -1;
  const ranges = prefixes.map((prefix) => ({
    ...rangeAfter(prefix, ranged ? bounds : undefined, descending),
    prefix: prefix.length,
  }));
  const fit = ranges.every(({ lower, upper }) => Math.max(lower.length, upper.length) <= MAX_KEY_BYTES);
  const presence = index.present === undefined ? undefined : fields.get(index.present);
  if (at === 0 && !ranged && presence?.exists === true && presence.conditions === 1) used++;
  return {
    rank:
      at * 100 + (ranged ? 20 : 0) + (direction !== null ? 10 : 0) + (index.present !== undefined ? 15 : 0),
    plan: {
      kind: 'index',
      index,
      ranges: ranges.map(clipped).sort((a, b) => (a.lower < b.lower ? -1 : 1)),
      reverse: direction === -1,
      sorted: sort === undefined || direction !== null,
      exact: used === fields.size && fit && index.each === undefined,
    },
  };
}

/** The first field of an index is held to something, or comes first in the order that is asked for. */
function servesAtAll(
  { keys }: IndexSpec,
  fields: ReadonlyMap<string, Bounds>,
  sort: SortDoc | undefined,
): boolean {
  for (const leading in keys) {
    if (fields.has(leading)) return true;
    for (const first in sort) if (sort?.[first] !== undefined) return first === leading;
  }
  return false;
}

function rangeAfter(
  prefix: Key,
  bounds: Bounds | undefined,
  descending: boolean,
): { lower: Key; upper: Key } {
  const sample = bounds?.lower?.value ?? bounds?.upper?.value;
  if (bounds === undefined || sample === undefined) return { lower: prefix, upper: prefix + AFTER };
  const [first, end] = typeBounds(sample, descending);
  let lower = prefix + first;
  let upper = prefix + end;
  const [from, to] = descending ? [bounds.upper, bounds.lower] : [bounds.lower, bounds.upper];
  if (from !== undefined) lower = prefix + partOf(from.value, descending) + (from.included ? '' : AFTER);
  if (to !== undefined) upper = prefix + partOf(to.value, descending) + (to.included ? AFTER : '');
  return { lower, upper };
}

/** No key is longer than LMDB allows, so neither need a limit be; the range only becomes a little wider. */
function clipped({ lower, upper, prefix }: KeyRange): KeyRange {
  return {
    lower: lower.slice(0, MAX_KEY_BYTES),
    upper: upper.length > MAX_KEY_BYTES ? upper.slice(0, MAX_KEY_BYTES - 1) + AFTER : upper,
    prefix,
  };
}

/**
 * 1 or -1 when entries in the order of `keys`, read forwards or backwards, are in the order of `sort`; null otherwise.
 * Fields held to one value have no say in either.
 */
function sortDirection(keys: [string, 1 | -1][], held: ReadonlySet<string>, sort: SortDoc): 1 | -1 | null {
  let direction: 1 | -1 | null = null;
  let at = 0;
  for (const field in sort) {
    const wanted = sort[field];
    if (wanted === undefined || held.has(field)) continue;
    const [key, order] = keys[at++] ?? [];
    if (key !== field || order === undefined) return null;
    const needed = wanted === order ? 1 : -1;
    if (direction !== null && direction !== needed) return null;
    direction = needed;
    if (field === '_id') break; // nothing can follow a unique field
  }
  return direction ?? 1;
}

function impliesPresence(bounds: Bounds | undefined): boolean {
  if (bounds === undefined) return false;
  if (bounds.values !== undefined) return !bounds.values.includes(null);
  return bounds.exists === true || bounds.lower !== undefined || bounds.upper !== undefined;
}

function limitsOf(bounds: Bounds): number {
  return Number(bounds.lower !== undefined) + Number(bounds.upper !== undefined);
}

function boundsOf(filter: FilterDoc, into = new Map<string, Bounds>()): Map<string, Bounds> {
  for (const field in filter) {
    const condition = filter[field];
    if (field === '$and' && Array.isArray(condition)) {
      for (const part of condition) boundsOf(part, into);
      continue;
    }
    const bounds = into.get(field) ?? { conditions: 0 };
    into.set(field, bounds);
    const operators = operatorsOf(condition) ?? [['$eq', condition]];
    for (const [operator, operand] of operators) addCondition(bounds, operator, operand);
  }
  return into;
}

/** Of two conditions of one kind the first serves the search; the filter sees to the other. */
function addCondition(bounds: Bounds, operator: string, operand: unknown): void {
  bounds.conditions++;
  switch (operator) {
    case '$eq':
      if (isScalar(operand)) bounds.values ??= [operand];
      break;
    case '$in':
      if (areScalars(operand)) bounds.values ??= operand;
      break;
    case '$exists':
      if (operand === true) bounds.exists = true;
      break;
    case '$gt':
    case '$gte':
      if (isLimit(operand, bounds.upper)) bounds.lower ??= { value: operand, included: operator === '$gte' };
      break;
    case '$lt':
    case '$lte':
      if (isLimit(operand, bounds.lower)) bounds.upper ??= { value: operand, included: operator === '$lte' };
      break;
  }
}

/** Limits of two types let nothing through; the filter sees to that. */
function isLimit(value: unknown, other: Bounds['lower']): value is string | number {
  const isComparable = typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));
  return isComparable && (other === undefined || typeof other.value === typeof value);
}
