import { type Database, open, type RootDatabase } from 'lmdb';
import { SwitchboardError } from '../errors.ts';
import { Checkpoint, type Movable } from './checkpoint.ts';
import { isDuplicateKey, oneByOne, type Write } from './collection.ts';
import { committed } from './commit.ts';
import { claimFolder, type DataFolder } from './data-folder.ts';
import type { CollectionName, Collections, Documents, Store } from './documents.ts';
import { EmbeddedCollection, type Engine, type Imaged, type Tables } from './embedded-collection.ts';
import { openIndexes } from './embedded-indexes.ts';
import type { FilterDoc } from './filter.ts';
import { type Doc, KEY_OPTIONS, type Key } from './index-keys.ts';
import { INDEXES } from './indexes.ts';
import { Journal } from './journal.ts';
import { DamagedJournal } from './journal-file.ts';
import { type Journaled, Left, replayChanges, takeChanges } from './journal-record.ts';
import type { SortDoc } from './query-plan.ts';
import { Readers } from './readers.ts';
import { unindexedError } from './refusals.ts';
import { copyTables } from './rewrite.ts';
import { COLLECTION_NAMES } from './schema.ts';
import { imageSnapshot, type Snapshot } from './snapshot.ts';
import { Structures } from './structures.ts';

/**
 * How much of the address space the file is mapped into at first: neither memory nor disk. LMDB maps more when that is
 * not enough, but has to wait for readers then.
 */
const MAP_SIZE = 2 ** 36;

/** Where LMDB has the number of the first journal file that may hold what LMDB has not. */
const EXPECTED = 'journal';

export interface EmbeddedStoreOptions {
  /** The folder; it is made when it is not there. One process at a time. */
  dataDir: string;
  /** What to do about a query that no index serves: refuse it, or warn and read the whole collection. */
  onUnindexed: 'throw' | 'warn';
  log?: { warn(details: object, message: string): void; info(details: object, message: string): void };
  /** Awaited before and after each operation: tests let others go first here. */
  jitter?: () => Promise<void>;
  /** Told of each document that is handed out, which is the store's own: tests freeze it. */
  given?: (document: object) => void;
  /** Changed documents at which a checkpoint does not wait; tests have one after each few. */
  many?: number;
}

/**
 * Opens the store that lives in a folder of this machine. LMDB holds the documents and, as ordered keys, the declared
 * indexes; what was changed lately is in memory and in the journal. An operation that has resolved is visible to all
 * that follow; `durable()` says that it is on the disk.
 *
 * @throws SwitchboardError `store_locked`, `store_damaged`, `store_newer` (nothing is changed in the folder then) or
 * `store_unavailable`.
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const folder = await claimFolder(options.dataDir);
  let root: RootDatabase<unknown, string> | undefined;
  try {
    root = openRoot(folder.dataPath);
    const engine = new EmbeddedEngine(root, folder, options);
    const collections = await engine.openCollections();
    folder.markMade();
    engine.begin();
    return {
      ...collections,
      ...engine.methods(),
      state: async () => folder.state(),
      keepState: async (state) => folder.keepState(state),
    };
  } catch (error) {
    await root?.close();
    await folder.release();
    throw asOpeningError(error);
  }
}

/** `noSync`: what is written is on the disk once the file is synced by somebody else. */
function openRoot(path: string, noSync = false): RootDatabase<unknown, string> {
  return open({
    path,
    encoding: 'json',
    noSubdir: true,
    maxDbs: 128,
    mapSize: MAP_SIZE,
    overlappingSync: false,
    noSync,
    // Batches are said to be ones: those of a turn of the event loop make a promise that nobody can handle.
    eventTurnBatching: false,
  });
}

function asOpeningError(cause: unknown): unknown {
  if (cause instanceof SwitchboardError) return cause;
  const isDamage =
    cause instanceof DamagedJournal ||
    /MDB_(INVALID|CORRUPTED|VERSION_MISMATCH|PAGE_NOTFOUND)/.test(String(cause));
  return new SwitchboardError(isDamage ? 'store_damaged' : 'store_unavailable', undefined, { cause });
}

class EmbeddedEngine implements Engine {
  #root: RootDatabase<unknown, string>;
  #meta: Database<unknown, string>;
  readonly #folder: DataFolder;
  readonly #readers = new Readers();
  readonly #options: EmbeddedStoreOptions;
  readonly #collections: (Journaled & Movable & Imaged)[] = [];
  readonly #journal: Journal;
  readonly #checkpoint: Checkpoint;
  readonly #told: ((collection: CollectionName) => void)[] = [];
  /** Set while the writes of a group begin: after a failure, nothing more of it is done. */
  #group: { failure: { error: unknown } | null } | null = null;

  #isClosing = false;
  #closed = false;

  constructor(root: RootDatabase<unknown, string>, folder: DataFolder, options: EmbeddedStoreOptions) {
    this.#root = root;
    this.#folder = folder;
    this.#options = options;
    this.#meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
    const collections = this.#collections;
    this.#journal = new Journal({
      folder: options.dataDir,
      isBehind: () => collections.some(({ recent }) => recent.isUnwritten),
      take: () => takeChanges(collections),
    });
    this.#checkpoint = new Checkpoint({
      collections,
      journal: this.#journal,
      keepNumber: (number) => this.#keepNumber(number),
      many: options.many,
      onFailure: (error) =>
        options.log?.warn({ err: error }, 'the disk refused a checkpoint: it is tried again'),
    });
  }

  methods(): Pick<Store, 'onChange' | 'inOrder' | 'durable' | 'ping' | 'snapshot' | 'rewrite' | 'close'> {
    return {
      onChange: (told) => void this.#told.push(told),
      inOrder: (writes) => this.#inOrder(writes),
      durable: () => orStoreError(this.#journal.durable()),
      ping: () => this.#ping(),
      snapshot: () => this.#snapshot(),
      rewrite: () => this.#rewrite(),
      close: () => this.#close(),
    };
  }

  /** With what the journal holds of them: it is read first, since opening an index may change the folder. */
  async openCollections(): Promise<Collections> {
    const left = Object.keys(INDEXES).map((name) => new Left(name));
    const expected = this.#meta.get(EXPECTED);
    const known = typeof expected === 'number' ? expected : undefined;
    await this.#journal.replay((payload) => replayChanges(payload, left), known);
    const collections = {
      conversations: await this.#openCollection('conversations'),
      messages: await this.#openCollection('messages'),
      sessions: await this.#openCollection('sessions'),
      agents: await this.#openCollection('agents'),
      queues: await this.#openCollection('queues'),
      presences: await this.#openCollection('presences'),
      workstreams: await this.#openCollection('workstreams'),
      quickReplies: await this.#openCollection('quickReplies'),
      macros: await this.#openCollection('macros'),
      drafts: await this.#openCollection('drafts'),
      signIns: await this.#openCollection('signIns'),
      idempotency: await this.#openCollection('idempotency'),
      audit: await this.#openCollection('audit'),
      webhooks: await this.#openCollection('webhooks'),
      publisher: await this.#openCollection('publisher'),
      events: await this.#openCollection('events'),
      deliveries: await this.#openCollection('deliveries'),
      dialogSets: await this.#openCollection('dialogSets'),
      publications: await this.#openCollection('publications'),
      erasures: await this.#openCollection('erasures'),
      files: await this.#openCollection('files'),
      fileChunks: await this.#openCollection('fileChunks'),
      channels: await this.#openCollection('channels'),
      numberClaims: await this.#openCollection('numberClaims'),
      optouts: await this.#openCollection('optouts'),
      sendBuckets: await this.#openCollection('sendBuckets'),
    };
    this.#collections.push(...Object.values(collections));
    for (const collection of this.#collections)
      left.find(({ name }) => name === collection.name)?.handTo(collection);
    if (known === undefined && this.#journal.number === 1) await committed(this.#keepNumber(1));
    return collections;
  }

  /** That LMDB has what journal files before this one hold. */
  #keepNumber(number: number): Promise<boolean> {
    if (this.#meta.get(EXPECTED) === number) return Promise.resolve(true);
    return this.#meta.put(EXPECTED, number);
  }

  /** Has what the journal holds moved. To be called once nothing can keep the store from being opened. */
  begin(): void {
    this.#checkpoint.note();
  }

  async #openCollection<K extends CollectionName>(name: K): Promise<EmbeddedCollection<Documents[K]>> {
    return new EmbeddedCollection(name, await this.#openTables(name, this.#root, this.#meta), this);
  }

  async #openTables(
    name: CollectionName,
    root: RootDatabase<unknown, string>,
    meta: Database<unknown, string>,
  ): Promise<Tables> {
    const structures = new Structures(name, meta);
    const options = { encoding: 'msgpack' as const, ...KEY_OPTIONS, ...structures.options() };
    const documents = root.openDB<Doc, Key>(name, options);
    structures.attach(documents);
    const { log } = this.#options;
    const indexes = await openIndexes({ root, meta, collection: name, documents, specs: INDEXES[name], log });
    return { documents, structures, indexes };
  }

  transact<R>(change: () => R): Promise<R> {
    const { jitter } = this.#options;
    return jitter === undefined ? this.#write(change) : this.#jittered(jitter, change);
  }

  async #jittered<R>(jitter: () => Promise<void>, change: () => R): Promise<R> {
    await jitter();
    const result = await this.#write(change);
    await jitter();
    return result;
  }

  async read<R>(look: () => R): Promise<R> {
    const { jitter } = this.#options;
    if (jitter !== undefined) await jitter();
    this.#isOpen();
    const result = look();
    if (jitter === undefined) return result;
    await jitter();
    return result;
  }

  changed(collection: CollectionName): void {
    for (const told of this.#told) told(collection);
  }

  given(doc: Doc): void {
    this.#options.given?.(doc);
  }

  unindexed(collection: string, filter: FilterDoc, sort: SortDoc | undefined): void {
    const error = unindexedError(collection, filter, sort);
    if (this.#options.onUnindexed === 'throw') throw error;
    this.#options.log?.warn({ code: error.code, ...error.details }, error.message);
  }

  /** Async, so that what `change` throws is a rejection. In a group, it has run when this returns. */
  async #write<R>(change: () => R): Promise<R> {
    this.#isOpen();
    const group = this.#group;
    if (group?.failure) throw group.failure.error;
    if (group === null && this.#isHeldUp()) await this.#room();
    try {
      const result = change();
      this.#checkpoint.note();
      return result;
    } catch (error) {
      const refusal = isOwn(error) ? error : storeError(error);
      // That an `_id` is taken is for the write's caller to judge, as in any other write.
      if (group && !isDuplicateKey(error)) group.failure = { error: refusal };
      throw refusal;
    }
  }

  /** LMDB answers a read that comes while it closes by an error from a timer of its own, which nobody can catch. */
  #isOpen(): void {
    if (this.#closed) throw new SwitchboardError('store_unavailable', 'The store is closed.');
  }

  #goOn(): void {
    if (this.#isClosing) throw new SwitchboardError('store_unavailable', 'The store closes.');
  }

  /** What the disk does not take would fill the memory. */
  #isHeldUp(): boolean {
    return this.#journal.hasFailed || this.#checkpoint.isBehind;
  }

  async #room(): Promise<void> {
    if (this.#journal.hasFailed) await orStoreError(this.#journal.durable());
    if (this.#checkpoint.isBehind) await orStoreError(this.#checkpoint.room());
  }

  /** Nothing can come between writes that begin in one go, nor a frame of the journal: they share their fate. */
  async #inOrder(writes: readonly Write[]): Promise<void> {
    // Jitter would have others go in between.
    if (this.#options.jitter !== undefined) return oneByOne(writes);
    if (this.#isHeldUp()) await this.#room();
    const begun: Promise<unknown>[] = [];
    this.#group = { failure: null };
    try {
      for (const write of writes) begun.push(write());
    } finally {
      this.#group = null;
    }
    await Promise.all(begun);
  }

  /** LMDB as it is now, under what it has not got yet. */
  #snapshot(): Snapshot {
    this.#isOpen();
    const root = this.#root;
    const transaction = root.useReadTransaction();
    this.#readers.begin(root);
    return imageSnapshot(this.#collections, transaction, {
      isOpen: () => this.#isOpen(),
      closed: () => this.#readers.end(root),
    });
  }

  /** A new journal file, and a new file of LMDB's with what is in the one that there is. */
  async #rewrite(): Promise<void> {
    this.#isOpen();
    let old: RootDatabase<unknown, string> | undefined;
    const replace = async () => {
      old = await this.#replaceFile();
    };
    await orStoreError(this.#checkpoint.alone(replace));
    if (old !== undefined) await this.#readers.close(old);
  }

  /** While no checkpoint writes. What is changed meanwhile stays in memory and in the journal. Gives the old file. */
  async #replaceFile(): Promise<RootDatabase<unknown, string>> {
    const old = this.#root;
    const copied = openRoot(this.#folder.newPath, true);
    try {
      await copyTables(old, copied, () => this.#goOn());
    } finally {
      await copied.close();
    }
    await this.#folder.syncNew();
    const root = openRoot(this.#folder.newPath);
    try {
      const meta = root.openDB<unknown, string>('meta', { encoding: 'json' });
      const tables = new Map<string, Tables>();
      for (const name of COLLECTION_NAMES) tables.set(name, await this.#openTables(name, root, meta));
      this.#goOn();
      this.#folder.replaceData();
      this.#root = root;
      this.#meta = meta;
      for (const collection of this.#collections) {
        const opened = tables.get(collection.name);
        if (opened !== undefined) collection.follow(opened);
      }
    } catch (error) {
      if (this.#root !== root) await root.close();
      throw error;
    }
    return old;
  }

  async #ping(): Promise<void> {
    await orStoreError(this.#journal.probe());
    this.#checkpoint.note(); // lets the file go that a probe has begun
  }

  /** Rejects when the disk does not take the last changes; all is closed then too. */
  async #close(): Promise<void> {
    this.#isClosing = true;
    try {
      await orStoreError(this.#checkpoint.close());
    } finally {
      await this.#journal.close();
      this.#closed = true;
      await this.#readers.close(this.#root);
      await this.#folder.release();
    }
  }
}

async function orStoreError(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw storeError(error);
  }
}

function storeError(cause: unknown): SwitchboardError {
  return new SwitchboardError('store_unavailable', undefined, { cause });
}

function isOwn(error: unknown): boolean {
  return error instanceof SwitchboardError || error instanceof TypeError || isDuplicateKey(error);
}
