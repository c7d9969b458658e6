import { isThere } from '../conversations/transfers.ts';
import type { AgentDoc, ConversationDoc, Store } from '../store/documents.ts';
import type { QueueCounts } from './views.ts';

/** What waits in a queue now, and who could take it. */
export async function countQueue(
  store: Pick<Store, 'conversations'>,
  queueId: string,
  agents: readonly AgentDoc[],
): Promise<QueueCounts> {
  const members = agents.filter((agent) => agent.queues.includes(queueId));
  const waiting = { queueId, state: 'open' as const };
  return {
    waiting: await store.conversations.countDocuments(waiting),
    oldestAt: (await longestWaiting(store, queueId))?.queuedAt,
    agentsAvailable: members.filter(({ presence }) => presence === 'available').length,
    agentsThere: members.filter(isThere).length,
  };
}

/** The conversation that came first of those that wait in the queue now, whatever its place in the line. */
export function longestWaiting(
  { conversations }: Pick<Store, 'conversations'>,
  queueId: string,
): Promise<ConversationDoc | null> {
  return conversations.findOne({ queueId, queuedAt: { $gte: 0 } }, { sort: { queuedAt: 1 } });
}
