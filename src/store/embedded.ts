import { type Database, open, type RootDatabase } from 'lmdb';
import { SwitchboardError } from '../errors.ts';
import { isDuplicateKey, oneByOne, type Write } from './collection.ts';
import { claimFolder } from './data-folder.ts';
import { type CollectionName, type Collections, type Documents, INDEXES, type Store } from './documents.ts';
import { EmbeddedCollection, type Engine, unindexedError } from './embedded-collection.ts';
import { openIndexes } from './embedded-indexes.ts';
import type { FilterDoc } from './filter.ts';
import { type Doc, KEY_OPTIONS, type Key } from './index-keys.ts';
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
 * indexes. An operation that has resolved is committed and on the disk, so `durable` has nothing to wait for.
 *
 * @throws SwitchboardError `store_locked`, `store_damaged`, `store_newer` (nothing is changed in the folder then) or
 * `store_unavailable`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const folder = await claimFolder(options.dataDir);
  let root: RootDatabase<unknown, string> | undefined;
  try {
    // With batches by event turn, lmdb leaves a rejection unhandled when a commit fails, which would end the process.
    // Without overlapping syncs, a commit has resolved only when it is on the disk; with them, lmdb's `flushed` would
    // have to be awaited, which never settles when a flush fails. 64 in flight: 22 µs a commit, against 26 to 32.
    const settings = {
      noSubdir: true,
      maxDbs: 128,
      mapSize: MAP_SIZE,
      eventTurnBatching: false,
      overlappingSync: false,
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

/** Writes that share a transaction. */
interface Group {
  /** What keeps the later ones from being done. */
  failure: { error: unknown } | null;
}

class EmbeddedEngine implements Engine {
  readonly #root: RootDatabase<unknown, string>;
  readonly #meta: Database<unknown, string>;
  readonly #options: EmbeddedStoreOptions;
  /** Set while the writes of a group begin. */
  #group: Group | null = null;

  constructor(root: RootDatabase<unknown, string>, options: EmbeddedStoreOptions) {
    this.#root = root;
    this.#options = options;
    this.#meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
  }

  methods(release: () => Promise<void>): Pick<Store, 'inOrder' | 'durable' | 'ping' | 'close'> {
    return {
      inOrder: (writes) => this.#inOrder(writes),
      durable: () => Promise.resolve(),
      ping: () => this.#ping(),
      close: async () => {
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
    const transact = <R>(change: () => R) => this.#commit(change);
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
    if (jitter === undefined) return this.#commit(change);
    await jitter();
    const result = await this.#commit(change);
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

  /**
   * One transaction of LMDB, which runs those that wait as a group and commits them together. What `change` throws
   * before it writes is its caller's alone. When writing or committing fails, the whole group is undone.
   */
  async #commit<R>(change: () => R): Promise<R> {
    if (this.#group !== null) return this.#join(this.#group, change);
    let refusal: { error: unknown } | null = null;
    try {
      return await this.#root.transaction(() => {
        try {
          return change();
        } catch (error) {
          refusal = { error };
          throw error;
        }
      });
    } catch (error) {
      throw await asStoreError(error, refusal);
    }
  }

  /**
   * Part of the transaction of a group. That an `_id` is taken is for the write's caller to judge, as in any other
   * write; after another failure nothing more is done.
   */
  #join<R>(group: Group, change: () => R): R {
    if (group.failure !== null) throw group.failure.error;
    try {
      return change();
    } catch (error) {
      if (!isDuplicateKey(error)) group.failure = { error };
      throw error;
    }
  }

  async #inOrder(writes: readonly Write[]): Promise<void> {
    // Jitter would have the writes begin after the group's end.
    if (this.#options.jitter !== undefined) return oneByOne(writes);
    const begun: Promise<unknown>[] = [];
    await this.#commit(() => {
      const group: Group = { failure: null };
      this.#group = group;
      try {
        for (const write of writes) begun.push(write());
      } finally {
        this.#group = null;
        // Those that were refused are told below; until then nobody listens.
        for (const one of begun) one.catch(() => {});
      }
      if (group.failure !== null) throw group.failure.error;
    });
    await Promise.all(begun);
  }

  async #ping(): Promise<void> {
    const pings = await this.#commit(() => {
      const before = this.#meta.get('pings');
      const now = typeof before === 'number' ? before + 1 : 1;
      this.#meta.putSync('pings', now);
      return now;
    });
    const seen = this.#meta.get('pings');
    if (typeof seen !== 'number' || seen < pings) throw new SwitchboardError('store_unavailable');
  }
}

/**
 * `refusal`: what the operation itself threw, if it did. Refusals of our own pass; all else is LMDB's, or the disk's.
 */
async function asStoreError(error: unknown, refusal: { error: unknown } | null): Promise<unknown> {
  if (error === refusal?.error && isOwn(error)) return error;
  const cause =
    (refusal !== null && !isOwn(refusal.error) ? refusal.error : await commitError(error)) ?? error;
  return new SwitchboardError('store_unavailable', undefined, { cause });
}

function isOwn(error: unknown): boolean {
  return error instanceof SwitchboardError || error instanceof TypeError || isDuplicateKey(error);
}

/** lmdb hides why a commit failed in a promise that rejects. */
async function commitError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return null;
  try {
    await error.commitError;
    return null;
  } catch (cause) {
    return cause;
  }
}
