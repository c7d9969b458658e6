import type { QueueDoc, Store, Stretch } from '../store/documents.ts';

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

/** Service levels in milliseconds, by queue; queues without one are not in it. */
export type Levels = ReadonlyMap<string, number>;

export function levelsOf(queues: readonly Pick<QueueDoc, '_id' | 'levelSeconds'>[]): Levels {
  const levels = new Map<string, number>();
  for (const { _id, levelSeconds } of queues) {
    if (levelSeconds !== undefined) levels.set(_id, levelSeconds * 1000);
  }
  return levels;
}

/**
 * Whether a wait keeps the service level of its queue: taken in time or not. Null where it cannot be said: the queue has
 * none, it goes on and may still be taken in time, or it ended otherwise before that, as when the customer left.
 */
export function keepsLevel({ queueId, length, end }: Wait, levels: Levels): boolean | null {
  const level = levels.get(queueId);
  if (level === undefined) return null;
  if (length > level) return false;
  return end === 'taken' ? true : null;
}

/**
 * How many conversations wait in a queue for longer than its service level, counted up to 10,000; 0 without one. Of those
 * only that have waited since `since` or later (milliseconds since 1970).
 */
export async function countOverLevel(
  { conversations }: Pick<Store, 'conversations'>,
  { _id, levelSeconds }: Pick<QueueDoc, '_id' | 'levelSeconds'>,
  now: number,
  since = 0,
): Promise<number> {
  if (levelSeconds === undefined) return 0;
  const queuedAt = { $gte: since, $lt: now - levelSeconds * 1000 };
  return conversations.countDocuments({ queueId: _id, queuedAt }, { limit: MOST_COUNTED });
}
