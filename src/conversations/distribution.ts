import type { AgentDoc } from '../store/documents.ts';
import type { Distribution } from '../store/workstream.ts';
import { limitOf, loadOf, workNow } from './capacity.ts';
import { lineOf } from './line.ts';

/** What a conversation in a queue asks of the agent who is to have it. */
export interface Wanted {
  queueId: string;
  workstreamId: string;
  distribution: Distribution;
  /** Units. */
  cost: number;
  skills: readonly string[];
  /** BCP 47. */
  locale: string | undefined;
  /** Who had the customer last. */
  lastAgentId?: string;
  /** The first of them who can is taken. */
  preferredAgentIds: readonly string[];
  /** They missed or rejected it, or gave it away. */
  excluded: readonly string[];
  /** Assign anyway: capacity does not count, nor presence, but to who is `offline` it would be lost. */
  whatever?: boolean;
}

type Method = Distribution['method'];

/** Who, and why; for the trace. */
export interface Chosen {
  agentId: string;
  why: 'same_agent' | 'preferred' | 'whatever' | Method;
}

/** Nobody, and what kept the last of them out. */
export interface Refusal {
  agentId: null;
  why: 'no_member' | 'all_excluded' | 'nobody_available' | 'no_language' | 'no_skill' | 'no_room';
}

export type Choice = Chosen | Refusal;

export interface Waiting extends Wanted {
  conversationId: string;
  priority: number;
  queuePriority: number;
  /** The customer's oldest text that nobody has answered. */
  since: number;
  queuedAt: number;
}

export type Planned = Choice & { conversationId: string };

/** An agent with what a choice compares, added up once; a pass counts its own assignments here. */
interface Seat {
  agent: AgentDoc;
  /** Units. Below 0 when a person assigned beyond the capacity. */
  free: number;
  /** Conversations, by workstream. */
  counts: Map<string, number>;
  busy: boolean;
  /** Their last assignment in this pass, 0 before it: one reading of the clock cannot tell these apart. */
  turn: number;
}

interface Found {
  seat: Seat;
  why: Chosen['why'];
}

/**
 * The agent whom a conversation goes to. Members of its queue who are available, have its language and skills, and have
 * room for it. The same agent, then the preferred ones, come before the method and need neither language nor skill; but
 * room they need, since a push never exceeds the capacity. Equals are taken by id.
 */
export function chooseAgent(agents: readonly AgentDoc[], wanted: Wanted, now: number): Choice {
  const seats = seatsOf(agents, now);
  return choiceOf(direct(seats, wanted) ?? best(groupOf([...seats.values()], wanted), wanted));
}

/**
 * One pass: whom each conversation goes to, in the order in which they are served: by place in the line (`lineOf` with
 * both priorities added, so that what waits long overtakes), then by `since`. Each assignment takes up room before the
 * next choice. What cannot be placed has a reason, and keeps back nobody.
 *
 * Wishes that are alike share the agents who fit, and who has no room left is not asked again: 10,000 that wait among 200
 * agents take 0.3 s.
 */
export function planPass(waiting: readonly Waiting[], agents: readonly AgentDoc[], now: number): Planned[] {
  const seats = seatsOf(agents, now);
  const all = [...seats.values()];
  const groups = new Map<string, Group | Refusal>();
  let turn = 0;
  return [...waiting].sort(byTurn).map((wanted) => {
    const key = keyOf(wanted);
    const group = groups.get(key) ?? groupOf(all, wanted);
    groups.set(key, group);
    const found = direct(seats, wanted) ?? best(group, wanted);
    if ('seat' in found) take(found.seat, wanted, ++turn);
    return { conversationId: wanted.conversationId, ...choiceOf(found) };
  });
}

function byTurn(a: Waiting, b: Waiting): number {
  return (
    lineOf(a.since, a.queuePriority + a.priority) - lineOf(b.since, b.queuePriority + b.priority) ||
    a.since - b.since ||
    a.queuedAt - b.queuedAt ||
    byId(a.conversationId, b.conversationId)
  );
}

/** By code unit: the same on every machine. */
function byId(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function seatsOf(agents: readonly AgentDoc[], now: number): Map<string, Seat> {
  return new Map(
    agents.map((agent) => {
      const counts = new Map<string, number>();
      const work = workNow(agent, now);
      for (const { workstreamId } of work) counts.set(workstreamId, (counts.get(workstreamId) ?? 0) + 1);
      const seat = {
        agent,
        free: agent.capacity - loadOf(agent, now),
        counts,
        busy: work.length > 0,
        turn: 0,
      };
      return [agent._id, seat];
    }),
  );
}

function take(seat: Seat, { workstreamId, cost }: Wanted, turn: number): void {
  seat.free -= cost;
  seat.counts.set(workstreamId, (seat.counts.get(workstreamId) ?? 0) + 1);
  seat.busy = true;
  seat.turn = turn;
}

function choiceOf(found: Found | Refusal): Choice {
  return 'seat' in found ? { agentId: found.seat.agent._id, why: found.why } : found;
}

/** The one who had the customer last, else the first preferred one, who can take it. */
function direct(seats: Map<string, Seat>, wanted: Wanted): Found | null {
  const { distribution, lastAgentId, preferredAgentIds, queueId, excluded, whatever } = wanted;
  const can = (id: string): Seat | undefined => {
    const seat = seats.get(id);
    if (!seat?.agent.queues.includes(queueId) || excluded.includes(id)) return undefined;
    return isAskable(seat.agent, wanted) && (whatever || hasRoom(seat, wanted)) ? seat : undefined;
  };
  const last = distribution.sameAgent && lastAgentId !== undefined ? can(lastAgentId) : undefined;
  if (last) return { seat: last, why: 'same_agent' };
  for (const id of preferredAgentIds) {
    const seat = can(id);
    if (seat) return { seat, why: 'preferred' };
  }
  return null;
}

/** Whether their presence lets them have it. */
function isAskable({ presence }: AgentDoc, { whatever }: Wanted): boolean {
  return whatever ? presence !== 'offline' : presence === 'available';
}

function hasRoom({ agent, free, counts }: Seat, { workstreamId, cost }: Wanted): boolean {
  return cost <= free && (counts.get(workstreamId) ?? 0) < limitOf(agent, workstreamId);
}

/** Those whom wishes that are alike fit. Room is what a pass uses up: who has none left never has it again. */
interface Group {
  fit: Seat[];
  left: Seat[];
}

/** Who may have it but for its room and its exclusions. */
function groupOf(seats: Seat[], wanted: Wanted): Group | Refusal {
  const { queueId, distribution, locale, skills } = wanted;
  const steps: [Refusal['why'], (agent: AgentDoc) => boolean][] = [
    ['no_member', ({ queues }) => queues.includes(queueId)],
    ['nobody_available', (agent) => isAskable(agent, wanted)],
    ['no_language', ({ languages }) => !distribution.languages || speaks(languages, locale)],
    [
      'no_skill',
      (agent) => distribution.skills !== 'exact' || skills.every((one) => agent.skills.includes(one)),
    ],
  ];
  let fit = seats;
  for (const [why, holds] of steps) {
    fit = fit.filter(({ agent }) => holds(agent));
    if (fit.length === 0) return { agentId: null, why };
  }
  return { fit, left: fit };
}

/** Whoever speaks a language understands its variants: the primary subtag decides. */
function speaks(languages: readonly string[], locale: string | undefined): boolean {
  if (languages.length === 0 || locale === undefined) return true;
  return languages.some((language) => primary(language) === primary(locale));
}

function primary(language: string): string {
  return (language.split('-', 1)[0] ?? '').toLowerCase();
}

/** The first of a group who is not excluded and has room; with `whatever` the first who is not excluded. */
function best(group: Group | Refusal, wanted: Wanted): Found | Refusal {
  if ('why' in group) return group;
  const { whatever, distribution, excluded } = wanted;
  if (!whatever) group.left = group.left.filter((seat) => hasRoom(seat, wanted));
  const out = ({ agent }: Seat) => excluded.includes(agent._id);
  let first: Seat | undefined;
  for (const seat of group.left) {
    if (!out(seat) && (!first || before(seat, first, wanted) < 0)) first = seat;
  }
  if (!first) return { agentId: null, why: group.fit.every(out) ? 'all_excluded' : 'no_room' };
  return { seat: first, why: whatever ? 'whatever' : distribution.method };
}

/** Below 0 when `a` is to have it rather than `b`. */
function before(a: Seat, b: Seat, { whatever, distribution, skills }: Wanted): number {
  return (
    (whatever ? elsewhere(a) - elsewhere(b) : 0) ||
    (distribution.skills === 'closest' ? matching(b.agent, skills) - matching(a.agent, skills) : 0) ||
    ORDERS[distribution.method](a, b) ||
    byId(a.agent._id, b.agent._id)
  );
}

/** Who is available comes first where presence decides nothing else. */
function elsewhere({ agent: { presence } }: Seat): number {
  return Number(presence !== 'available');
}

function matching(agent: AgentDoc, skills: readonly string[]): number {
  return skills.filter((skill) => agent.skills.includes(skill)).length;
}

const byLastAssigned = (a: Seat, b: Seat) => a.turn - b.turn || a.agent.assignedAt - b.agent.assignedAt;

const ORDERS: Record<Method, (a: Seat, b: Seat) => number> = {
  highest_free: (a, b) => b.free - a.free || byLastAssigned(a, b),
  round_robin: byLastAssigned,
  // Who has work has not been idle at all: they come after those without, as in round robin.
  longest_idle: (a, b) =>
    Number(a.busy) - Number(b.busy) ||
    (a.busy ? byLastAssigned(a, b) : idleSince(a.agent) - idleSince(b.agent)),
};

/** Since when they could have had something: who comes back has been idle from then on, however long they were away. */
function idleSince({ idleSince, presence, presenceAt }: AgentDoc): number {
  return presence === 'available' ? Math.max(idleSince, presenceAt) : idleSince;
}

/** The same for wishes that are alike: the same agents fit them, and one room does for all. */
function keyOf({ queueId, workstreamId, distribution, cost, skills, locale, whatever }: Wanted): string {
  const language = distribution.languages && locale !== undefined ? primary(locale) : null;
  const needed = distribution.skills === 'exact' ? [...skills].sort() : [];
  return JSON.stringify([queueId, workstreamId, cost, language, needed, whatever === true]);
}
