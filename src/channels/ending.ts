import type { ChannelDoc, ConversationDoc, Store } from '../store/documents.ts';

const PAGE = 500;

/**
 * The conversations of a channel whose session is open, or about to be. They are found by the numbers that it has or had,
 * since no index of theirs is worth its cost for this alone.
 */
export async function* openConversations(
  { conversations }: Pick<Store, 'conversations'>,
  channel: Pick<ChannelDoc, '_id' | 'numbers' | 'formerNumbers'>,
): AsyncGenerator<ConversationDoc> {
  const numbers = new Set([...channel.numbers.map(({ number }) => number), ...channel.formerNumbers]);
  for (const number of numbers) {
    // `.` comes after `-`, which an id has behind the number.
    const end = `${number}.`;
    let after = `${number}-`;
    for (;;) {
      const page = await conversations
        .find({ _id: { $gt: after, $lt: end } }, { sort: { _id: 1 }, limit: PAGE })
        .toArray();
      for (const conversation of page) {
        const { channelId, state, inbox } = conversation;
        if (channelId === channel._id && (state !== 'closed' || inbox.length > 0)) yield conversation;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) break;
      after = last._id;
    }
  }
}
