import { MOST_WEBHOOKS, type WebhookDoc } from '../store/webhook.ts';
import { type DeliverParts, deliver } from '../webhooks/deliver.ts';
import { replayStep } from '../webhooks/replay.ts';
import type { Subscriptions } from '../webhooks/subscriptions.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Requests to one webhook at once, of this process. */
const AT_ONCE = 8;
/** Milliseconds. Retries fall due on it. */
const INTERVAL = 1000;

/**
 * Sends events to webhooks, each webhook by itself. Each has slots of its own, and the next event takes a slot as soon
 * as one is free: a receiver that hangs with one conversation keeps the others waiting only when it hangs with as many
 * as there are slots.
 */
export function createDeliveries(
  parts: Omit<DeliverParts, 'subscriptions'> & { subscriptions: Subscriptions } & WorkerParts,
): Loop {
  const { store, subscriptions, now } = parts;
  let stopping = false;
  /** Of webhooks that are worked on: tells that there may be more to send. */
  const wakes = new Map<string, () => void>();

  const dueOf = (webhookId: string, limit: number) =>
    store.deliveries.find({ webhookId, nextAt: { $lte: now() } }, { sort: { nextAt: 1 }, limit }).toArray();

  /** The webhook, when something may be sent to it now. */
  const openOf = (webhookId: string) => {
    const webhook = subscriptions.get(webhookId);
    return stopping || (webhook?.pausedUntil ?? 0) > now() ? undefined : webhook;
  };

  async function work(webhookId: string): Promise<void> {
    const inHand = new Map<string, Promise<void>>();
    const failures: unknown[] = [];
    const begin = async (webhook: WebhookDoc, deliveryId: string) => {
      try {
        await deliver(parts, webhook, deliveryId);
      } catch (error) {
        failures.push(error);
      }
      inHand.delete(deliveryId);
    };

    /** Takes what is due into free slots. True when there may be more that is not queued yet. */
    const refill = async () => {
      const replay = openOf(webhookId)?.replay;
      const more = replay !== undefined && (await replayStep(store, webhookId, now()));
      for (const { _id } of await dueOf(webhookId, AT_ONCE)) {
        const webhook = openOf(webhookId);
        if (!webhook || inHand.size >= AT_ONCE) break;
        // One whose claim is not written yet, or that takes longer than its lease, is due and in hand.
        if (!inHand.has(_id)) inHand.set(_id, begin(webhook, _id));
      }
      return more;
    };

    for (;;) {
      const woken = new Promise<void>((resolve) => wakes.set(webhookId, resolve));
      let more = false;
      try {
        const mayTake = failures.length === 0 && inHand.size < AT_ONCE && openOf(webhookId);
        if (mayTake) more = await refill();
      } catch (error) {
        failures.push(error);
      }
      if (more) continue;
      if (inHand.size === 0) break;
      await Promise.race([woken, ...inHand.values()]);
    }
    wakes.delete(webhookId);
    // Only now: what is in hand is this call's to end, also when something fails.
    if (failures.length > 0) throw failures[0];
  }

  async function nextAt(): Promise<number> {
    let first = Number.POSITIVE_INFINITY;
    for (const { _id: webhookId, replay, pausedUntil = 0 } of subscriptions.all()) {
      const waiting = { webhookId, nextAt: { $gte: 0 } };
      const next = await store.deliveries.findOne(waiting, { sort: { webhookId: 1, nextAt: 1 } });
      const dueAt = replay ? 0 : (next?.nextAt ?? Number.POSITIVE_INFINITY);
      first = Math.min(first, Math.max(dueAt, pausedUntil));
    }
    return first;
  }

  const loop = createLoop({
    name: 'webhooks',
    // One each, so that a slow one never keeps another one waiting.
    slots: MOST_WEBHOOKS,
    interval: INTERVAL,
    rest: parts.restOf?.(['deliveries', 'settings'], nextAt),
    log: parts.log,
    sleep: parts.sleep,
    work,
    async scan() {
      const busy: string[] = [];
      for (const { _id, replay } of subscriptions.all()) {
        if (!openOf(_id) || !(replay || (await dueOf(_id, 1)).length > 0)) continue;
        const wake = wakes.get(_id);
        if (wake) wake();
        else busy.push(_id);
      }
      return busy;
    },
  });
  return {
    ...loop,
    hint(webhookId) {
      wakes.get(webhookId)?.();
      loop.hint(webhookId);
    },
    async stop() {
      stopping = true;
      await loop.stop();
    },
  };
}
