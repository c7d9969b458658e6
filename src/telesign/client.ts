import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { type Exchange, exchange, parseRetryAfter } from './exchange.ts';
import { basicAuthorization, signRequest } from './signature.ts';
import { requestError, STATUSES, statusMeaning } from './status.ts';

export interface TeleSignClientParts {
  customerId: string;
  /** Base64, as TeleSign gave it. */
  apiKey: string;
  /** Such as `https://rest-ww.telesign.com`; which host is right depends on the account. */
  apiUrl: string;
  auth: 'hmac' | 'basic';
  dispatcher: Dispatcher;
  /** Milliseconds. */
  now: () => number;
  /** A new UUID each time. */
  nonce: () => string;
  /** Milliseconds for a whole exchange; 10,000 when left out. */
  timeout?: number;
}

export interface OutgoingMessage {
  /** The customer, digits. */
  to: string;
  /** The support number, digits. */
  from: string;
  /** At most 1600 characters. */
  text: string;
  /** Ours: TeleSign echoes it in receipts. At most 100 ASCII characters. */
  externalId: string;
}

/** TeleSign did not take it. Safe to send again, if it is `retryable`. Codes: TeleSign's, `http_<status>`, `not_reachable`. */
export interface Rejected {
  outcome: 'rejected';
  code: string;
  /** Ours; holds no number, text or secret. */
  description: string;
  retryable: boolean;
  /** TeleSign refuses texts to this customer, who said STOP or is on a list of such. */
  optOut?: boolean;
}

/** TeleSign did not take it, and wants fewer requests a second. */
export interface RateLimited {
  outcome: 'rate_limited';
  code: string;
  /** Milliseconds, when the answer says so. */
  retryAfter: number | null;
}

/** Whether TeleSign took it is not known. Codes: `timeout`, `connection_broken`, `answer_not_understood`, `http_<status>`. */
export interface Unknown {
  outcome: 'unknown';
  reason: string;
}

export type SendResult =
  | {
      outcome: 'accepted';
      /** TeleSign's, in upper case. */
      referenceId: string;
      code: number;
      description: string;
    }
  | Rejected
  | RateLimited
  | Unknown;

export type StatusResult =
  | {
      outcome: 'found';
      referenceId: string;
      /** See `status.ts`. */
      code: number;
      description: string;
    }
  /** The id is not TeleSign's, or too old. Id and key are right, else it would not have looked. */
  | { outcome: 'not_found'; code: string }
  | Rejected
  | RateLimited
  | Unknown;

export interface TeleSignClient {
  /** Sends one text. Never rejects and never tries again by itself: TeleSign has no idempotency key. */
  send(message: OutgoingMessage): Promise<SendResult>;
  /** Asks what became of a text, by TeleSign's id. Never rejects. Also a check of id and key that sends no text. */
  status(referenceId: string): Promise<StatusResult>;
}

const FORM = 'application/x-www-form-urlencoded';

/** A client of one TeleSign account. It logs nothing: answers may quote the whole request (`signature_string`). */
export function createTeleSignClient(parts: TeleSignClientParts): TeleSignClient {
  const { customerId, apiKey, dispatcher, now, nonce, timeout = 10_000 } = parts;
  const { origin, pathname } = new URL(parts.apiUrl);
  const resource = `${pathname.replace(/\/$/, '')}/v1/messaging`;

  const call = (method: 'GET' | 'POST', path: string, body: string): Promise<Exchange> => {
    const contentType = method === 'POST' ? FORM : '';
    const date = new Date(now()).toUTCString();
    const headers =
      parts.auth === 'hmac'
        ? signRequest({ method, path, contentType, date, nonce: nonce(), body, customerId, apiKey })
        : {
            authorization: basicAuthorization(customerId, apiKey),
            ...(contentType === '' ? {} : { 'content-type': contentType }),
          };
    return exchange(dispatcher, { origin, path, method, headers, timeout, ...(body === '' ? {} : { body }) });
  };

  return {
    async send({ to, from, text, externalId }) {
      // Encoded once: what is signed must be what is sent, byte by byte.
      const body = new URLSearchParams({
        phone_number: to,
        message: text,
        message_type: 'ARN',
        sender_id: from,
        external_id: externalId,
      }).toString();
      const answer = read(await call('POST', resource, body), now());
      if (answer.outcome !== 'answered') return answer;
      const { referenceId, code } = answer;
      // A code that this version does not know may be TeleSign's new word for "no".
      const status = STATUSES.get(code);
      if (!status) return notUnderstood;
      const description = status.meaning;
      return status.outcome === 'failed'
        ? {
            outcome: 'rejected',
            code: String(code),
            description,
            retryable: status.retryable,
            optOut: status.optOut,
          }
        : { outcome: 'accepted', referenceId, code, description };
    },

    async status(referenceId) {
      const answer = read(await call('GET', `${resource}/${encodeURIComponent(referenceId)}`, ''), now());
      if (answer.outcome === 'answered') {
        return { ...answer, outcome: 'found', description: statusMeaning(answer.code) };
      }
      if (answer.outcome === 'rejected' && NOT_FOUND.has(answer.code)) {
        return { outcome: 'not_found', code: answer.code };
      }
      return answer;
    },
  };
}

/** TeleSign's codes for an id that it does not know, or knows no more. */
const NOT_FOUND: ReadonlySet<string> = new Set(['10017', '10036']);

const notUnderstood: Unknown = { outcome: 'unknown', reason: 'answer_not_understood' };

const code = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,6}$/)
    .transform(Number),
]);

/** Both shapes: the number in `status.code`, or a general one there and the number in `errors`. */
const answerBody = z.object({
  reference_id: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .toUpperCase()
    .optional()
    .catch(undefined),
  status: z.object({ code }).optional().catch(undefined),
  errors: z.array(z.object({ code })).catch([]),
});

function parseAnswer(body: string | null): { referenceId?: string; code?: number; errors: number[] } {
  try {
    const { reference_id, status, errors } = answerBody.parse(JSON.parse(body ?? ''));
    return { referenceId: reference_id, code: status?.code, errors: errors.map((error) => error.code) };
  } catch {
    return { errors: [] };
  }
}

type Answered = { outcome: 'answered'; referenceId: string; code: number };

/**
 * Sorts the end of an exchange. TeleSign says to go by its codes rather than by the HTTP status; where there are none,
 * a status under 500 is still a clear no, and one of 500 and more may come from a gateway behind which the text went on.
 */
function read(ended: Exchange, now: number): Answered | Rejected | RateLimited | Unknown {
  if (ended.result === 'broken') return { outcome: 'unknown', reason: ended.reason };
  if (ended.result === 'not_sent') {
    const description = `TeleSign could not be reached (${ended.reason}): check the API URL and the network.`;
    return { outcome: 'rejected', code: 'not_reachable', description, retryable: true };
  }
  const { status, header, body } = ended;
  const { referenceId, code, errors } = parseAnswer(body);
  const retryAfter = () => parseRetryAfter(header('retry-after'), now);
  const taken = status >= 200 && status < 300;
  if (
    taken &&
    code !== undefined &&
    referenceId !== undefined &&
    (STATUSES.has(code) || !requestError(code))
  ) {
    return { outcome: 'answered', referenceId, code };
  }
  for (const number of code === undefined ? errors : [...errors, code]) {
    const error = requestError(number);
    if (error?.kind === 'rate_limited') {
      return { outcome: 'rate_limited', code: String(number), retryAfter: retryAfter() };
    }
    if (error) {
      const { meaning: description, retryable, optOut } = error;
      return {
        outcome: 'rejected',
        code: String(number),
        description,
        retryable,
        ...(optOut && { optOut }),
      };
    }
  }
  if (taken) return notUnderstood;
  // 408 and 425 are said by what stands between, about a connection of its own.
  if (status >= 500 || status === 408 || status === 425)
    return { outcome: 'unknown', reason: `http_${status}` };
  if (status === 429) return { outcome: 'rate_limited', code: 'http_429', retryAfter: retryAfter() };
  return {
    outcome: 'rejected',
    code: code === undefined ? `http_${status}` : String(code),
    description:
      code === undefined
        ? `HTTP status ${status} without a code of TeleSign's: check the API URL and what stands between.`
        : statusMeaning(code),
    retryable: false,
  };
}
