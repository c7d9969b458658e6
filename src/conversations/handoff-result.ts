import type { HandoffResult, ReturnTarget } from '../bot-turn.ts';
import type { ConversationDoc } from '../store/documents.ts';

/** The value of the event `returned`, as JSON: what the stretch without the bot came to, and what an agent adds to it. */
export function handoffResult(
  { repliedAt }: Pick<ConversationDoc, 'repliedAt'>,
  outcome: HandoffResult['outcome'],
  given: ReturnTarget & Pick<HandoffResult, 'disposition'> = {},
): string {
  const result: ReturnTarget & HandoffResult = { ...given, outcome, answered: repliedAt !== undefined };
  return JSON.stringify(result);
}
