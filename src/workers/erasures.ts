import type { EraseParts } from '../privacy/erase.ts';
import { goOnErasing } from '../privacy/erasures.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

const INTERVAL = 10_000;

/** Ends the erasures of customers: all that are due in one go, since each lets the store write its file anew. */
export function createErasures(parts: EraseParts & WorkerParts): Loop {
  const { store, now } = parts;
  async function nextAt(): Promise<number> {
    const next = await store.erasures.findOne({ dueAt: { $gte: 0 } }, { sort: { dueAt: 1 } });
    return next?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  return createLoop({
    name: 'erasures',
    slots: 1,
    interval: INTERVAL,
    rest: parts.restOf?.(['erasures'], nextAt),
    log: parts.log,
    sleep: parts.sleep,
    work: () => goOnErasing(parts),
    scan: async () => ((await nextAt()) <= now() ? ['due'] : []),
  });
}
