import type { State } from './state.ts';
import type { Agent, Conversation } from './types.ts';

/** Which conversations are shown where, and in which order. */

/** Milliseconds since 1970 since when a customer waits; undefined = nobody owes them an answer. */
export function waitsSince({ state, unansweredSince, queuedAt }: Conversation): number | undefined {
  const since = unansweredSince ?? (state === 'open' ? queuedAt : null);
  return since === null ? undefined : Date.parse(since);
}

const TURN: Readonly<Record<string, number>> = { active: 0, waiting: 1, wrap_up: 2 };

/** Mine: who waits for an answer first, the longest before the others; then parked ones and those being noted down. */
export function mineOf({ conversations }: State, me: Pick<Agent, 'id'>): Conversation[] {
  return [...conversations.values()]
    .filter(({ agentId, state }) => agentId === me.id && state !== 'closed')
    .sort(compareWork);
}

function compareWork(a: Conversation, b: Conversation): number {
  const places = (TURN[a.state] ?? 3) - (TURN[b.state] ?? 3);
  if (places !== 0) return places;
  const [waitA, waitB] = [waitsSince(a), waitsSince(b)];
  if (waitA !== undefined && waitB !== undefined) return waitA - waitB;
  if (waitA !== undefined || waitB !== undefined) return waitA === undefined ? 1 : -1;
  return Date.parse(b.lastMessageAt) - Date.parse(a.lastMessageAt);
}

/** What a colleague has and I take part in, or was asked about: in the order of my own. */
export function besideOf({ conversations }: State, me: Pick<Agent, 'id'>): Conversation[] {
  return [...conversations.values()].filter((one) => isBeside(one, me)).sort(compareWork);
}

export function isBeside(one: Conversation, me: Pick<Agent, 'id'>): boolean {
  const { agentId, handler, participants } = one;
  return handler === 'agent' && agentId !== me.id && (participants.includes(me.id) || wasAsked(one, me));
}

/** A colleague's question, and not my own doing. */
export function wasAsked({ consulted }: Pick<Conversation, 'consulted'>, me: Pick<Agent, 'id'>): boolean {
  return consulted.includes(me.id);
}

/** What is put before me now, first what ends first. */
export function offersTo({ conversations }: State, me: Pick<Agent, 'id'>): Conversation[] {
  const until = ({ offer }: Conversation) => Date.parse(offer?.until ?? '');
  return [...conversations.values()]
    .filter(({ offer }) => offer?.agentId === me.id)
    .sort((a, b) => until(a) - until(b));
}

/** Milliseconds that a step of priority counts as waited (see `line.ts` of the service). */
const STEP = 10 * 60_000;

/** Who waits in these queues, in the order of the line. */
export function lineOf({ conversations }: State, queues: ReadonlySet<string>): Conversation[] {
  const turn = (one: Conversation) => (waitsSince(one) ?? 0) - one.priority * STEP;
  return [...conversations.values()]
    .filter(({ state, queueId }) => state === 'open' && queueId !== null && queues.has(queueId))
    .map((one) => ({ one, at: turn(one) }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
}

/** What the bot has, the latest first. */
export function withBot({ conversations }: State): Conversation[] {
  return [...conversations.values()]
    .filter(({ handler, state }) => handler === 'bot' && state === 'active')
    .sort((a, b) => (a.lastMessageAt < b.lastMessageAt ? 1 : -1));
}

/** Ids of the queues whose line an agent sees: those that they serve, all of a supervisor. */
export function servedQueues({ queues }: State, me: Pick<Agent, 'role' | 'queues'>): string[] {
  return [...queues.keys()].filter((id) => me.role !== 'agent' || me.queues.includes(id)).sort();
}
