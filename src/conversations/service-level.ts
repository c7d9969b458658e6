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
  return stretches.flatMap(({ place, queueId, since }, n) => {
    if (place !== 'open' || queueId === undefined) return [];
    const next = stretches[n + 1];
    const end = next === undefined ? 'none' : next.place === 'agent' ? 'taken' : 'left';
    return [{ queueId, since, length: (next?.since ?? now) - since, end }];
  });
}

/**
 * Whether a wait keeps a service level (milliseconds): taken in time or not. Null where it cannot be said: it goes on
 * and may still be taken in time, or it ended otherwise before that, as when the customer left.
 */
export function keepsLevel({ length, end }: Pick<Wait, 'length' | 'end'>, level: number): boolean | null {
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
