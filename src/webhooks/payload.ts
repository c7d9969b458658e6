import type { EventDoc } from '../store/documents.ts';
import type { ConversationEventDoc, QueueEventDoc } from '../store/webhook.ts';

/**
 * An event as a webhook gets it. Names and meanings stay; fields may be added. Null where there is none.
 *
 * @param text the message's, for a webhook that asked for texts.
 */
export function payloadOf(event: EventDoc, text?: string): object {
  const { _id: id, sequence, type, at } = event;
  const data = 'conversationId' in event ? ofConversation(event, text) : ofQueue(event);
  return { id, sequence, type, timestamp: new Date(at).toISOString(), data };
}

function ofConversation(event: ConversationEventDoc, text: string | undefined): object {
  const { type, reason, message, place, outcome, disposition, score } = event;
  return {
    reason: reason ?? null,
    conversation: {
      id: event.conversationId,
      channelId: event.channelId,
      number: event.number,
      customer: event.customer,
      locale: event.locale ?? null,
      session: event.session,
      priority: event.priority,
      state: place === 'bot' || place === 'agent' ? 'active' : place,
      handler: place === 'bot' ? 'bot' : place === 'open' || place === 'closed' ? null : 'agent',
      agentId: event.agentId ?? null,
      queueId: event.queueId ?? null,
    },
    ...(type === 'conversation.closed' ? { outcome: outcome ?? null, disposition: disposition ?? null } : {}),
    ...(score === undefined ? {} : { score }),
    ...(message ? { message: text === undefined ? message : { ...message, text } } : {}),
  };
}

function ofQueue({ queueId: id, name, levelSeconds, overLevel }: QueueEventDoc): object {
  return { queue: { id, name, levelSeconds: levelSeconds ?? null, overLevel } };
}
