import { type OutboxParts, sendOut } from '../conversations/outbox.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

/** Requests to TeleSign at once. */
const SLOTS = 64;
/** Milliseconds. Retries fall due on it, so a back-off is up to this much longer. */
const INTERVAL = 1000;

export function createSends(parts: OutboxParts & Pick<LoopParts, 'log' | 'sleep'>): Loop {
  const { store, now } = parts;
  return createLoop({
    name: 'sends',
    slots: SLOTS,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    work: (messageId) => sendOut(parts, messageId),
    async scan(limit) {
      const due = await store.messages
        .find({ nextAt: { $lte: now() } }, { sort: { nextAt: 1 }, limit })
        .toArray();
      return due.map(({ _id }) => _id);
    },
  });
}
