import { insertOnce, type Write } from '../store/collection.ts';
import type { EventDoc, News, Store } from '../store/documents.ts';
import type { BatchedEvent, PublisherDoc, QueueNews } from '../store/webhook.ts';
import { deliveryOf } from './delivery.ts';
import { eventOf } from './event.ts';
import { type Subscriptions, takes } from './subscriptions.ts';

/** Milliseconds. A publisher that died is replaced after this. */
const LEASE = 10_000;
/** Documents looked at for one batch, of each kind. */
const BATCH = 100;
/** Milliseconds that events and their deliveries are kept: how far back a replay reaches. */
const KEPT = 7 * 24 * 60 * 60 * 1000;

const PUBLISHER = 'events';

export interface PublishParts {
  store: Pick<
    Store,
    'conversations' | 'messages' | 'queues' | 'publisher' | 'events' | 'deliveries' | 'inOrder' | 'durable'
  >;
  subscriptions: Subscriptions;
  now: () => number;
  randomId: () => string;
  /** Told the ids of webhooks that have something to be sent. */
  published: (webhookIds: string[]) => void;
}

/**
 * Takes what commits left in conversations, messages and queues, and makes events of it, each with a number that grows.
 *
 * The order holds on any number of processes, without a transaction, because it is given in one document. Whoever has
 * its lease first writes a numbered batch into it, in one write that also raises the number, and only then copies the
 * batch into `events`, in order; the next batch is written only when the one before it is copied. So
 *
 * - two processes never give the same number, nor an older one later: the write of a batch is guarded by the lease and
 *   by the number that its writer saw, and one that was held up finds both changed;
 * - whoever reads `events` in order never sees one appear before another that it has seen: a process that was held up
 *   in the middle of copying can only copy what its successor, which had to finish that batch first, has copied before;
 * - a crash anywhere is healed by the next one, who copies the batch again: `_id`s were given with the commit, and what is
 *   there already is left alone. The news leave their documents before the batch is cleared, so none gets into a second.
 *
 * A number may be missing: an event that two receipts told of exists once. Messages are read before conversations: what
 * became of a text is never read without the commit that made the text, and both are then put in order of time.
 *
 * Resolves true when there may be more.
 */
export async function publish(parts: PublishParts): Promise<boolean> {
  const { store } = parts;
  const leaseId = parts.randomId();
  const claimed = await claim(parts, leaseId);
  if (!claimed) return false;
  if (claimed.batch.length > 0) await copy(parts, claimed.batch);
  const { entries, more } = await collect(parts, claimed.sequence);
  const sequence = entries.at(-1)?.event.sequence ?? claimed.sequence;
  const mine = await store.publisher.findOneAndUpdate(
    { _id: PUBLISHER, leaseId, sequence: claimed.sequence },
    { $set: { batch: entries, sequence, ...(entries.length > 0 ? {} : { leaseUntil: 0 }) } },
    { returnDocument: 'after' },
  );
  if (!mine || entries.length === 0) return false;
  await copy(parts, entries);
  await store.publisher.updateOne(
    { _id: PUBLISHER, leaseId, sequence },
    { $set: { batch: [], leaseUntil: 0 }, $unset: { leaseId: true } },
  );
  await store.durable();
  const told = new Set(entries.flatMap(({ to }) => to));
  if (told.size > 0) parts.published([...told]);
  return more;
}

/** Whether there is anything for a publisher to do. */
export async function hasNews(store: PublishParts['store']): Promise<boolean> {
  const from = { $gte: 0 };
  if (await store.conversations.findOne({ newsAt: from }, { sort: { newsAt: 1 } })) return true;
  if (await store.messages.findOne({ newsAt: from }, { sort: { newsAt: 1 } })) return true;
  if (await store.queues.findOne({ newsAt: from }, { sort: { newsAt: 1 } })) return true;
  const publisher = await store.publisher.findOne({ _id: PUBLISHER });
  return publisher !== null && publisher.batch.length > 0;
}

async function claim({ store, now }: PublishParts, leaseId: string): Promise<PublisherDoc | null> {
  const lease = { leaseId, leaseUntil: now() + LEASE };
  const claimed = await store.publisher.findOneAndUpdate(
    { _id: PUBLISHER, leaseUntil: { $lt: now() } },
    { $set: lease },
    { returnDocument: 'after' },
  );
  if (claimed || (await store.publisher.findOne({ _id: PUBLISHER }))) return claimed;
  const first: PublisherDoc = { _id: PUBLISHER, sequence: 0, batch: [], ...lease };
  return (await insertOnce(store.publisher, first)) ? first : null;
}

interface Found {
  news: News | QueueNews;
  source: BatchedEvent['source'];
  sourceId: string;
  /** The event that it makes, but for its number. */
  event: (sequence: number) => EventDoc;
}

async function collect(
  parts: PublishParts,
  after: number,
): Promise<{ entries: BatchedEvent[]; more: boolean }> {
  const { store, subscriptions } = parts;
  const options = { sort: { newsAt: 1 }, limit: BATCH } as const;
  const messages = await store.messages.find({ newsAt: { $gte: 0 } }, options).toArray();
  const conversations = await store.conversations.find({ newsAt: { $gte: 0 } }, options).toArray();
  const queues = await store.queues.find({ newsAt: { $gte: 0 } }, options).toArray();
  // What a full batch has not reached may belong before what another one has.
  const reached = Math.min(
    ...[messages, conversations, queues].map((read: { newsAt?: number }[]) =>
      read.length < BATCH ? Number.POSITIVE_INFINITY : (read.at(-1)?.newsAt ?? 0),
    ),
  );
  const found: Found[] = [];
  const expiresAt = parts.now() + KEPT;
  for (const conversation of conversations) {
    const { _id: sourceId, news = [], newsAt = 0 } = conversation;
    if (newsAt > reached) continue;
    for (const one of news) {
      const message =
        one.messageId === undefined ? null : await store.messages.findOne({ _id: one.messageId });
      const event = (sequence: number) =>
        eventOf(one, conversation, message ?? undefined, sequence, expiresAt);
      found.push({ news: one, source: 'conversations', sourceId, event });
    }
  }
  for (const message of messages) {
    const { _id: sourceId, news = [], newsAt = 0 } = message;
    if (newsAt > reached) continue;
    const conversation = await store.conversations.findOne({ _id: message.conversationId });
    if (!conversation) {
      // Nobody could be told whose message it was.
      await clear(
        store.messages,
        sourceId,
        news.map(({ id }) => id),
      );
      continue;
    }
    for (const one of news) {
      const event = (sequence: number) => eventOf(one, conversation, message, sequence, expiresAt);
      found.push({ news: one, source: 'messages', sourceId, event });
    }
  }
  for (const { _id: queueId, name, news = [], newsAt = 0 } of queues) {
    if (newsAt > reached) continue;
    for (const one of news) {
      const { id: _id, ...told } = one;
      const event = (sequence: number) => ({ _id, sequence, ...told, queueId, name, expiresAt });
      found.push({ news: one, source: 'queues', sourceId: queueId, event });
    }
  }
  // The order within a document is that of its commits; sorting is stable, and keeps it among equal times.
  found.sort((a, b) => a.news.at - b.news.at);
  const entries = found.map(({ news, source, sourceId, event }, n) => ({
    event: event(after + 1 + n),
    source,
    sourceId,
    to: subscriptions
      .all()
      // What happened before there was the webhook is for a replay.
      .filter((webhook) => takes(webhook, news.type) && webhook.createdAt <= news.at)
      .map(({ _id }) => _id),
  }));
  return { entries, more: reached < Number.POSITIVE_INFINITY };
}

/** May be repeated, by anybody. */
async function copy({ store, now }: PublishParts, entries: readonly BatchedEvent[]): Promise<void> {
  const writes: Write[] = [];
  const sources = new Map<string, { source: BatchedEvent['source']; sourceId: string; ids: string[] }>();
  for (const { event, to, source, sourceId } of entries) {
    writes.push(() => insertOnce(store.events, event));
    for (const webhookId of to) {
      const delivery = deliveryOf(webhookId, event, now());
      writes.push(() => insertOnce(store.deliveries, delivery));
    }
    const key = `${source}:${sourceId}`;
    const known = sources.get(key) ?? { source, sourceId, ids: [] };
    known.ids.push(event._id);
    sources.set(key, known);
  }
  await store.inOrder(writes);
  for (const { source, sourceId, ids } of sources.values()) {
    await clear(store[source], sourceId, ids);
  }
}

/** What came meanwhile stays, and with it the mark that there is something. */
async function clear(
  collection: Pick<Store[BatchedEvent['source']], 'updateOne'>,
  _id: string,
  ids: string[],
): Promise<void> {
  await collection.updateOne({ _id, newsAt: { $gte: 0 } }, { $pull: { news: { id: { $in: ids } } } });
  await collection.updateOne({ _id, news: { $size: 0 } }, { $unset: { news: true, newsAt: true } });
}
