import type { Store } from '../store/documents.ts';

const BATCH = 500;

/**
 * Ends the leases that an earlier process left behind when it died, so that nobody waits for them to run out. Only for
 * a store that one process has at a time: elsewhere a lease may be a living one's. A message in `sending` becomes due;
 * whoever claims it finds out that its outcome is unknown.
 */
export async function endLeases(
  store: Pick<Store, 'conversations' | 'messages'>,
  now: number,
): Promise<void> {
  for (;;) {
    const leased = await store.conversations
      .find({ dueAt: { $gte: 0 }, leaseUntil: { $gt: now } }, { sort: { dueAt: 1 }, limit: BATCH })
      .toArray();
    for (const { _id } of leased) await store.conversations.updateOne({ _id }, { $set: { leaseUntil: 0 } });
    if (leased.length < BATCH) break;
  }
  for (;;) {
    const sending = await store.messages
      .find({ nextAt: { $gt: now }, status: 'sending' }, { sort: { nextAt: 1 }, limit: BATCH })
      .toArray();
    for (const { _id } of sending) await store.messages.updateOne({ _id }, { $set: { nextAt: now } });
    if (sending.length < BATCH) break;
  }
}
