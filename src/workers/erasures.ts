import type { EraseParts } from '../privacy/erase.ts';
import { goOnErasing } from '../privacy/erasures.ts';
import { createDueWork } from './due-work.ts';
import type { Loop, WorkerParts } from './loop.ts';

const INTERVAL = 10_000;

/** Ends the erasures of customers: all that are due in one go, since each lets the store write its file anew. */
export function createErasures(parts: EraseParts & WorkerParts): Loop {
  const { store, now, restOf, log, sleep } = parts;
  return createDueWork({
    name: 'erasures',
    interval: INTERVAL,
    sources: ['erasures'],
    async nextAt() {
      const next = await store.erasures.findOne({ dueAt: { $gte: 0 } }, { sort: { dueAt: 1 } });
      return next?.dueAt ?? Number.POSITIVE_INFINITY;
    },
    work: () => goOnErasing(parts),
    now,
    restOf,
    log,
    sleep,
  });
}
