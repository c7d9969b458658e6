import type { Settings } from '../conversations/settings.ts';
import type { ConversationDoc, Store } from '../store/documents.ts';
import type { Retention } from '../store/workstream.ts';

const DAY = 86_400_000;

/**
 * Days that a conversation stays at least. Events of webhooks, files and drafts are kept for a week, and an erasure finds
 * them by their conversation.
 */
const A_WEEK_AND_MORE = 8;

/** Documents of a kind that one step takes away of one conversation. */
const STEP = 500;

function keepsForEver({ transcripts, sessions, audit }: Retention): boolean {
  return transcripts === null && sessions === null && audit === null;
}

/**
 * Takes away what a workstream no longer keeps of one of its conversations, at most some hundred documents. What is still
 * to be sent stays. A closed conversation of which nothing is left goes too: what it knows of the customer is then older
 * than anything that is kept.
 *
 * @param now milliseconds since 1970
 * @returns whether there may be more
 */
async function applyRetention(
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'audit'>,
  conversation: ConversationDoc,
  retention: Retention,
  now: number,
): Promise<boolean> {
  const { _id: conversationId } = conversation;
  let most = 0;
  if (retention.transcripts !== null) {
    const before = now - retention.transcripts * DAY;
    const old = await store.messages
      .find(
        {
          conversationId,
          at: { $lt: before },
          outstanding: { $exists: false },
          noticeAt: { $exists: false },
        },
        { sort: { conversationId: 1, at: 1 }, limit: STEP },
      )
      .toArray();
    for (const { _id } of old) await store.messages.deleteOne({ _id });
    most = Math.max(most, old.length);
  }
  if (retention.sessions !== null) {
    const before = now - retention.sessions * DAY;
    const old = await store.sessions
      .find(
        { conversationId, endedAt: { $lt: before } },
        { sort: { conversationId: 1, session: 1 }, limit: STEP },
      )
      .toArray();
    for (const { _id } of old) await store.sessions.deleteOne({ _id });
    most = Math.max(most, old.length);
  }
  if (retention.audit !== null) {
    const before = now - retention.audit * DAY;
    const old = await store.audit
      .find({ target: conversationId, at: { $lt: before } }, { sort: { target: 1, at: 1 }, limit: STEP })
      .toArray();
    for (const { _id } of old) await store.audit.deleteOne({ _id });
    most = Math.max(most, old.length);
  }
  if (most === STEP) return true;
  await removeEmpty(store, conversation, retention, now);
  return false;
}

async function removeEmpty(
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'audit'>,
  { _id, version, wake, state, lastMessageAt }: ConversationDoc,
  { transcripts, sessions, audit }: Retention,
  now: number,
): Promise<void> {
  if (state !== 'closed' || transcripts === null || sessions === null) return;
  if (lastMessageAt >= now - Math.max(transcripts, sessions, A_WEEK_AND_MORE) * DAY) return;
  const left =
    (await store.messages.findOne({ conversationId: _id })) ??
    (await store.sessions.findOne({ conversationId: _id })) ??
    // Who would take these away later? Nobody comes by any more.
    (audit === null ? null : await store.audit.findOne({ target: _id }));
  // A text that comes meanwhile raises `wake`.
  if (left === null) await store.conversations.deleteOne({ _id, version, wake, state: 'closed' });
}

/** Milliseconds between the beginnings of two rounds. */
const ROUND = 24 * 3_600_000;

/** Conversations of a step: a few queries of an index each. */
const CONVERSATIONS = 200;

export interface RetentionRounds {
  /** When there is a step to do; milliseconds since 1970. */
  dueAt(): number;
  step(): Promise<void>;
}

/** Goes through all conversations once a day, a step at a time. */
export function createRetentionRounds(parts: {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'audit'>;
  settings: Settings;
  now: () => number;
}): RetentionRounds {
  const { store, settings, now } = parts;
  /** The last conversation that was looked at in this round; null between rounds. */
  let last: string | null = '';
  let begunAt = 0;
  return {
    dueAt() {
      const never = settings.workstreams().every((workstream) => keepsForEver(workstream.settings.retention));
      if (never) return Number.POSITIVE_INFINITY;
      return last === null ? begunAt + ROUND : 0;
    },
    async step() {
      if (last === null) last = '';
      if (last === '') begunAt = now();
      const batch = await store.conversations
        .find({ _id: { $gt: last } }, { sort: { _id: 1 }, limit: CONVERSATIONS })
        .toArray();
      for (const conversation of batch) {
        const { retention } = settings.workstream(conversation.number).settings;
        while (await applyRetention(store, conversation, retention, now()));
        last = conversation._id;
      }
      if (batch.length < CONVERSATIONS) last = null;
    },
  };
}
