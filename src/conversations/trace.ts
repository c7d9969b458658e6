import type { ConversationDoc } from '../store/documents.ts';
import type { OverflowAction } from '../store/queue.ts';
import type { Choice } from './distribution.ts';
import type { Return } from './reopening.ts';
import type { TraceEntry } from './routing-trace.ts';

/** One decision about where a conversation goes, with what it was made from. */
export type TracedEntry =
  | TraceEntry
  | { step: 'overflow'; queueId: string; waiting?: number; waited?: number; decision: OverflowAction }
  | { step: 'distribution'; queueId: string; agentId: string; why: Choice['why'] }
  | { step: 'offer_accepted' | 'offer_rejected' | 'offer_missed'; queueId: string; agentId: string }
  | {
      step: 'transfer';
      /** Who has moved it. */
      agentId: string;
      why: 'transferred' | 'assigned';
      /** `lapsed` = skills that were asked for before and no longer are. */
      decision: { queueId: string; priority: number; lapsed?: string[] };
    }
  | ({ step: 'reopened'; session: number } & Return);

const MOST_ENTRIES = 100;

/** The trace of a conversation with these entries added; of a long one the last are kept. */
export function traced(
  { trace = '[]' }: Pick<ConversationDoc, 'trace'>,
  entries: readonly TracedEntry[],
  now: number,
): string {
  const before: unknown[] = JSON.parse(trace);
  return JSON.stringify([...before, ...entries.map((entry) => ({ at: now, ...entry }))].slice(-MOST_ENTRIES));
}
