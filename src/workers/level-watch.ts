import { countOverLevel } from '../conversations/service-level.ts';
import type { Settings } from '../conversations/settings.ts';
import type { Store } from '../store/documents.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

const INTERVAL = 5000;

/**
 * Warns when a queue comes over its service level: once, until nobody waits for longer than it any more. Each process
 * looks and warns for itself; `switchboard_queue_over_level` says the same at any time.
 */
export function createLevelWatch(
  parts: {
    store: Pick<Store, 'conversations'>;
    settings: Pick<Settings, 'queues'>;
    now: () => number;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const { store, settings, now, log } = parts;
  const over = new Set<string>();
  return createLoop({
    name: 'levels',
    slots: 1,
    interval: INTERVAL,
    log,
    sleep: parts.sleep,
    work: async () => {},
    async scan() {
      const queues = settings.queues();
      for (const queue of queues) {
        const waiting = await countOverLevel(store, queue, now());
        if (waiting === 0) over.delete(queue._id);
        else if (!over.has(queue._id)) {
          over.add(queue._id);
          log.warn(
            { queue: queue._id, waiting, levelSeconds: queue.levelSeconds },
            'a queue is over its service level',
          );
        }
      }
      for (const id of over) if (!queues.some(({ _id }) => _id === id)) over.delete(id);
      return [];
    },
  });
}
