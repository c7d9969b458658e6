import type { Undelivered } from '../bot-turn.ts';
import type { Store } from '../store/documents.ts';

type Stored = Pick<Store, 'conversations' | 'messages'>;

/** Milliseconds. Whoever notes that a text has failed tells of it at once: one that is still untold then was left behind. */
const LEFT_BEHIND = 10_000;

/**
 * Lets the bot hear that one of its texts has failed, while it still has the conversation, in the session of the text.
 * Answers the conversation's id when there is something to hear. Once: the text is `untoldAt` from the write that makes it
 * failed until this is done, so that a crash in between loses nothing, and the conversation knows which it was told of last.
 */
export async function tellUndelivered(store: Stored, messageId: string, now: number): Promise<string | null> {
  const message = await store.messages.findOne({ _id: messageId });
  if (message?.untoldAt === undefined) return null;
  const { conversationId: _id, session, author } = message;
  const value: Undelivered = { messageId, code: message.error?.code ?? null };
  const { matchedCount } =
    author.kind === 'bot'
      ? await store.conversations.updateOne(
          { _id, session, state: 'active', handler: 'bot', lastUndelivered: { $ne: messageId } },
          {
            $push: {
              events: {
                id: `undelivered:${messageId}`,
                name: 'undelivered',
                at: now,
                value: JSON.stringify(value),
              },
            },
            $set: { lastUndelivered: messageId },
            $inc: { version: 1, wake: 1 },
            $min: { dueAt: now },
          },
        )
      : { matchedCount: 0 };
  await store.messages.updateOne({ _id: messageId }, { $unset: { untoldAt: true } });
  return matchedCount === 1 ? _id : null;
}

/** Ids of texts of which nobody has told, since whoever was about to has died. */
export async function leftUntold(store: Stored, now: number, limit: number): Promise<string[]> {
  const left = await store.messages
    .find({ untoldAt: { $lte: now - LEFT_BEHIND } }, { sort: { untoldAt: 1 }, limit })
    .toArray();
  return left.map(({ _id }) => _id);
}
