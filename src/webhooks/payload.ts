import type { EventDoc } from '../store/documents.ts';

/**
 * An event as a webhook gets it. Names and meanings stay; fields may be added. Null where there is none.
 *
 * @param text the message's, for a webhook that asked for texts.
 */
export function payloadOf(event: EventDoc, text?: string): object {
  const { _id: id, sequence, type, at, reason, message, place } = event;
  return {
    id,
    sequence,
    type,
    timestamp: new Date(at).toISOString(),
    data: {
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
      ...(message ? { message: text === undefined ? message : { ...message, text } } : {}),
    },
  };
}
