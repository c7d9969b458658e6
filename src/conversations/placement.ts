import type { Json } from '../bot-turn.ts';
import type { ConversationDoc, QueueDoc, Store } from '../store/documents.ts';
import type { OverflowAction } from '../store/queue.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import { localTime, openAt } from './hours.ts';
import { beforeQueueing } from './overflow.ts';
import { route } from './routing.ts';
import type { Settings } from './settings.ts';
import type { TracedEntry } from './trace.ts';

export interface PlacementParts {
  store: Pick<Store, 'conversations' | 'queues'>;
  settings: Settings;
  now: () => number;
  /** From 0 up to 1, for the splits of routing. */
  random: () => number;
}

/** Where a handoff goes, as what, and what its queue does with it. */
export interface Placement {
  queueId: string;
  priority: number;
  skills: string[];
  /** What rules have set, for the agent to see beside what the bot collected. */
  variables: { [name: string]: Json };
  /** What is done instead of only queueing it. */
  action: OverflowAction | null;
  /** What the customer is told of it. */
  said: AutomatedMessage[];
  trace: TracedEntry[];
}

/** A queue that sends on to one that sends on: not for ever. */
const MOST_HOPS = 5;
/** More waiting than any rule can ask about. */
const MOST_COUNTED = 1000;

/** Decides where a handoff goes: the rules of its workstream, then those of its queue for when that is closed or full. */
export async function placement(
  parts: PlacementParts,
  conversation: ConversationDoc,
  handoff: { queue: string | null; reason: string; context: { [key: string]: Json } },
): Promise<Placement> {
  const { settings, random, now } = parts;
  const workstream = settings.workstream(conversation.number);
  const queues = new Map((await parts.store.queues.find({}).toArray()).map((queue) => [queue._id, queue]));
  const routed = route(
    settings.routing(workstream._id),
    {
      customer: conversation.customer,
      number: conversation.number,
      locale: conversation.locale ?? workstream.language,
      reason: handoff.reason,
      vars: handoff.context,
      skills: [],
      priority: 0,
      time: localTime(queues.get(workstream.queueId)?.hours, now()),
      queue: handoff.queue,
      open: Object.fromEntries([...queues].map(([id, { hours }]) => [id, openAt(hours, now()).open])),
      waiting: await waitingIn(parts, settings.asksWaiting(workstream._id) ? [...queues.keys()] : []),
      exists: (id) => queues.has(id),
      fallbackQueueId: workstream.queueId,
    },
    random,
  );
  const settled = await settle(parts, queues, routed.queueId);
  return {
    ...settled,
    priority: routed.priority ?? queues.get(settled.queueId)?.priority ?? 0,
    skills: routed.skills,
    variables: routed.variables,
    trace: [...routed.trace, ...settled.trace],
  };
}

/** What the queue does with one conversation more, through the queues that it sends on to. */
async function settle(
  parts: PlacementParts,
  queues: ReadonlyMap<string, QueueDoc>,
  first: string,
): Promise<Pick<Placement, 'queueId' | 'action' | 'said' | 'trace'>> {
  const now = parts.now();
  const trace: TracedEntry[] = [];
  let queueId = first;
  for (let hops = 0; ; hops++) {
    const queue = queues.get(queueId);
    if (!queue) return { queueId, action: null, said: [], trace };
    const { [queueId]: waiting = 0 } = queue.overflow?.some(({ when }) => when.is === 'full')
      ? await waitingIn(parts, [queueId])
      : {};
    const action = beforeQueueing(queue, waiting, now);
    if (action) trace.push({ step: 'overflow', queueId, waiting, decision: action });
    if (action?.do === 'queue' && queues.has(action.queueId) && hops < MOST_HOPS) {
      queueId = action.queueId;
      continue;
    }
    return {
      queueId,
      action: action?.do === 'queue' ? null : action,
      said: saidOf(queue, action, now),
      trace,
    };
  }
}

function saidOf(queue: QueueDoc, action: OverflowAction | null, now: number): AutomatedMessage[] {
  const opening = openAt(queue.hours, now);
  if (!opening.open) return [opening.holiday === undefined ? 'out_of_hours' : 'holiday'];
  if (action?.do === 'end') return ['overflow_ended'];
  return action?.do === 'call_back' ? ['call_back'] : [];
}

async function waitingIn(
  { store }: PlacementParts,
  ids: readonly string[],
): Promise<{ [queueId: string]: number }> {
  const waiting: { [queueId: string]: number } = {};
  for (const queueId of ids) {
    const filter = { queueId, state: 'open' } as const;
    waiting[queueId] = await store.conversations.countDocuments(filter, { limit: MOST_COUNTED });
  }
  return waiting;
}
