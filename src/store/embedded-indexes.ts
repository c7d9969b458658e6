import type { Database, RootDatabase } from 'lmdb';
import type { IndexSpec } from './collection.ts';
import { committed } from './commit.ts';
import type { Index } from './embedded-collection.ts';
import { type Doc, entryOf, KEY_OPTIONS, type Key, keysOf } from './index-keys.ts';

/** Documents whose entries are made in one transaction; others get their turn between two. */
const BATCH = 1000;

interface Parts {
  root: RootDatabase<unknown, string>;
  meta: Database<unknown, string>;
  collection: string;
  documents: Database<Doc, Key>;
  specs: readonly IndexSpec[];
  log: { info(details: object, message: string): void } | undefined;
}

/**
 * Opens a collection's indexes. Those that the folder does not have yet, or has with other keys, are built; those that
 * are no longer declared are dropped. A build that is interrupted starts again at the next opening.
 */
export async function openIndexes(parts: Parts): Promise<Index[]> {
  const { root, meta, collection, documents, specs, log } = parts;
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
      const count = await build(index, documents);
      if (count > 0) log?.info({ collection, index: spec.name, documents: count }, 'built an index');
    }
    built.delete(spec.name);
  }
  for (const name of built.keys()) {
    changed = true;
    openEntries(root, collection, name).dropSync();
  }
  if (changed) {
    const now = Object.fromEntries(specs.map((spec) => [spec.name, describe(spec)]));
    await committed(meta.put(stored, now));
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

/** Returns how many documents there are. */
async function build({ spec, entries }: Index, documents: Database<Doc, Key>): Promise<number> {
  entries.clearSync();
  let count = 0;
  for (let from: Key | null = '\x00'; from !== null; ) {
    const start: Key = from;
    from = entries.transactionSync(() => {
      let last: Key = start;
      let read = 0;
      for (const { key, value } of documents.getRange({ start, limit: BATCH })) {
        for (const entry of keysOf(entryOf(spec, value))) entries.putSync(entry, '');
        last = key;
        read++;
      }
      count += read;
      return read < BATCH ? null : `${last}\x00`;
    });
    await new Promise((resolve) => setImmediate(resolve));
  }
  return count;
}

function describe({ keys, present, each }: IndexSpec): string {
  return JSON.stringify([Object.entries(keys), present ?? null, ...(each === undefined ? [] : [each])]);
}

function descriptions(stored: unknown): { [name: string]: unknown } {
  return typeof stored === 'object' && stored !== null ? { ...stored } : {};
}
