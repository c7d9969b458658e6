import type { ConversationDoc, MessageDoc } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import { type Changes, OF_A_PERSONS_TURN } from './commit.ts';
import { handoffResult } from './handoff-result.ts';
import { move } from './state.ts';

/** What a text of a customer who waits in a queue asks the service itself; null when it is for whoever will answer. */
export type QueueWord = (locale: string, text: string) => 'where' | 'leave' | null;

/** What a customer who waits in a queue asks of the service itself; undefined when their text is for an agent. */
export function askedInQueue(
  { queueWord, language }: { queueWord: QueueWord; language: string },
  conversation: ConversationDoc,
  { _id, text }: Pick<MessageDoc, '_id' | 'text'>,
  now: number,
): { changes: Changes; outcome: 'recorded'; asked?: AutomatedMessage[] } | undefined {
  if (conversation.state !== 'open') return undefined;
  const word = queueWord(conversation.locale ?? language, text);
  if (word === null) return undefined;
  if (word === 'where') {
    // It is answered at once, so it is no text that an agent owes an answer to.
    return { changes: {}, outcome: 'recorded', asked: ['position'] };
  }
  const left = move(conversation, 'return', now, { reason: 'customer_left' });
  if (!left.allowed) return undefined;
  return {
    changes: {
      move: left,
      unset: [...OF_A_PERSONS_TURN],
      // The bot goes on as when an agent gives the conversation back: after the handoff, or with what it had asked.
      event: {
        id: `left:${_id}`,
        name: 'returned',
        at: now,
        value: handoffResult(conversation, 'cancelled'),
      },
    },
    outcome: 'recorded',
  };
}
