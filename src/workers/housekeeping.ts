import type { Store } from '../store/documents.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

const INTERVAL = 60_000;

/** Removes what has expired: first answers of writes with an `Idempotency-Key`, and drafts. */
export function createHousekeeping(
  parts: {
    store: Pick<Store, 'idempotency' | 'drafts'>;
    now: () => number;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const { store, now } = parts;
  const oldest = { sort: { expiresAt: 1 } } as const;
  return createLoop({
    name: 'housekeeping',
    slots: 8,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    async work(id) {
      const expired = { _id: id.slice(1), expiresAt: { $lte: now() } };
      if (id.startsWith(ANSWER)) await store.idempotency.deleteOne(expired);
      else await store.drafts.deleteOne(expired);
    },
    async scan(limit) {
      const expired = { expiresAt: { $lte: now() } };
      // Half of the room at most, so that neither keeps the other from its turn.
      const drafts = await store.drafts.find(expired, { ...oldest, limit: Math.ceil(limit / 2) }).toArray();
      const room = limit - drafts.length;
      const answers =
        room === 0 ? [] : await store.idempotency.find(expired, { ...oldest, limit: room }).toArray();
      return [...answers.map(({ _id }) => ANSWER + _id), ...drafts.map(({ _id }) => DRAFT + _id)];
    },
  });
}

/** Before an id: in which collection it is. */
const ANSWER = 'a';
const DRAFT = 'd';
