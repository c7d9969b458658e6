/**
 * How the customer sounds, as Omnichannel has it: seven steps, from the last six texts, the bot's part of the session
 * included. https://learn.microsoft.com/dynamics365/customer-service/use/oc-monitor-real-time-customer-sentiment-sessions
 */
export const SENTIMENTS = [
  'very_negative',
  'negative',
  'slightly_negative',
  'neutral',
  'slightly_positive',
  'positive',
  'very_positive',
] as const;
export type Sentiment = (typeof SENTIMENTS)[number];

/** What a text says of its writer's mood: -2, very bad, to 2, very good; 0 when nothing in it does. */
export type MoodOf = (locale: string, text: string) => number;

const TEXTS = 6;

/** Those of the last texts, the newest last; undefined when none says anything. */
export function moodsAfter(moods: readonly number[] = [], mood: number): number[] | undefined {
  const last = [...moods, mood].slice(-TEXTS);
  return last.some((one) => one !== 0) ? last : undefined;
}

/** One bad word makes it slightly negative, two, or a very bad one, negative. A good one makes up for a bad one. */
export function sentimentOf(moods: readonly number[] = []): Sentiment {
  const sum = moods.reduce((total, mood) => total + mood, 0);
  if (sum <= -4) return 'very_negative';
  if (sum <= -2) return 'negative';
  if (sum < 0) return 'slightly_negative';
  if (sum >= 4) return 'very_positive';
  if (sum >= 2) return 'positive';
  return sum > 0 ? 'slightly_positive' : 'neutral';
}

/** A supervisor should look. */
export function isUpset(moods: readonly number[] | undefined): boolean {
  const sentiment = sentimentOf(moods);
  return sentiment === 'negative' || sentiment === 'very_negative';
}
