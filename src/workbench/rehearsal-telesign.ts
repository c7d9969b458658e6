import type { Receipt } from '../conversations/receipts.ts';
import type { SendResult } from '../conversations/send-outcome.ts';
import type { MessageDoc } from '../store/documents.ts';
import { receiptEffect } from '../telesign/status.ts';

const ACCEPTED = { outcome: 'accepted', code: 290, description: 'Message in progress' } as const;
/** How TeleSign may answer a text. */
export const ANSWERS = {
  accepts: ({ externalId }) => ({ ...ACCEPTED, referenceId: `REF-${externalId}` }),
  rejects: () => ({
    outcome: 'rejected',
    code: '11000',
    description: 'Invalid phone number',
    retryable: false,
  }),
  hangs: () => ({ outcome: 'unknown', reason: 'timeout' }),
} as const satisfies { [answer: string]: (message: { externalId: string }) => SendResult };

export type TeleSignAnswer = keyof typeof ANSWERS;

/** Status codes of delivery reports. */
const REPORTS = { delivered: 200, failed: 207 } as const;

export type Reported = keyof typeof REPORTS;

/** TeleSign's delivery report on a text. */
export function reportOn({ _id, channelId }: MessageDoc, status: Reported): Receipt {
  const code = REPORTS[status];
  const { rank } = receiptEffect(code);
  return {
    ...{ channelId, externalId: _id, providerId: `REF-${_id}` },
    ...{ status, rank, code: String(code), description: status },
  };
}
