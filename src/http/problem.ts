import type { Response } from 'restify';
import { ERROR_CODES, type ErrorCode, SwitchboardError } from '../errors.ts';

/** RFC 9457. `code` is what programs compare; `detail` is for people. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  [detail: string]: unknown;
}

/** The status of each code that may leave the service. A code that is not here leaves as `internal`. */
export const STATUSES = {
  invalid_request: 400,
  callback_not_understood: 400,
  number_of_another_channel: 400,
  unauthenticated: 401,
  bad_signature: 401,
  forbidden: 403,
  not_owner: 403,
  not_found: 404,
  unknown_channel: 404,
  method_not_allowed: 405,
  already_claimed: 409,
  stale_version: 409,
  wrong_state: 409,
  exists_already: 409,
  in_use: 409,
  set_by_environment: 409,
  set_by_provider: 409,
  number_taken: 409,
  last_admin: 409,
  wrong_message_status: 409,
  offer_over: 409,
  nobody_there: 409,
  queue_closed: 409,
  idempotency_in_progress: 409,
  body_too_large: 413,
  idempotency_key_reused: 422,
  translation_off: 404,
  message_masked: 409,
  translation_failed: 502,
  translation_timeout: 504,
  too_many_requests: 429,
  dialogs_invalid: 422,
  attachments_off: 409,
  file_refused: 422,
  media_refused: 422,
  media_unreachable: 502,
  internal: 500,
  not_ready: 503,
  store_unavailable: 503,
  sign_in_unavailable: 503,
} as const satisfies { [K in ErrorCode]?: number };

export type ProblemCode = keyof typeof STATUSES;

/** Whether something is broken here, for an operator to hear of; not where a picture is gone from where it was. */
export function isFault({ status, code }: Problem): boolean {
  return status >= 500 && code !== 'media_unreachable';
}

/** Errors of the MongoDB driver when no server can be reached. */
const MONGO_AWAY = /^Mongo(Network|ServerSelection|NotConnected|TopologyClosed|PoolCleared|WriteConcern)/;

/**
 * Answers of a MongoDB server that cannot write just now: not the primary, shutting down, out of time, no disk space
 * (`src/mongo/base/error_codes.yml` of the server).
 */
const MONGO_NOT_NOW = new Set<unknown>([
  6, 7, 50, 64, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031,
]);

function isStoreAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (MONGO_AWAY.test(error.name)) return true;
  return error.name === 'MongoServerError' && 'code' in error && MONGO_NOT_NOW.has(error.code);
}

/**
 * The problem to answer. The message of an error that is not ours never leaves: it may hold anything. `restify`'s own
 * errors are known by their status.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof SwitchboardError && hasStatus(error.code)) {
    return problem(error.code, error.message, error.details);
  }
  if (isStoreAway(error)) return problem('store_unavailable');
  switch (restifyStatus(error)) {
    case 400:
      return problem('invalid_request', 'The request cannot be read.');
    case 404:
      return problem('not_found', 'There is nothing at this address.');
    case 405:
      return problem('method_not_allowed');
    default:
      return problem('internal');
  }
}

function problem(
  code: ProblemCode,
  detail: string = ERROR_CODES[code],
  details: Readonly<Record<string, unknown>> = {},
): Problem {
  return {
    ...details,
    type: `/docs/#${code}`,
    title: ERROR_CODES[code],
    status: STATUSES[code],
    code,
    detail,
  };
}

function hasStatus(code: ErrorCode): code is ProblemCode {
  return code in STATUSES;
}

function restifyStatus(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}

const SOON: ReadonlySet<ErrorCode> = new Set([
  'idempotency_in_progress',
  'store_unavailable',
  'sign_in_unavailable',
]);

/** What travels beside the body. */
export function problemHeaders({ code, retryAfter }: Problem): Record<string, string> {
  return {
    'Content-Type': 'application/problem+json',
    ...(code === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer realm="switchboard"' } : {}),
    ...(code === 'too_many_requests' ? { 'Retry-After': String(retryAfter) } : {}),
    ...(SOON.has(code) ? { 'Retry-After': '1' } : {}),
  };
}

/** Answers with the problem, and returns it so that the caller can log what is ours to mend. */
export function sendProblem(res: Response, error: unknown): Problem {
  const answer = problemOf(error);
  res.sendRaw(answer.status, JSON.stringify(answer), problemHeaders(answer));
  return answer;
}

/** `invalid_request` with the path of each mistake, such as `body.queues.0`. */
export function invalidRequest(problems: { path: string; message: string }[]): SwitchboardError {
  return new SwitchboardError('invalid_request', undefined, { details: { problems } });
}
