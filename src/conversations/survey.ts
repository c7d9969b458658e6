import type { ConversationDoc, MessageDoc } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';

/**
 * Milliseconds for which a number is taken as the answer to a survey. People answer such a text within the hour or the
 * same evening; a "2" that comes days later is about something else, and must reach the bot.
 */
export const SURVEY_TIME = 24 * 3_600_000;

/** What a text says of a session, 1 to 5; null when it says anything else. */
export type SurveyScore = (locale: string, text: string) => number | null;

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
 * whatever else it is has its own course. A text that was written before the customer was asked is none. A second number
 * corrects the first, and the same again is a text that was sent twice.
 *
 * The answer is committed with the conversation, and copied to the session's row as messages are to theirs.
 */
export function surveyAnswer(
  { surveyScore, language }: { surveyScore: SurveyScore; language: string },
  conversation: ConversationDoc,
  { text, at }: Pick<MessageDoc, 'text' | 'at'>,
): { changes: Changes; outcome: 'recorded'; automated: AutomatedMessage[] } | undefined {
  const { state, surveyOf } = conversation;
  if (state !== 'closed' || !surveyOf) return undefined;
  const { session, until } = surveyOf;
  if (at < until - SURVEY_TIME || at >= until) return undefined;
  const score = surveyScore(conversation.locale ?? language, text);
  if (score === null) return undefined;
  if (score === surveyOf.score) return { changes: {}, outcome: 'recorded', automated: [] };
  return {
    changes: { set: { surveyed: { session, score, at }, surveyOf: { session, until, score } } },
    outcome: 'recorded',
    automated: ['survey_thanks'],
  };
}
