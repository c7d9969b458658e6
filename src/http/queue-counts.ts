import type { AgentDoc, Store } from '../store/documents.ts';
import type { QueueCounts } from './views.ts';

/** What waits in a queue now, and who could take it. */
export async function countQueue(
  store: Pick<Store, 'conversations'>,
  queueId: string,
  agents: readonly AgentDoc[],
): Promise<QueueCounts> {
  const waiting = { queueId, state: 'open' as const };
  return {
    waiting: await store.conversations.countDocuments(waiting),
    oldestAt: await oldestIn(store, waiting),
    agentsAvailable: agents.filter(
      (agent) => agent.presence === 'available' && agent.queues.includes(queueId),
    ).length,
  };
}

/** The index goes by priority first, so the oldest of each priority is looked up: a handful of reads, whatever waits. */
async function oldestIn(
  store: Pick<Store, 'conversations'>,
  waiting: { queueId: string; state: 'open' },
): Promise<number | undefined> {
  let oldestAt: number | undefined;
  let priority: { $lt: number } | undefined;
  for (;;) {
    const next = await store.conversations.findOne(
      { ...waiting, ...(priority === undefined ? {} : { priority }) },
      { sort: { priority: -1, queuedAt: 1 } },
    );
    if (next === null) return oldestAt;
    if (next.queuedAt !== undefined) oldestAt = Math.min(next.queuedAt, oldestAt ?? next.queuedAt);
    priority = { $lt: next.priority };
  }
}
