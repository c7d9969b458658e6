import { type LevelAlertParts, noteLevel } from '../conversations/level-alert.ts';
import { countOverLevel } from '../conversations/service-level.ts';
import type { Settings } from '../conversations/settings.ts';
import type { Store } from '../store/documents.ts';
import type { Loop, WorkerParts } from './loop.ts';
import { createWatch } from './watch.ts';

const INTERVAL = 5000;

/**
 * Tells when a queue comes over its service level: once, until nobody waits for longer than it any more, which webhooks
 * are told too. Of many processes one tells it; `switchboard_queue_over_level` says the same at any time.
 */
export function createLevelWatch(
  parts: Omit<LevelAlertParts, 'store'> & {
    store: Pick<Store, 'conversations' | 'queues'>;
    settings: Pick<Settings, 'queues'>;
  } & WorkerParts,
): Loop {
  const { store, settings, now, log } = parts;
  /** In a queue that has a level; or nobody does, and it is to be told. */
  async function someoneWaits(): Promise<boolean> {
    for (const { _id: queueId, levelSeconds, overLevelAt } of settings.queues()) {
      if (overLevelAt !== undefined) return true;
      if (levelSeconds === undefined) continue;
      if (await store.conversations.findOne({ queueId, queuedAt: { $gte: 0 } })) return true;
    }
    return false;
  }

  return createWatch({
    name: 'levels',
    interval: INTERVAL,
    rest: parts.restOf?.(['conversations', 'settings'], async () =>
      (await someoneWaits()) ? now() : Number.POSITIVE_INFINITY,
    ),
    log,
    sleep: parts.sleep,
    async look() {
      for (const queue of settings.queues()) {
        const { _id, levelSeconds, overLevelAt } = queue;
        const waiting = await countOverLevel(store, queue, now());
        if (waiting > 0 === (overLevelAt !== undefined)) continue;
        if ((await noteLevel(parts, queue, waiting)) && waiting > 0) {
          log.warn({ queue: _id, waiting, levelSeconds }, 'a queue is over its service level');
        }
      }
    },
  });
}
