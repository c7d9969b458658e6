import type { SendResult, StatusResult } from './client.ts';
import { requestError } from './status.ts';

/** What TeleSign says of an account, each a thing of its own to put right. */
export const VERDICTS = [
  'good',
  'bad_id',
  'bad_key',
  'no_key',
  'suspended',
  'no_product',
  'wrong_host',
  'address_refused',
  'clock_wrong',
  'rate_limited',
  'not_reachable',
  'refused',
  'not_understood',
] as const;
export type VerdictName = (typeof VERDICTS)[number];

export interface Verdict {
  verdict: VerdictName;
  /** TeleSign's, or ours such as `http_502`; null when there is none. */
  code: string | null;
  /** What to check, for an administrator. */
  message: string;
}

/** Source: TeleSign's list "All status and error codes". */
const BY_CODE: Readonly<Record<string, VerdictName>> = {
  10004: 'clock_wrong',
  10008: 'bad_key',
  10010: 'suspended',
  10011: 'no_product',
  10013: 'bad_id',
  10014: 'address_refused',
  10015: 'bad_id',
  10022: 'bad_key',
  10028: 'bad_id',
  10031: 'wrong_host',
  10035: 'wrong_host',
};

/**
 * Reads a status query for an id that TeleSign cannot know as a check of the account: it says that it does not know the
 * id only to who may ask. That no text is sent and none is billed is documented nowhere, but follows from the resource.
 */
export function verdictOf(result: StatusResult): Verdict {
  switch (result.outcome) {
    case 'found':
    case 'not_found':
      return {
        verdict: 'good',
        code: String(result.code),
        message: 'TeleSign knows the customer id and the key.',
      };
    case 'rate_limited':
      return {
        verdict: 'rate_limited',
        code: result.code,
        message: 'The account’s limit of requests is reached, so it is known: ask again in a minute.',
      };
    case 'unknown':
      return {
        verdict: result.reason === 'answer_not_understood' ? 'not_understood' : 'not_reachable',
        code: result.reason,
        message: 'No answer of TeleSign’s came: check the API URL and what stands between.',
      };
    case 'rejected': {
      const { code, description } = result;
      if (code === 'not_reachable') return { verdict: 'not_reachable', code, message: description };
      const verdict = BY_CODE[code];
      if (verdict) return { verdict, code, message: description };
      // An answer without a code of TeleSign's is another server's.
      const isTeleSigns = requestError(Number(code)) !== null;
      return { verdict: isTeleSigns ? 'refused' : 'wrong_host', code, message: description };
    }
  }
}

/** What became of a text that was sent to see whether an account works. `accepted` is null when nobody knows. */
export interface SentOutcome {
  accepted: boolean | null;
  code: string;
  message: string;
}

export function sentOutcome(result: SendResult): SentOutcome {
  switch (result.outcome) {
    case 'accepted':
      return { accepted: true, code: String(result.code), message: 'TeleSign has taken the text.' };
    case 'rejected':
      return { accepted: false, code: result.code, message: result.description };
    case 'rate_limited':
      return { accepted: false, code: result.code, message: 'The limit of texts a second is reached.' };
    case 'unknown':
      return {
        accepted: null,
        code: result.reason,
        message: 'No answer that tells whether TeleSign has the text.',
      };
  }
}
