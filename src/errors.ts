/**
 * Every failure that the service names itself. The `code` is stable: it stands in API answers, in logs and in the
 * documentation. A message tells an operator or an API user what to check, and never holds a secret, a phone
 * number or a text.
 */
export const ERROR_CODES = {
  // asked for wrongly
  invalid_request: 'The request does not fit its schema; `problems` lists each mistake with its path.',
  unauthenticated: 'No valid bearer token came with the request.',
  forbidden: 'This agent may not do that.',
  not_found: 'There is no such thing.',
  method_not_allowed: 'This address does not take that method: see the Allow header.',
  // refused by the state of a conversation
  not_owner: 'Only the agent who owns the conversation may do that.',
  offer_over: 'It is not, or no longer, offered to this agent.',
  already_claimed: 'Somebody else owns the conversation.',
  stale_version: 'The conversation has changed since the version that the request names.',
  wrong_state: 'The conversation is not in a state that allows it.',
  exists_already: 'The id is taken.',
  in_use: 'It cannot be deleted while conversations depend on it.',
  last_admin: 'The last admin can neither be deleted nor get another role.',
  wrong_message_status: 'The message is not in a status that allows it.',
  nobody_there: 'Nobody is there to take it: the agent is offline, or all who serve the queue are.',
  queue_closed: 'The queue is outside its hours.',
  // idempotency
  idempotency_key_reused: 'This Idempotency-Key came with another request before.',
  idempotency_in_progress: 'The first request with this Idempotency-Key is still being worked on.',
  // callbacks
  bad_signature: 'The callback is not signed with a key of this channel.',
  unknown_channel: 'No channel has this id: check the callback URL that TeleSign was given.',
  callback_not_understood: 'The callback is signed, but its body is not what TeleSign documents.',
  body_too_large: 'The body is over the limit.',
  // the service itself
  not_ready: 'The service is starting or stopping, or its store does not answer.',
  store_unavailable: 'The store does not take writes: check the disk or the MongoDB server.',
  store_locked: 'Another process uses this data folder: stop it, or give this one a DATA_DIR of its own.',
  store_damaged: 'The data folder cannot be read: restore it from a backup, or point DATA_DIR elsewhere.',
  store_newer: 'The data was written by a newer version: run that version.',
  store_unindexed: 'No declared index serves this query: declare one, or change the query.',
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
