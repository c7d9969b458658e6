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

/**
 * Fails when an agent has more than their capacity, or other work than is written of them; when somebody waits whom an
 * agent could have; or when somebody was served who came later than one who waits.
 */
export function judge({ conversations, agents, served, capacity, now }: Standing): void {
  const load = new Map<string, number>();
  for (const conversation of conversations) {
    const { state, offer, agentId } = conversation;
    const who = state === 'open' ? offer?.agentId : placeOf(conversation) === 'agent' ? agentId : undefined;
    if (who !== undefined) load.set(who, (load.get(who) ?? 0) + 1);
  }
  for (const agent of agents) {
    const has = load.get(agent._id) ?? 0;
    if (has > capacity) expect.fail(`${agent._id} has ${has} of ${capacity}`);
    if (loadOf(agent, now) !== has)
      expect.fail(`${agent._id} has ${has}, and is said to have ${loadOf(agent, now)}`);
  }
  const waiting = conversations.filter(({ state, offer }) => state === 'open' && !offer);
  for (const { queueId = '', turnAt = 0, passedOver = [] } of waiting) {
    const could = agents.find(
      ({ _id, queues: served_, presence }) =>
        served_.includes(queueId) &&
        presence === 'available' &&
        (load.get(_id) ?? 0) < capacity &&
        !passedOver.some(({ agentId }) => agentId === _id),
    );
    if (could) expect.fail(`${could._id} is free, and somebody waits in ${queueId}`);
    const overtaken = served.find(
      (one) => one.queueId === queueId && (one.turnAt ?? 0) > turnAt && passedOver.length === 0,
    );
    if (overtaken) expect.fail(`in ${queueId} somebody was served who came later`);
  }
}
