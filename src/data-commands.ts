import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { atRest } from './backup/at-rest.ts';
import { contentsOf } from './backup/contents.ts';
import { dumpLines } from './backup/dump.ts';
import { type Dumped, readDump } from './backup/dump-reader.ts';
import { fill, isEmpty } from './backup/fill.ts';
import { type Config, readConfig, wrongSettings } from './config.ts';
import { SwitchboardError } from './errors.ts';
import type { Store } from './store/documents.ts';
import { openEngine, openStore, type StoreSettings } from './store/open.ts';
import { COLLECTION_NAMES, upgraded } from './store/schema.ts';

export interface CommandParts {
  env: Record<string, string | undefined>;
  now: () => number;
  /** A line for the operator. */
  print: (line: string) => void;
}

/**
 * Writes a backup to a file, or into a folder under a name with the time, and reads it again. A process that has the
 * embedded store open is asked for it, at `url` (undefined = this machine and `PORT`).
 *
 * @throws SwitchboardError, also `backup_damaged` when it was cut off.
 */
export async function backup({ env, now, print }: CommandParts, path: string, url?: string): Promise<void> {
  const config = readConfig(env);
  const file = await fileAt(path, now());
  const part = `${file}.part`;
  const to = createWriteStream(part, { mode: 0o600 });
  try {
    await once(to, 'open');
    const store = await openUnlessTaken(config);
    if (store === null) {
      await pipeline(await askForBackup(config, url), to);
    } else {
      try {
        await pipeline(Readable.from(dumpLines(store, now)), createGzip(), to);
      } finally {
        await store.close();
      }
    }
    const { documents } = await check(part);
    await rename(part, file);
    await syncFolder(dirname(file));
    print(`${file}: ${documents} documents, read again and whole.`);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/**
 * Puts a backup into an empty store, and compares what is there then with the backup.
 *
 * @throws SwitchboardError `backup_damaged` (nothing is changed then), `store_not_empty`, `store_differs`, `store_locked`.
 */
export async function restore({ env, now, print }: CommandParts, file: string): Promise<void> {
  await check(file);
  const store = await openEngine(storeSettings(readConfig(env)));
  try {
    const contents = await fill(store, 'restore', restored(file, now()));
    print(`${contents.documents} documents are restored, and compared with the backup.`);
    for (const line of countsOf(contents.counts())) print(line);
  } finally {
    await store.close();
  }
}

async function* restored(file: string, now: number): AsyncGenerator<Dumped, void> {
  for await (const { head, dumped } of readDump(createReadStream(file))) {
    const [collection, doc] = dumped;
    yield* atRest([collection, upgraded(collection, doc, head.schema)], now);
  }
}

/**
 * Copies the embedded store of `DATA_DIR` into the empty database of `MONGODB_URI`, and compares them. One that is there
 * already is compared only.
 *
 * @throws SwitchboardError `store_locked` while the service runs, `store_not_empty`, `store_differs`.
 */
export async function copy({ env, print }: CommandParts): Promise<void> {
  const config = readConfig(env);
  if (config.mongodbUri === undefined)
    throw wrongSettings(['MONGODB_URI: needed, it is where the data goes']);
  const from = await openStore({ ...storeSettings(config), mongodbUri: undefined });
  try {
    const to = await openEngine(storeSettings(config));
    try {
      if (await isThere(from, to)) return print('It is there already: both have the same contents.');
      const contents = await fill(to, 'copy', documentsIn(from));
      print(`${contents.documents} documents are copied, and compared.`);
      for (const line of countsOf(contents.counts())) print(line);
      print(`From now on start the service with MONGODB_URI. ${resolve(config.dataDir)} stays as it is.`);
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

async function isThere(from: Store, to: Store): Promise<boolean> {
  if ((await to.state()).filling !== undefined || (await isEmpty(to))) return false;
  return (await contentsOf(from)).differences(await contentsOf(to)).length === 0;
}

async function* documentsIn(store: Store): AsyncGenerator<Dumped, void> {
  const snapshot = store.snapshot();
  try {
    for (const name of COLLECTION_NAMES) {
      for await (const batch of snapshot.batches(name)) for (const doc of batch) yield [name, doc];
    }
  } finally {
    snapshot.close();
  }
}

/** Reads a backup to its end. */
async function check(file: string): Promise<{ documents: number }> {
  const from = createReadStream(file);
  await once(from, 'open').catch((cause: unknown) => {
    throw new SwitchboardError(
      'backup_damaged',
      'The backup cannot be opened: check its path and its rights.',
      {
        cause,
      },
    );
  });
  const dumped = readDump(from);
  for (;;) {
    const { done, value } = await dumped.next();
    if (done) return value;
  }
}

function storeSettings(config: Config): StoreSettings {
  const { mongodbUri, databaseSuffix, dataDir } = config;
  return { mongodbUri, databaseSuffix, dataDir, onUnindexed: 'warn' };
}

/** Null while another process has it. */
export async function openUnlessTaken(config: Config): Promise<Store | null> {
  try {
    return await openStore(storeSettings(config));
  } catch (error) {
    if (error instanceof SwitchboardError && error.code === 'store_locked') return null;
    throw error;
  }
}

async function askForBackup(config: Config, url = `http://127.0.0.1:${config.port}`): Promise<Readable> {
  if (config.adminToken === undefined) {
    throw wrongSettings(['ADMIN_TOKEN: needed, a running service is asked for the backup with it']);
  }
  const answer = await fetch(new URL('/api/backup', url), {
    headers: { authorization: `Bearer ${config.adminToken}` },
  }).catch((cause: unknown) => {
    throw new SwitchboardError(
      'store_locked',
      'Another process uses this data folder, and does not answer: check PORT, or name its address with --url.',
      { cause },
    );
  });
  if (answer.status !== 200 || answer.body === null) {
    await answer.body?.cancel();
    throw new SwitchboardError(
      'store_locked',
      `Another process uses this data folder, and answers with ${answer.status}: check ADMIN_TOKEN and --url.`,
    );
  }
  return Readable.fromWeb(answer.body);
}

async function fileAt(path: string, now: number): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) return path;
  return join(path, `switchboard-${new Date(now).toISOString().replace(/[:.]/g, '-')}.ndjson.gz`);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function countsOf(counts: { [collection: string]: number }): string[] {
  return Object.entries(counts).map(([collection, count]) => `  ${collection}: ${count}`);
}
