import type { ConversationDoc, MessageDoc, MessageStatus, Store } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';

/**
 * Milliseconds for which a number is taken as the answer to a survey. People answer such a text within the hour or the
 * same evening; a "2" that comes days later is about something else, and must reach the bot.
 */
export const SURVEY_TIME = 24 * 3_600_000;

/** What a text says of a session, 1 to 5; null when it says anything else. */
export type SurveyScore = (locale: string, text: string) => number | null;

export interface SurveyParts {
  store: Pick<Store, 'messages'>;
  surveyScore: SurveyScore;
}

/** Whether a survey that has not left yet still has something to ask: its session may be over, or the number may have come. */
export function asksStill(
  { surveyOf }: Pick<ConversationDoc, 'surveyOf'>,
  { session }: Pick<MessageDoc, 'session'>,
  now: number,
): boolean {
  return surveyOf?.session === session && now < surveyOf.until && surveyOf.score === undefined;
}

/**
 * The customer's answer to the survey of a closed session, which stays closed; undefined when the text is none, and
 * whatever else it is has its own course. A text that came before the customer was asked is none, also where the survey
 * waits, is held or has failed. A second number corrects the first, and the same again is a text that was sent twice.
 *
 * The answer is committed with the conversation, and copied to the session's row as messages are to theirs.
 */
export async function surveyAnswer(
  { store, surveyScore, language }: SurveyParts & { language: string },
  conversation: ConversationDoc,
  { text, at }: Pick<MessageDoc, 'text' | 'at'>,
): Promise<{ changes: Changes; outcome: 'recorded'; automated: AutomatedMessage[] } | undefined> {
  const { state, surveyOf } = conversation;
  if (state !== 'closed' || !surveyOf || at >= surveyOf.until) return undefined;
  const { session, until } = surveyOf;
  const score = surveyScore(conversation.locale ?? language, text);
  if (score === null) return undefined;
  if (surveyOf.score === undefined && !(await askedBy(store, conversation._id, surveyOf, at)))
    return undefined;
  if (score === surveyOf.score) return { changes: {}, outcome: 'recorded', automated: [] };
  return {
    changes: { set: { surveyed: { session, score, at }, surveyOf: { session, until, score } } },
    outcome: 'recorded',
    automated: ['survey_thanks'],
  };
}

const MAY_HAVE_LEFT: ReadonlySet<MessageStatus> = new Set<MessageStatus>([
  'sending',
  'sent',
  'delivered',
  'unknown',
]);

/** Whether the survey may have left by then: it may still wait for the morning or another try, be held, or have failed. */
async function askedBy(
  store: SurveyParts['store'],
  conversationId: string,
  { session, until }: { session: number; until: number },
  time: number,
): Promise<boolean> {
  const since = { conversationId, at: { $gte: until - SURVEY_TIME } };
  const surveys = await store.messages.find({ ...since, session, survey: true }).toArray();
  return surveys.some(({ status, at, askedAt = at }) => MAY_HAVE_LEFT.has(status) && askedAt <= time);
}
