import { setImmediate } from 'node:timers/promises';

/** With two busy cores, 200 documents take some 20 ms, so nobody else waits longer for their turn. */
const BATCH = 200;

/**
 * All documents from `from` on in the order of a number that each has, a batch at a time; others get their turn between
 * two. `read` answers at most `limit` of those with at least `from`, in that order; `at` is a document's number.
 */
export async function* batches<T>(
  read: (from: number, limit: number) => Promise<T[]>,
  at: (doc: T) => number,
  from = 0,
): AsyncGenerator<T[]> {
  let limit = BATCH;
  for (let start = from; ; ) {
    const batch = await read(start, limit);
    const last = batch.at(-1);
    if (batch.length < limit || last === undefined) {
      yield batch;
      return;
    }
    // Others with the last one's number may be behind the batch; the next one reads them all.
    const whole = batch.filter((doc) => at(doc) < at(last));
    if (whole.length > 0) yield whole;
    limit = whole.length > 0 ? BATCH : limit * 2;
    start = at(last);
    await setImmediate();
  }
}
