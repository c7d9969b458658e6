import type { ConversationDoc, Store } from '../store/documents.ts';
import { nextClosing, openAt } from './hours.ts';
import type { Settings } from './settings.ts';

/** A place beyond it is not counted: nobody is helped by it, and counting takes time. */
const MOST_AHEAD = 1000;

/**
 * How many conversations are before this one in its queue, and 1: the next has 1. Null when it does not wait, or more
 * than 1000 are before it. `turnAt` is its place in the line, also one that it is about to have.
 */
export async function positionOf(
  store: Pick<Store, 'conversations'>,
  { state, queueId, turnAt }: Pick<ConversationDoc, 'state' | 'queueId' | 'turnAt'>,
): Promise<number | null> {
  if (state !== 'open' || queueId === undefined || turnAt === undefined) return null;
  const ahead = { queueId, state: 'open' as const, turnAt: { $lt: turnAt } };
  const count = await store.conversations.countDocuments(ahead, { limit: MOST_AHEAD });
  return count < MOST_AHEAD ? count + 1 : null;
}

/** A conversation that an agent took out of a queue. */
export interface PickUp {
  queuedAt: number;
  takenAt: number;
}

/** What a queue did an hour or two ago says something of the next; what it did yesterday does not. Milliseconds. */
const WINDOW = 2 * 3_600_000;
/** Fewer are chance. */
const FEWEST = 5;
/** More say no more, and each is a document that is read. */
const MOST = 30;
/** Milliseconds. Who is told of half a day is told nothing, and two hours of the past are no ground for it. */
const FARTHEST = 4 * 3_600_000;
/** By how much of its deviation an estimate is longer than the average: two of three are served within it. */
const CAUTION = 0.5;

/**
 * How long whoever has this position will wait, in milliseconds, or null when there is no ground to say: too few were
 * taken lately, or it would be hours.
 *
 * One is taken after the other, so a wait is the times at the head of the line of all before and one's own. Their
 * average over the last that were taken is what one place costs, whether two agents serve the queue or twenty. Time at
 * the head that is not over counts as well, so a queue that has come to a halt shows. Who came into an empty line
 * and was taken sooner than whoever is at its head now does not count: that some find an agent free says nothing to those
 * who did not. What is expected to be left of the others' time counts.
 *
 * Those before who give up, or who are moved, make the wait shorter; those who come later with a higher priority,
 * longer. `waitingSince` is when the one came who waits longest now, null when nobody waits.
 */
export function estimateWait(
  position: number,
  pickUps: readonly PickUp[],
  waitingSince: number | null,
  now: number,
): number | null {
  const recent = pickUps
    .filter(({ takenAt }) => takenAt > now - WINDOW)
    .sort((a, b) => b.takenAt - a.takenAt);
  const [last] = recent;
  if (!last) return null;
  let since = waitingSince ?? now;
  const soFar = Math.max(0, now - Math.max(since, last.takenAt));
  let atHead = since < last.takenAt ? soFar : 0;
  let counted = 0;
  for (const [n, { queuedAt, takenAt }] of recent.entries()) {
    const before = recent[n + 1];
    // When the first of them came to the head of the line, nobody knows.
    if (!before) break;
    since = Math.min(since, queuedAt);
    const known = since < before.takenAt ? takenAt - before.takenAt : takenAt - since - soFar;
    if (known <= 0) continue;
    atHead += known;
    counted += 1;
  }
  if (counted < FEWEST) return null;
  const wait = (atHead / counted) * (position + CAUTION * Math.sqrt(position));
  return wait > FARTHEST ? null : wait;
}

/** Minutes that are told: nobody knows it to the minute. */
const TOLD = [1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240];

/** An estimate as it is told, in minutes: never shorter. */
export function toldMinutes(wait: number): number {
  return TOLD.find((minutes) => minutes * 60_000 >= wait) ?? FARTHEST / 60_000;
}

export interface WaitParts {
  store: Pick<Store, 'conversations' | 'agents'>;
  settings: Pick<Settings, 'queue'>;
  now: () => number;
}

/**
 * `estimateWait` from what is stored. Null too when the queue is closed or closes before, and when none of its agents
 * is available. Pick-ups are read from the conversations themselves, which keep who took them out of which queue when,
 * and until when they waited in the history of their session.
 */
export async function waitIn(
  { store, settings, now }: WaitParts,
  queueId: string,
  position: number,
): Promise<number | null> {
  const at = now();
  const hours = settings.queue(queueId)?.hours;
  if (!openAt(hours, at).open) return null;
  const agents = await store.agents.find({}).toArray();
  if (!agents.some(({ presence, queues }) => presence === 'available' && queues.includes(queueId)))
    return null;
  const taken = await store.conversations
    .find(
      { takenFrom: queueId, takenAt: { $gt: at - WINDOW } },
      { sort: { takenFrom: -1, takenAt: -1 }, limit: MOST },
    )
    .toArray();
  const longest = await store.conversations.findOne(
    { queueId, queuedAt: { $gte: 0 } },
    { sort: { queuedAt: 1 } },
  );
  const wait = estimateWait(position, taken.flatMap(pickUpOf), longest?.queuedAt ?? null, at);
  const closing = nextClosing(hours, at);
  return wait !== null && closing !== null && at + wait > closing ? null : wait;
}

/** None when its session is over and another has begun: then nothing says any more how long it waited. */
function pickUpOf({ takenAt, stretches }: ConversationDoc): PickUp[] {
  const at = stretches.findLastIndex(({ place, since }) => place === 'agent' && since === takenAt);
  const waited = stretches[at - 1];
  return takenAt !== undefined && waited?.place === 'open' ? [{ queuedAt: waited.since, takenAt }] : [];
}
