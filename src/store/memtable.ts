import { createRequire } from 'node:module';
import type SortedBtree from 'sorted-btree';
import { type Doc, type Entry, type Key, keysOf } from './index-keys.ts';

// Required, since loaders differ on what the default export of this CommonJS module is.
const { default: BTree }: typeof SortedBtree = createRequire(import.meta.url)('sorted-btree');

/** What each index of its collection has of a document, in their order. */
export type Entries = readonly Entry[];

/** Of a document that is in no index, or not there. */
export const NOWHERE: Entries = [];

/** Tells of each key of a document that is another one now, by its index's place in the declared order. */
export function eachChange(
  before: Entries,
  after: Entries,
  change: (at: number, old: Key | null, now: Key | null) => void,
): void {
  const indexes = Math.max(before.length, after.length);
  for (let at = 0; at < indexes; at++) {
    const old = before[at] ?? null;
    const now = after[at] ?? null;
    if (old === now) continue;
    if (isOne(old) && isOne(now)) change(at, old, now);
    else {
      // In this order: what is in both is there in the end.
      for (const key of keysOf(old)) change(at, key, null);
      for (const key of keysOf(now)) change(at, null, key);
    }
  }
}

function isOne(entry: Entry): entry is Key | null {
  return entry === null || typeof entry === 'string';
}

/** A document that was changed since LMDB last had it. */
export interface Recent {
  /** Never changed in place; null when it was deleted. */
  doc: Doc | null;
  entries: Entries;
  /** What LMDB's indexes have of it. */
  stored: Entries;
  /** What a checkpoint is writing to them, or has written and not yet heard of. */
  moving: Entries;
}

/** A document as a checkpoint takes it to LMDB. */
export interface Moving {
  key: Key;
  doc: Doc | null;
  entries: Entries;
}

/**
 * The documents of one collection that were changed since LMDB last had them, as they are now, with ordered keys of
 * their own. What is here hides what LMDB has of the same document.
 *
 * A text makes some twelve changes to a conversation and to its messages within milliseconds. LMDB gets their outcome,
 * once a second: most index entries have come and gone by then.
 */
export class Memtable {
  readonly #recent = new Map<Key, Recent>();
  readonly #indexes: readonly SortedEntries[];
  /** By index: told where a document that has left is to be found in LMDB again. */
  readonly #whenSeenAgain: ((key: Key) => void)[] = [];
  /** Changed since they were last taken to the journal. */
  #unwritten = new Set<Key>();

  constructor(indexes: number) {
    this.#indexes = Array.from({ length: indexes }, () => new SortedEntries());
  }

  get size(): number {
    return this.#recent.size;
  }

  get isUnwritten(): boolean {
    return this.#unwritten.size > 0;
  }

  get(key: Key): Recent | undefined {
    return this.#recent.get(key);
  }

  all(): IterableIterator<[Key, Recent]> {
    return this.#recent.entries();
  }

  /** `told`, one for an index, gets the entry in it of each document that LMDB's are no longer hidden by. */
  onSeenAgain(at: number, told: (key: Key) => void): void {
    this.#whenSeenAgain[at] = told;
  }

  /** The tree of the index at a place in the declared order. */
  index(at: number): SortedBtree.default<Key, null> {
    return this.#entries(at).tree;
  }

  #entries(at: number): SortedEntries {
    const entries = this.#indexes[at];
    if (entries === undefined) throw new RangeError(`There is no index ${at}.`);
    return entries;
  }

  /** `before` is what the indexes had of the document until now. */
  set(key: Key, doc: Doc | null, entries: Entries, before: Entries): void {
    const recent = this.#recent.get(key);
    if (recent === undefined) {
      this.#recent.set(key, { doc, entries, stored: before, moving: before });
      this.#replace(NOWHERE, entries);
    } else {
      this.#replace(recent.entries, entries);
      recent.doc = doc;
      recent.entries = entries;
    }
    this.#unwritten.add(key);
  }

  /** What was changed since this was last called. */
  takeUnwritten(): [Key, Doc | null][] {
    const taken: [Key, Doc | null][] = [];
    for (const key of this.#unwritten) taken.push([key, this.#recent.get(key)?.doc ?? null]);
    this.#unwritten = new Set();
    return taken;
  }

  /** Has it taken once more: it could not be written. */
  giveBack(taken: readonly [Key, Doc | null][]): void {
    for (const [key] of taken) this.#unwritten.add(key);
  }

  snapshot(): Moving[] {
    return Array.from(this.#recent, ([key, { doc, entries }]) => ({ key, doc, entries }));
  }

  /** LMDB has it now. Unless it was changed meanwhile, it is no longer held here. */
  settle({ key, doc, entries }: Moving): void {
    const recent = this.#recent.get(key);
    if (recent === undefined) return;
    recent.stored = entries;
    recent.moving = entries;
    if (recent.doc !== doc) return;
    this.#replace(recent.entries, NOWHERE);
    this.#recent.delete(key);
    for (const [at, entry] of entries.entries())
      for (const seen of keysOf(entry)) this.#whenSeenAgain[at]?.(seen);
  }

  #replace(before: Entries, after: Entries): void {
    eachChange(before, after, (at, old, now) => {
      const entries = this.#entries(at);
      if (old !== null) entries.delete(old);
      if (now !== null) entries.add(now);
    });
  }
}

/**
 * Keys that are sorted when somebody asks for them: most entries have come and gone by then, in an index that is seldom
 * read. A set takes a key in a tenth of the time of the tree.
 */
class SortedEntries {
  readonly #tree = new BTree<Key, null>(undefined, byBytes);
  readonly #unsorted = new Set<Key>();

  get tree(): SortedBtree.default<Key, null> {
    for (const key of this.#unsorted) this.#tree.set(key, null);
    this.#unsorted.clear();
    return this.#tree;
  }

  add(key: Key): void {
    this.#unsorted.add(key);
  }

  delete(key: Key): void {
    if (!this.#unsorted.delete(key)) this.#tree.delete(key);
  }
}

/** As LMDB compares them. */
function byBytes(a: Key, b: Key): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
