import { isDuplicateKey, type Write } from '../store/collection.ts';
import type { ConversationDoc, EventDoc, MessageDoc, News, Store } from '../store/documents.ts';
import type { BatchedEvent, DeliveryDoc, PublisherDoc } from '../store/webhook.ts';
import { type Subscriptions, takes } from './subscriptions.ts';

/** Milliseconds. A publisher that died is replaced after this. */
const LEASE = 10_000;
/** Documents looked at for one batch, of each kind. */
const BATCH = 100;
/** Milliseconds that events and their deliveries are kept: how far back a replay reaches. */
export const KEPT = 7 * 24 * 60 * 60 * 1000;

const PUBLISHER = 'events';

export interface PublishParts {
  store: Pick<
    Store,
    'conversations' | 'messages' | 'publisher' | 'events' | 'deliveries' | 'inOrder' | 'durable'
  >;
  subscriptions: Subscriptions;
  now: () => number;
  randomId: () => string;
  /** Told the ids of webhooks that have something to be sent. */
  published: (webhookIds: string[]) => void;
}

/**
 * Takes what commits left in conversations and messages, and makes events of it, each with a number that grows.
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
  return (await insertOnce(() => store.publisher.insertOne(first))) ? first : null;
}

interface Found {
  news: News;
  source: BatchedEvent['source'];
  sourceId: string;
  conversation: ConversationDoc;
  message?: MessageDoc;
}

async function collect(
  parts: PublishParts,
  after: number,
): Promise<{ entries: BatchedEvent[]; more: boolean }> {
  const { store, subscriptions } = parts;
  const options = { sort: { newsAt: 1 }, limit: BATCH } as const;
  const messages = await store.messages.find({ newsAt: { $gte: 0 } }, options).toArray();
  const conversations = await store.conversations.find({ newsAt: { $gte: 0 } }, options).toArray();
  // What a full batch has not reached may belong before what the other one has.
  const reached = Math.min(
    ...[messages, conversations].map((read) =>
      read.length < BATCH ? Number.POSITIVE_INFINITY : (read.at(-1)?.newsAt ?? 0),
    ),
  );
  const found: Found[] = [];
  for (const conversation of conversations) {
    const { _id: sourceId, news = [], newsAt = 0 } = conversation;
    if (newsAt > reached) continue;
    for (const one of news) {
      const message =
        one.messageId === undefined ? null : await store.messages.findOne({ _id: one.messageId });
      found.push({
        news: one,
        source: 'conversations',
        sourceId,
        conversation,
        ...(message ? { message } : {}),
      });
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
      found.push({ news: one, source: 'messages', sourceId, conversation, message });
    }
  }
  // The order within a document is that of its commits; sorting is stable, and keeps it among equal times.
  found.sort((a, b) => a.news.at - b.news.at);
  const entries = found.map(({ news, source, sourceId, conversation, message }, n) => ({
    event: eventOf(news, conversation, message, after + 1 + n, parts.now() + KEPT),
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

function eventOf(
  news: News,
  conversation: ConversationDoc,
  message: MessageDoc | undefined,
  sequence: number,
  expiresAt: number,
): EventDoc {
  const { _id: conversationId, channelId, number, customer, locale, priority } = conversation;
  const { id: _id, type, at, reason, session = message?.session || conversation.session } = news;
  const place = news.place ?? placeNow(conversation);
  // Where it stands now says who has it; what stood before says that itself.
  const { agentId, queueId } = news.place === undefined ? conversation : news;
  return {
    _id,
    sequence,
    type,
    at,
    ...(reason === undefined ? {} : { reason }),
    conversationId,
    channelId,
    number,
    customer,
    ...(locale === undefined ? {} : { locale }),
    session,
    priority,
    place,
    ...(agentId === undefined ? {} : { agentId }),
    ...(queueId === undefined ? {} : { queueId }),
    ...(message ? { message: messageOf(message, type) } : {}),
    expiresAt,
  };
}

function placeNow({ state, handler }: ConversationDoc): EventDoc['place'] {
  if (state === 'active') return handler === 'agent' ? 'agent' : 'bot';
  return state;
}

/** Its status is the one that the event tells of; by now it may be another. */
function messageOf(message: MessageDoc, type: EventDoc['type']): NonNullable<EventDoc['message']> {
  const { _id: id, direction, author, segments, error } = message;
  const status = STATUSES[type] ?? message.status;
  return {
    id,
    direction,
    author,
    status,
    segments,
    ...(error === undefined || (status !== 'failed' && status !== 'unknown') ? {} : { error }),
  };
}

const STATUSES: Readonly<Partial<Record<EventDoc['type'], MessageDoc['status']>>> = {
  'message.received': 'received',
  'message.sent': 'sent',
  'message.delivered': 'delivered',
  'message.failed': 'failed',
  'message.unknown': 'unknown',
};

/** May be repeated, by anybody. */
async function copy({ store, now }: PublishParts, entries: readonly BatchedEvent[]): Promise<void> {
  const writes: Write[] = [];
  const sources = new Map<string, { source: BatchedEvent['source']; sourceId: string; ids: string[] }>();
  for (const { event, to, source, sourceId } of entries) {
    writes.push(() => insertOnce(() => store.events.insertOne(event)));
    for (const webhookId of to) {
      const delivery = deliveryOf(webhookId, event, now());
      writes.push(() => insertOnce(() => store.deliveries.insertOne(delivery)));
    }
    const key = `${source}:${sourceId}`;
    const known = sources.get(key) ?? { source, sourceId, ids: [] };
    known.ids.push(event._id);
    sources.set(key, known);
  }
  await store.inOrder(writes);
  for (const { source, sourceId, ids } of sources.values()) {
    if (source === 'conversations') await clear(store.conversations, sourceId, ids);
    else await clear(store.messages, sourceId, ids);
  }
}

/** What came meanwhile stays, and with it the mark that there is something. */
async function clear(
  collection: Pick<Store['conversations'], 'updateOne'> | Pick<Store['messages'], 'updateOne'>,
  _id: string,
  ids: string[],
): Promise<void> {
  await collection.updateOne({ _id, newsAt: { $gte: 0 } }, { $pull: { news: { id: { $in: ids } } } });
  await collection.updateOne({ _id, news: { $size: 0 } }, { $unset: { news: true, newsAt: true } });
}

export function deliveryOf(webhookId: string, event: EventDoc, now: number): DeliveryDoc {
  return {
    _id: `${webhookId}:${event._id}`,
    webhookId,
    eventId: event._id,
    type: event.type,
    sequence: event.sequence,
    conversationId: event.conversationId,
    status: 'queued',
    lane: `${webhookId}:${event.conversationId}`,
    nextAt: now,
    attempts: 0,
    changedAt: now,
    expiresAt: event.expiresAt,
  };
}

/** False when it was there already. */
export async function insertOnce(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
