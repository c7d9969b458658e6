import { isDeepStrictEqual } from 'node:util';
import type { Collection } from '../store/collection.ts';
import type { Store } from '../store/documents.ts';
import type { Doc } from '../store/index-keys.ts';
import { documentsOf } from '../store/schema.ts';

/** Milliseconds that the clocks of two processes may be apart. */
const SKEW = 5000;

/** A conversation that changes each time is taken as it was read last. */
const READINGS = 5;

const BATCH = 500;

/** The conversations that have changed since a time, or that have messages which have. */
export async function conversationsSince(store: Store, at: number): Promise<Set<string>> {
  const since = at - SKEW;
  const ids = new Set<string>();
  for await (const { _id } of changedSince(documentsOf(store, 'conversations'), since)) ids.add(_id);
  for await (const { conversationId } of changedSince(documentsOf(store, 'messages'), since)) {
    if (typeof conversationId === 'string') ids.add(conversationId);
  }
  return ids;
}

/** Many may have been changed in the same millisecond: they are told apart by their ids. */
async function* changedSince(documents: Collection<Doc>, since: number): AsyncGenerator<Doc, void> {
  let seen = new Set<string>();
  for (let from = since, limit = BATCH; ; ) {
    const batch = await documents
      .find({ changedAt: { $gte: from } }, { sort: { changedAt: 1 }, limit })
      .toArray();
    const fresh = batch.filter(({ _id }) => !seen.has(_id));
    yield* fresh;
    const last = batch.at(-1)?.changedAt;
    if (batch.length < limit || typeof last !== 'number') return;
    limit = fresh.length === 0 ? limit * 2 : BATCH;
    seen = new Set(batch.map(({ _id }) => _id));
    from = last;
  }
}

/**
 * A conversation with its messages and sessions, as they were at one moment: where it is still the same after they were
 * read, nothing was decided in between.
 */
export async function changedConversation(
  store: Store,
  id: string,
): Promise<{ conversation: Doc | null; messages: Doc[]; sessions: Doc[] }> {
  const conversations = documentsOf(store, 'conversations');
  for (let reading = 1; ; reading++) {
    const conversation = await conversations.findOne({ _id: id });
    const messages = await documentsOf(store, 'messages').find({ conversationId: id }).toArray();
    const sessions = await documentsOf(store, 'sessions').find({ conversationId: id }).toArray();
    const after = await conversations.findOne({ _id: id });
    if (reading === READINGS || isDeepStrictEqual(after, conversation))
      return { conversation, messages, sessions };
  }
}
