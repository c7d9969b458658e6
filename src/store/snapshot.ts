import { setImmediate } from 'node:timers/promises';
import type { Transaction } from 'lmdb';
import type { CollectionName, Collections } from './documents.ts';
import type { Image, Imaged } from './embedded-collection.ts';
import type { Doc } from './index-keys.ts';
import { documentsOf } from './schema.ts';

/** All documents of a store. To be closed: LMDB reuses no page meanwhile. */
export interface Snapshot {
  /** Whether all documents are as they were when it was taken; else each is as it is when it is read. */
  readonly isOfOneMoment: boolean;
  /** Some hundred at a time, in no order; others get their turn between two. */
  batches(name: CollectionName): AsyncIterable<Doc[]>;
  close(): void;
}

const BATCH = 500;

/** Documents as they are when they are read: a MongoDB has no moment that is the same for all collections. */
export function liveSnapshot(collections: Collections): Snapshot {
  return {
    isOfOneMoment: false,
    async *batches(name) {
      const documents = documentsOf(collections, name);
      for (let last = ''; ; ) {
        const batch = await documents
          .find({ _id: { $gt: last } }, { sort: { _id: 1 }, limit: BATCH })
          .toArray();
        if (batch.length > 0) yield batch;
        const end = batch.at(-1);
        if (end === undefined || batch.length < BATCH) return;
        last = end._id;
      }
    },
    close() {},
  };
}

/**
 * All documents as they are now. `isOpen` throws once the store closes; `closed` is called when nobody reads the
 * transaction any more.
 */
export function imageSnapshot(
  collections: readonly (Imaged & { name: string })[],
  transaction: Transaction,
  { isOpen, closed }: { isOpen: () => void; closed: () => void },
): Snapshot {
  const images = new Map<string, Image>(
    collections.map((collection) => [collection.name, collection.image(transaction)]),
  );
  return {
    isOfOneMoment: true,
    async *batches(name) {
      for (const batch of images.get(name)?.() ?? []) {
        yield batch;
        await setImmediate();
        isOpen();
      }
    },
    close() {
      transaction.done();
      closed();
    },
  };
}
