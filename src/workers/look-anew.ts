import { changesToLookAt, type LookAnewParts, lookAnew } from '../conversations/look-anew.ts';
import { createDueWork } from './due-work.ts';
import type { Loop, WorkerParts } from './loop.ts';

const INTERVAL = 1000;

/** Looks at conversations under way once settings that hold for them were changed, and every process has read them. */
export function createLookAnew(parts: LookAnewParts & WorkerParts): Loop {
  const { now, restOf, log, sleep } = parts;
  return createDueWork({
    name: 'look-anew',
    interval: INTERVAL,
    sources: ['queues', 'workstreams'],
    async nextAt() {
      const [first] = await changesToLookAt(parts);
      return first?.at ?? Number.POSITIVE_INFINITY;
    },
    async work() {
      const due = (await changesToLookAt(parts)).filter(({ at }) => at <= now());
      for (const change of due) await lookAnew(parts, change);
    },
    now,
    restOf,
    log,
    sleep,
  });
}
