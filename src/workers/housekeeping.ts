import type { Store } from '../store/documents.ts';
import { documentsOf } from '../store/schema.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

const INTERVAL = 60_000;

/**
 * What has an end of its own: first answers of writes with an `Idempotency-Key`, drafts, sign-ins to the console, events of
 * webhooks and what became of them, files whose links no longer work, and chunks also of files that never came to be.
 */
const EXPIRING = [
  'idempotency',
  'drafts',
  'signIns',
  'deliveries',
  'events',
  'fileChunks',
  'files',
] as const satisfies (keyof Store)[];

type Expiring = (typeof EXPIRING)[number];

/** Removes what has expired. */
export function createHousekeeping(
  parts: {
    store: Pick<Store, Expiring>;
    now: () => number;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const { store, now } = parts;
  /** Each look begins with another collection, so that none keeps another from its turn. */
  let first = 0;
  return createLoop({
    name: 'housekeeping',
    slots: 8,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    async work(id) {
      const name = EXPIRING.find((one) => id.startsWith(`${one} `));
      if (name === undefined) return;
      await documentsOf(store, name).deleteOne({
        _id: id.slice(name.length + 1),
        expiresAt: { $lte: now() },
      });
    },
    async scan(limit) {
      const ids: string[] = [];
      for (const name of [...EXPIRING.slice(first), ...EXPIRING.slice(0, first)]) {
        const room = limit - ids.length;
        if (room === 0) break;
        const expired = await documentsOf(store, name)
          .find({ expiresAt: { $lte: now() } }, { sort: { expiresAt: 1 }, limit: room })
          .toArray();
        ids.push(...expired.map(({ _id }) => `${name} ${_id}`));
      }
      first = (first + 1) % EXPIRING.length;
      return ids;
    },
  });
}
