import type { Seal } from '../seal.ts';
import type { DeliveryDoc, Store, WebhookDoc } from '../store/documents.ts';
import { MASK } from '../store/message.ts';
import { payloadOf } from './payload.ts';
import { signedHeaders } from './signature.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Milliseconds for a receiver to answer. */
export const POST_TIMEOUT = 10_000;
/** Milliseconds. A delivery whose process died is tried again after this; a receiver may then get it twice. */
const LEASE = 30_000;
/** Milliseconds. An event whose conversation has an earlier one under way is looked at again this much after that one. */
const FOLLOWER_DELAY = 5_000;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Milliseconds after each failed try, give or take a tenth: about a day in all. Then it is a dead letter. */
const RETRIES = [
  5 * SECOND,
  30 * SECOND,
  2 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  8 * HOUR,
];
export const MAX_ATTEMPTS = RETRIES.length + 1;

/**
 * Makes one POST, follows no redirect, never rejects, and ends within `POST_TIMEOUT`. `retryAfter` in milliseconds, where the
 * answer has one.
 */
export type Post = (request: {
  url: string;
  headers: Record<string, string>;
  body: string;
}) => Promise<{ status: number; retryAfter?: number | null } | { failed: string }>;

export interface DeliverParts {
  store: Pick<Store, 'webhooks' | 'deliveries' | 'events' | 'messages' | 'durable'>;
  subscriptions: Pick<Subscriptions, 'read'>;
  seal: Seal;
  post: Post;
  now: () => number;
  /** From 0 up to 1. */
  random: () => number;
  /** Told what became of each try: `failed` is tried again. */
  ended: (outcome: 'delivered' | 'failed' | 'dead') => void;
  /** Told of a webhook that was turned off since its receiver said that it is gone. */
  gone: (webhook: WebhookDoc) => void;
}

/**
 * Sends one event to one webhook, if it is due and its turn: the events of one conversation come in their order, each
 * once the one before it was taken or given up. Those of other conversations do not wait for it.
 *
 * A receiver gets each event at least once: it is sent again whenever no 2xx came back, also when only the answer was
 * lost. `webhook-id` is the same each time.
 *
 * A receiver that asks to be left alone (`Retry-After`) pauses the webhook; to look at that before is the caller's.
 */
export async function deliver(parts: DeliverParts, webhook: WebhookDoc, deliveryId: string): Promise<void> {
  const { store, now } = parts;
  const due = await store.deliveries.findOne({ _id: deliveryId, nextAt: { $lte: now() } });
  if (due?.nextAt === undefined || !(await inTurn(parts, due))) return;
  const { attempts, nextAt } = due;
  const delivery = await store.deliveries.findOneAndUpdate(
    { _id: deliveryId, attempts, nextAt },
    { $set: { nextAt: now() + LEASE }, $inc: { attempts: 1 } },
    { returnDocument: 'after' },
  );
  if (!delivery) return;
  const event = await store.events.findOne({ _id: delivery.eventId });
  if (!event) return settle(parts, delivery, 'dead', 'expired');
  const about = webhook.includeTexts && 'message' in event ? event.message : undefined;
  const message = about ? await store.messages.findOne({ _id: about.id }) : null;
  const text = message && about?.masked ? MASK : message?.text;
  const answer = await send(parts, webhook, event._id, payloadOf(event, text));
  const said = 'status' in answer ? String(answer.status) : answer.failed;
  if ('status' in answer && answer.status >= 200 && answer.status < 300) {
    return settle(parts, delivery, 'delivered', said);
  }
  if ('status' in answer && answer.status === 410) await turnOff(parts, webhook);
  else if (delivery.attempts < MAX_ATTEMPTS) {
    const wait = ('status' in answer && answer.retryAfter) || 0;
    await retry(parts, delivery, said);
    if (wait > 0) await pause(parts, webhook, now() + wait);
    return;
  }
  await settle(parts, delivery, 'dead', said);
}

/** Signs and posts once. A secret that cannot be opened is a failure like others: SECRET_KEY may be put right meanwhile. */
export async function send(
  { seal, post, now }: Pick<DeliverParts, 'seal' | 'post' | 'now'>,
  { url, secret, previousSecret, previousUntil = 0 }: WebhookDoc,
  id: string,
  payload: object,
): ReturnType<Post> {
  const body = JSON.stringify(payload);
  const at = now();
  // Both sign while the receiver changes over.
  const sealed = previousSecret !== undefined && previousUntil > at ? [secret, previousSecret] : [secret];
  let signed: Record<string, string>;
  try {
    signed = signedHeaders(sealed.map(seal.open), id, at, body);
  } catch {
    return { failed: 'secret_unreadable' };
  }
  return post({ url, headers: { 'content-type': 'application/json', ...signed }, body });
}

async function inTurn(parts: DeliverParts, delivery: DeliveryDoc): Promise<boolean> {
  const { store, now } = parts;
  const earlier = await earlierThan(store, delivery);
  if (!earlier) return true;
  // Not before the earlier one is tried again: while a receiver is away, a long line costs a look each per try.
  const nextAt = Math.max(now(), earlier.nextAt ?? 0) + FOLLOWER_DELAY;
  const postponed = await store.deliveries.findOneAndUpdate(
    { _id: delivery._id, nextAt: delivery.nextAt ?? 0 },
    { $set: { nextAt } },
    { returnDocument: 'after' },
  );
  // The earlier one may have ended between the look and the write: its end made this one due, and that is lost now.
  if (!postponed || (await earlierThan(store, delivery))) return false;
  await store.deliveries.updateOne({ _id: delivery._id, nextAt }, { $set: { nextAt: now() } });
  return false;
}

async function earlierThan(
  store: DeliverParts['store'],
  { lane, sequence }: DeliveryDoc,
): Promise<DeliveryDoc | null> {
  if (lane === undefined) return null;
  return store.deliveries.findOne({ lane, sequence: { $lt: sequence } }, { sort: { sequence: 1 } });
}

async function settle(
  { store, now, ended }: DeliverParts,
  delivery: DeliveryDoc,
  status: 'delivered' | 'dead',
  answer: string,
): Promise<void> {
  const { _id, attempts, lane, sequence } = delivery;
  ended(status);
  await store.deliveries.updateOne(
    { _id, status: 'queued', attempts },
    { $set: { status, answer, changedAt: now() }, $unset: { nextAt: true, lane: true } },
  );
  if (lane === undefined) return;
  const next = await store.deliveries.findOne(
    { lane, sequence: { $gt: sequence } },
    { sort: { sequence: 1 } },
  );
  // One that was tried waits for its receiver, not for its turn.
  if (next) {
    await store.deliveries.updateOne(
      { _id: next._id, status: 'queued', attempts: 0 },
      { $set: { nextAt: now() } },
    );
  }
}

async function retry(
  { store, now, random, ended }: DeliverParts,
  delivery: DeliveryDoc,
  answer: string,
): Promise<void> {
  const { _id, attempts } = delivery;
  ended('failed');
  const delay = (RETRIES[attempts - 1] ?? HOUR) * (0.9 + 0.2 * random());
  await store.deliveries.updateOne(
    { _id, status: 'queued', attempts },
    { $set: { nextAt: now() + delay, answer, changedAt: now() } },
  );
}

/**
 * Kept with the webhook, not with its deliveries: so all processes hold to it, and all that waits goes once it is ended.
 * One that an administrator has ended since the request was made does not begin anew.
 */
async function pause(
  parts: DeliverParts,
  { _id, resumedAt }: WebhookDoc,
  pausedUntil: number,
): Promise<void> {
  const asThen = resumedAt === undefined ? { $exists: false } : { $eq: resumedAt };
  await parts.store.webhooks.updateOne({ _id, resumedAt: asThen }, { $set: { pausedUntil } });
  await parts.subscriptions.read();
}

/** Standard Webhooks: a receiver that answers 410 wants no more. What waits for it stays, should it be turned on again. */
async function turnOff(parts: DeliverParts, webhook: WebhookDoc): Promise<void> {
  const { store, now } = parts;
  const { matchedCount } = await store.webhooks.updateOne(
    { _id: webhook._id, on: true, url: webhook.url },
    { $set: { on: false, offReason: 'gone', changedAt: now() } },
  );
  await parts.subscriptions.read();
  if (matchedCount === 1) parts.gone(webhook);
}
