import type { Closed, HandoffRequest, Json } from '../bot-turn.ts';
import type { ConversationDoc, QueueDoc, Store } from '../store/documents.ts';
import type { OverflowAction } from '../store/queue.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import { toldOfHours } from './automated-messages.ts';
import { localTime, openAt } from './hours.ts';
import { beforeQueueing } from './overflow.ts';
import { MOST_FOR_RULES, opensOf, waitingIn } from './own-queue.ts';
import { route } from './routing.ts';
import type { CompiledRouting } from './routing-rules.ts';
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
  /** Set when the queue is outside its hours. */
  closed: Closed | null;
  /** There is no queue as the handoff asked for. */
  lacksQueue: boolean;
}

/** A queue that sends on to one that sends on: not for ever. */
const MOST_HOPS = 5;

/** What decides beside the queues. */
export interface PlacementRules {
  compiled: CompiledRouting;
  /** Whether one of them asks how many wait somewhere. */
  asksWaiting: boolean;
  fallbackQueueId: string;
}

/** What is to be placed. */
export interface ToPlace extends Asked {
  customer: string;
  number: string;
  /** BCP 47. */
  locale: string;
}

type Asked = Pick<HandoffRequest, 'queue' | 'reason' | 'context' | 'skills' | 'priority'>;

/** Decides where a handoff goes: the rules of its workstream, then those of its queue for when that is closed or full. */
export async function placement(
  parts: PlacementParts,
  { customer, number, locale }: ConversationDoc,
  { queue, reason, context, skills, priority }: Asked,
): Promise<Placement> {
  const { settings } = parts;
  const { _id, language, queueId } = settings.workstream(number);
  return placementBy(
    parts,
    { compiled: settings.routing(_id), asksWaiting: settings.asksWaiting(_id), fallbackQueueId: queueId },
    { customer, number, locale: locale ?? language, queue, reason, context, skills, priority },
  );
}

/** The same by rules that need not be those of a workstream. Writes nothing. */
export async function placementBy(
  parts: Omit<PlacementParts, 'settings'>,
  rules: PlacementRules,
  handoff: ToPlace,
): Promise<Placement> {
  const { random, now } = parts;
  const queues = await queuesById(parts);
  const routed = route(
    rules.compiled,
    {
      customer: handoff.customer,
      number: handoff.number,
      locale: handoff.locale,
      reason: handoff.reason,
      vars: handoff.context,
      skills: handoff.skills,
      priority: handoff.priority ?? 0,
      time: localTime(queues.get(rules.fallbackQueueId)?.hours, now()),
      queue: handoff.queue,
      open: Object.fromEntries([...queues].map(([id, { hours }]) => [id, openAt(hours, now()).open])),
      waiting: await waitingInEach(parts, rules.asksWaiting ? [...queues.keys()] : []),
      exists: (id) => queues.has(id),
      fallbackQueueId: rules.fallbackQueueId,
    },
    random,
  );
  const settled = await settle(parts, queues, routed.queueId);
  return {
    ...settled,
    priority: routed.priority ?? handoff.priority ?? queues.get(settled.queueId)?.priority ?? 0,
    skills: routed.skills,
    variables: routed.variables,
    trace: [...routed.trace, ...settled.trace],
    closed: closedOf(queues.get(settled.queueId), now()),
    lacksQueue: routed.trace.at(-1)?.decision?.because === 'no_such_queue',
  };
}

/** What a queue does with a conversation that another one sends to it; null when there is no such queue. */
export async function sentTo(parts: SettlingParts, queueId: string): Promise<Settled | null> {
  const queues = await queuesById(parts);
  return queues.has(queueId) ? settle(parts, queues, queueId) : null;
}

type SettlingParts = Pick<PlacementParts, 'store' | 'now'>;
type Settled = Pick<Placement, 'queueId' | 'action' | 'said' | 'trace'>;

async function queuesById({ store }: Pick<PlacementParts, 'store'>): Promise<Map<string, QueueDoc>> {
  return new Map((await store.queues.find({}).toArray()).map((queue) => [queue._id, queue]));
}

/** What the queue does with one conversation more, through the queues that it sends on to. */
async function settle(
  parts: SettlingParts,
  queues: ReadonlyMap<string, QueueDoc>,
  first: string,
): Promise<Settled> {
  const now = parts.now();
  const trace: TracedEntry[] = [];
  let queueId = first;
  for (let hops = 0; ; hops++) {
    const queue = queues.get(queueId);
    if (!queue) return { queueId, action: null, said: [], trace };
    const waiting = queue.overflow?.some(({ when }) => when.is === 'full')
      ? await waitingIn(parts.store, queueId, MOST_FOR_RULES)
      : 0;
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

function closedOf(queue: QueueDoc | undefined, now: number): Closed | null {
  if (!queue?.hours) return null;
  const opening = openAt(queue.hours, now);
  if (opening.open) return null;
  return {
    queue: queue._id,
    opens: opensOf(queue, now),
    ...(opening.holiday === undefined ? {} : { holiday: opening.holiday }),
  };
}

function saidOf(queue: QueueDoc, action: OverflowAction | null, now: number): AutomatedMessage[] {
  const ofHours = toldOfHours(queue, now);
  // When somebody is in again does not say that they need not wait for it.
  if (action?.do === 'call_back') return [...ofHours, 'call_back'];
  return ofHours.length === 0 && action?.do === 'end' ? ['overflow_ended'] : ofHours;
}

async function waitingInEach(
  { store }: Pick<PlacementParts, 'store'>,
  ids: readonly string[],
): Promise<{ [queueId: string]: number }> {
  const waiting: { [queueId: string]: number } = {};
  for (const queueId of ids) {
    waiting[queueId] = await waitingIn(store, queueId, MOST_FOR_RULES);
  }
  return waiting;
}
