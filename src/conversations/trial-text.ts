import type { Store } from '../store/documents.ts';
import { entryOf, HELD } from './consent.ts';
import { type Limit, takeAllNow } from './send-rate.ts';

/** What an administrator reads of a trial text for which there is no moment just now. */
const NO_MOMENT = {
  code: 'send_limit',
  message: 'Other texts take up the limit of texts a second just now: it was not sent. Ask again.',
} as const;

/**
 * What keeps a text from leaving that is only to see whether an account works, beside the outbox: its phone has said STOP
 * to the number, or there is no moment free within the limits. Null = it may leave now, and its moment is taken.
 */
export async function trialRefused(
  store: Pick<Store, 'optouts' | 'sendBuckets'>,
  { number, customer }: { number: string; customer: string },
  limits: readonly Limit[],
  now: number,
): Promise<{ code: string; message: string } | null> {
  const entry = await entryOf(store, `${number}-${customer}`);
  if (entry?.state === 'out') return HELD;
  return (await takeAllNow(store, limits, now)) ? null : NO_MOMENT;
}
