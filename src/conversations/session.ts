import type { Author, ConversationDoc, SessionDoc } from '../store/documents.ts';

/** The row of a session that ends now. */
export function endedSession(
  conversation: ConversationDoc,
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
  };
}
