import type { ConversationDoc } from '../store/documents.ts';

/**
 * What a conversation is before its first turn, but for what each text that comes in brings to it. It is closed: the turn
 * opens its first session.
 */
export function newConversation(
  { number, customer }: Pick<ConversationDoc, 'number' | 'customer'>,
  now: number,
): Omit<ConversationDoc, '_id' | 'channelId' | 'inbox' | 'wake' | 'dueAt' | 'lastMessageAt'> {
  return {
    number,
    customer,
    state: 'closed',
    priority: 0,
    session: 0,
    epoch: 0,
    version: 0,
    createdAt: now,
    changedAt: now,
    events: [],
    pending: [],
    handled: [],
    endedSessions: [],
    lastSequence: 0,
    stretches: [],
    touched: [],
    leaseUntil: 0,
    attempts: 0,
  };
}
