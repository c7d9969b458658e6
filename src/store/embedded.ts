import { open, type RootDatabase } from 'lmdb';
import { SwitchboardError } from '../errors.ts';
import { claimFolder } from './data-folder.ts';
import { type CollectionName, type Documents, INDEXES, type Store } from './documents.ts';
import { EmbeddedCollection, type Engine, unindexedError } from './embedded-collection.ts';
import { openIndexes } from './embedded-indexes.ts';
import { type Doc, KEY_OPTIONS, type Key } from './index-keys.ts';

/** How much of the address space the file may be mapped into; it takes neither memory nor disk until it is used. */
const MAP_SIZE = 2 ** 40;

export interface EmbeddedStoreOptions {
  /** The folder; it is made when it is not there. One process at a time. */
  dataDir: string;
  /** What to do about a query that no index serves: refuse it, or warn and read the whole collection. */
  onUnindexed: 'throw' | 'warn';
  log?: { warn(details: object, message: string): void; info(details: object, message: string): void };
  /** Awaited before and after each operation: tests let others go first here. */
  jitter?: () => Promise<void>;
  /** Bytes that the file may grow to; for tests of what happens then. */
  mapSize?: number;
}

/**
 * Opens the store that lives in a folder of this machine: LMDB holds the documents and, as ordered keys, the declared
 * indexes. An operation that has resolved is committed; `durable()` says that it is on the disk.
 *
 * @throws SwitchboardError `store_locked`, `store_damaged`, `store_newer` (nothing is changed in the folder then) or
 * `store_unavailable`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const folder = await claimFolder(options.dataDir);
  let root: RootDatabase<unknown, string> | undefined;
  try {
    root = open({
      path: folder.dataPath,
      noSubdir: true,
      maxDbs: 128,
      mapSize: options.mapSize ?? MAP_SIZE,
      encoding: 'json',
    });
    return await offer(root, options, folder.release);
  } catch (error) {
    await root?.close();
    await folder.release();
    throw asStoreError(error);
  }
}

async function offer(
  root: RootDatabase<unknown, string>,
  options: EmbeddedStoreOptions,
  release: () => Promise<void>,
): Promise<Store> {
  const { log, jitter } = options;
  const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });

  async function transact<R>(change: () => R): Promise<R> {
    // LMDB commits what an operation wrote before it threw, so each throws before its first write, or in one: a
    // write that fails spoils the transaction as a whole.
    let outcome: { value: R } | { error: unknown } | undefined;
    try {
      await root.transaction(() => {
        try {
          outcome = { value: change() };
        } catch (error) {
          outcome = { error };
        }
      });
    } catch (error) {
      throw asStoreError(error);
    }
    if (outcome === undefined) throw new SwitchboardError('store_unavailable');
    if ('error' in outcome) throw asOperationError(outcome.error);
    return outcome.value;
  }

  const engine: Engine = {
    async transact(change) {
      await jitter?.();
      const result = await transact(change);
      await jitter?.();
      return result;
    },
    async read(look) {
      await jitter?.();
      const result = look();
      await jitter?.();
      return result;
    },
    unindexed(collection, filter, sort) {
      const error = unindexedError(collection, filter, sort);
      if (options.onUnindexed === 'throw') throw error;
      log?.warn({ err: error }, 'a query reads a whole collection');
    },
  };

  async function collection<K extends CollectionName>(name: K): Promise<EmbeddedCollection<Documents[K]>> {
    const documents = root.openDB<Doc, Key>(name, { encoding: 'msgpack', ...KEY_OPTIONS });
    const indexes = await openIndexes({ root, meta, name, documents, specs: INDEXES[name], transact, log });
    return new EmbeddedCollection<Documents[K]>(name, documents, indexes, engine);
  }

  return {
    conversations: await collection('conversations'),
    messages: await collection('messages'),
    sessions: await collection('sessions'),
    agents: await collection('agents'),
    queues: await collection('queues'),
    workstreams: await collection('workstreams'),
    idempotency: await collection('idempotency'),
    async durable() {
      await root.flushed;
    },
    async ping() {
      const at = Date.now();
      await transact(() => meta.putSync('ping', at));
      if (meta.get('ping') === undefined) throw new SwitchboardError('store_unavailable');
    },
    async close() {
      await root.close();
      await release();
    },
  };
}

/** A document that cannot be stored is the caller's mistake; all else is the disk's. */
function asOperationError(error: unknown): unknown {
  const callers =
    error instanceof TypeError || (error instanceof Error && 'code' in error && error.code === 11000);
  return callers ? error : asStoreError(error);
}

function asStoreError(error: unknown): SwitchboardError {
  return error instanceof SwitchboardError
    ? error
    : new SwitchboardError('store_unavailable', undefined, { cause: error });
}
