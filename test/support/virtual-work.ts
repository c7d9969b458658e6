import type { Store } from '../../src/store/documents.ts';
import { wrappedStore } from './wrapped-store.ts';

/** A clock that stands while anything is done, and goes on to the next time that something waits for. */
export interface VirtualWork {
  now(): number;
  /** Ends by the clock, or when the signal aborts. */
  sleep(timeout: number, signal?: AbortSignal): Promise<void>;
  /** The store as seen by a process whose operations each take some milliseconds of this clock. */
  slow(store: Store, latency: () => number): Store;
  /** Has the clock go on until `done` holds; it is asked whenever all that was begun is done or asleep. */
  goOn(done: () => boolean): Promise<void>;
}

export function createVirtualWork(start: number): VirtualWork {
  let time = start;
  /** Operations of a store that are under way. */
  let busy = 0;
  const sleeps = new Map<() => void, number>();

  function sleep(timeout: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        sleeps.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      if (signal?.aborted) return resolve();
      sleeps.set(wake, time + timeout);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  async function still(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (busy > 0) quiet = 0;
    }
  }

  return {
    now: () => time,
    sleep,
    slow: (store, latency) =>
      wrappedStore(store, async (_, run) => {
        await sleep(latency());
        busy += 1;
        try {
          return await run();
        } finally {
          busy -= 1;
        }
      }),
    async goOn(done) {
      for (;;) {
        await still();
        if (done()) return;
        time = Math.max(time, Math.min(...sleeps.values()));
        const [next] = [...sleeps].filter(([, at]) => at <= time).sort((a, b) => a[1] - b[1]);
        if (!next) throw new Error('Nothing is left that the clock could go on to.');
        next[0]();
      }
    },
  };
}
