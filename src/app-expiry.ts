import type { EraseParts } from './privacy/erase.ts';
import { createRetentionRounds } from './privacy/retention.ts';
import { createErasures } from './workers/erasures.ts';
import { createHousekeeping } from './workers/housekeeping.ts';
import type { WorkerParts } from './workers/loop.ts';
import { createRetention } from './workers/retention.ts';

type ExpiryParts = EraseParts & Parameters<typeof createRetentionRounds>[0] & WorkerParts;

/** The loops that take away what is not to be kept any longer. */
export function createExpiry(parts: ExpiryParts) {
  const loops = [
    createHousekeeping(parts),
    createErasures(parts),
    createRetention(createRetentionRounds(parts), parts),
  ];
  return {
    start() {
      for (const loop of loops) loop.start();
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
