import type { PendingMessage, Store } from '../store/documents.ts';
import { entryOf, HELD, holds } from './consent.ts';
import type { NewsSource } from './news.ts';

/**
 * An agent's message as it is kept where its customer wants no texts: it only stands in the transcript, so that whoever
 * wrote it sees what became of it, and nobody has been answered by it. Null where it may leave.
 */
export async function heldAtOnce(
  { store, news }: { store: Pick<Store, 'optouts'>; news?: NewsSource },
  messages: readonly PendingMessage[],
): Promise<PendingMessage[] | null> {
  const [first] = messages;
  if (!first || !holds(await entryOf(store, first.conversationId), first)) return null;
  return messages.map((part) => {
    // What is told of a message that was ever queued comes with the update that ends it.
    const { $push, $min } = news?.ofMessage(part._id, 'held') ?? {};
    const told = $push && $min ? { news: [$push.news], newsAt: $min.newsAt } : {};
    return { ...part, status: 'held', error: { ...HELD }, ...told };
  });
}
