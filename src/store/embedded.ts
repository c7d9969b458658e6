import { type Database, open, type RootDatabase } from 'lmdb';
import { SwitchboardError } from '../errors.ts';
import { isDuplicateKey, oneByOne, type Write } from './collection.ts';
import { claimFolder } from './data-folder.ts';
import { type CollectionName, type Collections, type Documents, INDEXES, type Store } from './documents.ts';
import { EmbeddedCollection, type Engine, unindexedError } from './embedded-collection.ts';
import { openIndexes } from './embedded-indexes.ts';
import type { FilterDoc } from './filter.ts';
import { type Doc, KEY_OPTIONS, type Key } from './index-keys.ts';
import { OpenTransaction } from './open-transaction.ts';
import type { SortDoc } from './query-plan.ts';
import { Structures } from './structures.ts';

/**
 * How much of the address space the file is mapped into at first: neither memory nor disk. LMDB maps more when that is
 * not enough, but has to wait for readers then.
 */
const MAP_SIZE = 2 ** 36;

export interface EmbeddedStoreOptions {
  /** The folder; it is made when it is not there. One process at a time. */
  dataDir: string;
  /** What to do about a query that no index serves: refuse it, or warn and read the whole collection. */
  onUnindexed: 'throw' | 'warn';
  log?: { warn(details: object, message: string): void; info(details: object, message: string): void };
  /** Awaited before and after each operation: tests let others go first here. */
  jitter?: () => Promise<void>;
}

/**
 * Opens the store that lives in a folder of this machine: LMDB holds the documents and, as ordered keys, the declared
 * indexes. An operation that has resolved is visible to all that follow; `durable()` says that it is on the disk.
 *
 * @throws SwitchboardError `store_locked`, `store_damaged`, `store_newer` (nothing is changed in the folder then) or
 * `store_unavailable`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const folder = await claimFolder(options.dataDir);
  let root: RootDatabase<unknown, string> | undefined;
  try {
    // A commit syncs the data but not the page that makes it current, which `durable` does: a power cut in between
    // loses the commit as a whole. It holds the process up for half as long, and `lmdb`'s overlapping syncs for no less.
    const settings = {
      noSubdir: true,
      maxDbs: 128,
      mapSize: MAP_SIZE,
      overlappingSync: false,
      noMetaSync: true,
    };
    root = open({ path: folder.dataPath, encoding: 'json', ...settings });
    const engine = new EmbeddedEngine(root, options);
    const collections = await engine.openCollections();
    folder.markMade();
    return { ...collections, ...engine.methods(folder.release) };
  } catch (error) {
    await root?.close();
    await folder.release();
    throw asOpeningError(error);
  }
}

function asOpeningError(cause: unknown): unknown {
  if (cause instanceof SwitchboardError) return cause;
  const isDamage = /MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND)/.test(String(cause));
  return new SwitchboardError(isDamage ? 'store_damaged' : 'store_unavailable', undefined, { cause });
}

class EmbeddedEngine implements Engine {
  readonly #root: RootDatabase<unknown, string>;
  readonly #meta: Database<unknown, string>;
  readonly #options: EmbeddedStoreOptions;
  readonly #transaction: OpenTransaction;
  /** Set while the writes of a group begin: after a failure, nothing more of it is done. */
  #group: { failure: { error: unknown } | null } | null = null;

  constructor(root: RootDatabase<unknown, string>, options: EmbeddedStoreOptions) {
    this.#root = root;
    this.#options = options;
    this.#meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
    this.#transaction = new OpenTransaction({
      root,
      sync: (done) => syncable(root).sync(done),
      clock: () => performance.now(),
      onLoss: (error) =>
        options.log?.warn({ err: error }, 'the disk refused what was written last: it is lost'),
    });
  }

  methods(release: () => Promise<void>): Pick<Store, 'inOrder' | 'durable' | 'ping' | 'close'> {
    return {
      inOrder: (writes) => this.#inOrder(writes),
      durable: () => this.#durable(),
      ping: () => this.#ping(),
      close: async () => {
        await this.#durable();
        await this.#root.close();
        await release();
      },
    };
  }

  async openCollections(): Promise<Collections> {
    return {
      conversations: await this.#openCollection('conversations'),
      messages: await this.#openCollection('messages'),
      sessions: await this.#openCollection('sessions'),
      agents: await this.#openCollection('agents'),
      queues: await this.#openCollection('queues'),
      workstreams: await this.#openCollection('workstreams'),
      idempotency: await this.#openCollection('idempotency'),
    };
  }

  async #openCollection<K extends CollectionName>(name: K): Promise<EmbeddedCollection<Documents[K]>> {
    const transact = async <R>(change: () => R) => {
      const result = await this.#write(change);
      await this.#durable();
      return result;
    };
    const structures = new Structures(name, this.#meta, transact);
    const options = { encoding: 'msgpack' as const, ...KEY_OPTIONS, ...structures.options() };
    const documents = this.#root.openDB<Doc, Key>(name, options);
    structures.attach(documents);
    const indexes = await openIndexes({
      root: this.#root,
      meta: this.#meta,
      collection: name,
      documents,
      specs: INDEXES[name],
      transact,
      log: this.#options.log,
    });
    return new EmbeddedCollection(name, documents, structures, indexes, this);
  }

  async transact<R>(change: () => R): Promise<R> {
    const { jitter } = this.#options;
    if (jitter === undefined) return this.#write(change);
    await jitter();
    const result = await this.#write(change);
    await jitter();
    return result;
  }

  async read<R>(look: () => R): Promise<R> {
    const { jitter } = this.#options;
    if (jitter === undefined) return look();
    await jitter();
    const result = look();
    await jitter();
    return result;
  }

  unindexed(collection: string, filter: FilterDoc, sort: SortDoc | undefined): void {
    const error = unindexedError(collection, filter, sort);
    if (this.#options.onUnindexed === 'throw') throw error;
    this.#options.log?.warn({ code: error.code, ...error.details }, error.message);
  }

  /** Async, so that what `change` throws is a rejection; it has run when this returns. */
  async #write<R>(change: () => R): Promise<R> {
    const group = this.#group;
    if (group?.failure) throw group.failure.error;
    try {
      return this.#transaction.run(change, (error) => !isOwn(error));
    } catch (error) {
      const refusal = isOwn(error) ? error : storeError(error);
      // That an `_id` is taken is for the write's caller to judge, as in any other write.
      if (group && !isDuplicateKey(error)) group.failure = { error: refusal };
      throw refusal;
    }
  }

  async #durable(): Promise<void> {
    try {
      await this.#transaction.durable();
    } catch (error) {
      throw storeError(error);
    }
  }

  /** Nothing can come between writes that begin in one go, nor a commit: they share their fate. */
  async #inOrder(writes: readonly Write[]): Promise<void> {
    // Jitter would have others go in between.
    if (this.#options.jitter !== undefined) return oneByOne(writes);
    const begun: Promise<unknown>[] = [];
    this.#group = { failure: null };
    try {
      for (const write of writes) begun.push(write());
    } finally {
      this.#group = null;
    }
    await Promise.all(begun);
  }

  async #ping(): Promise<void> {
    const pings = await this.#write(() => {
      const before = this.#meta.get('pings');
      const now = typeof before === 'number' ? before + 1 : 1;
      this.#meta.putSync('pings', now);
      return now;
    });
    const seen = this.#meta.get('pings');
    if (typeof seen !== 'number' || seen < pings) throw new SwitchboardError('store_unavailable');
  }
}

/** lmdb has this method, but its types do not. */
function syncable(root: object): { sync(done: (error: unknown) => void): void } {
  return root as { sync(done: (error: unknown) => void): void };
}

function storeError(cause: unknown): SwitchboardError {
  return new SwitchboardError('store_unavailable', undefined, { cause });
}

function isOwn(error: unknown): boolean {
  return error instanceof SwitchboardError || error instanceof TypeError || isDuplicateKey(error);
}
