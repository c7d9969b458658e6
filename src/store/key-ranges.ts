import type { Database } from 'lmdb';
import type { Key } from './index-keys.ts';

/** Keys from `lower` (included) to `upper` (excluded, if it can be a key at all); what they share is `prefix` long. */
export interface KeyRange {
  lower: Key;
  upper: Key;
  prefix: number;
}

type Keys = Database<unknown, Key>;

/** The keys of one range after the other. */
export function* keysIn(db: Keys, ranges: readonly KeyRange[], reverse: boolean): Generator<Key, void> {
  for (const range of ranges) yield* db.getKeys(rangeOptions(range, reverse));
}

/** The keys of several ranges as if they were one, in the order of what follows their prefixes. */
export function* mergedKeysIn(db: Keys, ranges: readonly KeyRange[], reverse: boolean): Generator<Key, void> {
  const heads: { key: Key; rest: string; prefix: number; following: Iterator<Key> }[] = [];
  try {
    for (const range of ranges) {
      const following = db.getKeys(rangeOptions(range, reverse))[Symbol.iterator]();
      const { value: key, done } = following.next();
      if (done !== true) heads.push({ key, rest: key.slice(range.prefix), prefix: range.prefix, following });
    }
    for (;;) {
      let [first] = heads;
      if (first === undefined) return;
      for (const head of heads) if (reverse ? head.rest > first.rest : head.rest < first.rest) first = head;
      yield first.key;
      const { value: key, done } = first.following.next();
      if (done === true) heads.splice(heads.indexOf(first), 1);
      else {
        first.key = key;
        first.rest = key.slice(first.prefix);
      }
    }
  } finally {
    for (const { following } of heads) following.return?.();
  }
}

/** How many keys there are, up to a limit. Counting all is LMDB's, at some 10 million a second. */
export function countKeys(db: Keys, ranges: readonly KeyRange[], limit: number): number {
  let count = 0;
  if (limit === Number.POSITIVE_INFINITY) {
    for (const range of ranges) count += db.getKeysCount(rangeOptions(range, false));
  } else {
    for (const _ of keysIn(db, ranges, false)) if (++count >= limit) break;
  }
  return count;
}

function rangeOptions({ lower, upper }: KeyRange, reverse: boolean) {
  const [start, end] = reverse ? [upper, lower] : [lower, upper];
  // LMDB wants a first key of at least one byte. No id is empty, so nothing comes before this one.
  return { start: start || '\x00', end: end || '\x00', reverse, inclusiveEnd: true };
}
