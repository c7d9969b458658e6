import type { Database } from 'lmdb';
import type { IndexSpec } from './collection.ts';
import { documentKeyOf, type Entry, type Key } from './index-keys.ts';
import { type KeyRange, merged, type SortedKeys } from './key-ranges.ts';
import type { Memtable } from './memtable.ts';

type Stored = Database<unknown, Key>;

/** Beginnings of ranges that are remembered. All are looked at for each document that a checkpoint has moved. */
const MOST_PASSED = 200;

/** Hidden keys at the head of a range from which on it is remembered: one or two are passed again as fast. */
const MANY_HIDDEN = 3;

/** The keys of an index: LMDB's, without those of documents that the memtable has, and the memtable's own. */
export class LayeredIndex implements SortedKeys {
  readonly spec: IndexSpec;
  #stored: Database<string, Key>;
  readonly #recent: Memtable;
  readonly #at: number;
  /**
   * By where a range begins, the key of LMDB's up to which all are hidden. What is taken from the head of a line stays
   * there until a checkpoint: without this, each who takes the next would pass all that were taken in that second.
   * It holds until a document is seen again in between.
   */
  readonly #passed = new Map<Key, Key>();

  /** `at` is the index's place among those of its collection. */
  constructor(spec: IndexSpec, stored: Database<string, Key>, recent: Memtable, at: number) {
    this.spec = spec;
    this.#stored = stored;
    this.#recent = recent;
    this.#at = at;
    recent.onSeenAgain(at, (key) => this.#seenAgain(key));
  }

  /** The same entries, in another file. */
  follow(stored: Database<string, Key>): void {
    this.#stored = stored;
    this.#passed.clear();
  }

  /** Hands LMDB an entry in the place of another one, in the batch that is open: what each promises is the batch's. */
  hand(old: Key | null, now: Key | null): void {
    if (old !== null) void this.#stored.remove(old);
    if (now !== null) void this.#stored.put(now, '');
  }

  inRange(range: KeyRange, reverse: boolean): Iterable<Key> {
    if (this.#recent.size === 0) return this.#stored.getKeys(rangeOptions(range, reverse));
    const stored = reverse ? this.#seenBackwards(range) : this.#seen(range);
    return merged(
      [
        { keys: stored, prefix: 0 },
        { keys: this.#recentIn(range, reverse), prefix: 0 },
      ],
      reverse,
    );
  }

  #seenBackwards(range: KeyRange): Iterable<Key> {
    return filtered(this.#stored.getKeys(rangeOptions(range, true)), (key) => this.#isSeen(key));
  }

  *#seen({ lower, upper, prefix }: KeyRange): Generator<Key, void> {
    const begin = this.#passed.get(lower) ?? lower;
    if (begin > upper) return;
    let atHead = true;
    let hidden = 0;
    let last = begin;
    for (const key of this.#stored.getKeys(rangeOptions({ lower: begin, upper, prefix }, false))) {
      if (this.#isSeen(key)) {
        if (atHead) this.#pass(lower, key, hidden);
        atHead = false;
        yield key;
      } else if (atHead) {
        hidden++;
        last = key;
      }
    }
    if (atHead) this.#pass(lower, last, hidden);
  }

  #seenAgain(key: Key): void {
    for (const [lower, to] of this.#passed) if (lower <= key && key <= to) this.#passed.delete(lower);
  }

  /** The one that was asked for the longest ago makes room. */
  #pass(lower: Key, to: Key, hidden: number): void {
    const isKnown = this.#passed.delete(lower);
    if (!isKnown && hidden < MANY_HIDDEN) return;
    const [oldest] = this.#passed.keys();
    if (this.#passed.size >= MOST_PASSED && oldest !== undefined) this.#passed.delete(oldest);
    this.#passed.set(lower, to);
  }

  #isSeen(key: Key): boolean {
    return this.#recent.get(documentKeyOf(this.spec, key)) === undefined;
  }

  /**
   * LMDB counts some 10 million keys a second, so only the memtable's documents are gone through. LMDB may have what a
   * checkpoint is moving before or after this process hears of it: it is asked. Not for lists, of which a document has
   * several keys.
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
  #stored: Stored;
  readonly #recent: Memtable;

  constructor(stored: Stored, recent: Memtable) {
    this.#stored = stored;
    this.#recent = recent;
  }

  /** The same documents, in another file. */
  follow(stored: Stored): void {
    this.#stored = stored;
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

function isIn({ lower, upper }: KeyRange, key: Entry): key is Key {
  return typeof key === 'string' && key >= lower && key <= upper;
}

function rangeOptions({ lower, upper }: KeyRange, reverse: boolean) {
  const [start, end] = reverse ? [upper, lower] : [lower, upper];
  // LMDB wants a first key of at least one byte. No id is empty, so nothing comes before this one.
  return { start: start || '\x00', end: end || '\x00', reverse, inclusiveEnd: true };
}
