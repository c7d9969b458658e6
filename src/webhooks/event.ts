import type { ConversationDoc, MessageDoc, News } from '../store/documents.ts';
import type { ConversationEventDoc } from '../store/webhook.ts';

/** The event that news of a conversation, or of a message of it, make. */
export function eventOf(
  news: News,
  conversation: ConversationDoc,
  message: MessageDoc | undefined,
  sequence: number,
  expiresAt: number,
): ConversationEventDoc {
  const { _id: conversationId, channelId, number, customer, locale, priority } = conversation;
  const { id: _id, type, at, reason, outcome, disposition, score } = news;
  const { session = message?.session || conversation.session } = news;
  const place = news.place ?? placeNow(conversation);
  // Where it stands now says who has it; what stood before says that itself.
  const { agentId, queueId } = news.place === undefined ? conversation : news;
  return {
    _id,
    sequence,
    type,
    at,
    ...(reason === undefined ? {} : { reason }),
    conversationId,
    channelId,
    number,
    customer,
    ...(locale === undefined ? {} : { locale }),
    session,
    priority,
    place,
    ...(agentId === undefined ? {} : { agentId }),
    ...(queueId === undefined ? {} : { queueId }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(disposition === undefined ? {} : { disposition }),
    ...(score === undefined ? {} : { score }),
    ...(message ? { message: messageOf(message, type, news.masked) } : {}),
    expiresAt,
  };
}

function placeNow({ state, handler }: ConversationDoc): ConversationEventDoc['place'] {
  if (state === 'active') return handler === 'agent' ? 'agent' : 'bot';
  return state;
}

/** Its status is the one that the event tells of; by now it may be another. */
function messageOf(
  message: MessageDoc,
  type: ConversationEventDoc['type'],
  masked = message.masked,
): NonNullable<ConversationEventDoc['message']> {
  const { _id: id, direction, author, segments, error } = message;
  const status = STATUSES[type] ?? message.status;
  return {
    id,
    direction,
    author,
    status,
    segments,
    ...(masked ? { masked } : {}),
    ...(error === undefined || (status !== 'failed' && status !== 'unknown') ? {} : { error }),
  };
}

const STATUSES: Readonly<Partial<Record<ConversationEventDoc['type'], MessageDoc['status']>>> = {
  'message.received': 'received',
  'message.sent': 'sent',
  'message.delivered': 'delivered',
  'message.failed': 'failed',
  'message.unknown': 'unknown',
  'message.held': 'held',
};
