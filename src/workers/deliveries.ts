import { MOST_WEBHOOKS } from '../store/webhook.ts';
import { type DeliverParts, deliver } from '../webhooks/deliver.ts';
import { replayStep } from '../webhooks/replay.ts';
import type { Subscriptions } from '../webhooks/subscriptions.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Requests to one webhook at once, of this process. */
const AT_ONCE = 8;
/** Milliseconds. Retries fall due on it. */
const INTERVAL = 1000;

/** Sends events to webhooks, each webhook by itself. */
export function createDeliveries(
  parts: Omit<DeliverParts, 'subscriptions'> & { subscriptions: Subscriptions } & WorkerParts,
): Loop {
  const { store, subscriptions, now } = parts;
  let stopping = false;
  /** Until when receivers have asked this process to be left alone. */
  const pauses = new Map<string, number>();
  const isPaused = (webhookId: string) => (pauses.get(webhookId) ?? 0) > now();

  const dueOf = (webhookId: string, limit: number) =>
    store.deliveries.find({ webhookId, nextAt: { $lte: now() } }, { sort: { nextAt: 1 }, limit }).toArray();

  async function work(webhookId: string): Promise<void> {
    while (!stopping) {
      const webhook = subscriptions.get(webhookId);
      if (!webhook || isPaused(webhookId)) return;
      const replaying = webhook.replay !== undefined && (await replayStep(store, webhookId, now()));
      const due = await dueOf(webhookId, AT_ONCE);
      if (due.length === 0 && !replaying) return;
      // All of them, also when one fails: the others' claims are theirs to end.
      const ends = await Promise.allSettled(due.map(({ _id }) => deliver(parts, webhook, _id)));
      const until = ends.map((end) => (end.status === 'fulfilled' ? (end.value ?? 0) : 0));
      if (until.some((time) => time > 0)) pauses.set(webhookId, Math.max(...until));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    }
  }

  async function nextAt(): Promise<number> {
    let first = Number.POSITIVE_INFINITY;
    for (const { _id: webhookId, replay } of subscriptions.all()) {
      const waiting = { webhookId, nextAt: { $gte: 0 } };
      const next = await store.deliveries.findOne(waiting, { sort: { webhookId: 1, nextAt: 1 } });
      const dueAt = replay ? 0 : (next?.nextAt ?? Number.POSITIVE_INFINITY);
      first = Math.min(first, Math.max(dueAt, pauses.get(webhookId) ?? 0));
    }
    return first;
  }

  const loop = createLoop({
    name: 'webhooks',
    // More than there can be webhooks, so that a slow one never keeps another one waiting.
    slots: MOST_WEBHOOKS + 1,
    interval: INTERVAL,
    rest: parts.restOf?.(['deliveries', 'settings'], nextAt),
    log: parts.log,
    sleep: parts.sleep,
    work,
    async scan() {
      const busy: string[] = [];
      for (const { _id, replay } of subscriptions.all()) {
        if (isPaused(_id)) continue;
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
