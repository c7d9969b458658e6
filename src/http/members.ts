import { loadOf } from '../conversations/capacity.ts';
import { openAt } from '../conversations/hours.ts';
import type { Actor } from '../conversations/rights.ts';
import type { AgentDoc, QueueDoc, Store } from '../store/documents.ts';
import type { Listener } from './event-stream.ts';
import { countQueue } from './queue-counts.ts';
import { queueView } from './views.ts';

/** A queue or an agent's presence, as it is now. */
export interface MemberEvent {
  name: 'queue' | 'presence';
  data: string;
  isFor: (actor: Actor) => boolean;
}

/** Queues and agents are few, and counts have no stamp of their own: all are read, and compared with the last time. */
export interface Members {
  /**
   * What differs from the last reading, at a time (milliseconds since 1970). Counts are taken anew when `moved` says
   * that conversations have changed.
   */
  read: (moved: boolean, at: number) => Promise<MemberEvent[]>;
  /** Everything, as last read. */
  all: () => MemberEvent[];
  /** The listener's agent, if there is one still, and while what they came with counts. */
  stillThere: (listener: Listener, at: number) => AgentDoc | undefined;
}

export function createMembers(store: Pick<Store, 'agents' | 'queues' | 'conversations'>): Members {
  let agents: AgentDoc[] = [];
  let known = new Map<string, MemberEvent>();
  /** What the counts were taken from, conversations aside. */
  let countedFrom = '';
  let counts = new Map<string, MemberEvent>();

  return {
    async read(moved, at) {
      agents = await store.agents.find({}).toArray();
      const queues = await store.queues.find({}).toArray();
      const from = JSON.stringify([
        queues,
        queues.map(({ hours }) => openAt(hours, at).open),
        agents.map(({ queues, presence }) => [queues, presence]),
      ]);
      if (moved || from !== countedFrom) {
        counts = await countedQueues(store, queues, agents, at);
        countedFrom = from;
      }
      const next = new Map([
        ...counts,
        ...agents.map((agent) => [`presence ${agent._id}`, presenceOf(agent, at)] as const),
      ]);
      const news = [...next]
        .filter(([key, event]) => known.get(key)?.data !== event.data)
        .map(([, event]) => event);
      const gone = [...known].filter(([key]) => !next.has(key)).map(([, event]) => farewell(event));
      known = next;
      return [...news, ...gone];
    },
    all: () => [...known.values()],
    stillThere: ({ actor, tokenHash, until = Number.POSITIVE_INFINITY }, at) =>
      agents.find(
        ({ _id, tokenHash: hash }) =>
          _id === actor.id && at < until && (tokenHash === undefined || hash === tokenHash),
      ),
  };
}

async function countedQueues(
  store: Pick<Store, 'conversations'>,
  queues: QueueDoc[],
  agents: AgentDoc[],
  at: number,
): Promise<Map<string, MemberEvent>> {
  const counted = new Map<string, MemberEvent>();
  for (const queue of queues) {
    const data = JSON.stringify(queueView(queue, await countQueue(store, queue._id, agents), at));
    counted.set(`queue ${queue._id}`, { name: 'queue', data, isFor: () => true });
  }
  return counted;
}

/** Colleagues who share a queue hear of each other, supervisors of all. */
function presenceOf(agent: AgentDoc, at: number): MemberEvent {
  const { _id, name, presence, presenceId = null, queues } = agent;
  return {
    name: 'presence',
    data: JSON.stringify({ agentId: _id, name, presence, presenceId, load: loadOf(agent, at) }),
    isFor: (actor) =>
      actor.role !== 'agent' || actor.id === _id || queues.some((queue) => actor.queues.includes(queue)),
  };
}

function farewell(event: MemberEvent): MemberEvent {
  return { ...event, data: JSON.stringify({ ...JSON.parse(event.data), deleted: true }) };
}
