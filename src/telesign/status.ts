/**
 * TeleSign's numbers and what they mean for us: statuses of a text (in receipts, in the answer to a send and to a
 * status query) and refusals of a request. Source: TeleSign's published OpenAPI files and its list "All status and
 * error codes". The meanings are ours: TeleSign's own descriptions are not passed on, they may quote the request.
 */

/**
 * How far a status says that a text has come. `unknown` is final, but tells nothing: the text may have arrived.
 */
export type Outcome = 'progress' | 'sent' | 'delivered' | 'failed' | 'unknown';

export interface Status {
  code: number;
  meaning: string;
  /** No other status is to be expected, as TeleSign marks it or (for failures) as it says in words. */
  final: boolean;
  /** TeleSign documents that sending the same text again may work. */
  retryable: boolean;
  outcome: Outcome;
  /** Receipts move a message to a higher rank only. See RANKS. */
  rank: number;
  /** The customer does not want texts from this number (STOP), or was put on a list of such. */
  optOut: boolean;
}

/**
 * Failed beats everything on the way, since a gateway's report may overtake or trail the final one. Delivered beats
 * failed: it is the only positive proof, and a text of several segments can bring both.
 */
const RANKS: Record<Outcome, number> = { progress: 1, sent: 2, unknown: 2, failed: 3, delivered: 4 };

type Mark = 'retryable' | 'optOut' | 'notFinal';

function status(code: number, outcome: Outcome, meaning: string, ...marks: Mark[]): [number, Status] {
  const onTheWay = outcome === 'progress' || outcome === 'sent';
  return [
    code,
    {
      code,
      meaning,
      final: !onTheWay && !marks.includes('notFinal'),
      retryable: marks.includes('retryable'),
      outcome,
      rank: RANKS[outcome],
      optOut: marks.includes('optOut'),
    },
  ];
}

/** Every status of a text that TeleSign documents, by its code. */
export const STATUSES: ReadonlyMap<number, Status> = new Map([
  status(200, 'delivered', 'Delivered to the handset.'),
  // Two editions of the documentation disagree (“suspicious activity”, “read”): sent is true in both.
  status(201, 'sent', 'Sent; suspicious activity was flagged.'),
  status(203, 'sent', 'Delivered to the gateway.'),
  status(207, 'failed', 'The handset could not be reached, for an unknown reason.'),
  status(210, 'failed', 'The phone has a temporary error.'),
  status(211, 'failed', 'The phone has a permanent error.'),
  status(220, 'failed', 'The carrier cannot route the text.'),
  status(221, 'failed', 'The text expired before it was delivered.'),
  status(222, 'failed', 'Phone, carrier, plan or user does not take SMS.'),
  status(229, 'failed', 'Blocked at your request.'),
  status(230, 'failed', 'The number is on TeleSign’s blocklist.'),
  status(231, 'failed', 'The content is invalid or not supported.'),
  status(233, 'failed', 'Blocked for a high risk score.'),
  status(237, 'failed', 'The country is blocked at your request.'),
  status(238, 'failed', 'The prefix is blocked at your request.'),
  status(250, 'unknown', 'The final status is not known.'),
  status(251, 'unknown', 'No delivery report came within 12 hours.'),
  status(286, 'failed', 'The number is of the wrong phone type.'),
  status(290, 'progress', 'In progress.'),
  status(292, 'progress', 'Queued by the gateway.'),
  status(295, 'progress', 'The status is delayed.'),
  status(500, 'failed', 'The transaction was not attempted.'),
  status(501, 'failed', 'The transaction was not authorised.'),
  status(502, 'failed', 'There is a problem with the short code’s campaign.'),
  status(503, 'failed', 'The carrier has a temporary error.', 'retryable'),
  status(504, 'failed', 'The carrier has a permanent error.'),
  status(505, 'failed', 'The gateway has a temporary error.', 'retryable'),
  status(506, 'failed', 'The gateway has a permanent error.'),
  status(507, 'failed', 'The destination number is invalid.'),
  status(508, 'failed', 'The sending number is invalid.'),
  status(509, 'failed', 'A parameter is invalid.'),
  status(510, 'failed', 'Blocked by the subscriber, or by the carrier on their behalf.', 'optOut'),
  status(511, 'failed', 'The subscriber’s credit is too low.'),
  status(512, 'failed', 'The subscriber is roaming.'),
  status(513, 'failed', 'Number portability failed.'),
  status(514, 'failed', 'The subscriber is absent.'),
  status(515, 'failed', 'Suspected of being spam.'),
  status(516, 'failed', 'The device does not support the channel.'),
  status(517, 'failed', 'The DLT ids for India were not found.'),
  status(518, 'failed', 'Blocked for the risk of a SIM swap.'),
  status(519, 'failed', 'The check for a SIM swap was not possible.'),
  status(520, 'failed', 'The content is not permitted.'),
  status(521, 'failed', 'The sending number is not allowed for this destination.'),
  status(599, 'unknown', 'The status is not available.', 'notFinal'),
  status(10000, 'failed', 'TeleSign’s system was unavailable.', 'retryable'),
  status(10030, 'failed', 'The prepaid wallet is empty.'),
  status(10031, 'failed', 'The number is blocked at your request.', 'optOut'),
  status(10032, 'failed', 'The number is on TeleSign’s global blocklist.', 'optOut'),
  status(11000, 'failed', 'The destination number is invalid.'),
]);

/** What a status means, in our words; also for codes that TeleSign adds after this was written. */
export function statusMeaning(code: number): string {
  return STATUSES.get(code)?.meaning ?? `Status ${code}, which this version does not know.`;
}

/**
 * What a receipt makes of its message: the status to set if the message's rank is lower than `rank`. With ranks
 * compared like that, receipts only move a message forward, whatever order they come in. A receipt that tells nothing
 * of the delivery (250, 251, 599) still proves that TeleSign took the text. A code that is not in the table changes
 * nothing.
 */
export function receiptEffect(code: number): {
  status: 'sent' | 'delivered' | 'failed' | null;
  rank: number;
} {
  const known = STATUSES.get(code);
  if (!known) return { status: null, rank: 0 };
  const { outcome, rank } = known;
  return { status: outcome === 'delivered' || outcome === 'failed' ? outcome : 'sent', rank };
}

/** Why a request was refused. */
export interface RequestError {
  meaning: string;
  kind: 'rejected' | 'rate_limited';
  /** The same text may be sent again later, as a new request with its own date and nonce: this one was not taken. */
  retryable: boolean;
  /** It is the customer whom TeleSign refuses texts to. */
  optOut?: true;
}

const no = (meaning: string): RequestError => ({ meaning, kind: 'rejected', retryable: false });
const later = (meaning: string): RequestError => ({ meaning, kind: 'rejected', retryable: true });
const tooFast = (meaning: string): RequestError => ({ meaning, kind: 'rate_limited', retryable: true });

/** By the number in `status.code`, or in `errors[].code` in the answers of TeleSign's other products. */
const REQUEST_ERRORS: ReadonlyMap<number, RequestError> = new Map([
  [10000, later('TeleSign’s system is unavailable.')],
  [10002, later('The nonce was used before.')],
  [10003, no('The nonce has a wrong length.')],
  [10004, later('The date is out of range: check the clock of this machine.')],
  [10005, no('The date has a wrong format.')],
  [10006, no('The signing method is not supported.')],
  [10007, no('The request had no date.')],
  [10008, no('The signature is wrong: check the API key.')],
  [10009, no('The request had no Authorization header: check what stands between here and TeleSign.')],
  [10010, no('The TeleSign account is suspended.')],
  [10011, no('The TeleSign account has no SMS product.')],
  [10013, no('The TeleSign account was not found: check the customer id.')],
  [10014, no('The TeleSign account does not allow this source address.')],
  [10015, no('The customer id is wrong.')],
  [10017, no('TeleSign does not know this reference id.')],
  [10019, tooFast('The limit of texts a second is reached.')],
  [10020, no('The account’s hard cap is reached: ask TeleSign to raise it.')],
  [10022, no('The API key is wrong.')],
  [10028, no('The Authorization header is malformed: check the customer id and the API key.')],
  [10030, no('The prepaid wallet is empty.')],
  // In a receipt the same number is a blocked customer; here it is about the account.
  [10031, no('The TeleSign account does not allow this host: check the API URL.')],
  [10032, { ...no('The number is on TeleSign’s global blocklist.'), optOut: true }],
  [10033, no('The number is not verified for this trial account.')],
  [10035, no('Wrong API host for this account: check the API URL.')],
  [10036, no('The reference id has expired.')],
  [11000, no('The destination number is invalid.')],
  [11001, no('The destination’s country code is invalid.')],
  [11003, no('The lifecycle event is invalid.')],
  [11004, no('The callback URL is invalid.')],
  [11009, no('The text is invalid.')],
  [11010, no('The originating address is invalid.')],
  [11011, no('The reference id is invalid.')],
  [11013, no('The sending number is invalid or not enabled for this account.')],
  [11016, no('The external id is invalid: at most 100 ASCII characters.')],
  [11017, no('The message type is invalid.')],
  [11027, no('The integration name is invalid.')],
  [11034, no('The DLT template id is invalid.')],
  [11035, no('The DLT entity id is invalid.')],
  [12000, no('The destination number is missing.')],
  [12009, no('The text is missing.')],
  [12017, no('The message type is missing.')],
  [3204, tooFast('The limit of texts a second is reached.')],
  [3205, tooFast('The limit of texts a second is reached.')],
  [3207, no('The account’s hard cap is reached: ask TeleSign to raise it.')],
  [-40007, tooFast('The limit of requests a second is reached.')],
  [-40008, no('The account’s hard cap is reached: ask TeleSign to raise it.')],
]);

/** Why TeleSign refused a request, or null for a number that is not one of its documented refusals. */
export function requestError(code: number): RequestError | null {
  return REQUEST_ERRORS.get(code) ?? null;
}
