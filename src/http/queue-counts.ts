import type { AgentDoc, Store } from '../store/documents.ts';
import type { QueueCounts } from './views.ts';

/** What waits in a queue now, and who could take it. */
export async function countQueue(
  store: Pick<Store, 'conversations'>,
  queueId: string,
  agents: readonly AgentDoc[],
): Promise<QueueCounts> {
  const waiting = { queueId, state: 'open' as const };
  const oldest = await store.conversations.findOne(waiting, { sort: { queuedAt: 1 } });
  return {
    waiting: oldest === null ? 0 : await store.conversations.countDocuments(waiting),
    oldestAt: oldest?.queuedAt,
    agentsAvailable: agents.filter(
      (agent) => agent.presence === 'available' && agent.queues.includes(queueId),
    ).length,
  };
}
