import type { Database, RootDatabase } from 'lmdb';
import type { IndexSpec } from './collection.ts';
import type { Index } from './embedded-collection.ts';
import { type Doc, entryKey, KEY_OPTIONS, type Key } from './index-keys.ts';

/** Documents whose entries are made in one transaction; others get their turn between two. */
const BATCH = 1000;

type Transact = <R>(change: () => R) => Promise<R>;

/**
 * Opens a collection's indexes. Those that the folder does not have yet, or has with other keys, are built; those that
 * are no longer declared are dropped. A build that is interrupted starts again at the next opening.
 */
export async function openIndexes(
  root: RootDatabase<unknown, string>,
  meta: Database<unknown, string>,
  collection: string,
  documents: Database<Doc, Key>,
  specs: readonly IndexSpec[],
  transact: Transact,
): Promise<Index[]> {
  const stored = `indexes.${collection}`;
  const built = new Map(Object.entries(descriptions(meta.get(stored))));
  const indexes: Index[] = [];
  let changed = false;
  for (const spec of specs) {
    const entries = openEntries(root, collection, spec.name);
    const index = { spec, entries };
    indexes.push(index);
    if (built.get(spec.name) !== describe(spec)) {
      changed = true;
      await build(index, documents, transact);
    }
    built.delete(spec.name);
  }
  for (const name of built.keys()) {
    changed = true;
    openEntries(root, collection, name).dropSync();
  }
  if (changed) {
    const now = Object.fromEntries(specs.map((spec) => [spec.name, describe(spec)]));
    await transact(() => meta.putSync(stored, now));
  }
  return indexes;
}

function openEntries(
  root: RootDatabase<unknown, string>,
  collection: string,
  name: string,
): Database<string, Key> {
  return root.openDB<string, Key>(`${collection}.${name}`, { encoding: 'string', ...KEY_OPTIONS });
}

async function build(
  { spec, entries }: Index,
  documents: Database<Doc, Key>,
  transact: Transact,
): Promise<void> {
  await transact(() => entries.clearSync());
  for (let from: Key | null = '\x00'; from !== null; ) {
    const start: Key = from;
    from = await transact(() => {
      let last: Key | null = null;
      let count = 0;
      for (const { key, value } of documents.getRange({ start, limit: BATCH })) {
        const entry = entryKey(spec, value);
        if (entry !== null) entries.putSync(entry, '');
        last = key;
        count++;
      }
      return last === null || count < BATCH ? null : `${last}\x00`;
    });
  }
}

function describe(spec: IndexSpec): string {
  return JSON.stringify([Object.entries(spec.keys), spec.present ?? null]);
}

function descriptions(stored: unknown): { [name: string]: unknown } {
  return typeof stored === 'object' && stored !== null ? { ...stored } : {};
}
