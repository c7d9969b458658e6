import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import type { Store } from '../../src/store/documents.ts';
import { type EmbeddedStoreOptions, openEmbeddedStore } from '../../src/store/embedded.ts';
import { openMongoStore } from '../../src/store/mongo.ts';
import { mongoUri } from './mongo-server.ts';

export { databaseOn, mongoUri } from './mongo-server.ts';

export interface TemporaryStore {
  store: Store;
  dispose(): Promise<void>;
}

/** An embedded store in a folder of its own. A query that no index serves fails the test. */
export async function temporaryEmbeddedStore(
  options: Pick<EmbeddedStoreOptions, 'jitter' | 'many'> = {},
): Promise<TemporaryStore & { dataDir: string }> {
  const dataDir = await temporaryFolder();
  const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw', given: freeze, ...options });
  return {
    store,
    dataDir,
    async dispose() {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Whoever changes what is the store's own fails the test. */
function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value))
    return;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
}

/** A store on MongoDB's driver with a fresh database, on the stand-in unless a server is named. */
export async function mongoStore(uri?: string): Promise<TemporaryStore & { uri: string }> {
  const own = uri ?? (await mongoUri());
  const store = await openMongoStore({ uri: own });
  return {
    store,
    uri: own,
    async dispose() {
      await store.close();
      const client = new MongoClient(own);
      await client.db().dropDatabase();
      await client.close();
    },
  };
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'switchboard-store-'));
}

/** Lets other callbacks, and now and then timers and I/O too, go first: a few times, or not at all. */
export async function jitter(): Promise<void> {
  for (let turns = Math.floor(Math.random() * 4); turns > 0; turns--) {
    await (Math.random() < 0.5 ? null : new Promise((resolve) => setImmediate(resolve)));
  }
}

/** Each engine, and the embedded one yielding between its steps. */
export const ENGINES: readonly (readonly [string, () => Promise<TemporaryStore>])[] = [
  ['embedded', () => temporaryEmbeddedStore()],
  ['embedded, yielding between steps', () => temporaryEmbeddedStore({ jitter })],
  ['MongoDB', () => mongoStore()],
];
