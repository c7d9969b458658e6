import type { Doc } from './index-keys.ts';
import type { SortDoc } from './query-plan.ts';

/**
 * The order that MongoDB gives to the values we store (its BSON comparison order, cut down to JSON's types):
 * missing and null, numbers, strings, objects, arrays, booleans. Strings go by UTF-8 bytes, that is by code point.
 * https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
 */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return compareNumbers(a, b);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  return typeRank(a) - typeRank(b);
}

/** By code point. JavaScript's own `<` goes by UTF-16 unit and puts an emoji before U+FF01. */
export function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? aboveSurrogates(x) - aboveSurrogates(y) : x - y;
  }
  return a.length - b.length;
}

/** Moves the surrogates, which stand for the highest code points, above U+E000–U+FFFF. */
function aboveSurrogates(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

function compareNumbers(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return Number(Number.isNaN(b)) - Number(Number.isNaN(a)); // NaN comes first
}

function typeRank(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return 1;
    case 'number':
      return 2;
    case 'string':
      return 3;
    case 'boolean':
      return 6;
    default:
      return value === null ? 1 : Array.isArray(value) ? 5 : 4;
  }
}

/** Sorts in place, by fields and directions. Documents that are equal in all of them keep their order. */
export function sortDocuments(docs: Doc[], sort: SortDoc): Doc[] {
  const order = Object.entries(sort);
  return docs.sort((a, b) => {
    for (const [field, direction] of order) {
      const difference = compareValues(a[field], b[field]);
      if (difference !== 0) return difference * (direction ?? 1);
    }
    return 0;
  });
}
