import { ERROR_CODES } from '../errors.ts';
import { type ProblemCode, problemHeaders, STATUSES } from './problem.ts';

/** What answers carry beside their body, for programs. `components.headers` of the OpenAPI document. */
export const ANSWER_HEADERS = {
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
  'WWW-Authenticate': {
    description: 'That a bearer token is wanted (RFC 6750).',
    schema: { type: 'string' },
  },
  'Idempotency-Replayed': {
    description: 'There when a request with this `Idempotency-Key` was answered before: this is that answer.',
    schema: { type: 'string', const: 'true' },
  },
  'Set-Cookie': {
    description: 'The console’s cookie (`HttpOnly`, `SameSite=Strict`), or that it ends.',
    schema: { type: 'string' },
  },
  'Content-Disposition': {
    description: 'Whether it is to be shown or kept, and the name of the file, where it has one.',
    schema: { type: 'string' },
  },
  'X-Correlation-Id': {
    description: 'The id of this request in the log and in traces: 32 hex digits.',
    schema: { type: 'string' },
  },
} as const;

export type AnswerHeader = keyof typeof ANSWER_HEADERS;

/** What of an operation says which headers its answers have. */
export interface Answering {
  answerHeaders?: readonly AnswerHeader[];
  untraced?: true;
  errors: readonly ProblemCode[];
  /** Whether it takes an `Idempotency-Key`. */
  keyed: boolean;
}

/** The `headers` of an answer that is no refusal; empty when there are none. */
export function headersOfAnswer({ answerHeaders = [], untraced, keyed }: Answering) {
  return referring([
    ...answerHeaders,
    ...(keyed ? (['Idempotency-Replayed'] as const) : []),
    ...(untraced ? [] : (['X-Correlation-Id'] as const)),
  ]);
}

/** The `headers` of a refusal with one of these codes, which share a status. */
export function headersOfRefusal({ untraced, errors, keyed }: Answering, codes: readonly ProblemCode[]) {
  const sent = new Set(codes.flatMap((code) => Object.keys(problemHeaders(problemWith(code)))));
  // What the operation itself refuses is kept with the key, and so is what its handler finds wrong in the request.
  const kept = codes.some(
    (code) => STATUSES[code] < 500 && (code === 'invalid_request' || errors.includes(code)),
  );
  return referring([
    ...(sent.has('Retry-After') ? (['Retry-After'] as const) : []),
    ...(sent.has('WWW-Authenticate') ? (['WWW-Authenticate'] as const) : []),
    ...(keyed && kept ? (['Idempotency-Replayed'] as const) : []),
    ...(untraced ? [] : (['X-Correlation-Id'] as const)),
  ]);
}

function problemWith(code: ProblemCode) {
  const title = ERROR_CODES[code];
  return { type: `/docs/#${code}`, title, status: STATUSES[code], code, detail: title };
}

function referring(names: readonly AnswerHeader[]) {
  if (names.length === 0) return {};
  return {
    headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])),
  };
}
