import type { Texts, Values } from './texts.ts';

/** The name of the locale file with the service's own texts: no dialog may have this id. */
export const SYSTEM = 'system';

/** The name of the locale file with the texts of the console. They belong to no set of dialogs. */
export const CONSOLE = 'console';

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
  /** The answer to what a customer writes while a dialog waits for a time. */
  waiting: [],
  invalid_text: [],
  invalid_number: [],
  invalid_integer: [],
  invalid_date: [],
  invalid_time: [],
  invalid_phone: [],
  invalid_email: [],
  invalid_money: [],
  invalid_pattern: [],
  invalid_choice: [],
  invalid_confirm: [],
  /** The line of a menu that leads to its next page. */
  choice_more: [],
  /** Comes before the question that was open when another dialog came in between, once that is done. */
  resumed: [],
  /** The answer to the word for cancel. The start follows, or the question that was open before. */
  cancelled: [],
  /** The answer to the word for back at the first question, which follows. */
  nothing_before: [],
  /** Sent when the step that a customer was at is gone from the dialogs. The start follows. */
  changed_meanwhile: [],
  /** The answer to the word for "language" when there are several to choose from. */
  which_language: ['languages'],
  language_changed: [],
  /** For agents, in the customer's language: why the conversation is in the queue. */
  summary_customer_asked: [],
  summary_not_understood: [],
  summary_bot_failed: [],
  summary_reopened: [],
  /** A note for agents: the customer’s number texts without an end, and is left unanswered for a while. */
  note_muted: [],
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
  /** The answers to STOP, START and HELP, and to what may mean STOP. On or off, they are sent: they were asked for. */
  automated_opted_out: [],
  automated_opted_in: [],
  automated_help: [],
  automated_stop_unclear: [],
  /** The `wait` of the text about a position, when there is ground to say. */
  wait_estimate: ['time'],
  /** The `opens` of a queue that does not open within a year. */
  opens_unknown: [],
  /** A mail to TeleSign's support that asks for the callback URL of a channel to be set up. */
  callback_mail_subject: ['customerId'],
  callback_mail_body: ['customerId', 'url', 'numbers'],
  /** A text that an administrator sends to a phone of their own, to see whether a channel works. */
  channel_test: [],
} as const satisfies Record<string, readonly string[]>;

export type SystemTextKey = keyof typeof SYSTEM_TEXTS;

/** Lists of words in every language's `system.json`, under `words`. */
export const REQUIRED_WORDS = [
  'person',
  'restart',
  'cancel',
  'back',
  'help',
  'language',
  'this_language',
  'yes',
  'no',
  'where_am_i',
  'leave_queue',
  'stop',
  'start',
  'help_exact',
] as const;
/**
 * `fillers` are taken off the ends of what a customer wrote; `numbers.1` to `numbers.9` name the options of a choice,
 * and 1 to 5 the answers to a survey, which may have one of the `survey_units` behind them, `survey_fillers` before them and
 * `survey_remarks` behind them; `survey_best` is 5. `own_number` is the one that the
 * customer writes from.
 * `stop_within` in a short text may mean STOP, and is asked back.
 * `person_within` call for a person wherever they stand in a short text that has none of the `negations`.
 * `mood.very_bad` to `mood.very_good` say how the customer feels, and `mood.not` before one of them the contrary.
 */
export const OPTIONAL_WORDS = [
  'fillers',
  'person_within',
  'stop_within',
  'negations',
  'survey_units',
  'survey_fillers',
  'survey_remarks',
  'survey_best',
  'own_number',
  'more',
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `numbers.${n}`),
  ...['very_bad', 'bad', 'good', 'very_good', 'not'].map((list) => `mood.${list}`),
];

/** One of the service's own texts in the language of `locale`. Never throws; '' only when no language has the key. */
export function systemText(texts: Texts, locale: string, key: SystemTextKey, values?: Values): string {
  return texts.text(locale, SYSTEM, key, values);
}
