import type { Store } from '../store/documents.ts';

const BATCH = 500;

/**
 * Takes up at once what an earlier process left behind when it died, instead of when its leases run out. Only for a
 * store that one process has at a time: elsewhere a lease may be a living one's. Unsent messages become due; whoever
 * claims one that was being sent finds out that its outcome is unknown. Those that wait for a moment of their own among the
 * limits of texts a second, or for their turn in the line of notices, keep it, as the limits do.
 */
export async function takeUp(store: Pick<Store, 'conversations' | 'messages'>, now: number): Promise<void> {
  for (;;) {
    const leased = await store.conversations
      // It was due when it was claimed; most others are due in weeks, when they close by themselves.
      .find({ dueAt: { $gte: 0, $lte: now }, leaseUntil: { $gt: now } }, { sort: { dueAt: 1 }, limit: BATCH })
      .toArray();
    for (const { _id } of leased) await store.conversations.updateOne({ _id }, { $set: { leaseUntil: 0 } });
    if (leased.length < BATCH) break;
  }
  for (;;) {
    const unsent = await store.messages
      .find({ nextAt: { $gt: now }, booked: { $exists: false } }, { sort: { nextAt: 1 }, limit: BATCH })
      .toArray();
    for (const { _id } of unsent) await store.messages.updateOne({ _id }, { $set: { nextAt: now } });
    if (unsent.length < BATCH) break;
  }
}
