import type { QueueDoc } from '../store/documents.ts';
import { countsFrom } from './hours.ts';
import { keepsLevel, type Levels, levelsOf, type Wait } from './service-level.ts';

const MINUTE = 60_000;

/** Waits that can be said something of, and those of them that were taken within the level. */
export interface Share {
  within: number;
  counted: number;
}

/** Counts waits by queue and by the minute from which on they count; of queues without a service level none. */
export class LevelTally {
  readonly #levels: Levels;
  readonly #minutes = new Map<string, Map<number, Share>>();

  constructor(queues: readonly Pick<QueueDoc, '_id' | 'levelSeconds' | 'hours'>[]) {
    this.#levels = levelsOf(queues);
  }

  add(wait: Wait): void {
    const kept = keepsLevel(wait, this.#levels);
    if (kept === null) return;
    const minutes = this.#minutes.get(wait.queueId) ?? new Map<number, Share>();
    const minute = Math.floor(countsFrom(this.#levels.get(wait.queueId)?.hours, wait.since) / MINUTE);
    const { within, counted } = minutes.get(minute) ?? { within: 0, counted: 0 };
    minutes.set(minute, { within: within + Number(kept), counted: counted + 1 });
    this.#minutes.set(wait.queueId, minutes);
  }

  /** Of the waits that count from the minute of `from` or later. */
  since(queueId: string, from: number): Share {
    const share = { within: 0, counted: 0 };
    for (const [minute, { within, counted }] of this.#minutes.get(queueId) ?? []) {
      if (minute < Math.floor(from / MINUTE)) continue;
      share.within += within;
      share.counted += counted;
    }
    return share;
  }

  /** Drops the waits that count from before the minute of `before`. */
  forget(before: number): void {
    for (const minutes of this.#minutes.values()) {
      for (const minute of minutes.keys()) if (minute < Math.floor(before / MINUTE)) minutes.delete(minute);
    }
  }
}
