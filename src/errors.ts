/**
 * Every failure that the service names itself. The `code` is stable: it stands in API answers, in logs and in the
 * documentation. A message tells an operator or an API user what to check, and never holds a secret, a phone
 * number or a text.
 */
export const ERROR_CODES = {
  // asked for wrongly
  invalid_request: 'The request does not fit its schema; `problems` lists each mistake with its path.',
  unauthenticated: 'No valid bearer token came with the request.',
  too_many_requests: 'Too many requests, or too many wrong tokens: wait for `retryAfter` seconds.',
  sign_in_unavailable: 'The sign-in provider does not answer, so nobody knows whether the token is good.',
  forbidden: 'This agent may not do that.',
  not_found: 'There is no such thing.',
  method_not_allowed: 'This address does not take that method: see the Allow header.',
  // refused by the state of a conversation
  not_owner: 'Only the agent who owns the conversation may do that.',
  offer_over: 'It is not, or no longer, offered to this agent.',
  already_claimed: 'Somebody else owns the conversation.',
  stale_version: 'It has changed since it was read, or since the version that the request names.',
  wrong_state: 'The conversation is not in a state that allows it.',
  exists_already: 'The id is taken.',
  in_use: 'It cannot be deleted while conversations depend on it.',
  set_by_provider: 'The sign-in provider says it: change it there.',
  set_by_environment: 'It is set in the environment of the service: change it there, and restart.',
  number_taken: 'A number belongs to one channel, and to one workstream, only.',
  last_admin: 'The last admin can neither be deleted nor get another role.',
  wrong_message_status: 'The message is not in a status that allows it.',
  nobody_there: 'Nobody is there to take it: the agent is offline, or all who serve the queue are.',
  queue_closed: 'The queue is outside its hours.',
  // files
  attachments_off: 'The workstream does not give files to customers: its `attachments.agents` is off.',
  file_refused: 'The file is none of JPEG, PNG, GIF, WebP and PDF, whatever its name says.',
  media_refused: 'The picture is not from a host that is allowed, is too large, or is none.',
  media_unreachable: 'The picture is not there any more, or its host does not answer.',
  // translation
  translation_off: 'Nothing translates here: set TRANSLATE_URL, or hand a `translate` to createApp.',
  message_masked: 'The text is an answer for the bot alone, which is neither kept nor given away.',
  translation_failed: 'What translates has failed: the log has the cause.',
  translation_timeout: 'What translates did not answer in time.',
  // idempotency
  idempotency_key_reused: 'This Idempotency-Key came with another request before.',
  idempotency_in_progress: 'The first request with this Idempotency-Key is still being worked on.',
  // callbacks
  bad_signature: 'The callback is not signed with a key of this channel.',
  unknown_channel: 'No channel has this id: check the callback URL that TeleSign was given.',
  number_of_another_channel: 'The callback names a number of another channel.',
  callback_not_understood: 'The callback is signed, but its body is not what TeleSign documents.',
  body_too_large: 'The body is over the limit.',
  // the service itself
  not_ready: 'The service is starting or stopping, or its store does not answer.',
  store_unavailable: 'The store does not take writes: check the disk or the MongoDB server.',
  store_locked: 'Another process uses this data folder: stop it, or give this one a DATA_DIR of its own.',
  store_damaged: 'The data folder cannot be read: restore it from a backup, or point DATA_DIR elsewhere.',
  store_newer: 'The data was written by a newer version: run that version.',
  store_incomplete:
    'A restore or a copy into this store has not ended: run it again to its end, or empty the store.',
  store_not_empty: 'There is data in it already: restore or copy into an empty folder or database.',
  store_differs: 'What is in the store now is not what was to be put there: do it again, and check the disk.',
  backup_damaged: 'The backup is not whole, or not as it was written: take another one.',
  store_unindexed: 'No declared index serves this query: declare one, or change the query.',
  service_away: 'The service does not answer: check its address and whether it runs.',
  service_refused: 'The service refused what it was asked for.',
  account_not_good: 'TeleSign does not take requests of this account.',
  configuration_invalid: 'The configuration file has mistakes.',
  secrets_unreadable: 'Secrets in the store were encrypted with a key that is not set: write them anew.',
  settings_invalid: 'Settings are missing or wrong.',
  dialogs_invalid: 'A dialog or locale file has mistakes.',
  bot_failed: 'The bot threw an error in its turn.',
  // what a hosted Bot Framework bot did
  not_possible_by_sms: 'A text that was sent can be neither edited nor recalled: send another one.',
  outside_turn:
    'The turn is over, or none is under way: await everything that uses the context or the storage.',
  internal: 'Something failed that should not: the log has the cause.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A failure with a stable code. `details` are machine-readable and go out in API answers: no secrets, numbers, texts. */
export class SwitchboardError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message?: string,
    options: { cause?: unknown; details?: Record<string, unknown> } = {},
  ) {
    super(message ?? ERROR_CODES[code], options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SwitchboardError';
    this.code = code;
    this.details = options.details ?? {};
  }
}
