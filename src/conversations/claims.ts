import { SwitchboardError } from '../errors.ts';
import type { Store } from '../store/documents.ts';
import { conversationUpdate } from './commit.ts';
import type { Desk } from './desk.ts';
import { type GuardedWrite, moved } from './guarded-write.ts';
import { mayServe } from './rights.ts';
import { move } from './state.ts';

export interface ClaimParts {
  store: Pick<Store, 'conversations' | 'queues' | 'durable'>;
  now: () => number;
}

/** How a conversation comes to an agent. */
export function createClaims(
  { store, now }: ClaimParts,
  write: GuardedWrite,
): Pick<Desk, 'claim' | 'claimNext'> {
  return {
    claim: (id, actor, expected = {}) =>
      write(id, expected, (conversation) => {
        mayServe(actor, conversation.queueId);
        if (conversation.agentId === actor.id && conversation.handler === 'agent') return null;
        return {
          changes: {
            move: moved(conversation, 'claim', { agentId: actor.id }),
            set: { timers: [] },
            unset: ['queuedAt'],
          },
        };
      }),

    async claimNext(queueId, actor) {
      if (!(await store.queues.findOne({ _id: queueId }))) {
        throw new SwitchboardError('not_found', 'There is no such queue.');
      }
      mayServe(actor, queueId);
      // One write without a read before it: of an open conversation, a claim always makes the same.
      const decided = move({ state: 'open', queueId }, 'claim', { agentId: actor.id });
      if (!decided.allowed) return null;
      const update = conversationUpdate({ move: decided, set: { timers: [] }, unset: ['queuedAt'] }, now());
      const claimed = await store.conversations.findOneAndUpdate({ queueId, state: 'open' }, update, {
        sort: { priority: -1, queuedAt: 1 },
        returnDocument: 'after',
      });
      if (claimed) await store.durable();
      return claimed;
    },
  };
}
