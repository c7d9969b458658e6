import type { Database } from 'lmdb';
import { SwitchboardError } from '../errors.ts';
import type { Collection, Filter, FindOptions, IndexSpec, Sort, UpdateFilter } from './collection.ts';
import { compileFilter, type FilterDoc } from './filter.ts';
import { type Doc, documentKey, documentKeyOf, entryKey, type Key, MAX_KEY_BYTES } from './index-keys.ts';
import { countKeys, keysIn, mergedKeysIn } from './key-ranges.ts';
import { compareValues } from './order.ts';
import { type Plan, planQuery, type SortDoc } from './query-plan.ts';
import type { Structures } from './structures.ts';
import { applyUpdate, copyOf, seedOf, type UpdateDoc } from './update.ts';

export interface Index {
  spec: IndexSpec;
  /** Entries: the key says it all, the value is empty. */
  entries: Database<string, Key>;
}

/** What a collection needs of the engine. */
export interface Engine {
  /** Runs `change` alone and writes what it writes as a whole, or not at all. Resolves once it is visible to reads. */
  transact<R>(change: () => R): Promise<R>;
  /** Runs `look` on the state that the last commit left. */
  read<R>(look: () => R): Promise<R>;
  /** A query that no index serves. */
  unindexed(collection: string, filter: FilterDoc, sort: SortDoc | undefined): void;
}

/** A collection of the embedded engine. See `Collection` for the contract. */
export class EmbeddedCollection<T extends { _id: string }> implements Collection<T> {
  readonly #name: string;
  readonly #documents: Database<Doc, Key>;
  readonly #structures: Structures;
  readonly #indexes: readonly Index[];
  readonly #specs: readonly IndexSpec[];
  readonly #engine: Engine;

  constructor(
    name: string,
    documents: Database<Doc, Key>,
    structures: Structures,
    indexes: readonly Index[],
    engine: Engine,
  ) {
    this.#name = name;
    this.#documents = documents;
    this.#structures = structures;
    this.#indexes = indexes;
    this.#specs = indexes.map(({ spec }) => spec);
    this.#engine = engine;
  }

  async findOne(filter: Filter<T>, options: { sort?: Sort<T> } = {}): Promise<T | null> {
    return this.#engine.read(() => asStored<T>(this.#first(filter, options.sort)));
  }

  find(filter: Filter<T>, options: FindOptions<T> = {}): { toArray(): Promise<T[]> } {
    const limit = options.limit || Number.POSITIVE_INFINITY; // 0 is no limit, as in MongoDB
    return {
      toArray: () =>
        this.#engine.read(() => {
          const found: T[] = [];
          for (const doc of this.#search(filter, options.sort)) {
            found.push(asStored<T>(doc));
            if (found.length >= limit) break;
          }
          return found;
        }),
    };
  }

  async insertOne(document: T): Promise<{ insertedId: string }> {
    return this.#engine.transact(() => {
      const doc = asDoc(copyOf(document));
      this.#insert(doc);
      return { insertedId: doc._id };
    });
  }

  async updateOne(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    options: { upsert?: boolean } = {},
  ): Promise<{ matchedCount: number; modifiedCount: number; upsertedCount: number }> {
    return this.#engine.transact(() => {
      const doc = this.#first(filter, undefined);
      if (doc !== null) {
        return { matchedCount: 1, modifiedCount: this.#change(doc, update) ? 1 : 0, upsertedCount: 0 };
      }
      if (options.upsert === true) this.#upsert(filter, update);
      return { matchedCount: 0, modifiedCount: 0, upsertedCount: options.upsert === true ? 1 : 0 };
    });
  }

  async findOneAndUpdate(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    options: { sort?: Sort<T>; upsert?: boolean; returnDocument: 'before' | 'after' },
  ): Promise<T | null> {
    return this.#engine.transact(() => {
      const after = options.returnDocument === 'after';
      const doc = this.#first(filter, options.sort);
      if (doc === null) {
        const inserted = options.upsert === true ? this.#upsert(filter, update) : null;
        return after ? asStored<T>(inserted) : null;
      }
      // The update works in place; the document as it was is still in the store until then.
      const before = after ? null : (this.#documents.get(documentKey(doc._id)) ?? null);
      this.#change(doc, update);
      return asStored<T>(after ? doc : before);
    });
  }

  async deleteOne(filter: Filter<T>): Promise<{ deletedCount: number }> {
    return this.#engine.transact(() => {
      const doc = this.#first(filter, undefined);
      if (doc === null) return { deletedCount: 0 };
      for (const { spec, entries } of this.#indexes) {
        const key = entryKey(spec, doc);
        if (key !== null) entries.removeSync(key);
      }
      this.#documents.removeSync(documentKey(doc._id));
      return { deletedCount: 1 };
    });
  }

  async countDocuments(filter: Filter<T>, options: { limit?: number } = {}): Promise<number> {
    const limit = options.limit || Number.POSITIVE_INFINITY;
    return this.#engine.read(() => {
      const plan = this.#plan(filter, undefined);
      if (plan.kind !== 'ids' && plan.exact) return this.#countKeys(plan, limit);
      let count = 0;
      for (const _ of this.#search(filter, undefined)) if (++count >= limit) break;
      return count;
    });
  }

  #insert(doc: Doc): void {
    if (typeof doc._id !== 'string' || doc._id === '') throw new TypeError('An _id is a text and not empty.');
    const key = documentKey(doc._id);
    const entries = this.#indexes.map(({ spec }) => entryKey(spec, doc));
    refuseLong(key, entries);
    if (this.#documents.doesExist(key)) throw duplicate(this.#name);
    this.#documents.putSync(key, this.#structures.ordered(doc));
    for (const [i, index] of this.#indexes.entries()) {
      const entry = entries[i];
      if (entry !== null && entry !== undefined) index.entries.putSync(entry, '');
    }
  }

  /** Applies an update to a document that has just been read from the store, in place. */
  #change(doc: Doc, update: UpdateDoc): boolean {
    const before = this.#indexes.map(({ spec }) => entryKey(spec, doc));
    if (!applyUpdate(doc, update, false)) return false;
    const after = this.#indexes.map(({ spec }) => entryKey(spec, doc));
    const key = documentKey(doc._id);
    refuseLong(key, after);
    this.#documents.putSync(key, this.#structures.ordered(doc));
    for (const [i, { entries }] of this.#indexes.entries()) {
      const old = before[i] ?? null;
      const now = after[i] ?? null;
      if (old === now) continue;
      if (old !== null) entries.removeSync(old);
      if (now !== null) entries.putSync(now, '');
    }
    return true;
  }

  #upsert(filter: FilterDoc, update: UpdateDoc): Doc {
    const seed = seedOf(filter);
    const doc: Doc = { ...seed, _id: typeof seed._id === 'string' ? seed._id : idOf(update) };
    applyUpdate(doc, update, true);
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
    this.#engine.unindexed(this.#name, filter, sort);
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
      for (const key of keysIn(this.#documents, [plan.range], plan.reverse)) {
        const doc = this.#get(key);
        if (doc !== undefined && matches(doc)) yield doc;
      }
    } else {
      const { entries } = this.#index(plan.index);
      const merged = plan.sorted && plan.ranges.length > 1;
      const keys = (merged ? mergedKeysIn : keysIn)(entries, plan.ranges, plan.reverse);
      for (const key of keys) {
        const doc = this.#get(documentKeyOf(plan.index, key));
        if (doc !== undefined && matches(doc)) yield doc;
      }
    }
  }

  #countKeys(plan: Exclude<Plan, { kind: 'ids' }>, limit: number): number {
    const [keys, ranges] =
      plan.kind === 'documents'
        ? [this.#documents, [plan.range]]
        : [this.#index(plan.index).entries, plan.ranges];
    return countKeys(keys, ranges, limit);
  }

  #get(key: Key): Doc | undefined {
    return key === '' || key.length > MAX_KEY_BYTES ? undefined : this.#documents.get(key);
  }

  #index(spec: IndexSpec): Index {
    const index = this.#indexes.find((candidate) => candidate.spec === spec);
    if (index === undefined) throw new Error(`There is no index ${spec.name}.`);
    return index;
  }
}

function sortDocuments(docs: Doc[], sort: SortDoc): Doc[] {
  const order = Object.entries(sort);
  return docs.sort((a, b) => {
    for (const [field, direction] of order) {
      const difference = compareValues(a[field], b[field]);
      if (difference !== 0) return difference * (direction ?? 1);
    }
    return 0;
  });
}

function refuseLong(key: Key, entries: readonly (Key | null)[]): void {
  if (key.length > MAX_KEY_BYTES || entries.some((entry) => entry !== null && entry.length > MAX_KEY_BYTES)) {
    throw new TypeError(`An _id, or what an index holds of a document, is over ${MAX_KEY_BYTES} bytes.`);
  }
}

function idOf(update: UpdateDoc): string {
  for (const operator of ['$setOnInsert', '$set']) {
    const fields = update[operator];
    if (typeof fields === 'object' && fields !== null && '_id' in fields && typeof fields._id === 'string') {
      return fields._id;
    }
  }
  throw new TypeError('An upsert has to name the _id.');
}

function duplicate(collection: string): Error {
  return Object.assign(new Error(`The _id exists already in ${collection}.`), { code: 11000 });
}

export function unindexedError(
  collection: string,
  filter: FilterDoc,
  sort: SortDoc | undefined,
): SwitchboardError {
  const fields = Object.keys(filter).join(', ') || 'nothing';
  const order = Object.keys(sort ?? {}).join(', ') || 'nothing';
  return new SwitchboardError(
    'store_unindexed',
    `No index of ${collection} serves a filter on ${fields} sorted by ${order}.`,
    { details: { collection, filter: Object.keys(filter), sort: Object.keys(sort ?? {}) } },
  );
}

/*
 * The border to the bytes: what was stored as a T comes back as one. A document is a T outside and a `Doc` inside.
 */
function asStored<T>(doc: Doc): T;
function asStored<T>(doc: Doc | null): T | null;
function asStored<T>(doc: Doc | null): T | null {
  return doc as T | null;
}

function asDoc(value: unknown): Doc {
  return value as Doc;
}
