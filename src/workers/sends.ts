import { giveBackUnsent, type OutboxParts, sendOut, type Unsent } from '../conversations/outbox.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

/** Requests to TeleSign at once. */
const SLOTS = 64;
/** Milliseconds. Retries fall due on it, so a back-off is up to this much longer. */
const INTERVAL = 1000;

/** Sends what is due. What the store's failure keeps from leaving is queued again once the store takes writes. */
export function createSends(parts: OutboxParts & Pick<LoopParts, 'log' | 'sleep'>): Loop {
  const { store, now, log } = parts;
  const unsent: Unsent = new Map();
  const loop = createLoop({
    name: 'sends',
    slots: SLOTS,
    interval: INTERVAL,
    log,
    sleep: parts.sleep,
    work: (messageId) => sendOut(parts, messageId, unsent),
    async scan(limit) {
      const due = await store.messages
        .find({ nextAt: { $lte: now() } }, { sort: { nextAt: 1 }, limit })
        .toArray();
      // The store has them as being sent, so they are not among what is due.
      for (const id of unsent.keys()) loop.hint(id);
      return due.map(({ _id }) => _id);
    },
  });
  return {
    ...loop,
    async stop() {
      await loop.stop();
      // Nobody else knows that these have not left: the next process would call them unknown.
      for (const id of unsent.keys()) {
        try {
          await giveBackUnsent(parts, id, unsent);
        } catch (error) {
          log.error({ err: error, loop: 'sends' }, 'a text that has not left could not be queued again');
        }
      }
    },
  };
}
