import { type DeliverParts, deliver } from '../webhooks/deliver.ts';
import { replayStep } from '../webhooks/replay.ts';
import type { Subscriptions } from '../webhooks/subscriptions.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

/** More than there can be webhooks, so that a slow one never keeps another one waiting. */
export const MOST_WEBHOOKS = 50;
/** Requests to one webhook at once, of this process. */
const AT_ONCE = 8;
/** Milliseconds. Retries fall due on it. */
const INTERVAL = 1000;

/** Sends events to webhooks, each webhook by itself. */
export function createDeliveries(
  parts: Omit<DeliverParts, 'subscriptions'> & { subscriptions: Subscriptions } & Pick<
      LoopParts,
      'log' | 'sleep'
    >,
): Loop {
  const { store, subscriptions, now } = parts;
  let stopping = false;

  const dueOf = (webhookId: string, limit: number) =>
    store.deliveries.find({ webhookId, nextAt: { $lte: now() } }, { sort: { nextAt: 1 }, limit }).toArray();

  async function work(webhookId: string): Promise<void> {
    while (!stopping) {
      const webhook = subscriptions.get(webhookId);
      if (!webhook) return;
      const replaying = webhook.replay !== undefined && (await replayStep(store, webhookId, now()));
      const due = await dueOf(webhookId, AT_ONCE);
      if (due.length === 0 && !replaying) return;
      // All of them, also when one fails: the others' claims are theirs to end.
      const ends = await Promise.allSettled(due.map(({ _id }) => deliver(parts, webhook, _id)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    }
  }

  const loop = createLoop({
    name: 'webhooks',
    slots: MOST_WEBHOOKS + 1,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    work,
    async scan() {
      const busy: string[] = [];
      for (const { _id, replay } of subscriptions.all()) {
        if (replay || (await dueOf(_id, 1)).length > 0) busy.push(_id);
      }
      return busy;
    },
  });
  return {
    ...loop,
    async stop() {
      stopping = true;
      await loop.stop();
    },
  };
}
