import type { AgentDoc, ConversationDoc, Store } from '../store/documents.ts';
import type { Workstream } from '../store/workstream.ts';
import { withWork } from './capacity.ts';
import type { Changes } from './commit.ts';
import { type Chosen, type Planned, planPass, type Waiting } from './distribution.ts';
import { commitDecision, type GuardedWriteParts } from './guarded-write.ts';
import { reserve } from './reservation.ts';
import { move } from './state.ts';
import { traced } from './trace.ts';
import { syncWork } from './work.ts';

export interface OfferParts extends GuardedWriteParts {
  store: GuardedWriteParts['store'] & Pick<Store, 'agents'>;
}

/** The first of each queue that one pass looks at; the next pass sees who is behind them. */
const MOST_OF_A_QUEUE = 500;

/**
 * Milliseconds. Who missed or rejected a conversation, or gave it away, is asked again after this, or once they have been
 * away and come back.
 */
const PASSED_OVER = 600_000;

/**
 * One pass of the push: puts what waits before the agents who are to have it. Many may do this at once, in any number of
 * processes: an agent's capacity is reserved under the `workVersion` that was read, a conversation is offered under its
 * version. Resolves with how many were placed.
 */
export async function offerPass(parts: OfferParts): Promise<number> {
  const { store, settings, now } = parts;
  // Before the agents: with those of a moment ago, who is first in line could be meant for one who is taken by now,
  // and the next one be placed.
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
  const waiting = new Map<string, ConversationDoc>();
  for (const queueId of pushedQueues(settings)) {
    const first = await store.conversations
      .find(unasked(queueId), { sort: { turnAt: 1 }, limit: MOST_OF_A_QUEUE })
      .toArray();
    for (const conversation of first) {
      if (conversation.assignAnyway || isPush(settings.workstream(conversation.number))) {
        waiting.set(conversation._id, conversation);
      }
    }
  }
  return waiting;
}

/** Whether somebody waits whom a pass may place, now or later. */
export async function someoneWaits({ store, settings }: OfferParts): Promise<boolean> {
  for (const queueId of pushedQueues(settings)) {
    if (await store.conversations.findOne(unasked(queueId))) return true;
  }
  return false;
}

/** Queues whose conversations may be put before agents. */
function pushedQueues(settings: OfferParts['settings']): string[] {
  const pushes = settings.workstreams().some(isPush);
  return settings
    .queues()
    .filter(({ overflow }) => pushes || overflow?.some(({ then }) => then.do === 'assign'))
    .map(({ _id }) => _id);
}

function unasked(queueId: string) {
  return { queueId, state: 'open' as const, offer: { $exists: false } };
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
  const wanted = places.map(({ conversation: { _id: conversationId, number } }) => {
    const { _id: workstreamId, settings } = parts.settings.workstream(number);
    return { conversationId, workstreamId, cost: settings.capacity.cost };
  });
  const reservedUntil = await reserve(parts, agent, wanted);
  // The next pass sees their work as it is.
  if (reservedUntil === null) return 0;
  const placed = await Promise.all(
    places.map(async (place) => {
      const written = await put(parts, agent._id, place, reservedUntil);
      if (!written) await giveBack(parts, agent._id, place.conversation._id);
      return written ? 1 : 0;
    }),
  );
  return placed.filter((count) => count > 0).length;
}

/** Offers it, or assigns it where somebody is to have it anyway. False when the conversation has changed. */
async function put(
  parts: OfferParts,
  agentId: string,
  { conversation, why }: Place,
  reservedUntil: number,
): Promise<boolean> {
  const { now } = parts;
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
  return (await commitDecision(parts, conversation, { changes })) !== null;
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
