import type { Author, ConversationDoc, SessionDoc } from '../store/documents.ts';
import { type Changes, OF_A_PERSONS_TURN } from './commit.ts';
import type { AllowedMove } from './state.ts';

/** The outcome by which the console closes what nobody wants to hear of again. */
export const SPAM = 'spam';

/** What begins with the session that opens now. What the one before has left decides nothing in it. */
export function nextSession({ session }: Pick<ConversationDoc, 'session'>, now: number) {
  return {
    set: { session: session + 1, sessionStartedAt: now, priority: 0 },
    unset: [...OF_A_PERSONS_TURN, 'surveyOf', 'reopens', 'moods'],
  } satisfies Changes;
}

/** The row of a session that `closing` ends now. */
export function endedSession(
  conversation: ConversationDoc,
  closing: AllowedMove,
  end: { outcome: string; closedBy: Author; disposition?: string; note?: string },
  now: number,
): SessionDoc {
  const answeredAt = answeredIn(conversation);
  const { session, botSteps } = conversation;
  return {
    _id: `${conversation._id}:${session}`,
    conversationId: conversation._id,
    session,
    startedAt: startOf(conversation),
    endedAt: now,
    ...end,
    ...(conversation.locale === undefined ? {} : { locale: conversation.locale }),
    ...(answeredAt === undefined ? {} : { answeredAt }),
    ...(botSteps?.session === session ? { botSteps: botSteps.steps } : {}),
    ...(conversation.queueId === undefined ? {} : { queueId: conversation.queueId }),
    ...(conversation.agentId === undefined ? {} : { agentId: conversation.agentId }),
    ...(conversation.handoff === undefined ? {} : { handoffReason: conversation.handoff.reason }),
    ...(conversation.reopens === undefined ? {} : { reopens: conversation.reopens }),
    stretches: [...(closing.from === 'closed' ? [] : conversation.stretches), ...closing.stretches],
  };
}

type Answered = Pick<ConversationDoc, 'createdAt' | 'sessionStartedAt' | 'answeredAt'>;

function startOf({ sessionStartedAt, createdAt }: Answered): number {
  return sessionStartedAt ?? createdAt;
}

/** An agent has written to the customer at that time. Should it fail, who had not waited waits since then. */
export function answered(conversation: ConversationDoc, at: number) {
  const { unansweredSince, repliedTo } = conversation;
  return {
    set: {
      lastMessageAt: at,
      repliedAt: at,
      repliedTo: unansweredSince ?? repliedTo ?? at,
      answeredAt: answeredIn(conversation) ?? at,
    },
    unset: ['unansweredSince', 'answerFailed', 'remindedAt'],
  } satisfies Changes;
}

/** When a person first wrote to the customer in the session that goes on; the stored time may be an earlier one's. */
export function answeredIn(conversation: Answered): number | undefined {
  const { answeredAt } = conversation;
  return answeredAt !== undefined && answeredAt >= startOf(conversation) ? answeredAt : undefined;
}
