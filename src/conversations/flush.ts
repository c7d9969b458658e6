import { isDuplicateKey, type Write } from '../store/collection.ts';
import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import { syncWork, type WorkParts } from './work.ts';

export interface FlushParts extends WorkParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'agents' | 'inOrder'>;
}

/**
 * Writes what was committed with the conversation into the other collections, then `finish`, which clears it there.
 * Every step may be repeated, by anybody and at any time: ids are deterministic and an existing one is left alone.
 * Messages go in order of their sequence, so that whoever sees one sees all before it. Answers the id of the first
 * that is new: it may be sent now, and the end of its send makes the next one due.
 */
export async function copyPending(
  parts: FlushParts,
  conversation: ConversationDoc,
  finish: readonly Write[],
): Promise<string[]> {
  const { store, now } = parts;
  const writes: Write[] = [];
  let due: string | undefined;
  for (const message of conversation.pending) {
    const outgoing = message.direction === 'out';
    writes.push(async () => {
      const inserted = await insertOnce(() =>
        store.messages.insertOne(outgoing ? scheduled(message, now()) : message),
      );
      if (inserted && outgoing) due ??= message._id;
    });
  }
  for (const id of conversation.handled) {
    // Not `changedAt`: that it came has been told, and that it is handled shows in the conversation.
    const handled = { status: 'handled', session: conversation.session } as const;
    writes.push(() => store.messages.updateOne({ _id: id, status: 'received' }, { $set: handled }));
  }
  for (const session of conversation.endedSessions) {
    writes.push(() => insertOnce(() => store.sessions.insertOne(session)));
  }
  if (conversation.surveyed) {
    // Its row is there: it was committed, and copied, before the customer was asked.
    const { session, ...survey } = conversation.surveyed;
    writes.push(() =>
      store.sessions.updateOne({ _id: `${conversation._id}:${session}` }, { $set: { survey } }),
    );
  }
  for (const agentId of conversation.touched) {
    await syncWork(parts, agentId, conversation._id);
  }
  writes.push(...finish);
  if (writes.length > 0) await store.inOrder(writes);
  return due === undefined ? [] : [due];
}

/** Copies, then clears what was copied. For writers that hold no lease: what came meanwhile stays. */
export function flush(parts: FlushParts, conversation: ConversationDoc): Promise<string[]> {
  const clear = () =>
    parts.store.conversations.updateOne(
      { _id: conversation._id },
      {
        $pull: {
          pending: { _id: { $in: conversation.pending.map((message) => message._id) } },
          handled: { $in: conversation.handled },
          endedSessions: { _id: { $in: conversation.endedSessions.map((session) => session._id) } },
        },
      },
    );
  // A later commit may have touched the same agent anew, and its writer may be gone before it says so.
  const { _id, version, touched } = conversation;
  const told = () => parts.store.conversations.updateOne({ _id, version }, { $set: { touched: [] } });
  return copyPending(parts, conversation, touched.length > 0 ? [clear, told] : [clear]);
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
