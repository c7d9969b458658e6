import { tokenHash } from './http/auth.ts';
import { isDuplicateKey } from './store/collection.ts';
import type { AgentDoc, Store, WorkstreamDoc } from './store/documents.ts';

export interface Seed {
  /** Ids of the queues that dialogs and workstreams name. */
  queues: string[];
  workstreams: WorkstreamDoc[];
  agents: { agent: Pick<AgentDoc, '_id' | 'name' | 'role' | 'queues' | 'languages'>; token: string }[];
}

/**
 * Makes what the settings and dialogs name. What people have changed since stays, but for the tokens and for the
 * workstreams, which are the settings'.
 */
export async function plantSeed(store: Store, seed: Seed, now: number): Promise<void> {
  for (const _id of new Set(seed.queues)) {
    await unlessThere(
      store.queues.insertOne({ _id, name: _id, priority: 0, createdAt: now, changedAt: now }),
    );
  }
  for (const { _id, ...workstream } of seed.workstreams) {
    await store.workstreams.updateOne({ _id }, { $set: workstream }, { upsert: true });
  }
  for (const { agent, token } of seed.agents) {
    const { _id, ...given } = agent;
    await store.agents.updateOne(
      { _id },
      {
        $set: { tokenHash: tokenHash(token), changedAt: now },
        $setOnInsert: { ...given, skills: [], capacity: 5, presence: 'offline', createdAt: now },
      },
      { upsert: true },
    );
  }
  await store.durable();
}

async function unlessThere(insert: Promise<unknown>): Promise<void> {
  try {
    await insert;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
