import type { Database } from 'lmdb';
import type { IndexSpec } from './collection.ts';
import { documentKeyOf, type Key } from './index-keys.ts';
import { type KeyRange, merged, type SortedKeys } from './key-ranges.ts';
import type { Memtable } from './memtable.ts';

type Stored = Database<unknown, Key>;

/** The keys of an index: LMDB's, without those of documents that the memtable has, and the memtable's own. */
export class LayeredIndex implements SortedKeys {
  readonly spec: IndexSpec;
  readonly #stored: Database<string, Key>;
  readonly #recent: Memtable;
  readonly #at: number;

  /** `at` is the index's place among those of its collection. */
  constructor(spec: IndexSpec, stored: Database<string, Key>, recent: Memtable, at: number) {
    this.spec = spec;
    this.#stored = stored;
    this.#recent = recent;
    this.#at = at;
  }

  /** Hands LMDB an entry in the place of another one, in the batch that is open: what each promises is the batch's. */
  hand(old: Key | null, now: Key | null): void {
    if (old !== null) void this.#stored.remove(old);
    if (now !== null) void this.#stored.put(now, '');
  }

  inRange(range: KeyRange, reverse: boolean): Iterable<Key> {
    const stored = this.#stored.getKeys(rangeOptions(range, reverse));
    if (this.#recent.size === 0) return stored;
    const isCurrent = (key: Key) => this.#recent.get(documentKeyOf(this.spec, key)) === undefined;
    return layered(stored, isCurrent, this.#recentIn(range, reverse), reverse);
  }

  /**
   * LMDB counts some 10 million keys a second, so only the memtable's documents are gone through. LMDB may have what a
   * checkpoint is moving before or after this process hears of it: it is asked.
   */
  count(range: KeyRange): number {
    let count = this.#stored.getKeysCount(rangeOptions(range, false));
    for (const [, { entries, stored, moving }] of this.#recent.all()) {
      const now = entries[this.#at] ?? null;
      if (isIn(range, now)) count++;
      for (const key of new Set([now, stored[this.#at] ?? null, moving[this.#at] ?? null])) {
        if (isIn(range, key) && this.#stored.doesExist(key)) count--;
      }
    }
    return count;
  }

  *#recentIn(range: KeyRange, reverse: boolean): Generator<Key, void> {
    const tree = this.#recent.index(this.#at);
    if (reverse) {
      for (const [key] of tree.entriesReversed(range.upper)) {
        if (key < range.lower) return;
        yield key;
      }
    } else {
      for (const key of tree.keys(range.lower)) {
        if (key > range.upper) return;
        yield key;
      }
    }
  }
}

/** The keys of a collection's documents, in both. */
export class LayeredDocuments implements SortedKeys {
  readonly #stored: Stored;
  readonly #recent: Memtable;

  constructor(stored: Stored, recent: Memtable) {
    this.#stored = stored;
    this.#recent = recent;
  }

  inRange(range: KeyRange, reverse: boolean): Iterable<Key> {
    const stored = this.#stored.getKeys(rangeOptions(range, reverse));
    if (this.#recent.size === 0) return stored;
    const own: Key[] = [];
    for (const [key, { doc }] of this.#recent.all()) if (doc !== null && isIn(range, key)) own.push(key);
    own.sort();
    if (reverse) own.reverse();
    return layered(stored, (key) => this.#recent.get(key) === undefined, own, reverse);
  }

  count(range: KeyRange): number {
    let count = this.#stored.getKeysCount(rangeOptions(range, false));
    for (const [key, { doc }] of this.#recent.all()) {
      if (!isIn(range, key)) continue;
      if (doc !== null) count++;
      if (this.#stored.doesExist(key)) count--;
    }
    return count;
  }
}

function layered(
  stored: Iterable<Key>,
  isCurrent: (key: Key) => boolean,
  recent: Iterable<Key>,
  reverse: boolean,
): Iterable<Key> {
  const sources = [
    { keys: filtered(stored, isCurrent), prefix: 0 },
    { keys: recent, prefix: 0 },
  ];
  return merged(sources, reverse);
}

function* filtered(keys: Iterable<Key>, isWanted: (key: Key) => boolean): Generator<Key, void> {
  for (const key of keys) if (isWanted(key)) yield key;
}

function isIn({ lower, upper }: KeyRange, key: Key | null): key is Key {
  return key !== null && key >= lower && key <= upper;
}

function rangeOptions({ lower, upper }: KeyRange, reverse: boolean) {
  const [start, end] = reverse ? [upper, lower] : [lower, upper];
  // LMDB wants a first key of at least one byte. No id is empty, so nothing comes before this one.
  return { start: start || '\x00', end: end || '\x00', reverse, inclusiveEnd: true };
}
