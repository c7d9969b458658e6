import { hasNews, type PublishParts, publish } from '../webhooks/publish.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Milliseconds. Finds what other processes committed; this one hints at its own. */
const INTERVAL = 1000;

/** There is one line of events, so one piece of work. */
export const NEWS = 'news';

/** Makes events of what commits left. With no webhook it reads nothing. */
export function createPublisher(parts: PublishParts & WorkerParts): Loop {
  const hasWork = async () => parts.subscriptions.all().length > 0 && (await hasNews(parts.store));
  return createLoop({
    name: 'publisher',
    slots: 1,
    interval: INTERVAL,
    rest: parts.restOf?.(['conversations', 'messages', 'queues', 'publisher', 'settings'], async () =>
      (await hasWork()) ? parts.now() : Number.POSITIVE_INFINITY,
    ),
    log: parts.log,
    sleep: parts.sleep,
    async work() {
      if (parts.subscriptions.all().length === 0) return;
      while (await publish(parts)) {
        // Until there is no more than one look finds.
      }
    },
    scan: async () => ((await hasWork()) ? [NEWS] : []),
  });
}
