import type { AgentDoc, ConversationDoc, Store } from '../store/documents.ts';
import { toldOfClosing } from './automated-messages.ts';
import type { Decision } from './decision.ts';
import { type GuardedWrite, type GuardedWriteParts, moved } from './guarded-write.ts';
import { passedOverBy } from './offer-outcome.ts';
import { type PresenceEvent, presenceAfter } from './presence.ts';
import type { Settings } from './settings.ts';
import { type Parties, placeOf } from './state.ts';
import { untakenFrom } from './timers.ts';

/**
 * Milliseconds. A turn or an offer that began while the agent was there still counts on it; none takes longer than this
 * (a turn's lease, an offer's reservation). What comes to them of such a one is taken back when it is over.
 */
const SETTLED = 30_000;

/**
 * Changes an agent's presence after what happened to them. May be repeated; what they choose meanwhile stays. With
 * `graceUntil` only while their grace is still that one: who is back keeps the presence that they had.
 */
export async function noteAbsence(
  { store, now }: { store: Pick<Store, 'agents'>; now: () => number },
  agentId: string,
  event: PresenceEvent,
  graceUntil?: number,
): Promise<void> {
  const graced = graceUntil === undefined ? {} : { graceUntil };
  for (;;) {
    const agent = await store.agents.findOne({ _id: agentId, ...graced });
    if (!agent) return;
    const presence = presenceAfter(event, agent.presence);
    if (presence === agent.presence) return;
    const { matchedCount } = await store.agents.updateOne(
      { _id: agentId, presence: agent.presence, presenceAt: agent.presenceAt, ...graced },
      { $set: { presence, presenceAt: now(), changedAt: now() }, $unset: { presenceId: true } },
    );
    if (matchedCount === 1) return;
  }
}

export interface AbsenceParts extends GuardedWriteParts {
  store: GuardedWriteParts['store'] & Pick<Store, 'agents'>;
}

/**
 * Makes an agent whose grace is over offline, and takes back what needs somebody now: what they have active goes to its
 * queue, what is offered to them to the next. What they have parked or are noting down stays theirs. Many may do this at
 * once, and again after a crash at any point: the grace, by which the agent is found, goes last. It stops when the agent
 * comes back, who keeps what is theirs until then. Rejects as `write` does.
 */
export async function takeBack(parts: AbsenceParts, write: GuardedWrite, agentId: string): Promise<void> {
  const { store, settings, now } = parts;
  const graceUntil = (await store.agents.findOne({ _id: agentId, graceUntil: { $lte: now() } }))?.graceUntil;
  if (graceUntil === undefined) return;
  // Before anything else, so that nothing new comes to them, nor the same again.
  await noteAbsence(parts, agentId, 'grace_over', graceUntil);
  const isGone = () => store.agents.findOne({ _id: agentId, graceUntil, presence: 'offline' });
  const gone = await isGone();
  for (const id of gone ? await whatNeedsSomebody(store, gone) : []) {
    if (!(await isGone())) return;
    await write(id, null, {}, (conversation) => withoutAgent(settings, conversation, agentId, now()));
  }
  if (!gone) return;
  const settledAt = gone.presenceAt + SETTLED;
  await store.agents.updateOne(
    { _id: agentId, graceUntil, presence: 'offline' },
    settledAt > now() ? { $set: { graceUntil: settledAt } } : { $unset: { graceUntil: true } },
  );
}

/**
 * Puts before the next what is offered to an agent who is `offline` or gone, as if they had let the time run out. To be
 * called with them as they were then: nothing is offered to them since. Their presence stays. May be repeated; who dies in
 * between leaves offers that end with their time. Rejects as `write` does.
 */
export async function passOffersOn(
  { store, now }: { store: Pick<Store, 'conversations'>; now: () => number },
  write: GuardedWrite,
  { _id: agentId, work }: Pick<AgentDoc, '_id' | 'work'>,
): Promise<void> {
  if (work.length === 0) return;
  // An offer takes up capacity from before it is made until after it is over.
  const ids = work.map(({ conversationId }) => conversationId);
  const open = await store.conversations.find({ _id: { $in: ids }, state: 'open' }).toArray();
  for (const { _id } of open) {
    const reserved = work.some((one) => one.conversationId === _id && one.reservedUntil !== undefined);
    await write(_id, null, {}, (conversation) => {
      if (placeOf(conversation) !== 'open') return null;
      if (conversation.offer?.agentId === agentId) return missedBy(agentId, conversation, now());
      // A pass is about to offer it: what that has read is past with this, so it does not.
      return reserved && !conversation.offer ? { changes: {} } : null;
    });
  }
}

function missedBy(agentId: string, conversation: ConversationDoc, now: number): Decision {
  const set = passedOverBy(conversation, agentId, 'offer_missed', now);
  return { changes: { move: moved(conversation, 'miss', now), set, unset: ['offer'] } };
}

/** Ids of conversations that an agent has active, or that are offered to them. */
async function whatNeedsSomebody(
  store: Pick<Store, 'conversations'>,
  { _id: agentId, work }: AgentDoc,
): Promise<string[]> {
  const active = await store.conversations.find({ agentId, desk: 'active' }).toArray();
  // An offer takes up capacity from before it is made until after it is over.
  return [...new Set([...active.map(({ _id }) => _id), ...work.map(({ conversationId }) => conversationId)])];
}

/** Null when the agent has nothing to do in it now. */
function withoutAgent(
  settings: Settings,
  conversation: ConversationDoc,
  agentId: string,
  now: number,
): Decision | null {
  const place = placeOf(conversation);
  if (place === 'open' && conversation.offer?.agentId === agentId)
    return missedBy(agentId, conversation, now);
  if (place !== 'agent' || conversation.agentId !== agentId) return null;
  const back = backToQueue(settings, conversation);
  return {
    changes: {
      move: moved(conversation, 'requeue', now, back),
      set: {
        passedOver: [{ agentId, at: now }],
        // It was taken once: the time until somebody is told that nobody takes it begins anew.
        untakenAt: untakenFrom(settings, conversation, now),
      },
    },
    automated: toldOfClosing(settings.queue(back.queueId), conversation, now),
  };
}

/** Where a conversation goes whose agent is not there: one that was taken from the bot has no queue yet, and a queue may be gone. */
export function backToQueue(
  settings: Settings,
  { queueId, number }: Pick<ConversationDoc, 'queueId' | 'number'>,
): Parties & { queueId: string } {
  const isThere = queueId !== undefined && settings.queue(queueId) !== undefined;
  return { reason: 'agent_gone', queueId: isThere ? queueId : settings.workstream(number).queueId };
}
