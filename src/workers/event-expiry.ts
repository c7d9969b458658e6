import type { Store } from '../store/documents.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

const INTERVAL = 60_000;

/** Removes events of webhooks, and what became of them, once their time is over. */
export function createEventExpiry(
  parts: {
    store: Pick<Store, 'events' | 'deliveries'>;
    now: () => number;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const { store, now } = parts;
  return createLoop({
    name: 'event expiry',
    slots: 8,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    async work(id) {
      const expired = { _id: id, expiresAt: { $lte: now() } };
      await store.events.deleteOne(expired);
      await store.deliveries.deleteOne(expired);
    },
    async scan(limit) {
      const query = [{ expiresAt: { $lte: now() } }, { sort: { expiresAt: 1 }, limit }] as const;
      const deliveries = await store.deliveries.find(...query).toArray();
      if (deliveries.length > 0) return deliveries.map(({ _id }) => _id);
      const events = await store.events.find(...query).toArray();
      return events.map(({ _id }) => _id);
    },
  });
}
