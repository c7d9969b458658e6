import type { DeliveryDoc, EventDoc } from '../store/documents.ts';

/** One event that is to go to one webhook, at once. */
export function deliveryOf(webhookId: string, event: EventDoc, now: number): DeliveryDoc {
  const about =
    'conversationId' in event ? { conversationId: event.conversationId } : { queueId: event.queueId };
  return {
    _id: `${webhookId}:${event._id}`,
    webhookId,
    eventId: event._id,
    type: event.type,
    sequence: event.sequence,
    ...about,
    status: 'queued',
    lane: laneOf({ webhookId, ...about }),
    nextAt: now,
    attempts: 0,
    changedAt: now,
    expiresAt: event.expiresAt,
  };
}

/** Within what the order of deliveries is kept. */
export function laneOf({
  webhookId,
  conversationId,
  queueId,
}: Pick<DeliveryDoc, 'webhookId' | 'conversationId' | 'queueId'>): string {
  return conversationId === undefined ? `${webhookId}:queue:${queueId}` : `${webhookId}:${conversationId}`;
}
