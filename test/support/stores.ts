import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '../../src/store/documents.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';

export interface TemporaryStore {
  store: Store;
  dispose(): Promise<void>;
}

/** An embedded store in a folder of its own. A query that no index serves fails the test. */
export async function temporaryEmbeddedStore(
  options: { jitter?: () => Promise<void> } = {},
): Promise<TemporaryStore & { dataDir: string }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-store-'));
  const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw', ...options });
  return {
    store,
    dataDir,
    async dispose() {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}
export async function mongoUri(): Promise<string> {
  throw new Error('to come');
}
