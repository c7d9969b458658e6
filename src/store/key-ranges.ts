import type { Key } from './index-keys.ts';

/** Keys from `lower` (included) to `upper` (excluded, if it can be a key at all); what they share is `prefix` long. */
export interface KeyRange {
  lower: Key;
  upper: Key;
  prefix: number;
}

/** Keys that can be had in order. */
export interface SortedKeys {
  inRange(range: KeyRange, reverse: boolean): Iterable<Key>;
  count(range: KeyRange): number;
}

/** The keys of one range after the other. */
export function* keysIn(
  keys: SortedKeys,
  ranges: readonly KeyRange[],
  reverse: boolean,
): Generator<Key, void> {
  for (const range of ranges) yield* keys.inRange(range, reverse);
}

/** The keys of several ranges as if they were one, in the order of what follows their prefixes. */
export function* mergedKeysIn(
  keys: SortedKeys,
  ranges: readonly KeyRange[],
  reverse: boolean,
): Generator<Key, void> {
  const sources = ranges.map((range) => ({ keys: keys.inRange(range, reverse), prefix: range.prefix }));
  yield* merged(sources, reverse);
}

/** Sorted keys of several sources as if they were one, compared by what follows their source's `prefix`. */
export function* merged(
  sources: readonly { keys: Iterable<Key>; prefix: number }[],
  reverse: boolean,
): Generator<Key, void> {
  const heads: { key: Key; rest: string; prefix: number; following: Iterator<Key> }[] = [];
  try {
    for (const { keys, prefix } of sources) {
      const following = keys[Symbol.iterator]();
      const { value: key, done } = following.next();
      if (done !== true) heads.push({ key, rest: key.slice(prefix), prefix, following });
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

/** How many keys there are, up to a limit. */
export function countKeys(keys: SortedKeys, ranges: readonly KeyRange[], limit: number): number {
  let count = 0;
  if (limit === Number.POSITIVE_INFINITY) {
    for (const range of ranges) count += keys.count(range);
  } else {
    for (const _ of keysIn(keys, ranges, false)) if (++count >= limit) break;
  }
  return count;
}
