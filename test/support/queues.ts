import type { QueueDoc } from '../../src/store/documents.ts';
import type { OverflowAction, OverflowRule } from '../../src/store/queue.ts';

/** A queue as it is stored, with nothing in it but what the test names; its name is its id, with a capital letter. */
export function aQueue(_id = 'support', fields: Partial<Omit<QueueDoc, '_id'>> = {}): QueueDoc {
  const name = _id.charAt(0).toUpperCase() + _id.slice(1);
  return { _id, name, priority: 0, createdAt: 0, changedAt: 0, ...fields };
}

/** What becomes of a conversation when a queue is closed, full or slow. */
export const rule = (when: OverflowRule['when'], then: OverflowAction): OverflowRule => ({ when, then });
