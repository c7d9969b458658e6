import type { Collection } from './collection.ts';
import type { CollectionName, Store } from './documents.ts';
import type { Doc } from './index-keys.ts';
import { INDEXES } from './indexes.ts';

/**
 * The version of the documents that this version of the service writes. It grows with a migration, whenever an older
 * version could no longer work with what is written. New collections, indexes and optional fields need none.
 */
export const SCHEMA = 1;

/** What is known of a store’s data as a whole. */
export interface DataState {
  /** The version of its documents. */
  schema: number;
  /** What fills it, from its first document until it has been compared with where it came from. */
  filling?: 'restore' | 'copy';
}

/** How the documents of one collection come to a version from the one before. */
export interface Migration {
  to: number;
  collection: CollectionName;
  /** Of a document that is of that version already it makes the same again: a migration may be cut off and repeated. */
  change: (doc: Doc) => Doc;
}

/** All, by version. */
const MIGRATIONS: readonly Migration[] = [];

export const COLLECTION_NAMES: readonly CollectionName[] = Object.keys(INDEXES).filter(isCollectionName);

export function isCollectionName(name: string): name is CollectionName {
  return name in INDEXES;
}

/** A collection whose documents are taken for what they are to the engines: an `_id` and fields. */
export function documentsOf<N extends CollectionName>(store: Pick<Store, N>, name: N): Collection<Doc> {
  // The border to the bytes: what is read from a collection goes back as it came.
  const collection: unknown = store[name];
  return collection as Collection<Doc>;
}

/** A document of a backup, brought forward from the version of the backup. */
export function upgraded(
  collection: CollectionName,
  doc: Doc,
  from: number,
  migrations: readonly Migration[] = MIGRATIONS,
): Doc {
  return migrations
    .filter((migration) => migration.collection === collection && migration.to > from)
    .reduce((changed, { change }) => change(changed), doc);
}

const BATCH = 200;

/**
 * Brings the documents of a store forward to the newest version, one at a time. What dies in between goes on from the
 * start. On MongoDB another process may do the same at once: a document is written only if its fields are still those
 * that were read, and what both make of it is the same.
 */
export async function migrate(
  store: Store,
  migrations: readonly Migration[] = MIGRATIONS,
  schema = SCHEMA,
): Promise<{ changed: number }> {
  const { schema: from, ...state } = await store.state();
  if (from === schema) return { changed: 0 };
  let changed = 0;
  for (const name of new Set(migrations.filter(({ to }) => to > from).map(({ collection }) => collection))) {
    const documents = documentsOf(store, name);
    for (let last = ''; ; ) {
      const batch = await documents
        .find({ _id: { $gt: last } }, { sort: { _id: 1 }, limit: BATCH })
        .toArray();
      for (const doc of batch)
        if (await bring(documents, doc, upgraded(name, doc, from, migrations))) changed++;
      const end = batch.at(-1);
      if (end === undefined || batch.length < BATCH) break;
      last = end._id;
    }
  }
  await store.durable();
  await store.keepState({ ...state, schema });
  return { changed };
}

async function bring(documents: Collection<Doc>, before: Doc, after: Doc): Promise<boolean> {
  const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
  const differing = [...fields].filter(
    (field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );
  if (differing.length === 0) return false;
  const set = Object.fromEntries(
    differing.filter((field) => after[field] !== undefined).map((field) => [field, after[field]]),
  );
  const unset = Object.fromEntries(
    differing.filter((field) => after[field] === undefined).map((field) => [field, true as const]),
  );
  const asRead = Object.fromEntries(
    differing.map((field) => [
      field,
      before[field] === undefined ? { $exists: false } : { $eq: before[field] },
    ]),
  );
  await documents.updateOne(
    { _id: before._id, ...asRead },
    {
      ...(Object.keys(set).length > 0 && { $set: set }),
      ...(Object.keys(unset).length > 0 && { $unset: unset }),
    },
  );
  return true;
}
