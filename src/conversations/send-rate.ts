import { insertOnce } from '../store/collection.ts';
import type { Store } from '../store/documents.ts';

/**
 * Limits of texts a second that hold over all processes: a booking of moments, each a second’s share apart, in one
 * document per limit and by one atomic update per booking. (Known as the generic cell rate algorithm.)
 */
export interface Limit {
  /** The `_id` of its document. */
  id: string;
  perSecond: number;
}

type RateStore = Pick<Store, 'sendBuckets'>;

/** TeleSign counts texts as they come in, a little nearer to each other at times than they left: 2 % are kept back. */
const KEPT_BACK = 1.02;

function share({ perSecond }: Limit): number {
  return (1000 * KEPT_BACK) / perSecond;
}

/** A moment that was taken. */
export interface Moment {
  limit: Limit;
  /** What taking it has made of the limit’s document. */
  freeAt: number;
}

/** Takes this very moment, if nobody has it; else null. */
export async function takeNow(store: RateStore, limit: Limit, now: number): Promise<Moment | null> {
  const { id: _id } = limit;
  const freeAt = now + share(limit);
  const moment = { limit, freeAt };
  const taken = await store.sendBuckets.updateOne({ _id, freeAt: { $lte: now } }, { $set: { freeAt } });
  if (taken.matchedCount === 1) return moment;
  const isNew =
    (await store.sendBuckets.findOne({ _id })) === null &&
    (await insertOnce(store.sendBuckets, { _id, freeAt }));
  return isNew ? moment : null;
}

/** Takes this very moment of each limit; false when somebody has it of one, and then of none. */
export async function takeAllNow(store: RateStore, limits: readonly Limit[], now: number): Promise<boolean> {
  const taken: Moment[] = [];
  for (const limit of limits) {
    const moment = await takeNow(store, limit, now);
    if (moment === null) {
      for (const one of taken) await giveBackMoment(store, one);
      return false;
    }
    taken.push(moment);
  }
  return true;
}

/** Books the next moment that is free, and answers it: now or later. */
export async function book(store: RateStore, limit: Limit, now: number): Promise<number> {
  const { id: _id } = limit;
  const step = share(limit);
  for (;;) {
    const booked = await store.sendBuckets.findOneAndUpdate(
      { _id, freeAt: { $gt: now } },
      { $inc: { freeAt: step } },
      { returnDocument: 'before' },
    );
    if (booked) return booked.freeAt;
    if (await takeNow(store, limit, now)) return now;
  }
}

/**
 * Books the next free moment if it comes within `ahead` milliseconds, and answers it; null when more are booked already.
 * Whoever is to come behind others and yet use each moment that they leave takes this.
 */
export async function bookSoon(
  store: RateStore,
  limit: Limit,
  now: number,
  ahead: number,
): Promise<number | null> {
  const step = share(limit);
  const booked = await store.sendBuckets.findOneAndUpdate(
    { _id: limit.id, freeAt: { $gt: now, $lte: now + Math.max(step, ahead) } },
    { $inc: { freeAt: step } },
    { returnDocument: 'before' },
  );
  return booked?.freeAt ?? null;
}

/** Gives a moment back that was not used; it is lost when another has been booked behind it. */
export async function giveBackMoment(store: RateStore, { limit, freeAt }: Moment): Promise<void> {
  const { id: _id } = limit;
  await store.sendBuckets.updateOne({ _id, freeAt }, { $inc: { freeAt: -share(limit) } });
}

/** Has nobody send before `until`: TeleSign asks for a pause. */
export async function pauseUntil(store: RateStore, limit: Limit, until: number): Promise<void> {
  await store.sendBuckets.updateOne({ _id: limit.id, freeAt: { $lt: until } }, { $set: { freeAt: until } });
}
