import { expect } from 'chai';
import { loadOf } from '../../src/conversations/capacity.ts';
import { placeOf } from '../../src/conversations/state.ts';
import type { AgentDoc, ConversationDoc } from '../../src/store/documents.ts';

/** How things stand once the workers have come to rest. */
export interface Standing {
  conversations: readonly ConversationDoc[];
  agents: readonly AgentDoc[];
  /** Those that have been put before an agent since it was judged last. */
  served: readonly ConversationDoc[];
  capacity: number;
  now: number;
}

/** How many conversations each agent has. */
function loads(conversations: readonly ConversationDoc[]): Map<string, number> {
  const load = new Map<string, number>();
  for (const conversation of conversations) {
    const { state, offer, agentId } = conversation;
    const who = state === 'open' ? offer?.agentId : placeOf(conversation) === 'agent' ? agentId : undefined;
    if (who !== undefined) load.set(who, (load.get(who) ?? 0) + 1);
  }
  return load;
}

/** What nobody has been asked about. */
export function waiting({ conversations }: Pick<Standing, 'conversations'>): ConversationDoc[] {
  return conversations.filter(({ state, offer }) => state === 'open' && !offer);
}

/** Who is there in a queue and has room. */
function freeAgents({ conversations, agents, capacity }: Omit<Standing, 'served'>) {
  const load = loads(conversations);
  const byQueue = new Map<string, AgentDoc[]>();
  for (const agent of agents) {
    if (agent.presence !== 'available' || (load.get(agent._id) ?? 0) >= capacity) continue;
    for (const id of agent.queues) byQueue.set(id, [...(byQueue.get(id) ?? []), agent]);
  }
  return (queueId = '') => byQueue.get(queueId) ?? [];
}

/** The next time at which something happens by itself, also one that has passed; infinity when nothing will. */
export function nextTimer({ conversations, agents }: Pick<Standing, 'conversations' | 'agents'>): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { dueAt = next } of conversations) next = Math.min(next, dueAt);
  for (const { graceUntil = next } of agents) next = Math.min(next, graceUntil);
  return next;
}

/** Whether something is due, or somebody waits in a queue where an agent has room. */
export function isWork(standing: Omit<Standing, 'served'>): boolean {
  if (nextTimer(standing) <= standing.now) return true;
  const free = freeAgents(standing);
  return waiting(standing).some(({ queueId }) => free(queueId).length > 0);
}

/**
 * Fails when an agent has more than their capacity, or other work than is written of them; when somebody waits whom an
 * agent could have; or when somebody was served who came later than one who waits.
 */
export function judge(standing: Standing): void {
  const { conversations, agents, served, capacity, now } = standing;
  const load = loads(conversations);
  for (const agent of agents) {
    const has = load.get(agent._id) ?? 0;
    if (has > capacity) expect.fail(`${agent._id} has ${has} of ${capacity}`);
    if (loadOf(agent, now) !== has)
      expect.fail(`${agent._id} has ${has}, and is said to have ${loadOf(agent, now)}`);
  }
  const free = freeAgents(standing);
  for (const { queueId = '', turnAt = 0, passedOver = [] } of waiting(standing)) {
    const could = free(queueId).find(({ _id }) => !passedOver.some(({ agentId }) => agentId === _id));
    if (could) expect.fail(`${could._id} is free, and somebody waits in ${queueId}`);
    const overtaken = served.find(
      (one) => one.queueId === queueId && (one.turnAt ?? 0) > turnAt && passedOver.length === 0,
    );
    if (overtaken) expect.fail(`in ${queueId} somebody was served who came later`);
  }
}
