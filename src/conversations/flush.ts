import { insertOnce, type Write } from '../store/collection.ts';
import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import { MASK } from '../store/message.ts';
import { noticesOf } from './pacing.ts';
import { nextLook, restingUntil } from './rest.ts';
import { syncWork, type WorkParts } from './work.ts';

export interface FlushParts extends WorkParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'agents' | 'inOrder'>;
}

/**
 * Writes what was committed with the conversation into the other collections, then `finish`, which clears it there.
 * Every step may be repeated, by anybody and at any time: ids are deterministic and an existing one is left alone.
 * Messages go in order of their sequence, so that whoever sees one sees all before it. Answers the ids of those that are
 * new and may be sent now: notices, and the first of the others, whose end makes the next one due.
 */
export async function copyPending(
  parts: FlushParts,
  conversation: ConversationDoc,
  finish: readonly Write[],
): Promise<string[]> {
  const { store, now } = parts;
  const writes: Write[] = [];
  const due: string[] = [];
  let answers = 0;
  for (const message of conversation.pending) {
    const outgoing = message.status === 'queued';
    writes.push(async () => {
      const inserted = await insertOnce(store.messages, outgoing ? scheduled(message, now()) : message);
      // Of answers the first alone: the end of its send makes the next one due.
      if (inserted && outgoing && (message.notice || answers++ === 0)) due.push(message._id);
    });
  }
  for (const id of conversation.handled) {
    // Not `changedAt`: that it came has been told, and that it is handled shows in the conversation.
    const handled = { status: 'handled', session: conversation.session } as const;
    const masked = { text: MASK, masked: true, provider: {}, changedAt: now() } as const;
    const $set = conversation.masked?.includes(id) ? { ...handled, ...masked } : handled;
    writes.push(() => store.messages.updateOne({ _id: id, status: 'received' }, { $set }));
  }
  for (const session of conversation.endedSessions) {
    writes.push(() => insertOnce(store.sessions, session));
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
  return due;
}

export interface Flushed {
  /** Ids of messages that are new and may be sent now. */
  sendable: string[];
  /** There is nothing in the conversation for a worker to do now. */
  rests: boolean;
}

/**
 * Copies, for writers that hold no lease. A conversation in which nothing waits, and that nobody works on, then rests
 * until its next timer, so that no worker needs to look at it for that. Any other is cleared of what was copied: what
 * came meanwhile stays.
 */
export async function flush(parts: FlushParts, conversation: ConversationDoc): Promise<Flushed> {
  const { store, settings, now } = parts;
  const { _id, version, wake, leaseUntil } = conversation;
  const next = nextLook(conversation, settings);
  let rests = false;
  const rest = async () => {
    const where = { _id, version, wake, leaseUntil: 0 };
    const { matchedCount } = await store.conversations.updateOne(where, restingUntil(next));
    rests = matchedCount === 1;
  };
  const mayRest = leaseUntil === 0 && next > now();
  const sendable = await copyPending(parts, conversation, mayRest ? [rest] : clearing(parts, conversation));
  if (mayRest && !rests) await store.inOrder(clearing(parts, conversation));
  return { sendable, rests };
}

function clearing({ store }: FlushParts, conversation: ConversationDoc): Write[] {
  const { _id, version, touched } = conversation;
  const clear = () =>
    store.conversations.updateOne(
      { _id },
      {
        $pull: {
          pending: { _id: { $in: conversation.pending.map((message) => message._id) } },
          handled: { $in: conversation.handled },
          endedSessions: { _id: { $in: conversation.endedSessions.map((session) => session._id) } },
        },
      },
    );
  // A later commit may have touched the same agent anew, and its writer may be gone before it says so.
  const told = () => store.conversations.updateOne({ _id, version }, { $set: { touched: [] } });
  return touched.length > 0 ? [clear, told] : [clear];
}

function scheduled(message: MessageDoc, nextAt: number): MessageDoc {
  return message.notice
    ? { ...message, outstanding: noticesOf(message.conversationId), noticeAt: nextAt }
    : { ...message, outstanding: message.conversationId, nextAt };
}
