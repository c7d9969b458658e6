import type { QueueDoc, Store, Stretch } from '../store/documents.ts';
import type { Hours } from '../store/queue.ts';
import { countsFrom, lastClosing } from './hours.ts';

/** Counting stops here: so many are an alarm whatever their number, and asking stays cheap. */
const MOST_COUNTED = 10_000;

/** One time that a conversation waited in a queue. */
export interface Wait {
  queueId: string;
  since: number;
  /** Milliseconds, so far when it goes on. */
  length: number;
  end: 'taken' | 'left' | 'none';
}

/** The waits of a session, whose last stretch goes on until `now`. */
export function waitsOf(stretches: readonly Stretch[], now: number): Wait[] {
  return stretches.flatMap((stretch, n) => waitIn(stretch, stretches[n + 1], now) ?? []);
}

/** The wait that a stretch is, until the next one or, where there is none, until `now`. */
export function waitIn(
  { place, queueId, since }: Stretch,
  next: Pick<Stretch, 'place' | 'since'> | undefined,
  now: number,
): Wait | null {
  if (place !== 'open' || queueId === undefined) return null;
  const end = next === undefined ? 'none' : next.place === 'agent' ? 'taken' : 'left';
  return { queueId, since, length: (next?.since ?? now) - since, end };
}

type Levelled = Pick<QueueDoc, '_id' | 'levelSeconds' | 'hours'>;

/** By queue, the service level in milliseconds and the hours in which it is to be kept; queues without one are not in it. */
export type Levels = ReadonlyMap<string, { level: number; hours: Hours | undefined }>;

export function levelsOf(queues: readonly Levelled[]): Levels {
  return new Map(
    queues.flatMap(({ _id, levelSeconds, hours }) =>
      levelSeconds === undefined ? [] : [[_id, { level: levelSeconds * 1000, hours }]],
    ),
  );
}

/**
 * Whether a wait keeps the service level of its queue: taken in time or not. Null where it cannot be said: the queue has
 * none, it goes on and may still be taken in time, or it ended otherwise before that, as when the customer left. A wait that
 * begins while the queue is closed, by the hours that it has now, counts from its opening on.
 */
export function keepsLevel({ queueId, since, length, end }: Wait, levels: Levels): boolean | null {
  const queue = levels.get(queueId);
  if (queue === undefined) return null;
  const { level, hours } = queue;
  if (length > level && since + length - countsFrom(hours, since) > level) return false;
  return end === 'taken' ? true : null;
}

/**
 * How many conversations wait in a queue for longer than its service level, counted up to 10,000; 0 without one. Of those
 * only whose wait counts, as `keepsLevel` has it, from `since` or later (milliseconds since 1970).
 */
export async function countOverLevel(
  { conversations }: Pick<Store, 'conversations'>,
  { _id, levelSeconds, hours }: Levelled,
  now: number,
  since = 0,
): Promise<number> {
  if (levelSeconds === undefined) return 0;
  const inTime = now - levelSeconds * 1000;
  const before = cameBefore(hours, inTime);
  if (before === null) return 0;
  const queuedAt = { $gte: since > 0 ? (cameBefore(hours, since) ?? 0) : 0, $lt: before };
  return conversations.countDocuments({ queueId: _id, queuedAt }, { limit: MOST_COUNTED });
}

/**
 * Up to when somebody came who counts from before `at`: where it was closed then, who has come since it closed counts from the
 * opening. Null where it had not closed in the year before.
 */
function cameBefore(hours: Hours | undefined, at: number): number | null {
  const isClosed = hours !== undefined && countsFrom(hours, at - 1) > at - 1;
  return isClosed ? lastClosing(hours, at - 1) : at;
}
