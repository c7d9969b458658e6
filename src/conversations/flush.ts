import { isDuplicateKey } from '../store/collection.ts';
import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';

/** Milliseconds. A part that follows another is made due by the other's end; should that be lost, after this long. */
export const FOLLOWER_DELAY = 5_000;

/**
 * Copies what was committed with the conversation into the other collections. Every step may be repeated, by anybody
 * and at any time: ids are deterministic and an existing one is left alone. Messages go in order of their sequence,
 * so that whoever sees one sees all before it. Answers the id of
 * the first that is new: it may be sent now, and the end of its send makes the next one due.
 */
export async function copyPending(
  store: Pick<Store, 'messages' | 'sessions'>,
  conversation: ConversationDoc,
  now: number,
): Promise<string[]> {
  let due: string | undefined;
  for (const message of conversation.pending) {
    const document =
      message.direction === 'out'
        ? scheduled(message, due === undefined ? now : now + FOLLOWER_DELAY)
        : message;
    const inserted = await insertOnce(() => store.messages.insertOne(document));
    if (inserted && message.direction === 'out') due ??= message._id;
  }
  for (const id of conversation.handled) {
    await store.messages.updateOne(
      { _id: id, status: 'received' },
      { $set: { status: 'handled', session: conversation.session, changedAt: now } },
    );
  }
  for (const session of conversation.endedSessions) {
    await insertOnce(() => store.sessions.insertOne(session));
  }
  return due === undefined ? [] : [due];
}

/** Copies, then clears what was copied. For writers that hold no lease: what came meanwhile stays. */
export async function flush(
  store: Pick<Store, 'conversations' | 'messages' | 'sessions'>,
  conversation: ConversationDoc,
  now: number,
): Promise<string[]> {
  const due = await copyPending(store, conversation, now);
  await store.conversations.updateOne(
    { _id: conversation._id },
    {
      $pull: {
        pending: { _id: { $in: conversation.pending.map((message) => message._id) } },
        handled: { $in: conversation.handled },
        endedSessions: { _id: { $in: conversation.endedSessions.map((session) => session._id) } },
      },
    },
  );
  return due;
}

function scheduled(message: MessageDoc, nextAt: number): MessageDoc {
  return { ...message, outstanding: message.conversationId, nextAt };
}

/** False when it was there already. */
async function insertOnce(insert: () => Promise<unknown>): Promise<boolean> {
  try {
    await insert();
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
