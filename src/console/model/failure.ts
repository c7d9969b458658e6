import type { T } from './texts.ts';
import type { Message } from './types.ts';

/**
 * Why a text did not go out, by TeleSign's codes and the service's own, where somebody at a desk can make something of
 * it. 10031 is not among them: it is a customer's in a receipt, and the account's in an answer.
 */
const REASONS: readonly (readonly [text: string, ...codes: (string | number)[]])[] = [
  ['failure.unreachable', 207, 514],
  ['failure.phone', 210, 211],
  ['failure.no_sms', 222, 286, 516],
  ['failure.blocked', 510],
  ['failure.blocklist', 230, 10032],
  ['failure.filtered', 233, 515, 520],
  ['failure.number', 507, 11000, 11001],
  ['failure.network', 220, 503, 504, 505, 506, 513],
  ['failure.expired', 221],
  ['failure.too_fast', 10019, 3204, 3205, -40007, 'http_429'],
  ['failure.away', 10000, 'not_reachable'],
  ['failure.opted_out', 'opted_out'],
  ['failure.taken_over', 'owner_changed'],
  ['failure.out_of_date', 'out_of_date'],
  ['failure.no_channel', 'no_channel'],
  ['failure.no_key', 'no_api_key'],
];

const BY_CODE: ReadonlyMap<string, string> = new Map(
  REASONS.flatMap(([text, ...codes]) => codes.map((code) => [String(code), text])),
);

/** In the reader's language where there are words for it; else as the service says it, in English. */
export function whyNot(
  t: T,
  { code, message }: NonNullable<Message['error']>,
  status: Message['status'],
): string {
  const text = status === 'unknown' ? 'failure.unknown' : BY_CODE.get(code);
  return text === undefined ? message : t(text);
}
