/** The `sleep` of a loop: virtual, ended by the test. */
export interface Sleeper {
  sleep: (timeout: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of each sleep that was begun. */
  readonly sleeps: number[];
  /** Ends the loop's sleep. */
  wakeUp(): void;
  /** Ends the loop's sleep, so that it looks again, and resolves once it sleeps anew. */
  asleep(): Promise<void>;
}

export function createSleeper(): Sleeper {
  const sleeps: number[] = [];
  let look = () => {};
  return {
    sleeps,
    sleep: (timeout, signal) =>
      new Promise((resolve) => {
        sleeps.push(timeout);
        look = () => {
          signal.removeEventListener('abort', look);
          resolve();
        };
        if (signal.aborted) resolve();
        signal.addEventListener('abort', look, { once: true });
      }),
    wakeUp: () => look(),
    async asleep() {
      const before = sleeps.length;
      look();
      while (sleeps.length === before) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
