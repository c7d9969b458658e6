import type { ConversationDoc, Store } from '../store/documents.ts';

/** How far a queue was read: up to this place in the line, where these had been seen. Their order among equals is open. */
export interface Bookmark {
  turnAt: number;
  ids: readonly string[];
}

/** By queue, where the next pass reads on behind the front. Nothing for one that it need not read further. */
export type Bookmarks = Map<string, Bookmark>;

export interface Seen {
  conversations: ConversationDoc[];
  /** Where to read on; null when there was nothing behind. */
  end: Bookmark | null;
}

/** Conversations of a queue that nobody has been asked about. */
export function unasked(queueId: string) {
  return { queueId, state: 'open' as const, offer: { $exists: false } };
}

/**
 * The first `limit` of a queue that nobody has been asked about, and, when there are more and a bookmark is given, as many
 * of those behind them from the bookmark on. Who is before the bookmark and has come to the front since may be there
 * twice. After the last one `end` is behind the first ones again, so that reading on from it goes round.
 */
export async function seenOf(
  store: Pick<Store, 'conversations'>,
  queueId: string,
  bookmark: Bookmark | undefined,
  limit: number,
): Promise<Seen> {
  const first = await readOn(store, queueId, null, limit);
  if (!first.end || !bookmark) return first;
  const from = bookmark.turnAt < first.end.turnAt ? first.end : bookmark;
  const behind = await readOn(store, queueId, from, limit);
  return {
    conversations: [...first.conversations, ...behind.conversations],
    end: behind.end ?? first.end,
  };
}

async function readOn(
  store: Pick<Store, 'conversations'>,
  queueId: string,
  from: Bookmark | null,
  limit: number,
): Promise<Seen> {
  const behind = from ? { turnAt: { $gte: from.turnAt }, _id: { $nin: [...from.ids] } } : {};
  const conversations = await store.conversations
    .find({ ...unasked(queueId), ...behind }, { sort: { turnAt: 1 }, limit })
    .toArray();
  const turnAt = conversations.at(-1)?.turnAt;
  if (conversations.length < limit || turnAt === undefined) return { conversations, end: null };
  const ids = conversations.filter((one) => one.turnAt === turnAt).map(({ _id }) => _id);
  return {
    conversations,
    end: { turnAt, ids: from?.turnAt === turnAt ? [...from.ids, ...ids] : ids },
  };
}
