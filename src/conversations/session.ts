import type { Author, ConversationDoc, SessionDoc } from '../store/documents.ts';
import type { AllowedMove } from './state.ts';

/** The row of a session that `closing` ends now. */
export function endedSession(
  conversation: ConversationDoc,
  closing: AllowedMove,
  end: { outcome: string; closedBy: Author; disposition?: string; note?: string },
  now: number,
): SessionDoc {
  return {
    _id: `${conversation._id}:${conversation.session}`,
    conversationId: conversation._id,
    session: conversation.session,
    startedAt: conversation.sessionStartedAt ?? conversation.createdAt,
    endedAt: now,
    ...end,
    ...(conversation.queueId === undefined ? {} : { queueId: conversation.queueId }),
    ...(conversation.agentId === undefined ? {} : { agentId: conversation.agentId }),
    ...(conversation.handoff === undefined ? {} : { handoffReason: conversation.handoff.reason }),
    stretches: [...(closing.from === 'closed' ? [] : conversation.stretches), ...closing.stretches],
  };
}
