import type { RootDatabase } from 'lmdb';

/** Operations after which a transaction is committed in any case: whoever writes on and on gives no turn to others. */
const MOST_OPERATIONS = 1000;

/** Milliseconds that a write may wait for its commit when nobody waits for the disk. */
const LONGEST_WAIT = 20;

interface Ends {
  /** Writes to the disk and returns when it is there. Throws when the disk refuses; then all is undone. */
  commit: (nothing: undefined) => unknown;
  /** Undoes all, and throws the error that it is given. */
  abort: (error: unknown) => unknown;
}

/**
 * LMDB's one write transaction, kept open over many operations. Each sees at once what those before it wrote, and none
 * waits for the disk; `durable` commits, and whoever asks for it meanwhile shares the commit. A commit takes 350 µs, an
 * operation 10.
 *
 * A process that dies, or a disk that refuses, takes what was written since the last commit, all of it: what is left is
 * what there was at one moment. So whatever leaves the process has to wait for `durable` first.
 */
export class OpenTransaction {
  readonly #root: RootDatabase<unknown, string>;
  readonly #onLoss: (error: unknown) => void;
  #ends: Ends | null = null;
  #operations = 0;
  #waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  #soon: NodeJS.Immediate | null = null;
  #late: NodeJS.Timeout | null = null;

  /** `onLoss` is told of writes that were lost and that nobody was waiting for. */
  constructor(root: RootDatabase<unknown, string>, onLoss: (error: unknown) => void) {
    this.#root = root;
    this.#onLoss = onLoss;
  }

  /** Runs `change` in the transaction. When it throws what `spoils` says is the store's fault, all is undone. */
  run<R>(change: () => R, spoils: (error: unknown) => boolean): R {
    this.#ends ??= this.#begin();
    this.#operations++;
    let result: R;
    try {
      result = change();
    } catch (error) {
      if (spoils(error)) this.#undo(error);
      throw error;
    }
    if (this.#operations >= MOST_OPERATIONS) this.#commit();
    return result;
  }

  /** Resolves when all that was written is on the disk; rejects when it is lost. */
  durable(): Promise<void> {
    if (this.#ends === null) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      // After what else this turn of the event loop brings, so that its writes share the commit.
      this.#soon ??= setImmediate(() => this.#commitUnheard());
    });
  }

  #begin(): Ends {
    let ends: Ends | undefined;
    // lmdb ends a transaction when what its callback returns is fulfilled, and so leaves the end to whoever returns
    // something with a `then` of its own. A real promise would put turns of the event loop between the two.
    this.#root.transactionSync(() => ({
      // biome-ignore lint/suspicious/noThenProperty: that is the point
      then: (commit: Ends['commit'], abort: Ends['abort']) => {
        ends = { commit, abort };
      },
    }));
    if (ends === undefined) throw new Error('lmdb did not keep the transaction open.');
    this.#late = setTimeout(() => this.#commitUnheard(), LONGEST_WAIT);
    return ends;
  }

  /** Throws when the disk refuses; those who wait hear of it in any case. */
  #commit(): void {
    const { ends, waiting } = this.#close();
    try {
      ends?.commit(undefined);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      throw error;
    }
    for (const { resolve } of waiting) resolve();
  }

  #commitUnheard(): void {
    const unheard = this.#waiting.length === 0;
    try {
      this.#commit();
    } catch (error) {
      if (unheard) this.#onLoss(error);
    }
  }

  #undo(cause: unknown): void {
    const { ends, waiting } = this.#close();
    try {
      ends?.abort(cause);
    } catch {
      // It throws the cause again.
    }
    for (const { reject } of waiting) reject(cause);
  }

  #close(): { ends: Ends | null; waiting: { resolve: () => void; reject: (error: unknown) => void }[] } {
    const closed = { ends: this.#ends, waiting: this.#waiting };
    this.#ends = null;
    this.#operations = 0;
    this.#waiting = [];
    if (this.#soon) clearImmediate(this.#soon);
    if (this.#late) clearTimeout(this.#late);
    this.#soon = null;
    this.#late = null;
    return closed;
  }
}
