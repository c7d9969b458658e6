import { createHash } from 'node:crypto';
import type { CollectionName, Store } from '../store/documents.ts';
import type { Doc } from '../store/index-keys.ts';
import { COLLECTION_NAMES } from '../store/schema.ts';

/**
 * What is in a store, in a form that can be compared with another one’s, whatever the engine and the order: of each
 * collection the number of documents, and the sum of their hashes.
 */
export class Contents {
  readonly #counts = new Map<string, number>();
  readonly #sums = new Map<string, bigint>();

  add(collection: CollectionName, doc: Doc): void {
    this.#change(collection, 1, hashOf(doc));
  }

  remove(collection: CollectionName, doc: Doc): void {
    this.#change(collection, -1, -hashOf(doc));
  }

  get documents(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  counts(): { [collection: string]: number } {
    return Object.fromEntries([...this.#counts].filter(([, count]) => count > 0));
  }

  /** The collections in which the other one has something else. */
  differences(other: Contents): CollectionName[] {
    return COLLECTION_NAMES.filter(
      (name) =>
        (this.#counts.get(name) ?? 0) !== (other.#counts.get(name) ?? 0) ||
        (this.#sums.get(name) ?? 0n) !== (other.#sums.get(name) ?? 0n),
    );
  }

  #change(collection: CollectionName, count: number, hash: bigint): void {
    this.#counts.set(collection, (this.#counts.get(collection) ?? 0) + count);
    this.#sums.set(collection, BigInt.asUintN(256, (this.#sums.get(collection) ?? 0n) + hash));
  }
}

/** Reads all of a store. */
export async function contentsOf(store: Store): Promise<Contents> {
  const contents = new Contents();
  const snapshot = store.snapshot();
  try {
    for (const name of COLLECTION_NAMES) {
      for await (const batch of snapshot.batches(name)) for (const doc of batch) contents.add(name, doc);
    }
  } finally {
    snapshot.close();
  }
  return contents;
}

function hashOf(doc: Doc): bigint {
  return BigInt(
    `0x${createHash('sha256')
      .update(JSON.stringify(ordered(doc)))
      .digest('hex')}`,
  );
}

/** With the fields of each object in one order: engines keep them in different ones. Undefined ones are left out. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => [name, ordered(field)]);
}
