import type { Texts, Values } from './texts.ts';

/** The name of the locale file with the service's own texts: no dialog may have this id. */
export const SYSTEM = 'system';

/** The service's own texts, each with the values that it may name. Every language must have all of them. */
export const SYSTEM_TEXTS = {
  /** What this language calls itself. */
  language_name: [],
  /** Sent when the bot has thrown an error, while the conversation goes to a person. */
  apology_bot_failed: [],
  /** Sent when the bot hands over of itself: after the word for a person, or when it does not understand. */
  handed_over: [],
  /** Sent when an agent gives the conversation back in the middle of a question, which follows. */
  back_with_bot: [],
  /** The answer to the word for help. The question that was asked follows. */
  help: [],
  /** Comes before the question that is asked again, or alone when nothing was asked. */
  not_understood: [],
  invalid_text: [],
  invalid_number: [],
  invalid_choice: [],
  invalid_confirm: [],
  /** Sent when the step that a customer was at is gone from the dialogs. The start follows. */
  changed_meanwhile: [],
  /** The answer to the word for "language" when there are several to choose from. */
  which_language: ['languages'],
  language_changed: [],
  /** For agents, in the customer's language: why the conversation is in the queue. */
  summary_customer_asked: [],
  summary_not_understood: [],
  summary_bot_failed: [],
  /** What the service says of itself on the way to a person; `WorkstreamSettings.messages` has each on or off. */
  automated_greeting: [],
  automated_queued: [],
  automated_position: ['position', 'wait'],
  automated_assigned: ['agent'],
  automated_not_assigned: [],
  automated_transferred: [],
  automated_left: [],
  automated_ended: [],
  automated_out_of_hours: ['opens'],
  automated_holiday: ['holiday', 'opens'],
  automated_overflow_ended: [],
  automated_call_back: [],
  automated_inactivity_reminder: [],
  automated_inactivity_closed: [],
  automated_survey: [],
  automated_survey_thanks: [],
  /** The `wait` of the text about a position, when there is ground to say. */
  wait_estimate: ['time'],
  /** The `opens` of a queue that does not open within a year. */
  opens_unknown: [],
} as const satisfies Record<string, readonly string[]>;

export type SystemTextKey = keyof typeof SYSTEM_TEXTS;

/** Lists of words in every language's `system.json`, under `words`. */
export const REQUIRED_WORDS = [
  'person',
  'restart',
  'help',
  'language',
  'this_language',
  'yes',
  'no',
  'where_am_i',
  'leave_queue',
] as const;
/**
 * `fillers` are taken off the ends of what a customer wrote; `numbers.1` to `numbers.9` name the options of a choice,
 * and 1 to 5 the answers to a survey, which may have one of the `survey_units` behind them.
 * `person_within` call for a person wherever they stand in a short text that has none of the `negations`.
 */
export const OPTIONAL_WORDS = [
  'fillers',
  'person_within',
  'negations',
  'survey_units',
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `numbers.${n}`),
];

/** One of the service's own texts in the language of `locale`. Never throws; '' only when no language has the key. */
export function systemText(texts: Texts, locale: string, key: SystemTextKey, values?: Values): string {
  return texts.text(locale, SYSTEM, key, values);
}
