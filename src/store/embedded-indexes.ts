import type { Database, RootDatabase } from 'lmdb';
import type { IndexSpec } from './collection.ts';
import type { Index } from './embedded-collection.ts';
import { AFTER, type Doc, entryKey, KEY_OPTIONS, type Key } from './index-keys.ts';

/** Documents per transaction while an index is built: others get their turn in between, and memory stays flat. */
const BATCH = 2_000;

export interface IndexesToOpen {
  root: RootDatabase<unknown, string>;
  meta: Database<unknown, string>;
  name: string;
  documents: Database<Doc, Key>;
  specs: readonly IndexSpec[];
  transact: <R>(change: () => R) => Promise<R>;
  log: { info(details: object, message: string): void } | undefined;
}

/**
 * Opens the declared indexes of a collection. One that is new, or was declared otherwise when the folder was written,
 * is built first; a crash in between leaves it unfinished, and the next start builds it anew.
 */
export async function openIndexes(parts: IndexesToOpen): Promise<Index[]> {
  const { root, meta, name, documents, specs, transact, log } = parts;
  const indexes: Index[] = [];
  for (const spec of specs) {
    const entries = root.openDB<string, Key>(`${name}.${spec.name}`, { encoding: 'string', ...KEY_OPTIONS });
    const index = { spec, entries };
    indexes.push(index);
    const key = `index.${name}.${spec.name}`;
    const declared = JSON.stringify({ keys: Object.entries(spec.keys), present: spec.present ?? null });
    if (meta.get(key) === declared) continue;
    await transact(() => {
      entries.clearSync();
      meta.removeSync(key);
    });
    const built = await build(index, documents, transact);
    await transact(() => meta.putSync(key, declared));
    if (built > 0) log?.info({ collection: name, index: spec.name, documents: built }, 'built an index');
  }
  return indexes;
}

async function build(
  { spec, entries }: Index,
  documents: Database<Doc, Key>,
  transact: IndexesToOpen['transact'],
): Promise<number> {
  let built = 0;
  // LMDB wants a first key of at least one byte, and no id is empty.
  let start: Key = '\x00';
  const end = AFTER;
  for (;;) {
    const keys = [...documents.getKeys({ start, end, exclusiveStart: built > 0, limit: BATCH })];
    await transact(() => {
      for (const key of keys) {
        const doc = documents.get(key);
        const entry = doc === undefined ? null : entryKey(spec, doc);
        if (entry !== null) entries.putSync(entry, '');
      }
    });
    built += keys.length;
    start = keys.at(-1) ?? end;
    if (keys.length < BATCH) return built;
  }
}
