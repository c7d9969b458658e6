import { committed } from './commit.ts';
import type { Journal } from './journal.ts';
import type { Memtable, Moving } from './memtable.ts';

/** Milliseconds from a change to the checkpoint that moves it, and the most after failures. */
const INTERVAL = 1000;
const LONGEST_INTERVAL = 30_000;

/** Changed documents at which a checkpoint does not wait, and at which writers wait for one: some 30 MB. */
const MANY = 5000;
const TOO_MANY = 20_000;

/**
 * The same in bytes of the journal, which has each changed document at least once: a few long ones would fill the memory
 * too, and what is changed over and over the disk.
 */
const MANY_BYTES = 2 ** 25;
const TOO_MANY_BYTES = 2 ** 27;

/** Documents that are moved in one go: 1 to 2 ms of the process's time. */
const BATCH = 200;

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
  /** Changed documents at which a checkpoint does not wait. */
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
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pass ??= this.#move().finally(() => {
      this.#pass = null;
      if (this.#size() > 0 || this.#failures > 0) this.note();
    });
    return this.#pass;
  }

  /** Does `work` once all that was changed until now is moved, and while no checkpoint runs. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#pass !== null) await this.#pass.catch(() => {});
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const done = this.#move().then(work);
    // Who waits for room does not wait for the work to succeed.
    this.#pass = done
      .catch(() => {})
      .finally(() => {
        this.#pass = null;
        if (this.#size() > 0 || this.#failures > 0) this.note();
      });
    return done;
  }

  /** After this, no checkpoint begins. The last one moves all there is. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#pass?.catch(() => {});
    await this.run();
  }

  #begin(): void {
    this.run().catch(this.#parts.onFailure);
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

  async #move(): Promise<void> {
    const { collections, journal, keepNumber } = this.#parts;
    try {
      let moving: { collection: Movable; batch: Moving[] }[] = [];
      const drop = await journal.cut(() => {
        moving = collections.flatMap((collection) => batchesOf(collection));
      });
      const { number } = journal;
      const last = moving.at(-1);
      for (const next of moving) {
        const { collection, batch } = next;
        await collection.move(batch, next === last ? () => void keepNumber(number) : undefined);
        for (const moved of batch) collection.recent.settle(moved);
      }
      if (last === undefined) await committed(keepNumber(number));
      await drop();
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      this.#failure = error;
      throw error;
    }
  }
}

function batchesOf(collection: Movable): { collection: Movable; batch: Moving[] }[] {
  const all = collection.recent.snapshot();
  const batches: { collection: Movable; batch: Moving[] }[] = [];
  for (let from = 0; from < all.length; from += BATCH) {
    batches.push({ collection, batch: all.slice(from, from + BATCH) });
  }
  return batches;
}
