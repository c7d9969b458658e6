import type { AgentDoc, ConversationDoc, QueueDoc, Store } from '../store/documents.ts';
import { loadOf, withWork } from './capacity.ts';
import type { Changes } from './commit.ts';
import { type Chosen, type Planned, planPass, type Waiting } from './distribution.ts';
import { commitDecision, type GuardedWriteParts } from './guarded-write.ts';
import { type Bookmarks, seenOf, unasked } from './queue-window.ts';
import { reserve } from './reservation.ts';
import { move } from './state.ts';
import { traced } from './trace.ts';
import { isPush, isPushed, wantedOf } from './wanted.ts';
import { syncWork } from './work.ts';

export interface OfferParts extends GuardedWriteParts {
  store: GuardedWriteParts['store'] & Pick<Store, 'agents'>;
}

/** Of each queue one pass looks at so many from the front, and at as many behind them. */
const MOST_OF_A_QUEUE = 500;

/**
 * One pass of the push: puts what waits before the agents who are to have it. Many may do this at once, in any number of
 * processes: an agent's capacity is reserved under the `workVersion` that was read, a conversation is offered under its
 * version. Resolves with how many were placed.
 *
 * The front of a queue may be of those whom nobody can have. So that they keep nobody back, `bookmarks`, which whoever
 * repeats passes keeps for them, lead each pass through the rest of a long queue, round and round: while somebody has
 * room, all are seen within as many passes as there are windows. While nobody has, a bookmark stays, so that those at it
 * come next.
 */
export async function offerPass(parts: OfferParts, bookmarks: Bookmarks): Promise<number> {
  const { store, settings, now } = parts;
  // Before the agents: with those of a moment ago, who is first in line could be meant for one who is taken by now,
  // and the next one be placed.
  const { waiting, ends } = await whatWaits(parts, bookmarks);
  if (waiting.size === 0 && ends.size === 0) return 0;
  const agents = await store.agents.find({}).toArray();
  const at = now();
  const wanted = [...waiting.values()].map((conversation) => wantedOf(conversation, settings, agents, at));
  const plan = planPass(wanted, agents, at);
  const free = ends.size > 0 ? withRoom(agents, wanted, plan, at) : [];
  for (const [queueId, end] of ends) {
    const isRoom = assigns(settings.queue(queueId)) || free.some(({ queues }) => queues.includes(queueId));
    if (isRoom) bookmarks.set(queueId, end);
  }
  const byAgent = new Map<string, (Chosen & Pick<Planned, 'conversationId'>)[]>();
  for (const planned of plan) {
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

/**
 * Those that somebody is to be asked about, of what a pass looks at; and for each queue that is longer than its front,
 * how far it was read.
 */
async function whatWaits(
  { store, settings }: OfferParts,
  bookmarks: Bookmarks,
): Promise<{ waiting: Map<string, ConversationDoc>; ends: Bookmarks }> {
  const waiting = new Map<string, ConversationDoc>();
  const ends: Bookmarks = new Map();
  for (const queueId of pushedQueues(settings)) {
    const seen = await seenOf(store, queueId, bookmarks.get(queueId), MOST_OF_A_QUEUE);
    if (seen.end) ends.set(queueId, seen.end);
    else bookmarks.delete(queueId);
    for (const conversation of seen.conversations) {
      if (isPushed(conversation, settings)) waiting.set(conversation._id, conversation);
    }
  }
  return { waiting, ends };
}

/** Agents who could have more than a plan gives them. */
function withRoom(
  agents: readonly AgentDoc[],
  wanted: readonly Waiting[],
  plan: readonly Planned[],
  now: number,
): AgentDoc[] {
  const costs = new Map(wanted.map(({ conversationId, cost }) => [conversationId, cost]));
  const free = new Map(agents.map((agent) => [agent._id, agent.capacity - loadOf(agent, now)]));
  for (const { agentId, conversationId } of plan) {
    if (agentId !== null) free.set(agentId, (free.get(agentId) ?? 0) - (costs.get(conversationId) ?? 0));
  }
  return agents.filter(({ _id, presence }) => presence === 'available' && (free.get(_id) ?? 0) > 0);
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
    .filter((queue) => pushes || assigns(queue))
    .map(({ _id }) => _id);
}

/** Whether it gives conversations away whoever is there and has room. */
function assigns(queue: QueueDoc | undefined): boolean {
  return queue?.overflow?.some(({ then }) => then.do === 'assign') ?? false;
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
