import type { Actor } from '../conversations/rights.ts';
import type { AgentDoc } from '../store/documents.ts';

// Asked for each event and each line of a list, and by the desk: there is one answer.
export { maySee, type Whereabouts } from '../conversations/rights.ts';

export function actorOf(agent: AgentDoc): Actor {
  return { id: agent._id, role: agent.role, queues: agent.queues };
}
