import type { MessageDoc, Store } from '../store/documents.ts';
import { MASK } from '../store/message.ts';

/**
 * A message as it may be shown, with what came along. A text that has not come to the bot yet is masked where the bot has said that the next one
 * is for it alone. Reads the conversation after the message, and then the message again, so that a turn which ends in
 * between shows in one of them.
 */
export async function readable(
  store: Pick<Store, 'conversations' | 'messages'>,
  message: MessageDoc,
): Promise<MessageDoc> {
  if (message.status !== 'received') return message;
  const { _id, conversationId } = message;
  const conversation = await store.conversations.findOne({ _id: conversationId });
  if (conversation?.hidesNext || conversation?.masked?.includes(_id)) {
    return { ...message, text: MASK, masked: true, provider: {} };
  }
  return (await store.messages.findOne({ _id })) ?? message;
}
