import type { Filter, UpdateFilter } from 'mongodb';

export type { Filter, UpdateFilter };

export type Sort<T> = { [K in keyof T & string]?: 1 | -1 };

export interface FindOptions<T> {
  sort?: Sort<T>;
  limit?: number;
}

/**
 * The part of MongoDB's collection that switchboard uses. The driver's own `Collection<T>` fits it as it is, so
 * production runs on the driver without a wrapper; the embedded engine implements the same part.
 *
 * Every method is atomic for one document. A duplicate `_id` rejects with an error whose `code` is 11000
 * (`isDuplicateKey`). What is given to a method must not be changed until it has resolved, and what a method answers
 * with must not be changed at all: it may be the store's own. Fields that are undefined are left out of what is stored.
 *
 * The embedded engine is stricter, so that what works on it works on MongoDB: it refuses a filter that no declared
 * index serves (`store_unindexed`), one with an undefined value (MongoDB's driver would drop it and match more than
 * was meant), and an object or an array in an indexed field, but for a list that the index has `each` of.
 */
export interface Collection<T extends { _id: string }> {
  findOne(filter: Filter<T>, options?: { sort?: Sort<T> }): Promise<T | null>;
  find(filter: Filter<T>, options?: FindOptions<T>): { toArray(): Promise<T[]> };
  insertOne(document: T): Promise<unknown>;
  updateOne(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    options?: { upsert?: boolean },
  ): Promise<{ matchedCount: number; modifiedCount: number; upsertedCount: number }>;
  findOneAndUpdate(
    filter: Filter<T>,
    update: UpdateFilter<T>,
    options: { sort?: Sort<T>; upsert?: boolean; returnDocument: 'before' | 'after' },
  ): Promise<T | null>;
  deleteOne(filter: Filter<T>): Promise<{ deletedCount: number }>;
  countDocuments(filter: Filter<T>, options?: { limit?: number }): Promise<number>;
}

/** True for the error of either engine that says the `_id` exists already. */
export function isDuplicateKey(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 11000;
}

/**
 * Inserts a document unless there is one with its `_id`; false when there was. It begins the insert before it first
 * awaits, as a `Write` must.
 */
export async function insertOnce<T extends { _id: string }>(
  collection: Pick<Collection<T>, 'insertOne'>,
  document: T,
): Promise<boolean> {
  try {
    await collection.insertOne(document);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Ascending or descending fields; documents without the `present` field are not in the index. */
export interface IndexSpec {
  name: string;
  keys: Record<string, 1 | -1>;
  present?: string;
  /** The one of the fields that holds a list: there is an entry for each member, and a search names one. */
  each?: string;
}

/** Begins one write. It must do so before its first `await`; what it answers it keeps for its caller. */
export type Write = () => Promise<unknown>;

/** Each write once the one before it has resolved. */
export async function oneByOne(writes: readonly Write[]): Promise<void> {
  for (const write of writes) await write();
}
