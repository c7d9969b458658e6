import type { ConversationDoc, Store } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import type { Changes } from './commit.ts';
import type { TurnDecision } from './decision.ts';
import { whileWaiting } from './overflow.ts';
import { overflowed, sentOn } from './overflowing.ts';
import { sentTo } from './placement.ts';
import type { Settings } from './settings.ts';
import { type TracedEntry, traced } from './trace.ts';

export interface LongWaitParts {
  store: Pick<Store, 'conversations' | 'queues'>;
  settings: Settings;
  now: () => number;
}

/** What its queue does with a conversation that has waited in it for as long as one of the queue's rules allows. */
export async function waitedTooLong(
  parts: LongWaitParts,
  conversation: ConversationDoc,
): Promise<TurnDecision> {
  const now = parts.now();
  const { queueId = '', queuedAt = now, overflowed: done = 0 } = conversation;
  const queue = parts.settings.queue(queueId);
  const action = queue ? whileWaiting(queue, now - queuedAt, done) : null;
  if (!action) return waitsOn({ overflowed: done + 1 });
  const entry = { step: 'overflow', queueId, waited: now - queuedAt, decision: action } as const;
  if (action.do === 'queue') return toQueue(parts, conversation, action.queueId, entry);
  const trace = traced(conversation, [entry], now);
  const leaving = { changes: { set: { trace } }, reason: 'waited_too_long' } as const;
  const said: AutomatedMessage[] =
    action.do === 'call_back' ? ['call_back'] : action.do === 'end' ? ['overflow_ended'] : [];
  const changes = overflowed(conversation, action, leaving, now);
  if (changes) return { changes, outcome: 'recorded', automated: said };
  const anyway = action.do === 'assign' ? { assignAnyway: true as const } : {};
  return { ...waitsOn({ trace, overflowed: done + 1, ...anyway }), automated: said };
}

/** Into another queue, whose own rules for when it is closed or full are asked as of every conversation that comes to it. */
async function toQueue(
  parts: LongWaitParts,
  conversation: ConversationDoc,
  target: string,
  entry: TracedEntry,
): Promise<TurnDecision> {
  const now = parts.now();
  const { queueId, untakenAt, overflowed: done = 0 } = conversation;
  const found = await sentTo(parts, target);
  const trace = traced(conversation, [entry, ...(found?.trace ?? [])], now);
  // A way that leads back to where it waits would have it go round, and hear of it each time.
  if (!found || found.queueId === queueId) return waitsOn({ trace, overflowed: done + 1 });
  const { action } = found;
  const set = {
    trace,
    // In the next queue it still waits for as long as it has.
    ...(untakenAt === undefined ? {} : { untakenAt }),
    ...(action?.do === 'assign' ? { assignAnyway: true as const } : {}),
  };
  const changes = sentOn(conversation, found.queueId, { set }, now);
  const there = { ...conversation, ...changes.move.fields };
  const instead = action && overflowed(there, action, { changes, reason: 'overflow' }, now);
  return { changes: instead ?? changes, outcome: 'recorded', automated: found.said };
}

function waitsOn(set: NonNullable<Changes['set']>): TurnDecision {
  return { changes: { set }, outcome: 'recorded' };
}
