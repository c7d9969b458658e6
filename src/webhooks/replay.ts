import { insertOnce } from '../store/collection.ts';
import type { EventDoc, Store, WebhookDoc } from '../store/documents.ts';
import { deliveryOf } from './delivery.ts';
import { takes } from './subscriptions.ts';

/** Events looked at in one step. */
const STEP = 100;

/**
 * Goes on with what a webhook asked to have again: queues a step of its events anew, in their order. Resolves false when
 * there is nothing left of it. A step may be repeated after a crash; then a receiver gets some once more.
 */
export async function replayStep(
  store: Pick<Store, 'webhooks' | 'events' | 'deliveries'>,
  webhookId: string,
  now: number,
): Promise<boolean> {
  const webhook = await store.webhooks.findOne({ _id: webhookId });
  if (!webhook?.replay) return false;
  const { from, to } = webhook.replay;
  const events = await store.events
    .find({ sequence: { $gte: from, $lte: to } }, { sort: { sequence: 1 }, limit: STEP })
    .toArray();
  for (const event of events) if (takes(webhook, event.type)) await queueAgain(store, webhook, event, now);
  const last = events.at(-1)?.sequence;
  const more = events.length === STEP && last !== undefined;
  await store.webhooks.updateOne(
    // Asked for anew meanwhile: that holds.
    { _id: webhookId, 'replay.from': from, 'replay.to': to },
    more ? { $set: { replay: { from: last + 1, to } } } : { $unset: { replay: true } },
  );
  return true;
}

async function queueAgain(
  store: Pick<Store, 'deliveries'>,
  webhook: WebhookDoc,
  event: EventDoc,
  now: number,
): Promise<void> {
  const fresh = deliveryOf(webhook._id, event, now);
  if (await insertOnce(store.deliveries, fresh)) return;
  const { _id, ...again } = fresh;
  // One that is queued goes out anyway.
  await store.deliveries.updateOne({ _id, status: { $in: ['delivered', 'dead'] } }, { $set: again });
}
