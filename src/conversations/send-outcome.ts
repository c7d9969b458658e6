import type { UpdateFilter } from '../store/collection.ts';
import type { MessageDoc, MessageStatus, Store } from '../store/documents.ts';
import type { NewsSource } from './news.ts';
import { limitsOf, noticesOf, type Pacing } from './pacing.ts';
import { makeNextDue } from './send-order.ts';
import { pauseUntil } from './send-rate.ts';

/** With back-off that is about half an hour, the longest that a text answer is still an answer. */
const MAX_ATTEMPTS = 12;
const LONGEST_BACK_OFF = 300_000;

/** What became of one attempt. "It said no" and "we do not know" are never one. */
export type SendResult =
  | { outcome: 'accepted'; referenceId: string; code: number; description: string }
  | { outcome: 'rejected'; code: string; description: string; retryable: boolean; optOut?: boolean }
  | { outcome: 'rate_limited'; code: string; retryAfter: number | null }
  | { outcome: 'unknown'; reason: string };

/** What noting an outcome takes of the outbox. */
export interface OutcomeParts {
  store: Pick<Store, 'messages' | 'sendBuckets'>;
  /** Absent = nobody outside is told of anything. */
  news?: NewsSource;
  /** Absent = nothing is ever held up by a limit, by quiet hours or by a TeleSign that is away. */
  pacing?: Pacing;
  /** Told that TeleSign refuses texts to a message’s customer, before that is noted. */
  blocked: (message: MessageDoc, code: string) => Promise<void>;
  now: () => number;
  /** From 0 up to 1, for the jitter of the back-off. */
  random: () => number;
  /** Told the id of a message that may go now that another is done. */
  queued: (messageIds: string[]) => void;
  /** Told the id of a text that has failed or is held, for `tellUndelivered`. */
  undelivered: (messageId: string) => void;
  /** Told what became of each message that was claimed; `duration` in milliseconds is the provider's. */
  sent: (send: { status: MessageStatus; duration: number }) => void;
}

/** Notes what became of an attempt: the end of the message, or when it is tried again. */
export async function note(
  parts: OutcomeParts,
  message: MessageDoc,
  result: SendResult,
  duration: number,
): Promise<void> {
  switch (result.outcome) {
    case 'accepted':
      return settle(parts, { ...message, providerId: result.referenceId }, 'sent', undefined, duration);
    case 'unknown':
      return settle(
        parts,
        message,
        'unknown',
        { code: result.reason, message: 'No answer that tells whether TeleSign has the text.' },
        duration,
      );
    case 'rejected':
      if (result.optOut) await parts.blocked(message, result.code);
      return result.retryable
        ? retry(parts, message, { code: result.code, message: result.description }, 0, duration)
        : settle(parts, message, 'failed', { code: result.code, message: result.description }, duration);
    case 'rate_limited':
      await slowDown(parts, message, result.retryAfter ?? 0);
      return retry(
        parts,
        message,
        { code: result.code, message: 'TeleSign’s limit of messages a second is reached.' },
        result.retryAfter ?? 0,
        duration,
      );
  }
}

/** TeleSign has asked for fewer: nobody else of the account need be refused to learn of it. */
async function slowDown(
  { store, pacing, now }: OutcomeParts,
  message: MessageDoc,
  wait: number,
): Promise<void> {
  const limits = pacing && wait > 0 ? limitsOf(pacing, message) : [];
  for (const limit of limits.slice(-1)) await pauseUntil(store, limit, now() + wait);
}

type Final = Extract<MessageStatus, 'sent' | 'failed' | 'unknown' | 'held' | 'dropped'>;

/** The filter holds this attempt only: a receipt that came first, or a later attempt, is not overwritten. */
export async function settle(
  parts: OutcomeParts,
  message: MessageDoc,
  status: Final,
  error?: { code: string; message: string },
  duration = 0,
): Promise<void> {
  const { store, now } = parts;
  const problem = status === 'failed' || status === 'unknown' ? status : undefined;
  // Also what an agent wrote before the customer's STOP: nobody has been answered by it.
  const untold = status === 'failed' || (status === 'held' && message.author.kind === 'agent');
  const { matchedCount } = await store.messages.updateOne(
    { _id: message._id, status: 'sending', attempts: message.attempts },
    {
      $set: {
        status,
        changedAt: now(),
        ...(message.providerId === undefined ? {} : { providerId: message.providerId }),
        ...(error ? { error } : {}),
        ...(problem ? { problem } : {}),
        ...(untold ? { untoldAt: now() } : {}),
      },
      $unset: { nextAt: true, outstanding: true, ...(error ? {} : { error: true }) },
      ...parts.news?.ofMessage(message._id, status),
    },
  );
  parts.sent({ status, duration });
  if (untold && matchedCount === 1) parts.undelivered(message._id);
  await releaseNext(parts, message);
}

async function retry(
  parts: OutcomeParts,
  message: MessageDoc,
  error: { code: string; message: string },
  atLeast: number,
  duration: number,
): Promise<void> {
  if (message.attempts >= MAX_ATTEMPTS) return settle(parts, message, 'failed', error, duration);
  const delay = Math.max(atLeast, backOff(message.attempts, parts.random()));
  await parts.store.messages.updateOne(
    { _id: message._id, status: 'sending', attempts: message.attempts },
    queuedAgain(message, parts.now() + delay, { error }),
  );
  parts.sent({ status: 'queued', duration });
}

/** Milliseconds: 1 s, 2 s, 4 s … 5 min, each between half and the whole of it, so that many do not come back at once. */
export function backOff(attempts: number, random: number): number {
  return Math.min(1000 * 2 ** (attempts - 1), LONGEST_BACK_OFF) * (0.5 + random / 2);
}

async function releaseNext(parts: OutcomeParts, done: MessageDoc): Promise<void> {
  const next = await makeNextDue(parts.store, done, parts.now());
  if (next !== null) parts.queued([next]);
}

export type Claim = Pick<MessageDoc, '_id' | 'attempts' | 'conversationId'> &
  Pick<Partial<MessageDoc>, 'notice'>;

/** A message in a send as one that waits: an answer in its place in the order, a notice out of it. */
export function queuedAgain(
  { notice, conversationId }: Claim,
  at: number,
  more: Partial<MessageDoc> = {},
): UpdateFilter<MessageDoc> {
  return notice
    ? {
        $set: { status: 'queued', noticeAt: at, outstanding: noticesOf(conversationId), ...more },
        $unset: { nextAt: true },
      }
    : { $set: { status: 'queued', nextAt: at, ...more } };
}
