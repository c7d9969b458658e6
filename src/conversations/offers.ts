import type { AgentDoc, ConversationDoc, Store } from '../store/documents.ts';
import type { Workstream } from '../store/workstream.ts';
import { withWork } from './capacity.ts';
import { type Changes, conversationUpdate } from './commit.ts';
import { type Chosen, type Planned, planPass, type Waiting } from './distribution.ts';
import { createAnnounce, type GuardedWriteParts, touching } from './guarded-write.ts';
import { move } from './state.ts';
import { traced } from './trace.ts';
import { syncWork } from './work.ts';

export interface OfferParts extends GuardedWriteParts {
  store: GuardedWriteParts['store'] & Pick<Store, 'agents'>;
}

/** The first of each queue that one pass looks at; the next pass sees who is behind them. */
const MOST_OF_A_QUEUE = 500;

/**
 * Milliseconds. An agent's capacity is taken up before the conversation says that it is offered to them, so that no
 * other pass gives it away. A pass that dies between the two leaves it taken up for as long.
 */
const RESERVED = 10_000;

/** Milliseconds. Who missed or rejected a conversation is asked again after this, or once they have been away and come back. */
const PASSED_OVER = 600_000;

/**
 * One pass of the push: puts what waits before the agents who are to have it. Many may do this at once, in any number of
 * processes: an agent's capacity is reserved under the `workVersion` that was read, a conversation is offered under its
 * version. Resolves with how many were placed.
 */
export async function offerPass(parts: OfferParts): Promise<number> {
  const { store, settings, now } = parts;
  const waiting = await whatWaits(parts);
  if (waiting.size === 0) return 0;
  const agents = await store.agents.find({}).toArray();
  const wanted = [...waiting.values()].map((conversation) => wantedOf(conversation, settings, agents, now()));
  const byAgent = new Map<string, (Chosen & Pick<Planned, 'conversationId'>)[]>();
  for (const planned of planPass(wanted, agents, now())) {
    if (planned.agentId === null) continue;
    byAgent.set(planned.agentId, [...(byAgent.get(planned.agentId) ?? []), planned]);
  }
  const placed = await Promise.all(
    [...byAgent].map(async ([agentId, plans]) => {
      const agent = agents.find(({ _id }) => _id === agentId);
      const conversations = plans.flatMap(({ conversationId, why }) => {
        const conversation = waiting.get(conversationId);
        return conversation ? [{ conversation, why }] : [];
      });
      return agent ? placeAll(parts, agent, conversations) : 0;
    }),
  );
  return placed.reduce((sum, count) => sum + count, 0);
}

/** The first of each queue that nobody has been asked about, and that somebody is to be asked about. */
async function whatWaits({ store, settings }: OfferParts): Promise<Map<string, ConversationDoc>> {
  const pushes = settings.workstreams().some(isPush);
  const waiting = new Map<string, ConversationDoc>();
  for (const queue of settings.queues()) {
    if (!pushes && !queue.overflow?.some(({ then }) => then.do === 'assign')) continue;
    const first = await store.conversations
      .find(
        { queueId: queue._id, state: 'open', offer: { $exists: false } },
        { sort: { turnAt: 1 }, limit: MOST_OF_A_QUEUE },
      )
      .toArray();
    for (const conversation of first) {
      if (conversation.assignAnyway || isPush(settings.workstream(conversation.number))) {
        waiting.set(conversation._id, conversation);
      }
    }
  }
  return waiting;
}

function isPush({ settings }: Workstream): boolean {
  return settings.distribution.mode === 'push';
}

function wantedOf(
  conversation: ConversationDoc,
  settings: OfferParts['settings'],
  agents: readonly AgentDoc[],
  now: number,
): Waiting {
  const workstream = settings.workstream(conversation.number);
  const { distribution, capacity } = workstream.settings;
  const { _id, queueId = '', queuedAt = now, unansweredSince = queuedAt, lastAgentId } = conversation;
  return {
    conversationId: _id,
    queueId,
    workstreamId: workstream._id,
    distribution,
    cost: capacity.cost,
    skills: conversation.skills ?? [],
    locale: conversation.locale,
    ...(distribution.sameAgent && lastAgentId !== undefined ? { lastAgentId } : {}),
    preferredAgentIds: conversation.preferredAgentIds ?? [],
    excluded: (conversation.passedOver ?? []).flatMap(({ agentId, at }) => {
      const back = agents.find(({ _id }) => _id === agentId)?.presenceAt ?? 0;
      return back > at || at + PASSED_OVER <= now ? [] : [agentId];
    }),
    ...(conversation.assignAnyway ? { whatever: true } : {}),
    priority: conversation.priority,
    queuePriority: 0,
    since: unansweredSince,
    queuedAt,
  };
}

interface Place {
  conversation: ConversationDoc;
  why: Chosen['why'];
}

async function placeAll(parts: OfferParts, agent: AgentDoc, places: readonly Place[]): Promise<number> {
  const reservedUntil = parts.now() + RESERVED;
  if (!(await reserve(parts, agent, places, reservedUntil))) return 0;
  const placed = await Promise.all(
    places.map(async (place) => {
      const written = await put(parts, agent._id, place, reservedUntil);
      if (!written) await giveBack(parts, agent._id, place.conversation._id);
      return written ? 1 : 0;
    }),
  );
  return placed.filter((count) => count > 0).length;
}

/** False when the agent's work changed since it was read: the next pass sees it as it is. */
async function reserve(
  { store, settings, now }: OfferParts,
  agent: AgentDoc,
  places: readonly Place[],
  reservedUntil: number,
): Promise<boolean> {
  let { work } = agent;
  for (const { conversation } of places) {
    const workstream = settings.workstream(conversation.number);
    const { cost } = workstream.settings.capacity;
    const reserved = { conversationId: conversation._id, workstreamId: workstream._id, cost, reservedUntil };
    work = withWork({ work }, reserved, now());
  }
  const { matchedCount } = await store.agents.updateOne(
    { _id: agent._id, workVersion: agent.workVersion, presence: agent.presence },
    { $set: { work, assignedAt: now() }, $inc: { workVersion: 1 } },
  );
  return matchedCount === 1;
}

/** Offers it, or assigns it where somebody is to have it anyway. False when the conversation has changed. */
async function put(
  parts: OfferParts,
  agentId: string,
  { conversation, why }: Place,
  reservedUntil: number,
): Promise<boolean> {
  const { store, now } = parts;
  const { offerSeconds } = parts.settings.workstream(conversation.number).settings.distribution;
  const at = now();
  if (at >= reservedUntil) return false;
  const anyway = conversation.assignAnyway === true;
  const moved = anyway
    ? move(conversation, 'transfer_to_agent', at, { agentId, reason: 'overflow' })
    : move(conversation, 'offer', at, { agentId });
  if (!moved.allowed) return false;
  const entry = { step: 'distribution', queueId: conversation.queueId ?? '', agentId, why } as const;
  const changes: Changes = {
    move: moved,
    set: {
      trace: traced(conversation, [entry], at),
      ...(anyway ? {} : { offer: { agentId, at, until: at + offerSeconds * 1000 } }),
    },
  };
  const decided = { ...changes, ...parts.news?.ofCommit(conversation, changes) };
  const update = conversationUpdate(conversation, decided, at);
  const written = await store.conversations.findOneAndUpdate(
    { _id: conversation._id, version: conversation.version },
    {
      ...update,
      ...(decided.statuses?.length
        ? { $push: { ...update.$push, events: { $each: decided.statuses } } }
        : {}),
      ...touching(decided),
      $inc: { ...update.$inc, wake: 1 },
      // A worker looks at it at once, and then when the time of the offer is over.
      $min: { ...update.$min, dueAt: at },
    },
    { returnDocument: 'after' },
  );
  if (written) await createAnnounce(parts)(written);
  return written !== null;
}

/** The conversation went elsewhere first. */
async function giveBack(parts: OfferParts, agentId: string, conversationId: string): Promise<void> {
  const { store, now } = parts;
  for (;;) {
    const agent = await store.agents.findOne({ _id: agentId });
    const reserved = agent?.work.some(
      (work) => work.conversationId === conversationId && work.reservedUntil !== undefined,
    );
    if (!agent || !reserved) break;
    const work = withWork(agent, { conversationId, cost: 0 }, now());
    const { matchedCount } = await store.agents.updateOne(
      { _id: agentId, workVersion: agent.workVersion },
      { $set: { work }, $inc: { workVersion: 1 } },
    );
    if (matchedCount === 1) break;
  }
  // Unless it went to this very agent.
  await syncWork(parts, agentId, conversationId);
}
