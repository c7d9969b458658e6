import { SwitchboardError } from '../errors.ts';
import type { Store } from '../store/documents.ts';
import type { Desk } from './desk.ts';
import type { GuardedWrite } from './guarded-write.ts';
import { isSupervisor, mayActFor, mayKnow, withoutPartOf } from './rights.ts';

/** More at once would only confuse the customer. */
const MOST = 10;

/**
 * How an agent asks a colleague, who then reads and writes notes, and may add them, so that they write to the customer; how
 * a supervisor comes to write to a customer whom an agent has; and how each leaves again or is taken out. The agent stays
 * the owner and nothing changes its place; once no agent has the conversation, nobody takes part in it any more.
 */
export function createParticipants(
  { store }: { store: Pick<Store, 'agents'> },
  write: GuardedWrite,
): Pick<Desk, 'join' | 'leave' | 'consult'> {
  return {
    async consult(id, actor, { agentId, speak }, expected = {}) {
      if (!(await store.agents.findOne({ _id: agentId }))) {
        throw new SwitchboardError('not_found', 'There is no such agent.');
      }
      return write(id, actor, expected, (conversation) => {
        mayActFor(actor, conversation);
        if (conversation.handler !== 'agent') throw notJoinable('No agent has the conversation.');
        if (conversation.agentId === agentId) throw notJoinable('They own the conversation.');
        const { participants = [], consulted = [] } = conversation;
        const withThem = (ids: readonly string[]) => [...new Set([...ids, agentId])];
        const set = {
          consulted: withThem(consulted),
          ...(speak ? { participants: withThem(participants) } : {}),
        };
        if (set.consulted.length > MOST) throw notJoinable(`${MOST} were asked already.`);
        const known = consulted.includes(agentId) && (!speak || participants.includes(agentId));
        return known ? null : { changes: { set } };
      });
    },

    join: (id, actor, expected = {}) =>
      write(id, actor, expected, (conversation) => {
        if (!isSupervisor(actor)) throw new SwitchboardError('forbidden', 'Only supervisors join.');
        const { handler, agentId, participants = [] } = conversation;
        if (participants.includes(actor.id)) return null;
        if (handler !== 'agent') throw notJoinable('No agent has the conversation: claim or assign it.');
        if (agentId === actor.id) throw notJoinable('You own the conversation.');
        if (participants.length >= MOST) throw notJoinable(`${MOST} have joined it already.`);
        return { changes: { set: { participants: [...participants, actor.id] } } };
      }),

    leave: (id, actor, { agentId = actor.id }, expected = {}) =>
      write(id, actor, expected, (conversation) => {
        if (agentId !== actor.id) mayActFor(actor, conversation);
        const set = withoutPartOf(conversation, agentId);
        if (Object.keys(set).length > 0) return { changes: { set } };
        // The answer shows the conversation.
        mayKnow(actor, conversation);
        return null;
      }),
  };
}

function notJoinable(reason: string): SwitchboardError {
  return new SwitchboardError('wrong_state', reason);
}
