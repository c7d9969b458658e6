import { setImmediate } from 'node:timers/promises';
import type { SessionDoc, Store } from '../store/documents.ts';

/** With two busy cores, 200 take some 20 ms, so nobody else waits longer for their turn. */
const BATCH = 200;

/**
 * The sessions that ended from `from` on and before `to` (milliseconds), in the order of their end, a batch at a time;
 * others get their turn between two.
 */
export async function* endedSessions(
  { sessions }: Pick<Store, 'sessions'>,
  from: number,
  to: number,
): AsyncGenerator<SessionDoc[]> {
  let limit = BATCH;
  for (let start = from; ; ) {
    const endedAt = { $gte: start, $lt: to };
    const batch = await sessions.find({ endedAt }, { sort: { endedAt: 1 }, limit }).toArray();
    const last = batch.at(-1)?.endedAt;
    if (batch.length < limit || last === undefined) {
      yield batch;
      return;
    }
    // The last millisecond may go on behind the batch; the next one reads it whole.
    const whole = batch.filter((session) => session.endedAt < last);
    if (whole.length > 0) yield whole;
    limit = whole.length > 0 ? BATCH : limit * 2;
    start = last;
    await setImmediate();
  }
}
