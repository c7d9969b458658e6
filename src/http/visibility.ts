import { type Actor, hasPart, isSupervisor } from '../conversations/rights.ts';
import type { AgentDoc, ConversationDoc } from '../store/documents.ts';

export function actorOf(agent: AgentDoc): Actor {
  return { id: agent._id, role: agent.role, queues: agent.queues };
}

/** Where a conversation stands, as far as it decides who may see it. */
export type Whereabouts = Pick<ConversationDoc, 'agentId' | 'queueId' | 'consulted'>;

/**
 * Who may claim a conversation may read it: an agent sees what they own or were asked about, what is in a queue that they serve, and what
 * is in none, which the bot has. Supervisors and admins see all. Asked for each event and each line of a list, so it
 * does not throw as `mayServe` does; a test holds the two together.
 */
export function maySee(actor: Actor, whereabouts: Whereabouts): boolean {
  if (isSupervisor(actor) || hasPart(actor, whereabouts)) return true;
  const { queueId } = whereabouts;
  return queueId === undefined || actor.queues.includes(queueId);
}
