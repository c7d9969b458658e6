import { tokenHash } from './http/auth.ts';
import { newStaffing } from './store/agent.ts';
import { insertOnce } from './store/collection.ts';
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
 * Makes what the settings and dialogs name. What people have changed since stays, but for the tokens and the settings'
 * numbers, which come back to their workstream unless another one has them. A workstream that nobody has changed follows the settings in its language and
 * queue too. Answers the ids of the agents who kept another token.
 */
export async function plantSeed(store: Store, seed: Seed, now: number): Promise<ReadonlySet<string>> {
  await plantQueues(store, seed.queues, now);
  for (const { _id, numbers: given, ...unlessChanged } of seed.workstreams) {
    const numbers = await numbersOf(store, _id, given);
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
    // Whoever has the settings has the keys as well.
    const rights = agent.role === 'admin' ? { rights: ['secrets' as const] } : {};
    const fresh = { ...agent, ...rights, skills: [], capacity: 5, ...newStaffing(now), createdAt: now };
    await insertOnce(store.agents, { ...fresh, ...mine });
    if (!seed.keepTokens) {
      const anew = { $set: { ...mine, ...rights }, $unset: { tokenExpiresAt: true as const } };
      await store.agents.updateOne({ _id: agent._id }, anew);
    }
    const there = await store.agents.findOne({ _id: agent._id });
    if (there?.tokenHash !== mine.tokenHash) kept.add(agent._id);
  }
  await store.durable();
  return kept;
}

/** Those of the settings that no other workstream lists, and what people gave it of the channels of the API. */
async function numbersOf(
  store: Pick<Store, 'workstreams' | 'channels'>,
  workstreamId: string,
  given: readonly string[],
): Promise<string[]> {
  const workstreams = await store.workstreams.find({}).toArray();
  const elsewhere = new Set(workstreams.flatMap(({ _id, numbers }) => (_id === workstreamId ? [] : numbers)));
  const channels = (await store.channels.find({}).toArray()).filter(({ endedAt }) => endedAt === undefined);
  const known = new Set(channels.flatMap(({ numbers }) => numbers.map(({ number }) => number)));
  const own = workstreams.find(({ _id }) => _id === workstreamId)?.numbers ?? [];
  return [
    ...given.filter((number) => !elsewhere.has(number)),
    ...own.filter((number) => known.has(number) && !given.includes(number)),
  ];
}

/** Makes the queues that are not there yet, each named by its id. */
export async function plantQueues(
  store: Pick<Store, 'queues'>,
  ids: readonly string[],
  now: number,
): Promise<void> {
  for (const _id of new Set(ids)) {
    await insertOnce(store.queues, { _id, name: _id, priority: 0, createdAt: now, changedAt: now });
  }
}
