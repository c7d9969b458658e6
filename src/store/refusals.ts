import { SwitchboardError } from '../errors.ts';
import type { FilterDoc } from './filter.ts';
import { type Key, MAX_KEY_BYTES } from './index-keys.ts';
import type { Entries } from './memtable.ts';
import type { SortDoc } from './query-plan.ts';

/** @throws TypeError when LMDB could not hold the document's key, or one of its entries. */
export function refuseLong(key: Key, entries: Entries): void {
  const isLong = (one: Key) => one.length > MAX_KEY_BYTES;
  const areLong = entries.some((entry) => (typeof entry === 'string' ? isLong(entry) : entry?.some(isLong)));
  if (isLong(key) || areLong) {
    throw new TypeError(`An _id, or what an index holds of a document, is over ${MAX_KEY_BYTES} bytes.`);
  }
}

/** As MongoDB's driver says it. */
export function duplicateKey(collection: string): Error {
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
