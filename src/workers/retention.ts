import type { RetentionRounds } from '../privacy/retention.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Milliseconds between two steps: a round over a million conversations takes an hour and a half. */
const INTERVAL = 1000;

/** Takes away what workstreams no longer keep, in small steps. */
export function createRetention(
  rounds: RetentionRounds,
  { now, restOf, log, sleep }: { now: () => number } & WorkerParts,
): Loop {
  return createLoop({
    name: 'retention',
    slots: 1,
    interval: INTERVAL,
    rest: restOf?.(['settings'], async () => rounds.dueAt()),
    log,
    sleep,
    work: () => rounds.step(),
    scan: async () => (rounds.dueAt() <= now() ? ['step'] : []),
  });
}
