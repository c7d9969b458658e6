import type { RetentionRounds } from '../privacy/retention.ts';
import { createDueWork } from './due-work.ts';
import type { Loop, WorkerParts } from './loop.ts';

/** Milliseconds between two steps: a round over a million conversations takes an hour and a half. */
const INTERVAL = 1000;

/** Takes away what workstreams no longer keep, in small steps. */
export function createRetention(rounds: RetentionRounds, parts: { now: () => number } & WorkerParts): Loop {
  const { now, restOf, log, sleep } = parts;
  return createDueWork({
    name: 'retention',
    interval: INTERVAL,
    sources: ['settings'],
    nextAt: async () => rounds.dueAt(),
    work: () => rounds.step(),
    now,
    restOf,
    log,
    sleep,
  });
}
