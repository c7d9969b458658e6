import { type Actor, mayServe } from '../conversations/rights.ts';
import type { AgentDoc, ConversationDoc } from '../store/documents.ts';

export function actorOf(agent: AgentDoc): Actor {
  return { id: agent._id, role: agent.role, queues: agent.queues };
}

/** Where a conversation stands, as far as it decides who may see it. */
export type Whereabouts = Pick<ConversationDoc, 'agentId' | 'queueId'>;

/**
 * Who may claim a conversation may read it: an agent sees what they own, what is in a queue that they serve, and what
 * is in none, which the bot has. Supervisors and admins see all.
 */
export function maySee(actor: Actor, conversation: Whereabouts): boolean {
  if (conversation.agentId === actor.id) return true;
  try {
    mayServe(actor, conversation.queueId);
    return true;
  } catch {
    return false;
  }
}
