import { committed } from './commit.ts';
import type { Journal } from './journal.ts';
import type { Memtable, Moving } from './memtable.ts';

/** Milliseconds from a change to the checkpoint that moves it, and the most after failures. */
const INTERVAL = 1000;
const LONGEST_INTERVAL = 30_000;

/** Changed documents at which a checkpoint neither waits nor rests, and at which writers wait for one: some 30 MB. */
const MANY = 5000;
const TOO_MANY = 20_000;

/**
 * The same in bytes of the journal, which has each changed document at least once: a few long ones would fill the memory
 * too, and what is changed over and over the disk.
 */
const MANY_BYTES = 2 ** 25;
const TOO_MANY_BYTES = 2 ** 27;

/** Documents that are moved in one go: 1 to 2 ms of the process's time. `SMALL_BATCH` where it rests in between. */
const BATCH = 200;
const SMALL_BATCH = 50;

/**
 * A checkpoint rests so many times as long as it took for the batch before, while nobody waits for it and there is not much.
 * Without this it takes half of a busy process for 100 to 150 ms of each second, and who asks meanwhile waits twice as
 * long: of 16 agents who claim all the time the 95th percentile was 1.9 times the median, and is 1.6 times.
 */
const REST = 3;
/** Milliseconds. A disk that is slow for once is no reason to rest for long. */
const LONGEST_REST = 20;

/** A collection as a checkpoint sees it. */
export interface Movable {
  readonly recent: Memtable;
  /**
   * Hands documents and index entries to LMDB, in one transaction, in which `also` is run too; resolves once it is on
   * the disk.
   */
  move(batch: readonly Moving[], also?: () => void): Promise<void>;
}

export interface CheckpointParts {
  collections: readonly Movable[];
  journal: Journal;
  /** Puts into LMDB that it has all that journal files before this number hold. */
  keepNumber: (number: number) => Promise<boolean>;
  /** Changed documents at which a checkpoint neither waits nor rests. */
  many?: number | undefined;
  onFailure: (error: unknown) => void;
}

/**
 * Moves what was changed from the memtables into LMDB, and lets the journal go that held it until then. A process that
 * dies meanwhile finds the journal again: what LMDB already has of it is written once more then.
 */
export class Checkpoint {
  readonly #parts: CheckpointParts;
  readonly #many: number;
  #timer: NodeJS.Timeout | null = null;
  #pass: Promise<void> | null = null;
  /** Ends the rest between two batches. */
  #goOn = () => {};
  /** Somebody waits for the pass that runs. */
  #isHurried = false;
  #failures = 0;
  /** The last one's reason. */
  #failure: unknown;
  #isClosed = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#many = parts.many ?? MANY;
  }

  /** Says that something was changed. */
  note(): void {
    if (this.#pass !== null || this.#isClosed) return;
    if (this.#failures === 0 && this.#isMuch()) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), this.#wait());
  }

  get isBehind(): boolean {
    return this.#size() >= TOO_MANY || this.#parts.journal.bytes >= TOO_MANY_BYTES;
  }

  /**
   * Resolves when a checkpoint has made room. Rejects when it could not; where the last one could not, at once until the
   * time of the next: each write that is refused would begin another one.
   */
  async room(): Promise<void> {
    if (this.#pass === null && this.#failures > 0) throw this.#failure;
    await this.run();
  }

  /** Resolves when all that was changed until now is moved; rejects when it could not be. */
  run(): Promise<void> {
    this.#hurry();
    return this.#start();
  }

  #hurry(): void {
    this.#isHurried = true;
    this.#goOn();
  }

  #start(): Promise<void> {
    this.#dropTimer();
    this.#pass ??= this.#move().finally(() => this.#ended());
    return this.#pass;
  }

  #dropTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #ended(): void {
    this.#pass = null;
    this.#isHurried = false;
    if (this.#size() > 0 || this.#failures > 0) this.note();
  }

  /** Does `work` once all that was changed until now is moved, and while no checkpoint runs. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#pass !== null) {
      this.#hurry();
      await this.#pass.catch(() => {});
    }
    this.#dropTimer();
    this.#isHurried = true;
    const done = this.#move().then(work);
    // Who waits for room does not wait for the work to succeed.
    this.#pass = done.catch(() => {}).finally(() => this.#ended());
    return done;
  }

  /** After this, no checkpoint begins. The last one moves all there is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#hurry();
    await this.#pass?.catch(() => {});
    await this.run();
  }

  #begin(): void {
    this.#start().catch(this.#parts.onFailure);
  }

  #isMuch(): boolean {
    return this.#size() >= this.#many || this.#parts.journal.bytes >= MANY_BYTES;
  }

  #size(): number {
    return this.#parts.collections.reduce((size, { recent }) => size + recent.size, 0);
  }

  #wait(): number {
    return Math.min(INTERVAL * 2 ** this.#failures, LONGEST_INTERVAL);
  }

  #mayRest(): boolean {
    return !this.#isHurried && !this.#isMuch();
  }

  /** Milliseconds. */
  async #rest(time: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, time);
      this.#goOn = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #move(): Promise<void> {
    const { collections, journal, keepNumber } = this.#parts;
    try {
      let snapshots: Snapshot[] = [];
      const drop = await journal.cut(() => {
        snapshots = collections.map(snapshotOf).filter(({ documents }) => documents.length > 0);
      });
      const { number } = journal;
      const size = () => (this.#mayRest() ? SMALL_BATCH : BATCH);
      for (const { collection, batch, isLast } of batchesOf(snapshots, size)) {
        const began = performance.now();
        await collection.move(batch, isLast ? () => void keepNumber(number) : undefined);
        for (const moved of batch) collection.recent.settle(moved);
        if (!isLast && this.#mayRest())
          await this.#rest(Math.min(REST * (performance.now() - began), LONGEST_REST));
      }
      if (snapshots.length === 0) await committed(keepNumber(number));
      await drop();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#failure = error;
      throw error;
    }
  }
}

interface Snapshot {
  collection: Movable;
  documents: Moving[];
}

function snapshotOf(collection: Movable): Snapshot {
  return { collection, documents: collection.recent.snapshot() };
}

function* batchesOf(snapshots: readonly Snapshot[], size: () => number) {
  for (const { collection, documents } of snapshots) {
    for (let from = 0; from < documents.length; ) {
      const batch = documents.slice(from, from + size());
      from += batch.length;
      const isLast = from === documents.length && collection === snapshots.at(-1)?.collection;
      yield { collection, batch, isLast };
    }
  }
}
