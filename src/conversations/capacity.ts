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

/** What takes up capacity now: a reservation whose time has passed does not. */
export function workNow({ work }: Pick<AgentDoc, 'work'>, now: number): Work[] {
  return work.filter(({ reservedUntil }) => reservedUntil === undefined || reservedUntil > now);
}

/** Units that the agent's conversations take up. May be more than the capacity: a person may assign beyond it. */
export function loadOf(agent: Pick<AgentDoc, 'work'>, now: number): number {
  return workNow(agent, now).reduce((units, { cost }) => units + cost, 0);
}

/** How many conversations of a workstream the agent may have at a time, the capacity aside. */
export function limitOf({ limits }: Pick<AgentDoc, 'limits'>, workstreamId: string): number {
  // An own field only: a workstream may be called `constructor`.
  return Object.hasOwn(limits, workstreamId) ? (limits[workstreamId] ?? 0) : Number.POSITIVE_INFINITY;
}

/** Whether a conversation of that many units fits into the agent's capacity and their limit for its workstream. */
export function roomFor(
  agent: Pick<AgentDoc, 'work' | 'capacity' | 'limits'>,
  workstreamId: string,
  cost: number,
  now: number,
): boolean {
  const inWorkstream = workNow(agent, now).filter((work) => work.workstreamId === workstreamId).length;
  return loadOf(agent, now) + cost <= agent.capacity && inWorkstream < limitOf(agent, workstreamId);
}

/** The agent's work with this in the place of what it held for the conversation; without it where it costs nothing. */
export function withWork(
  agent: Pick<AgentDoc, 'work'>,
  work: Work | { conversationId: string; cost: 0 },
  now: number,
): Work[] {
  const others = workNow(agent, now).filter(({ conversationId }) => conversationId !== work.conversationId);
  return 'workstreamId' in work && work.cost > 0 ? [...others, work] : others;
}
