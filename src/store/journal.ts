import {
  DamagedJournal,
  deleteJournalFiles,
  frameOf,
  JournalFile,
  journalFiles,
  readJournalFile,
} from './journal-file.ts';

export interface JournalParts {
  folder: string;
  /** Whether there is something to be written that was not taken yet. */
  isBehind: () => boolean;
  /** Takes all of it, or null when there is nothing. */
  take: () => Buffer | null;
}

interface Waiter {
  /** Also when there is nothing to write: to see whether the disk takes it. */
  always?: boolean;
  /** Run when all that was changed so far is in this frame or before it. The next one goes into another file then. */
  cut?: () => void;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * What was written since the last checkpoint, frame after frame, so that waiting for the disk is one write at the end
 * of a file, whatever it is that changed. Whoever comes meanwhile shares the next frame.
 *
 * A frame that the disk refuses is kept, and written again at the same place before anything else is: nothing that
 * was changed is forgotten while the process lives, and nothing is durable before what came before it.
 */
export class Journal {
  readonly #parts: JournalParts;
  /** Begun by the first frame, and again after a cut. */
  #file: JournalFile | null = null;
  /** Of that file. */
  #number = 1;
  #waiting: Waiter[] = [];
  #scheduled = false;
  #isWriting = false;
  #bytes = 0;
  /** A frame that is not known to be on the disk. */
  #held: Buffer | null = null;

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  /**
   * Hands what the folder's journal holds to `replay`, in order. To be called before anything is written. LMDB has what
   * files before `expected` hold; they are handed over all the same, where the last process did not come to delete them.
   *
   * @throws DamagedJournal, what `replay` throws, and what the disk answers.
   */
  async replay(replay: (payload: Buffer) => void, expected?: number): Promise<void> {
    const { folder } = this.#parts;
    const numbers = await journalFiles(folder);
    if (expected !== undefined) this.#number = refuseOther(numbers, expected);
    for (const [i, number] of numbers.entries()) {
      // They are deleted from the first on, so one that is missing between two was not deleted by us.
      if (i > 0 && number !== this.#number)
        throw new DamagedJournal(`journal file ${this.#number} is missing`);
      for (const payload of await readJournalFile(folder, number)) {
        replay(payload);
        this.#bytes += payload.length;
      }
      this.#number = number + 1;
    }
  }

  /** On the disk, in files that are not deleted yet; without what is in no frame yet, some bytes more or less. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of the file that the next frame goes into. */
  get number(): number {
    return this.#number;
  }

  /** The disk did not take the last frame. */
  get hasFailed(): boolean {
    return this.#held !== null && !this.#isWriting;
  }

  /** Resolves once all that there is to be written is on the disk; rejects with what the disk answers. */
  durable(): Promise<void> {
    if (!this.#isWriting && this.#held === null && !this.#parts.isBehind()) return Promise.resolve();
    return this.#nextFrame({});
  }

  /** Resolves when the disk takes a frame. */
  probe(): Promise<void> {
    return this.#nextFrame({ always: true });
  }

  /**
   * Goes on in another file. `snapshot` is run at the moment at which the files so far hold all that was changed, and
   * nothing else. Gives what deletes them, for when that is elsewhere. Not to be called again before it has ended.
   */
  async cut(snapshot: () => void): Promise<() => Promise<void>> {
    await this.#nextFrame({ cut: snapshot });
    const number = this.#number;
    const bytes = this.#bytes;
    return async () => {
      await deleteJournalFiles(this.#parts.folder, number);
      this.#bytes -= bytes;
    };
  }

  /** Finishes what is in hand. What the last frame did not take is lost. */
  async close(): Promise<void> {
    while (this.#isWriting || this.#scheduled) await this.#nextFrame({}).catch(() => {});
    await this.#file?.close();
  }

  #nextFrame(wish: Pick<Waiter, 'always' | 'cut'>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...wish, resolve, reject });
      this.#schedule();
    });
  }

  /** After what else this turn of the event loop brings, so that its writes share the frame. */
  #schedule(): void {
    if (this.#isWriting || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => void this.#write());
  }

  async #write(): Promise<void> {
    this.#scheduled = false;
    this.#isWriting = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      await this.#append();
      const payload = this.#parts.take();
      if (payload !== null || waiting.some(({ always }) => always)) {
        this.#held = frameOf(payload ?? Buffer.alloc(0));
      }
      for (const { cut } of waiting) cut?.();
      await this.#append();
      if (waiting.some(({ cut }) => cut !== undefined)) await this.#endFile();
      for (const { resolve } of waiting) resolve();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
    this.#isWriting = false;
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** Numbers follow on each other, so one that is never used is not passed over. */
  async #endFile(): Promise<void> {
    const file = this.#file;
    if (file === null) return;
    this.#file = null;
    this.#number++;
    await file.close();
  }

  async #append(): Promise<void> {
    const frame = this.#held;
    if (frame === null) return;
    this.#file ??= await JournalFile.begin(this.#parts.folder, this.#number);
    await this.#file.append(frame);
    this.#bytes += frame.length;
    this.#held = null;
  }
}

/**
 * Refuses files that do not go with LMDB's: the first is deleted after LMDB has all of it, and none is passed over. Were
 * all from `expected` on gone, it could not be told from a journal that nothing was written to.
 */
function refuseOther(numbers: readonly number[], expected: number): number {
  const [first = expected] = numbers;
  const last = numbers.at(-1) ?? expected;
  if (first > expected || last < expected - 1) {
    throw new DamagedJournal(`data.mdb goes with journal file ${expected}: there are ${first} to ${last}`);
  }
  return expected;
}
