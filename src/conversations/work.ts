import type { AgentDoc, ConversationDoc, Store } from '../store/documents.ts';
import { costOf, withWork } from './capacity.ts';
import type { Settings } from './settings.ts';
import { placeOf } from './state.ts';

export interface WorkParts {
  store: Pick<Store, 'conversations' | 'agents'>;
  settings: Settings;
  now: () => number;
}

/**
 * Makes an agent's `work` say of one conversation what the conversation says. May be repeated by anybody at any time:
 * the agent is read before the conversation and written under the `workVersion` read, so of two who do this at once
 * the one who knew less does it again. A conversation whose `touched` names the agent still needs it.
 */
export async function syncWork(parts: WorkParts, agentId: string, conversationId: string): Promise<void> {
  const { store, now } = parts;
  for (;;) {
    const agent = await store.agents.findOne({ _id: agentId });
    if (!agent) return;
    const conversation = await store.conversations.findOne({ _id: conversationId });
    const work = workWith(parts, agent, conversation, conversationId);
    if (work === null) return;
    const { matchedCount } = await store.agents.updateOne(
      { _id: agentId, workVersion: agent.workVersion },
      { $set: { work, ...(work.length === 0 ? { idleSince: now() } : {}) }, $inc: { workVersion: 1 } },
    );
    if (matchedCount === 1) return;
  }
}

/** Null when it is as it should be. */
function workWith(
  { settings, now }: WorkParts,
  agent: AgentDoc,
  conversation: ConversationDoc | null,
  conversationId: string,
): AgentDoc['work'] | null {
  const entry = agent.work.find((work) => work.conversationId === conversationId);
  const workstreamId = conversation ? settings.workstream(conversation.number)._id : '';
  const cost = conversation && hasIt(agent, conversation) ? unitsOf(conversation, settings, now()) : 0;
  // Whoever reserved it is about to write the conversation.
  if (cost === 0 && entry?.reservedUntil !== undefined && entry.reservedUntil > now()) return null;
  const isSame = (entry?.cost ?? 0) === cost && (entry?.workstreamId ?? workstreamId) === workstreamId;
  if (isSame && entry?.reservedUntil === undefined) return null;
  return withWork(agent, { conversationId, workstreamId, cost }, now());
}

function hasIt({ _id }: AgentDoc, { state, agentId, offer }: ConversationDoc): boolean {
  return state === 'open' ? offer?.agentId === _id : state !== 'closed' && agentId === _id;
}

function unitsOf(conversation: ConversationDoc, settings: Settings, now: number): number {
  const { capacity } = settings.workstream(conversation.number).settings;
  const since = conversation.stretches.at(-1)?.since ?? conversation.createdAt;
  return costOf(placeOf(conversation), capacity, since, now);
}
