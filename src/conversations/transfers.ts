import type { ReturnCheck } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { Store } from '../store/documents.ts';
import { noteBy } from './agent-messages.ts';
import { OF_A_PERSONS_TURN } from './commit.ts';
import type { Desk } from './desk.ts';
import { type GuardedWrite, moved } from './guarded-write.ts';
import { mayActFor } from './rights.ts';
import { placeOf } from './state.ts';

export interface TransferParts {
  store: Pick<Store, 'queues' | 'agents'>;
  now: () => number;
  /** Absent when the bot cannot tell: any return target is taken then. */
  lacks?: ReturnCheck;
}

/** How a conversation goes from its owner to somebody else: a queue, a colleague, the bot. */
export function createTransfers(
  { store, now, lacks }: TransferParts,
  write: GuardedWrite,
): Pick<Desk, 'transfer' | 'return'> {
  return {
    transfer: (id, actor, { note, key, ...to }, expected = {}) =>
      write(id, expected, async (conversation) => {
        mayActFor(actor, conversation);
        const messages = note === undefined ? [] : [noteBy(actor, conversation, { text: note, key }, now())];
        if ('queueId' in to) {
          const queue = await store.queues.findOne({ _id: to.queueId });
          if (!queue) throw new SwitchboardError('not_found', 'There is no such queue.');
          const move = moved(conversation, 'transfer_to_queue', now(), { queueId: queue._id });
          return { changes: { move, messages, set: { priority: queue.priority } } };
        }
        const agent = await store.agents.findOne({ _id: to.agentId });
        if (!agent) throw new SwitchboardError('not_found', 'There is no such agent.');
        const reason = placeOf(conversation) === 'open' ? 'assigned' : 'transferred';
        const move = moved(conversation, 'transfer_to_agent', now(), { agentId: agent._id, reason });
        return { changes: { move, messages } };
      }),

    return: (id, actor, { key, ...target }, expected = {}) =>
      write(id, expected, (conversation) => {
        mayActFor(actor, conversation);
        const move = moved(conversation, 'return', now());
        const { botState = null, session } = conversation;
        const lacking = lacks?.(target, { botState, session });
        if (lacking) throw noSuchPlace(lacking);
        return {
          changes: { move, unset: [...OF_A_PERSONS_TURN] },
          event: { id: `return:${key}`, name: 'returned', at: now(), value: JSON.stringify(target) },
        };
      }),
  };
}

/** The path is that of the request to the API, as with every other mistake in it. */
function noSuchPlace(field: 'dialog' | 'step'): SwitchboardError {
  const problems = [{ path: `body.${field}`, message: `The bot has no such ${field}.` }];
  return new SwitchboardError('invalid_request', undefined, { details: { problems } });
}
