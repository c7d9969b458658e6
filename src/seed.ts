import { tokenHash } from './http/auth.ts';
import { newStaffing } from './store/agent.ts';
import { isDuplicateKey } from './store/collection.ts';
import type { AgentDoc, Store, WorkstreamDoc } from './store/documents.ts';

export interface Seed {
  /** Ids of the queues that dialogs and workstreams name. */
  queues: string[];
  workstreams: Pick<WorkstreamDoc, '_id' | 'numbers' | 'language' | 'queueId'>[];
  agents: { agent: Pick<AgentDoc, '_id' | 'name' | 'role' | 'queues' | 'languages'>; token: string }[];
  /** Whether an agent who is there already keeps the token from before: another process may just have told it. */
  keepTokens: boolean;
}

/**
 * Makes what the settings and dialogs name. What people have changed since stays, but for the tokens and the numbers of
 * workstreams, which are the settings'. A workstream that nobody has changed follows the settings in its language and
 * queue too. Answers the ids of the agents who kept another token.
 */
export async function plantSeed(store: Store, seed: Seed, now: number): Promise<ReadonlySet<string>> {
  for (const _id of new Set(seed.queues)) {
    await unlessThere(
      store.queues.insertOne({ _id, name: _id, priority: 0, createdAt: now, changedAt: now }),
    );
  }
  for (const { _id, numbers, ...unlessChanged } of seed.workstreams) {
    await store.workstreams.updateOne(
      { _id },
      { $set: { numbers }, $setOnInsert: unlessChanged },
      { upsert: true },
    );
    await store.workstreams.updateOne({ _id, changedAt: { $exists: false } }, { $set: unlessChanged });
  }
  const kept = new Set<string>();
  for (const { agent, token } of seed.agents) {
    const mine = { tokenHash: tokenHash(token), changedAt: now };
    const fresh = { ...agent, skills: [], capacity: 5, ...newStaffing(now), createdAt: now };
    await unlessThere(store.agents.insertOne({ ...fresh, ...mine }));
    if (!seed.keepTokens) await store.agents.updateOne({ _id: agent._id }, { $set: mine });
    const there = await store.agents.findOne({ _id: agent._id });
    if (there?.tokenHash !== mine.tokenHash) kept.add(agent._id);
  }
  await store.durable();
  return kept;
}

async function unlessThere(insert: Promise<unknown>): Promise<void> {
  try {
    await insert;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
