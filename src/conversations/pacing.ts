import type { MessageDoc, Store } from '../store/documents.ts';
import type { Breaker } from './breaker.ts';
import { book, bookSoon, giveBackMoment, type Limit, type Moment, takeNow } from './send-rate.ts';

/**
 * When a text that is due may leave: not while TeleSign is away, not beyond the limits of its number and its account,
 * and one that the customer did not ask for (a notice) neither in quiet hours nor before an answer that waits.
 *
 * An answer that cannot leave at once books its moment, and is due again `LEAD` before it: so answers leave in the order
 * in which they were first looked at. A notice books a moment only when that is nearer than `LEAD`. Else it tries
 * again, at a moment of a line of its own.
 */
export interface Pacing {
  breaker: Breaker;
  /** The limits that a text from this number takes a moment of: the number’s, then the account’s. */
  limits: (channelId: string, number: string) => Limit[];
  /** The first moment from `at` on at which a notice may leave; `at` itself outside quiet hours. */
  allowedAt: (number: string, at: number) => number;
  /** Told of a message that is due again at this time. */
  booked: (messageId: string, at: number) => void;
  /** Resolves after this many milliseconds. */
  sleep: (timeout: number) => Promise<void>;
}

export interface PaceParts {
  store: Pick<Store, 'messages' | 'sendBuckets'>;
  pacing?: Pacing;
  now: () => number;
}

/** The order in which a conversation’s notices wait: one of their own, so that answers pass them by. */
export function noticesOf(conversationId: string): string {
  return `notices:${conversationId}`;
}

/** Milliseconds. Should the process die between the two writes of a booking, the message is due again after this. */
const BOOKING = 5_000;

/**
 * Milliseconds. So long before its moment a message is claimed and made ready, so that what this takes, which differs from one
 * to the next, moves no send and leaves no moment unused.
 */
const LEAD = 250;

/** Milliseconds. A moment that is longer ago was given up: many that were found late would leave at once otherwise. */
const GIVEN_UP = 2_000;

/** Notices come out of their line this much faster than they may leave: what is late leaves no moment unused then. */
const LINE_AHEAD = 1.25;

/** A message that may be claimed now, to leave at `at`, and what it has taken of the limits that is not booked. */
export interface Paced {
  message: MessageDoc;
  at: number;
  taken: Moment[];
}

/** The limits that a message takes a moment of: its number's, then its account's. */
export function limitsOf(pacing: Pacing, message: Pick<MessageDoc, 'channelId' | 'conversationId'>): Limit[] {
  return pacing.limits(message.channelId, numberOf(message));
}

function numberOf({ conversationId }: Pick<MessageDoc, 'conversationId'>): string {
  return conversationId.split('-', 1)[0] ?? '';
}

/** The message, as it may be claimed now; null when it has to wait, and for how long is noted. */
export async function paced(parts: PaceParts, message: MessageDoc): Promise<Paced | null> {
  const { pacing, now } = parts;
  if (!pacing) return { message, at: now(), taken: [] };
  const { channelId } = message;
  const number = numberOf(message);
  const paused = await pacing.breaker.pausedUntil(channelId);
  if (paused !== null) return waits(parts, message, paused);
  const limits = limitsOf(pacing, message);
  if (!message.notice) return answerPaced(parts, message, limits);
  const allowed = pacing.allowedAt(number, now());
  return allowed > now() ? waits(parts, message, allowed) : noticePaced(parts, message, limits);
}

/** How many of the limits a message that is due at `due` has a moment of, and the last of these moments. */
function bookedOf(due: number | undefined, booked: number, now: number): { has: number; at: number } {
  const at = (due ?? now) + LEAD;
  return booked === 0 || at < now - GIVEN_UP ? { has: 0, at: now } : { has: booked, at: Math.max(at, now) };
}

async function answerPaced(parts: PaceParts, message: MessageDoc, limits: Limit[]): Promise<Paced | null> {
  const { store, now } = parts;
  const taken: Moment[] = [];
  let own = message;
  let { has, at } = bookedOf(message.nextAt, message.booked ?? 0, now());
  for (const limit of limits.slice(has)) {
    const moment = await takeNow(store, limit, at);
    has += 1;
    if (moment) {
      taken.push(moment);
      continue;
    }
    // Only who has the message books for it: two processes that see it would book twice, and waste every other moment.
    const kept = own === message ? await reschedule(parts, own, now() + BOOKING) : own;
    if (!kept) {
      for (const one of taken) await giveBackMoment(store, one);
      return null;
    }
    own = kept;
    at = await book(store, limit, at);
    if (at - now() > LEAD) return comesBack(parts, own, at, has);
  }
  return { message: own, at, taken };
}

/** `booked` of a notice: 1 = it had its turn in the line of notices, and each limit that it has a moment of is one more. */
async function noticePaced(parts: PaceParts, message: MessageDoc, limits: Limit[]): Promise<Paced | null> {
  const { store, now } = parts;
  const [first, ...others] = limits;
  if (first === undefined) return { message, at: now(), taken: [] };
  const line = {
    id: `notices:${first.id}`,
    perSecond: LINE_AHEAD * Math.min(first.perSecond, ...others.map(({ perSecond }) => perSecond)),
  };
  const own = await reschedule(parts, message, now() + BOOKING);
  if (!own) return null;
  if ((message.booked ?? 0) === 0 && !(await takeNow(store, line, now()))) return inLine(parts, own, line);
  const taken: Moment[] = [];
  let { has, at } = bookedOf(message.noticeAt, (message.booked ?? 1) - 1, now());
  for (const limit of limits.slice(has)) {
    const moment = await takeNow(store, limit, at);
    has += 1;
    if (moment) {
      taken.push(moment);
      continue;
    }
    const soon = await bookSoon(store, limit, at, now() + LEAD - at);
    if (soon === null) {
      for (const one of taken) await giveBackMoment(store, one);
      return inLine(parts, own, line);
    }
    at = soon;
    if (at - now() > LEAD) return comesBack(parts, own, at, has + 1);
  }
  return { message: own, at, taken };
}

/** For a moment that it has. */
async function comesBack(parts: PaceParts, own: MessageDoc, at: number, booked: number): Promise<null> {
  const due = at - LEAD;
  if (await reschedule(parts, own, due, booked)) parts.pacing?.booked(own._id, due);
  return null;
}

/** To the end of the line of notices: each comes again at a moment of its own. */
async function inLine(parts: PaceParts, own: MessageDoc, line: Limit): Promise<null> {
  const { store, now } = parts;
  // Later in any case: a moment that is free now would bring it back at once, and looking for it would never rest.
  const at = Math.max(await book(store, line, now()), now() + 1000 / line.perSecond);
  if (await reschedule(parts, own, at, 1)) parts.pacing?.booked(own._id, at);
  return null;
}

/** Whatever moments it had are past by then. */
async function waits(parts: PaceParts, message: MessageDoc, until: number): Promise<null> {
  await reschedule(parts, message, until, null);
  return null;
}

/**
 * Makes a queued message due at another time, if nobody else has done so. `booked` = how many limits it has a moment of,
 * null = none any more.
 */
export function reschedule(
  { store }: { store: Pick<Store, 'messages'> },
  { _id, nextAt, noticeAt }: MessageDoc,
  at: number,
  booked?: number | null,
): Promise<MessageDoc | null> {
  if (nextAt === undefined && noticeAt === undefined) return Promise.resolve(null);
  const due = noticeAt === undefined ? { nextAt } : { noticeAt };
  return store.messages.findOneAndUpdate(
    { _id, status: 'queued', ...due },
    {
      $set: {
        ...(noticeAt === undefined ? { nextAt: at } : { noticeAt: at }),
        ...(typeof booked === 'number' && { booked }),
      },
      ...(booked === null && { $unset: { booked: true } }),
    },
    { returnDocument: 'after' },
  );
}
