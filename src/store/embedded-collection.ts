import type { Database, Transaction } from 'lmdb';
import type { Movable } from './checkpoint.ts';
import type { Collection, Filter, FindOptions, IndexSpec, Sort, UpdateFilter } from './collection.ts';
import { committed } from './commit.ts';
import type { CollectionName } from './documents.ts';
import { compileFilter, type FilterDoc } from './filter.ts';
import {
  type Doc,
  documentKey,
  documentKeyOf,
  entryOf,
  hasSameEntry,
  type Key,
  MAX_KEY_BYTES,
} from './index-keys.ts';
import type { Journaled } from './journal-record.ts';
import { countKeys, keysIn, mergedKeysIn } from './key-ranges.ts';
import { LayeredDocuments, LayeredIndex } from './layered-keys.ts';
import { type Entries, eachChange, Memtable, type Moving, NOWHERE } from './memtable.ts';
import { sortDocuments } from './order.ts';
import { type Plan, planQuery, type SortDoc } from './query-plan.ts';
import { duplicateKey, refuseLong } from './refusals.ts';
import type { Structures } from './structures.ts';
import { copyOf, type UpdateDoc, updated, upserted } from './update.ts';

export interface Index {
  spec: IndexSpec;
  /** Entries: the key says it all, the value is empty. */
  entries: Database<string, Key>;
}

/** What a collection needs of the engine. */
export interface Engine {
  /** Runs `change` alone. Resolves once what it changed is visible to reads. */
  transact<R>(change: () => R): Promise<R>;
  /** Runs `look` alone. */
  read<R>(look: () => R): Promise<R>;
  /** A document is another one now, or gone. */
  changed(collection: CollectionName): void;
  /** A document is about to be handed to a caller. */
  given(doc: Doc): void;
  /** A query that no index serves. */
  unindexed(collection: string, filter: FilterDoc, sort: SortDoc | undefined): void;
}

/** What LMDB has of a collection. */
export interface Tables {
  documents: Database<Doc, Key>;
  structures: Structures;
  /** In the declared order. */
  indexes: readonly Index[];
}

/** All documents of a collection as they were once, some hundred at a time. */
export type Image = () => Iterable<Doc[]>;

export interface Imaged {
  /** What is in the collection now, of which LMDB has its part as `transaction` sees it. */
  image(transaction: Transaction): Image;
  follow(tables: Tables): void;
}

/** Documents of an image that are read in one go: some 1 ms. */
const IMAGE_BATCH = 500;

/** A collection of the embedded engine. See `Collection` for the contract. */
export class EmbeddedCollection<T extends { _id: string }>
  implements Collection<T>, Journaled, Movable, Imaged
{
  readonly name: CollectionName;
  #documents: Database<Doc, Key>;
  #structures: Structures;
  readonly #specs: readonly IndexSpec[];
  readonly #engine: Engine;
  readonly #ids: LayeredDocuments;
  readonly #layers: readonly LayeredIndex[];
  readonly recent: Memtable;

  constructor(name: CollectionName, { documents, structures, indexes }: Tables, engine: Engine) {
    this.name = name;
    this.#documents = documents;
    this.#structures = structures;
    this.#specs = indexes.map(({ spec }) => spec);
    this.#engine = engine;
    const recent = new Memtable(indexes.length);
    this.recent = recent;
    this.#ids = new LayeredDocuments(documents, recent);
    this.#layers = indexes.map(({ spec, entries }, at) => new LayeredIndex(spec, entries, recent, at));
  }

  /** Goes on with the same tables in another file. */
  follow({ documents, structures, indexes }: Tables): void {
    this.#documents = documents;
    this.#structures = structures;
    this.#ids.follow(documents);
    for (const [at, { entries }] of indexes.entries()) this.#layers[at]?.follow(entries);
  }

  findOne(filter: Filter<T>, options: { sort?: Sort<T> } = {}): Promise<T | null> {
    return this.#engine.read(() => this.#given(this.#first(filter, options.sort)));
  }

  find(filter: Filter<T>, options: FindOptions<T> = {}): { toArray(): Promise<T[]> } {
    const limit = options.limit || Number.POSITIVE_INFINITY; // 0 is no limit, as in MongoDB
    return {
      toArray: () =>
        this.#engine.read(() => {
          const found: T[] = [];
          for (const doc of this.#search(filter, options.sort)) {
            found.push(this.#given(doc));
            if (found.length >= limit) break;
          }
          return found;
        }),
    };
  }

  insertOne(document: T): Promise<{ insertedId: string }> {
    return this.#engine.transact(() => {
      const doc = asDoc(copyOf(document));
      this.#insert(doc);
      return { insertedId: doc._id };
    });
  }

  updateOne(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    options: { upsert?: boolean } = {},
  ): Promise<{ matchedCount: number; modifiedCount: number; upsertedCount: number }> {
    return this.#engine.transact(() => {
      const doc = this.#first(filter, undefined);
      if (doc !== null) {
        const modifiedCount = this.#change(doc, update) === doc ? 0 : 1;
        return { matchedCount: 1, modifiedCount, upsertedCount: 0 };
      }
      if (options.upsert === true) this.#upsert(filter, update);
      return { matchedCount: 0, modifiedCount: 0, upsertedCount: options.upsert === true ? 1 : 0 };
    });
  }

  findOneAndUpdate(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    options: { sort?: Sort<T>; upsert?: boolean; returnDocument: 'before' | 'after' },
  ): Promise<T | null> {
    return this.#engine.transact(() => {
      const after = options.returnDocument === 'after';
      const doc = this.#first(filter, options.sort);
      if (doc === null) {
        const inserted = options.upsert === true ? this.#upsert(filter, update) : null;
        return after ? this.#given(inserted) : null;
      }
      const changed = this.#change(doc, update);
      return this.#given(after ? changed : doc);
    });
  }

  deleteOne(filter: Filter<T>): Promise<{ deletedCount: number }> {
    return this.#engine.transact(() => {
      const doc = this.#first(filter, undefined);
      if (doc === null) return { deletedCount: 0 };
      this.recent.set(documentKey(doc._id), null, NOWHERE, this.#entriesOf(doc));
      this.#engine.changed(this.name);
      return { deletedCount: 1 };
    });
  }

  countDocuments(filter: Filter<T>, options: { limit?: number } = {}): Promise<number> {
    const limit = options.limit || Number.POSITIVE_INFINITY;
    return this.#engine.read(() => {
      const plan = this.#plan(filter, undefined);
      if (plan.kind === 'documents' && plan.exact) return countKeys(this.#ids, [plan.range], limit);
      if (plan.kind === 'index' && plan.exact) return countKeys(this.#layer(plan.index), plan.ranges, limit);
      let count = 0;
      for (const _ of this.#search(filter, undefined)) if (++count >= limit) break;
      return count;
    });
  }

  /** Hands documents as they were to LMDB, in one transaction, with what `also` does. */
  async move(batch: readonly Moving[], also?: () => void): Promise<void> {
    const commit = this.#documents.batch(() => {
      for (const moved of batch) this.#hand(moved);
      also?.();
    });
    try {
      await committed(commit);
    } finally {
      await this.#structures.settled();
    }
  }

  #hand({ key, doc, entries }: Moving): void {
    const recent = this.recent.get(key);
    if (recent === undefined) return;
    // An earlier move was not heard of, so it may have been made or not: LMDB knows.
    if (recent.moving !== recent.stored) recent.stored = this.#entriesStored(key);
    recent.moving = entries;
    if (doc === null) void this.#documents.remove(key);
    else void this.#documents.put(key, this.#structures.ordered(doc));
    eachChange(recent.stored, entries, (at, old, now) => this.#layers[at]?.hand(old, now));
  }

  image(transaction: Transaction): Image {
    const documents = this.#documents;
    const recent = new Map<Key, Doc | null>();
    for (const [key, { doc }] of this.recent.all()) recent.set(key, doc);
    return function* () {
      for (let start: Key | null = '\x00'; start !== null; ) {
        const range = documents.getRange({ start, limit: IMAGE_BATCH, transaction });
        const stored: { key: Key; value: Doc }[] = [...range];
        const last: Key | undefined = stored.at(-1)?.key;
        start = last === undefined || stored.length < IMAGE_BATCH ? null : `${last}\x00`;
        yield stored.filter(({ key }) => !recent.has(key)).map(({ value }) => value);
      }
      const changed = [...recent.values()].filter((doc) => doc !== null);
      for (let from = 0; from < changed.length; from += IMAGE_BATCH) {
        yield changed.slice(from, from + IMAGE_BATCH);
      }
    };
  }

  /** Takes what the journal says of a document. */
  restore(doc: Doc): void {
    const key = documentKey(doc._id);
    this.recent.set(key, doc, this.#entriesOf(doc), this.#entriesBefore(key));
  }

  /** Takes it from the journal that a document was deleted. */
  restoreDeleted(key: Key): void {
    this.recent.set(key, null, NOWHERE, this.#entriesBefore(key));
  }

  #entriesBefore(key: Key): Entries {
    return this.recent.get(key)?.entries ?? this.#entriesStored(key);
  }

  #entriesStored(key: Key): Entries {
    const doc = this.#documents.get(key);
    return doc === undefined ? NOWHERE : this.#entriesOf(doc);
  }

  #insert(doc: Doc): void {
    if (typeof doc._id !== 'string' || doc._id === '') throw new TypeError('An _id is a text and not empty.');
    const key = documentKey(doc._id);
    const entries = this.#entriesOf(doc);
    refuseLong(key, entries);
    const recent = this.recent.get(key);
    if (recent === undefined ? this.#documents.doesExist(key) : recent.doc !== null) {
      throw duplicateKey(this.name);
    }
    this.recent.set(key, doc, entries, NOWHERE);
    this.#engine.changed(this.name);
  }

  /** Returns the document with the update applied, or the same one when that changes nothing. */
  #change(doc: Doc, update: UpdateDoc): Doc {
    const changed = updated(doc, update);
    if (changed === doc) return doc;
    const key = documentKey(doc._id);
    const before = this.recent.get(key)?.entries ?? this.#entriesOf(doc);
    const entries = this.#specs.map((spec, at) =>
      hasSameEntry(spec, doc, changed) ? (before[at] ?? null) : entryOf(spec, changed),
    );
    refuseLong(key, entries);
    this.recent.set(key, changed, entries, before);
    this.#engine.changed(this.name);
    return changed;
  }

  #entriesOf(doc: Doc): Entries {
    return this.#specs.map((spec) => entryOf(spec, doc));
  }

  #upsert(filter: FilterDoc, update: UpdateDoc): Doc {
    const doc = upserted(filter, update);
    this.#insert(doc);
    return doc;
  }

  #first(filter: FilterDoc, sort: SortDoc | undefined): Doc | null {
    for (const doc of this.#search(filter, sort)) return doc;
    return null;
  }

  #search(filter: FilterDoc, sort: SortDoc | undefined): Iterable<Doc> {
    const plan = this.#plan(filter, sort);
    const matches = compileFilter(filter);
    const found = this.#matching(plan, matches);
    const sorted = plan.kind === 'ids' ? sort === undefined || plan.ids.length < 2 : plan.sorted;
    return sorted || sort === undefined ? found : sortDocuments([...found], sort);
  }

  #plan(filter: FilterDoc, sort: SortDoc | undefined): Plan {
    const plan = planQuery(filter, sort, this.#specs);
    if (plan !== null) return plan;
    this.#engine.unindexed(this.name, filter, sort);
    return {
      kind: 'documents',
      range: { lower: '\x00', upper: '\xff', prefix: 0 },
      reverse: false,
      sorted: false,
      exact: false,
    };
  }

  *#matching(plan: Plan, matches: (doc: Doc) => boolean): Generator<Doc, void> {
    if (plan.kind === 'ids') {
      for (const id of plan.ids) {
        const doc = this.#get(documentKey(id));
        if (doc !== undefined && matches(doc)) yield doc;
      }
    } else if (plan.kind === 'documents') {
      for (const key of keysIn(this.#ids, [plan.range], plan.reverse)) {
        const doc = this.#get(key);
        if (doc !== undefined && matches(doc)) yield doc;
      }
    } else {
      const merged = plan.sorted && plan.ranges.length > 1;
      const keys = (merged ? mergedKeysIn : keysIn)(this.#layer(plan.index), plan.ranges, plan.reverse);
      for (const key of keys) {
        const doc = this.#get(documentKeyOf(plan.index, key));
        if (doc !== undefined && matches(doc)) yield doc;
      }
    }
  }

  /** Not to be changed: it may be the memtable's. */
  #get(key: Key): Doc | undefined {
    if (key === '' || key.length > MAX_KEY_BYTES) return undefined;
    const recent = this.recent.get(key);
    return recent === undefined ? this.#documents.get(key) : (recent.doc ?? undefined);
  }

  /** As a caller gets it: no copy, since copies were a tenth of a claim. */
  #given(doc: Doc): T;
  #given(doc: Doc | null): T | null;
  #given(doc: Doc | null): T | null {
    if (doc !== null) this.#engine.given(doc);
    return doc as T | null;
  }

  #layer(spec: IndexSpec): LayeredIndex {
    const layer = this.#layers.find((candidate) => candidate.spec === spec);
    if (layer === undefined) throw new Error(`There is no index ${spec.name}.`);
    return layer;
  }
}

/*
 * The border to the bytes: what was stored as a T comes back as one. A document is a T outside and a `Doc` inside.
 */
function asDoc(value: unknown): Doc {
  return value as Doc;
}
