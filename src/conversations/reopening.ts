import type { AgentDoc, OptoutDoc, Place, SessionDoc } from '../store/documents.ts';
import type { Workstream } from '../store/workstream.ts';
import { roomFor, withWork } from './capacity.ts';
import { SPAM } from './session.ts';
import type { Reason } from './state.ts';

/** To whom a reopened session comes: the agent who had it, or, with the reason why not them, its queue. */
export type Return =
  | { agentId: string; why: 'same_agent' }
  | { agentId?: string; why: 'same_agent_off' | 'agent_gone' | 'not_in_queue' | 'not_available' | 'no_room' };

/** Who had it is done with it, or the customer was silent. A supervisor who closes it over their head has decided more. */
const COUNTED: ReadonlySet<string> = new Set<Reason>(['agent_closed', 'auto_closed', 'customer_inactive']);

const WITH_A_PERSON: ReadonlySet<Place> = new Set<Place>(['agent', 'waiting', 'wrap_up']);

/** What the decision is made from, besides the text: as it was when the version of the conversation was read. */
export interface Known {
  /** The session that ended last; null = retention has taken it away. */
  session: SessionDoc | null;
  /** What the customer has said about texts. */
  consent: OptoutDoc | null;
  /** Who had that session last, if they are still there. */
  agent: AgentDoc | null;
  /** In which it goes on; undefined where a person had it from the bot. */
  queueId: string | undefined;
  workstream: Workstream;
  now: number;
}

/**
 * Whether a text that came `at` goes on with the session before it, and to whom it goes then; null when it opens a session
 * like any other. The time is that of the text, so a turn that is late or repeated decides the same; one that was written
 * before the close, and was not handled by then, goes on with it too.
 */
export function returnOf(
  at: number,
  { session, consent, agent, queueId, workstream, now }: Known,
): Return | null {
  const { reopenSeconds, distribution, capacity } = workstream.settings;
  if (reopenSeconds === null || session === null || session.outcome === SPAM) return null;
  const [before, closing] = session.stretches.slice(-2);
  if (!before || !WITH_A_PERSON.has(before.place) || !closing || !COUNTED.has(closing.reason)) return null;
  if (at > session.endedAt + reopenSeconds * 1000) return null;
  if (consent && (consent.state === 'out' || consent.outAt >= session.startedAt)) return null;
  const { agentId } = session;
  const had = agentId === undefined ? {} : { agentId };
  if (!distribution.sameAgent) return { ...had, why: 'same_agent_off' };
  if (!agent) return { ...had, why: 'agent_gone' };
  if (queueId !== undefined && !agent.queues.includes(queueId)) return { ...had, why: 'not_in_queue' };
  if (agent.presence !== 'available') return { ...had, why: 'not_available' };
  // Beside what an earlier try, whose commit was void, has taken up for it.
  const work = withWork(agent, { conversationId: session.conversationId, cost: 0 }, now);
  if (!roomFor({ ...agent, work }, workstream._id, capacity.cost, now)) return { ...had, why: 'no_room' };
  return { agentId: agent._id, why: 'same_agent' };
}
