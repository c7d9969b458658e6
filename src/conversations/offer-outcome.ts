import type { ConversationDoc } from '../store/documents.ts';
import { traced } from './trace.ts';

/** The trace of a conversation with what became of its offer to an agent. */
export function tracedOutcome(
  conversation: Pick<ConversationDoc, 'trace' | 'queueId'>,
  agentId: string,
  step: 'offer_accepted' | 'offer_rejected' | 'offer_missed',
  now: number,
): string {
  return traced(conversation, [{ step, queueId: conversation.queueId ?? '', agentId }], now);
}

/** What is set when an agent rejects or misses what they were offered: others are asked first from now on. */
export function passedOverBy(
  conversation: Pick<ConversationDoc, 'trace' | 'queueId' | 'passedOver'>,
  agentId: string,
  step: 'offer_rejected' | 'offer_missed',
  now: number,
): { passedOver: { agentId: string; at: number }[]; trace: string } {
  return {
    passedOver: [...(conversation.passedOver ?? []), { agentId, at: now }],
    trace: tracedOutcome(conversation, agentId, step, now),
  };
}
