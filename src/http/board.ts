import { loadOf } from '../conversations/capacity.ts';
import { openAt } from '../conversations/hours.ts';
import type { Share } from '../conversations/level-tally.ts';
import { sentimentOf } from '../conversations/sentiment.ts';
import { countOverLevel } from '../conversations/service-level.ts';
import { createServiceLevels, type ServiceLevel } from '../conversations/service-levels.ts';
import { placeOf } from '../conversations/state.ts';
import type { AgentDoc, ConversationDoc, QueueDoc, State, Store } from '../store/documents.ts';
import type { AgentBoard, Board, QueueBoard, WaitingConversation } from './board-schemas.ts';
import { decodeCursor, type Position, readPage } from './paging.ts';
import { longestWaiting } from './queue-counts.ts';
import { isoTime } from './views.ts';

/** Counting stops here, and the work of agents at so many conversations of a state: the board stays cheap. */
const MOST_COUNTED = 10_000;
const MOST_WORK = 1000;

/** Milliseconds that queues and agents hold: many boards may be open, each asking every second. */
const FRESH = 1000;

type Stores = Pick<Store, 'conversations' | 'messages' | 'sessions' | 'agents' | 'queues'>;
type Standing = Omit<Board, 'waiting'>;

/**
 * What supervisors see: queues, who waits, agents and their work. It is read by the indexes of what a queue or an agent has,
 * so what it costs depends on that alone, however many conversations are stored.
 */
export function createBoard(parts: { store: Stores; now: () => number }): {
  read: (page: { limit: number; cursor?: string | undefined }) => Promise<Board>;
} {
  const { store, now } = parts;
  const levels = createServiceLevels(parts);
  let last: { at: number; found: Promise<Standing> } | undefined;

  const deadLetters = (problem: 'failed' | 'unknown') =>
    store.messages.countDocuments({ problem }, { limit: MOST_COUNTED });

  async function standing(at: number): Promise<Standing> {
    const queues = await store.queues.find({}, { sort: { _id: 1 } }).toArray();
    const agents = await store.agents.find({}, { sort: { _id: 1 } }).toArray();
    const level = await levels.read(queues);
    const shown: QueueBoard[] = [];
    for (const queue of queues) shown.push(await queueBoard(store, queue, agents, level.get(queue._id), at));
    const { work, complete } = await workOf(store);
    return {
      at: isoTime(at),
      queues: shown,
      agents: agents.map((agent) => agentBoard(agent, work.get(agent._id) ?? [], at)),
      deadLetters: { failed: await deadLetters('failed'), unknown: await deadLetters('unknown') },
      workComplete: complete,
    };
  }

  return {
    async read({ limit, cursor }) {
      const at = now();
      if (!last || at - last.at >= FRESH) last = { at, found: standing(at) };
      const found = await last.found;
      return { ...found, waiting: await waitingPage(store, limit, decodeCursor(cursor), at) };
    },
  };
}

async function queueBoard(
  store: Stores,
  queue: QueueDoc,
  agents: readonly AgentDoc[],
  level: ServiceLevel | undefined,
  at: number,
): Promise<QueueBoard> {
  const { _id: queueId, name, hours, levelSeconds } = queue;
  const count = (state: State) =>
    store.conversations.countDocuments({ queueId, state }, { limit: MOST_COUNTED });
  const oldest = await longestWaiting(store, queueId);
  const present = { available: 0, busy: 0, do_not_disturb: 0, away: 0, offline: 0 };
  for (const { presence, queues } of agents) if (queues.includes(queueId)) present[presence] += 1;
  return {
    id: queueId,
    name,
    open: openAt(hours, at).open,
    waiting: await count('open'),
    oldest: oldest?.queuedAt === undefined ? null : isoTime(oldest.queuedAt),
    active: await count('active'),
    parked: await count('waiting'),
    wrapUp: await count('wrap_up'),
    agents: present,
    level:
      level === undefined || levelSeconds === undefined
        ? null
        : {
            seconds: levelSeconds,
            over: await countOverLevel(store, queue, at),
            today: shareView(level.today),
            lastHour: shareView(level.lastHour),
          },
  };
}

function shareView({ within, counted }: Share) {
  return { within, counted, share: counted === 0 ? null : Math.round((1000 * within) / counted) / 1000 };
}

/** What each agent has, by the agent's id. */
async function workOf({
  conversations,
}: Stores): Promise<{ work: Map<string, ConversationDoc[]>; complete: boolean }> {
  const work = new Map<string, ConversationDoc[]>();
  let complete = true;
  for (const desk of ['active', 'wrap_up', 'waiting'] as const) {
    const found = await conversations
      .find({ desk }, { sort: { changedAt: -1 }, limit: MOST_WORK + 1 })
      .toArray();
    complete &&= found.length <= MOST_WORK;
    for (const conversation of found.slice(0, MOST_WORK)) {
      const { agentId = '' } = conversation;
      work.set(agentId, [...(work.get(agentId) ?? []), conversation]);
    }
  }
  return { work, complete };
}

function agentBoard(agent: AgentDoc, work: readonly ConversationDoc[], at: number): AgentBoard {
  return {
    id: agent._id,
    name: agent.name,
    presence: agent.presence,
    presenceId: agent.presenceId ?? null,
    presenceAt: isoTime(agent.presenceAt),
    load: loadOf(agent, at),
    capacity: agent.capacity,
    work: work.map((conversation) => ({
      id: conversation._id,
      place: placeOf(conversation),
      since: isoTime(conversation.stretches.at(-1)?.since ?? conversation.createdAt),
      queueId: conversation.queueId ?? null,
      sentiment: sentimentOf(conversation.moods),
    })),
  };
}

async function waitingPage(
  store: Stores,
  limit: number,
  after: Position | undefined,
  at: number,
): Promise<Board['waiting']> {
  const queueIds = (await store.queues.find({}).toArray()).map(({ _id }) => _id);
  if (queueIds.length === 0) return { items: [], cursor: null };
  const page = await readPage<ConversationDoc>({
    read: (from, most) =>
      store.conversations
        .find(
          { queueId: { $in: queueIds }, queuedAt: { $gte: from ?? 0 } },
          { sort: { queuedAt: 1 }, limit: most },
        )
        .toArray(),
    positionOf: ({ _id, queuedAt = 0 }) => ({ at: queuedAt, tie: _id }),
    order: 1,
    after,
    limit,
  });
  return { items: page.items.map((conversation) => waitingView(conversation, at)), cursor: page.cursor };
}

function waitingView(conversation: ConversationDoc, at: number): WaitingConversation {
  const { _id, number, customer, queueId = '', queuedAt = at, priority } = conversation;
  return {
    id: _id,
    number,
    customer,
    queueId,
    queuedAt: isoTime(queuedAt),
    waitedSeconds: Math.max(0, Math.floor((at - queuedAt) / 1000)),
    priority,
    reason: conversation.handoff?.reason ?? null,
    skills: conversation.skills ?? [],
    locale: conversation.locale ?? null,
    offeredTo: conversation.offer?.agentId ?? null,
    sentiment: sentimentOf(conversation.moods),
  };
}
