import type { AgentDoc, Store, Work } from '../store/documents.ts';
import { withWork } from './capacity.ts';

/**
 * Milliseconds. An agent's capacity is taken up before the conversation says that it is theirs, so that nobody else
 * gives it away. Who dies between the two leaves it taken up for as long.
 */
const RESERVED = 10_000;

/**
 * Takes up an agent's capacity for conversations that are about to come to them, in one write. Resolves with the time
 * until which it is kept (ms since 1970); null when their work or presence has changed since they were read, and whether
 * there is room has to be seen anew.
 */
export async function reserve(
  { store, now }: { store: Pick<Store, 'agents'>; now: () => number },
  agent: AgentDoc,
  wanted: readonly Pick<Work, 'conversationId' | 'workstreamId' | 'cost'>[],
): Promise<number | null> {
  const at = now();
  const reservedUntil = at + RESERVED;
  let { work } = agent;
  for (const one of wanted) work = withWork({ work }, { ...one, reservedUntil }, at);
  const { matchedCount } = await store.agents.updateOne(
    { _id: agent._id, workVersion: agent.workVersion, presence: agent.presence },
    { $set: { work, assignedAt: at }, $inc: { workVersion: 1 } },
  );
  return matchedCount === 1 ? reservedUntil : null;
}
