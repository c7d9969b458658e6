import { type OfferParts, offerPass, someoneWaits } from '../conversations/offers.ts';
import type { Bookmarks } from '../conversations/queue-window.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Milliseconds. What another process queued or freed; this one hints at its own. */
const INTERVAL = 1000;

/** The one thing that there is to work on: all queues at once, since agents serve several. */
const PASS = 'pass';

/** Puts what waits before agents, as workstreams that push have it. */
export function createOffers(
  parts: OfferParts & WorkerParts,
): Pick<Loop, 'start' | 'stop'> & { hint: () => void } {
  // Of this process alone: another goes its own round.
  const bookmarks: Bookmarks = new Map();
  const loop = createLoop({
    name: 'offers',
    slots: 1,
    interval: INTERVAL,
    // Who cannot be placed now may be by the time alone: agents are asked again after a while. And a pass sees but a part
    // of a long queue: the next one, an interval later where nobody was placed, goes on from there.
    rest: parts.restOf?.(['conversations', 'agents', 'settings'], async () =>
      (await someoneWaits(parts)) ? parts.now() : Number.POSITIVE_INFINITY,
    ),
    log: parts.log,
    sleep: parts.sleep,
    scan: async () => [PASS],
    async work() {
      if ((await offerPass(parts, bookmarks)) > 0) loop.hint(PASS);
    },
  });
  return { start: loop.start, stop: loop.stop, hint: () => loop.hint(PASS) };
}
