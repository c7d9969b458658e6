import type { Store } from '../store/documents.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

const INTERVAL = 60_000;

/** Removes first answers of writes whose `Idempotency-Key` has expired. */
export function createHousekeeping(
  parts: {
    store: Pick<Store, 'idempotency'>;
    now: () => number;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const { store, now } = parts;
  return createLoop({
    name: 'housekeeping',
    slots: 8,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    work: (id) => store.idempotency.deleteOne({ _id: id, expiresAt: { $lte: now() } }),
    async scan(limit) {
      const expired = await store.idempotency
        .find({ expiresAt: { $lte: now() } }, { sort: { expiresAt: 1 }, limit })
        .toArray();
      return expired.map(({ _id }) => _id);
    },
  });
}
