import type { RootDatabase } from 'lmdb';

/** Not that of a test which stands in for it: LMDB's own timers are real where this one has to be. */
const { setTimeout } = globalThis;

/** Who reads from a file in more than one go. */
export class Readers {
  readonly #counts = new Map<RootDatabase<unknown, string>, number>();
  #ended = () => {};

  begin(root: RootDatabase<unknown, string>): void {
    this.#counts.set(root, (this.#counts.get(root) ?? 0) + 1);
  }

  end(root: RootDatabase<unknown, string>): void {
    this.#counts.set(root, (this.#counts.get(root) ?? 0) - 1);
    this.#ended();
  }

  /**
   * Closes a file once nobody reads from it. Nothing may begin to read from it any more. LMDB ends the transaction of the
   * last read by a timer of 0 ms, which throws where nobody can catch it when the file is closed by then; timers of one
   * length come in the order in which they were set.
   */
  async close(root: RootDatabase<unknown, string>): Promise<void> {
    while ((this.#counts.get(root) ?? 0) > 0) {
      await new Promise<void>((resolve) => {
        const others = this.#ended;
        this.#ended = () => {
          others();
          resolve();
        };
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
    await root.close();
  }
}
