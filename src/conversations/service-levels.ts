import { DateTime } from 'luxon';
import type { QueueDoc, Store } from '../store/documents.ts';
import { endedSessions } from './ended-sessions.ts';
import { LevelTally, type Share } from './level-tally.ts';
import { countOverLevel, waitsOf } from './service-level.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The longest day has 25 hours. */
const LONGEST_DAY = 25 * HOUR;

/** A session's row may be there this much after its end. */
const LATE = 2 * MINUTE;

/** Milliseconds that an answer holds: many boards may be open. */
const FRESH = 5000;

/** Of the conversations of one state that go on, the last that changed are looked at. */
const MOST_LIVE = 1000;

export interface ServiceLevel {
  today: Share;
  lastHour: Share;
}

/**
 * Service levels of the waits that began, or whose queue opened, today and in the last hour; of queues that have one. Today
 * is the day of the queue's hours, else that of UTC. They come from ended sessions and from conversations that a queue or an agent
 * has, so what went back to the bot counts once its session has ended.
 *
 * Ended sessions are read once, back to the beginning of the longest day, and then only the new ones; of them, numbers by
 * queue and minute are kept.
 */
export function createServiceLevels(parts: {
  store: Pick<Store, 'sessions' | 'conversations'>;
  now: () => number;
}): { read: (queues: readonly QueueDoc[]) => Promise<Map<string, ServiceLevel>> } {
  const { store, now } = parts;
  let levels = '';
  let ended = createEnded(store, []);
  let last: { at: number; levels: string; found: Promise<Map<string, ServiceLevel>> } | undefined;

  async function compute(queues: readonly QueueDoc[], wanted: string): Promise<Map<string, ServiceLevel>> {
    const at = now();
    if (wanted !== levels) ended = createEnded(store, queues);
    levels = wanted;
    const tallies = [await ended(at), await liveTally(store, queues, at)];
    const found = new Map<string, ServiceLevel>();
    for (const queue of queues) {
      const share = async (since: number): Promise<Share> => {
        const [past, live] = tallies.map((tally) => tally.since(queue._id, since));
        return {
          within: (past?.within ?? 0) + (live?.within ?? 0),
          counted:
            (past?.counted ?? 0) + (live?.counted ?? 0) + (await countOverLevel(store, queue, at, since)),
        };
      };
      const zone = queue.hours?.timeZone ?? 'UTC';
      const today = DateTime.fromMillis(at, { zone }).startOf('day').toMillis();
      found.set(queue._id, { today: await share(today), lastHour: await share(at - HOUR) });
    }
    return found;
  }

  return {
    async read(queues) {
      const levelled = queues.filter(({ levelSeconds }) => levelSeconds !== undefined);
      if (levelled.length === 0) return new Map();
      const wanted = JSON.stringify(
        levelled.map(({ _id, levelSeconds, hours }) => [_id, levelSeconds, hours]),
      );
      if (last?.levels !== wanted || now() - last.at >= FRESH) {
        // One after the other: two at once would both count what is new.
        const before = last?.found.catch(() => undefined);
        const found = Promise.resolve(before).then(() => compute(levelled, wanted));
        last = { at: now(), levels: wanted, found };
      }
      return last.found;
    },
  };
}

/** What ended sessions waited; each call reads those that have come since the last one. */
function createEnded(
  store: Pick<Store, 'sessions'>,
  queues: readonly QueueDoc[],
): (now: number) => Promise<LevelTally> {
  const tally = new LevelTally(queues);
  /** When the sessions ended that the next call will read again. */
  const known = new Map<string, number>();
  let from = 0;
  return async (now) => {
    const oldest = now - LONGEST_DAY;
    for await (const batch of endedSessions(store, Math.max(from, oldest), now + LATE)) {
      for (const { _id, endedAt, stretches } of batch) {
        if (known.has(_id)) continue;
        known.set(_id, endedAt);
        for (const wait of waitsOf(stretches, endedAt)) tally.add(wait);
        from = Math.max(from, endedAt - LATE);
      }
      for (const [id, endedAt] of known) if (endedAt < from) known.delete(id);
    }
    tally.forget(oldest);
    return tally;
  };
}

/** Waits that have ended, of conversations that go on. Those that last are counted by index. */
async function liveTally(
  { conversations }: Pick<Store, 'conversations'>,
  queues: readonly QueueDoc[],
  now: number,
): Promise<LevelTally> {
  const tally = new LevelTally(queues);
  const changedAt = { $gte: now - LONGEST_DAY };
  for (const desk of ['open', 'active', 'waiting', 'wrap_up'] as const) {
    const live = await conversations
      .find({ desk, changedAt }, { sort: { changedAt: -1 }, limit: MOST_LIVE })
      .toArray();
    for (const { stretches } of live) {
      for (const wait of waitsOf(stretches, now)) if (wait.end !== 'none') tally.add(wait);
    }
  }
  return tally;
}
