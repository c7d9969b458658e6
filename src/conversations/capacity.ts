import type { AgentDoc, Place, Work } from '../store/documents.ts';
import type { Capacity } from '../store/workstream.ts';

/** Units that a conversation takes up in a place, `since` when it came there. */
export function costOf(place: Place, { cost, wrapUp }: Capacity, since: number, now: number): number {
  switch (place) {
    case 'open': // offered
    case 'agent':
      return cost;
    case 'wrap_up':
      if (typeof wrapUp === 'object') return now < since + wrapUp.seconds * 1000 ? cost : 0;
      return wrapUp === 'always' ? cost : 0;
    default:
      return 0;
  }
}

/** The agent's work with this in the place of what it held for the conversation; without it where it costs nothing. */
export function withWork(agent: Pick<AgentDoc, 'work'>, work: Work, now: number): Work[] {
  const others = agent.work.filter(
    ({ conversationId, reservedUntil }) =>
      conversationId !== work.conversationId && (reservedUntil === undefined || reservedUntil > now),
  );
  return work.cost > 0 ? [...others, work] : others;
}
