import type { Undelivered } from '../bot-turn.ts';
import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import { lineOf } from './line.ts';

type Stored = Pick<Store, 'conversations' | 'messages'>;

/** Milliseconds. Whoever notes that a text has failed tells of it at once: one that is still untold then was left behind. */
const LEFT_BEHIND = 10_000;

/**
 * Tells of a text that has failed, in the session of the text: the bot of its own, while it still has the conversation and
 * if it wants to know; of what an agent said last, which may also be `held`, the conversation, whose customer then is
 * somebody nobody has answered.
 * Resolves with the conversation's id when there is something in it to do or to see. Once: the text is `untoldAt` from the
 * write that makes it failed until this is done, so that a crash in between loses nothing, and the conversation knows what
 * it was told of last.
 */
export async function tellUndelivered(
  store: Stored,
  messageId: string,
  { botWants, now }: { botWants: boolean; now: number },
): Promise<string | null> {
  const message = await store.messages.findOne({ _id: messageId });
  if (message?.untoldAt === undefined) return null;
  const { author, conversationId } = message;
  let told = false;
  if (author.kind === 'agent') told = await tellConversation(store, message, now);
  else if (author.kind === 'bot' && botWants) told = await tellBot(store, message, now);
  await store.messages.updateOne({ _id: messageId }, { $unset: { untoldAt: true } });
  return told ? conversationId : null;
}

async function tellBot(store: Stored, message: MessageDoc, now: number): Promise<boolean> {
  const { _id: messageId, conversationId: _id, session } = message;
  const value: Undelivered = { messageId, code: message.error?.code ?? null };
  const event = {
    id: `undelivered:${messageId}`,
    name: 'undelivered',
    at: now,
    value: JSON.stringify(value),
  } as const;
  const { matchedCount } = await store.conversations.updateOne(
    { _id, session, state: 'active', handler: 'bot', lastUndelivered: { $ne: messageId } },
    {
      $push: { events: event },
      $set: { lastUndelivered: messageId },
      $inc: { version: 1, wake: 1 },
      $min: { dueAt: now },
    },
  );
  return matchedCount === 1;
}

/** Whoever answered has done their part, so that no first response is due again; but nobody is to be closed for silence. */
async function tellConversation(store: Stored, message: MessageDoc, now: number): Promise<boolean> {
  for (;;) {
    const conversation = await store.conversations.findOne({ _id: message.conversationId });
    const since = conversation && (await unansweredAgainSince(store, message, conversation));
    if (!conversation || since === null) return false;
    const { _id, version, priority, state, unansweredSince } = conversation;
    if (unansweredSince !== undefined && unansweredSince <= since) return false;
    const { matchedCount } = await store.conversations.updateOne(
      { _id, version },
      {
        $set: {
          unansweredSince: since,
          changedAt: now,
          // Who has written since then waits for an answer to that.
          ...(unansweredSince === undefined ? { answerFailed: true } : {}),
          ...(state === 'open' ? { turnAt: lineOf(since, priority) } : {}),
        },
        $unset: { remindedAt: true },
        $min: { dueAt: now },
        $inc: { version: 1, wake: 1 },
      },
    );
    if (matchedCount === 1) return true;
  }
}

/**
 * Since when nothing of what agents have said to the customer has left: since the customer asked, or since the first that
 * failed after one that has not. Null where the last has not failed, or people do not have the conversation.
 */
async function unansweredAgainSince(
  store: Stored,
  { session }: MessageDoc,
  { _id: conversationId, ...conversation }: ConversationDoc,
): Promise<number | null> {
  const { state, handler, repliedAt, repliedTo } = conversation;
  const isWithPeople = state === 'open' || (handler === 'agent' && state !== 'closed');
  if (!isWithPeople || conversation.session !== session) return null;
  if (repliedAt === undefined || repliedTo === undefined) return null;
  const at = { $gte: repliedTo, $lte: repliedAt };
  const said = await store.messages.find({ conversationId, at }, { sort: { at: 1 } }).toArray();
  const answers = said.filter(({ author, direction }) => author.kind === 'agent' && direction === 'out');
  // One in several parts has failed where a part has.
  const failed = new Set(answers.filter(hasFailed).map((part) => part.at));
  const times = [...new Set(answers.map((part) => part.at))];
  // Of one that is still to be copied nobody knows yet.
  if (times.at(-1) !== repliedAt || !failed.has(repliedAt)) return null;
  const left = times.findLastIndex((time) => !failed.has(time));
  return left === -1 ? repliedTo : (times[left + 1] ?? repliedTo);
}

function hasFailed({ status }: MessageDoc): boolean {
  return status === 'failed' || status === 'held' || status === 'dropped';
}

/** Ids of texts of which nobody has told, since whoever was about to has died. */
export async function leftUntold(store: Stored, now: number, limit: number): Promise<string[]> {
  const left = await store.messages
    .find({ untoldAt: { $lte: now - LEFT_BEHIND } }, { sort: { untoldAt: 1 }, limit })
    .toArray();
  return left.map(({ _id }) => _id);
}
