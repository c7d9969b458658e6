import { SwitchboardError } from '../errors.ts';
import type { Desk } from './desk.ts';
import type { GuardedWrite } from './guarded-write.ts';
import { isSupervisor } from './rights.ts';

/** More at once would only confuse the customer. */
const MOST = 10;

/**
 * How a supervisor comes to write to a customer whom an agent has, and leaves again. The agent stays the owner and
 * nothing changes its place; once no agent has the conversation, nobody takes part in it any more.
 */
export function createParticipants(write: GuardedWrite): Pick<Desk, 'join' | 'leave'> {
  return {
    join: (id, actor, expected = {}) =>
      write(id, expected, (conversation) => {
        if (!isSupervisor(actor)) throw new SwitchboardError('forbidden', 'Only supervisors join.');
        const { handler, agentId, participants = [] } = conversation;
        if (participants.includes(actor.id)) return null;
        if (handler !== 'agent') throw notJoinable('No agent has the conversation: claim or assign it.');
        if (agentId === actor.id) throw notJoinable('You own the conversation.');
        if (participants.length >= MOST) throw notJoinable(`${MOST} have joined it already.`);
        return { changes: { set: { participants: [...participants, actor.id] } } };
      }),

    leave: (id, actor, expected = {}) =>
      write(id, expected, ({ participants = [] }) =>
        participants.includes(actor.id)
          ? { changes: { set: { participants: participants.filter((one) => one !== actor.id) } } }
          : null,
      ),
  };
}

function notJoinable(reason: string): SwitchboardError {
  return new SwitchboardError('wrong_state', reason);
}
