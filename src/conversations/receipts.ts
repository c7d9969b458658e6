import type { Store } from '../store/documents.ts';
import type { NewsSource } from './news.ts';
import { makeNextDue } from './send-order.ts';

export interface Receipt {
  /** Whose callback it is: an account tells of its own texts only. */
  channelId: string;
  /** Our message's `_id`, as TeleSign echoes it. */
  externalId: string;
  providerId: string;
  /** Where the receipt moves the message; its rank decides against receipts that came before. */
  status: 'sent' | 'delivered' | 'failed';
  rank: number;
  code: string;
  description: string;
}

/**
 * Moves a message forward by a delivery report, whatever order reports come in, also when it overtakes the answer to
 * the send itself, which lets the next one go, or settles one that was `unknown`. Answers whether it has `moved`: an
 * unknown id or an older report changes nothing. `released` is the id of a message that waited for this one and is due now.
 * A text that has failed is left for `tellUndelivered`, by the same write.
 */
export async function applyReceipt(
  store: Pick<Store, 'messages' | 'durable'>,
  receipt: Receipt,
  now: number,
  news?: NewsSource,
): Promise<{ moved: boolean; released: string | null }> {
  const failed = receipt.status === 'failed';
  const before = await store.messages.findOneAndUpdate(
    { _id: receipt.externalId, channelId: receipt.channelId, direction: 'out', rank: { $lt: receipt.rank } },
    {
      $set: {
        status: receipt.status,
        rank: receipt.rank,
        providerId: receipt.providerId,
        changedAt: now,
        ...(failed ? { problem: 'failed', error: { code: receipt.code, message: receipt.description } } : {}),
        ...(failed ? { untoldAt: now } : {}),
      },
      $unset: {
        nextAt: true,
        noticeAt: true,
        outstanding: true,
        ...(failed ? {} : { problem: true, error: true }),
      },
      ...news?.ofMessage(receipt.externalId, receipt.status),
    },
    { returnDocument: 'before' },
  );
  // The end of its send would do it, but that may have died, or waits for another attempt that is not needed any more.
  const released = before?.outstanding === undefined ? null : await makeNextDue(store, before, now);
  // Also when nothing changed: it may be a repetition whose first is not on the disk yet.
  await store.durable();
  return { moved: before !== null, released };
}
