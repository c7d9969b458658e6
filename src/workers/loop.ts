import { AsyncResource } from 'node:async_hooks';
import type { Logger } from '../log.ts';
import type { Rest, RestOf } from './stillness.ts';

export interface LoopParts {
  name: string;
  /** How many ids are worked on at once. */
  slots: number;
  /** Milliseconds between two looks at the store when nobody hints at work; the least there are before a rest. */
  interval: number;
  /** How it knows that a look would find nothing. Absent: it looks at every interval. */
  rest?: Rest | undefined;
  /** Ids that are due now, at most `limit`, most urgent first. Other processes may see the same ones. */
  scan: (limit: number) => Promise<string[]>;
  /** Claims the id and works it off; resolves at once when it cannot be claimed. */
  work: (id: string) => Promise<unknown>;
  log: Logger;
  /** Resolves after `timeout` milliseconds, or when the signal aborts. */
  sleep: (timeout: number, signal: AbortSignal) => Promise<void>;
}

/** What is handed to each loop of the service. */
export interface WorkerParts extends Pick<LoopParts, 'log' | 'sleep'> {
  restOf?: RestOf | undefined;
}

export interface Loop {
  start(): void;
  /** Says that an id is due, so that it need not wait for the next look. */
  hint(id: string): void;
  /** Takes nothing new and resolves when what is in hand is done. */
  stop(): Promise<void>;
}

/** A flood of hints beyond this is left to the looks, which find the same ids in the store. */
const MOST_HINTS = 10_000;
const LONGEST_BACK_OFF = 30_000;

/**
 * Works on due ids: those hinted at by this process at once, all others at the next look. One id is never worked on
 * twice at the same time here; across processes the claim inside `work` decides. While looks or work fail, the next look
 * comes later and later. Once nothing is in hand, a loop that has a `rest` looks again when that is over.
 */
export function createLoop(parts: LoopParts): Loop {
  const { name, slots, interval, rest, scan, work, log, sleep } = parts;
  const hints = new Set<string>();
  const active = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  /** Since the last look began. */
  let failures = 0;
  let failedLooks = 0;
  let freed: (() => void) | undefined;

  /** Whoever hints at work is not who does it: it has a trace of its own. */
  const begin = AsyncResource.bind(attempt);

  function startHinted(): void {
    for (const id of hints) {
      if (active.size >= slots || stopping.signal.aborted) return;
      if (active.has(id)) continue;
      hints.delete(id);
      active.set(id, begin(id));
    }
  }

  async function attempt(id: string): Promise<void> {
    try {
      await work(id);
    } catch (error) {
      // The claim's lease runs out and a later look finds it again.
      failures += 1;
      log.error({ err: error, loop: name, failures }, 'work failed');
    }
    active.delete(id);
    startHinted();
    freed?.();
  }

  /** True when there may be more than this look could take. */
  async function look(): Promise<boolean> {
    const limit = slots - active.size;
    if (limit <= 0) return true;
    // One more than there is room for: a full look alone would not say that there is more, and who has one thing to do
    // would look for it for ever.
    const ids = await scan(limit + 1);
    for (const id of ids.slice(0, limit)) hints.add(id);
    startHinted();
    return ids.length > limit;
  }

  async function nextWork(): Promise<void> {
    try {
      await rest?.over(stopping.signal);
    } catch {
      // The look that comes now meets the same, and tells of it.
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      failures = 0;
      rest?.begin();
      let more = false;
      try {
        more = await look();
      } catch (error) {
        failures += 1;
        log.error({ err: error, loop: name }, 'look for work failed');
      }
      if (more && active.size > 0) {
        await new Promise<void>((resolve) => {
          freed = resolve;
        });
        freed = undefined;
      }
      if (failures > 0) failedLooks += 1;
      else failedLooks = 0;
      if (more && failures === 0) continue;
      const longest = Math.max(interval, LONGEST_BACK_OFF);
      await sleep(Math.min(interval * 2 ** failedLooks, longest), stopping.signal);
      if (failures === 0 && active.size === 0) await nextWork();
    }
  }

  return {
    start() {
      running ??= run();
    },
    hint(id) {
      if (running === undefined || hints.size >= MOST_HINTS) return;
      hints.add(id);
      startHinted();
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(active.values());
    },
  };
}
