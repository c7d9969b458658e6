import type {
  ConversationDoc,
  ConversationEvent,
  News,
  PendingMessage,
  SessionDoc,
  Stretch,
} from '../store/documents.ts';
import { joiningAt } from './line.ts';
import { withoutPartOf } from './rights.ts';
import type { AllowedMove } from './state.ts';

/** What a decision changes in a conversation. Absent = as it was. */
export interface Changes {
  move?: AllowedMove;
  set?: Partial<
    Pick<
      ConversationDoc,
      | 'locale'
      | 'chosenLocale'
      | 'session'
      | 'sessionStartedAt'
      | 'reopens'
      | 'priority'
      | 'skills'
      | 'preferredAgentIds'
      | 'handoff'
      | 'botState'
      | 'botSteps'
      | 'hidden'
      | 'hidesNext'
      | 'wakeAt'
      | 'lastMessageAt'
      | 'unansweredSince'
      | 'repliedAt'
      | 'repliedTo'
      | 'answeredAt'
      | 'participants'
      | 'consulted'
      | 'remindedAt'
      | 'offer'
      | 'passedOver'
      | 'assignAnyway'
      | 'trace'
      | 'untakenAt'
      | 'overflowed'
      | 'wrapUpFreed'
      | 'surveyOf'
      | 'surveyed'
      | 'optedOutAt'
      | 'optedInAt'
      | 'moods'
      | 'pace'
    >
  >;
  unset?: (
    | 'handoff'
    | 'botState'
    | 'hidden'
    | 'hidesNext'
    | 'wakeAt'
    | 'skills'
    | 'trace'
    | 'offer'
    | 'untakenAt'
    | 'unansweredSince'
    | 'repliedAt'
    | 'repliedTo'
    | 'answerFailed'
    | 'remindedAt'
    | 'wrapUpFreed'
    | 'surveyOf'
    | 'reopens'
    | 'optedOutAt'
    | 'moods'
    | 'pace'
  )[];
  /** Ids of agents whose work changes though the owner does not. */
  touched?: string[];
  messages?: PendingMessage[];
  /** The customer's text that is handled is not to be read later. */
  masked?: true;
  /** Something for the bot to hear of; the writer's to add to `events`. */
  event?: ConversationEvent;
  endedSession?: SessionDoc;
  /** What webhooks are to be told of it. */
  news?: News[];
  /** What the bot is to hear of its handoff, before that; the same. */
  statuses?: ConversationEvent[];
}

/** What goes when a bot has the conversation again, also in the next session. */
export const OF_A_PERSONS_TURN = [
  'handoff',
  'skills',
  'trace',
  'unansweredSince',
  'repliedAt',
  'repliedTo',
  'answerFailed',
  'remindedAt',
  'wrapUpFreed',
] as const satisfies Changes['unset'];

/** The agents whose work has to be told of the changes. */
export function touchedBy({ move, touched = [] }: Changes): string[] {
  return [...new Set([...(move?.agents ?? []), ...touched])];
}

/** What the bot is to hear of the changes, in its order. */
export function heardOf({ statuses = [], event }: Changes): ConversationEvent[] {
  return event ? [...statuses, event] : statuses;
}

export interface ConversationUpdate {
  $set: Partial<ConversationDoc>;
  $inc: { version: number; epoch?: number };
  $unset?: { [K in keyof ConversationDoc]?: true };
  $push?: { stretches?: { $each: Stretch[]; $slice: number }; news?: { $each: News[] } };
  $min?: { newsAt: number };
}

/**
 * A session that goes on for years must not make its document grow. One that is parked after each answer gains two in a
 * round. About 80 bytes each: so many make each write of their conversation half a millisecond slower.
 */
const MOST_STRETCHES = 500;

/** What only a conversation that waits in a queue has, but for `queuedAt` and `turnAt`. */
const OF_WAITING = ['offer', 'passedOver', 'assignAnyway', 'untakenAt', 'overflowed'] as const;

/**
 * The decision as an update of the conversation document, whose version grows. To be written under a filter on the
 * version that it was made on. The messages, the ended session and the agents whose work changes are the writer's to
 * add: a turn replaces what is pending, since it has copied it; an agent's write appends.
 *
 * `before` is what the decision was made on, as far as it says where the conversation stands in the line, and who is beside
 * its owner.
 */
export function conversationUpdate(
  before: Pick<ConversationDoc, 'priority' | 'unansweredSince' | 'participants' | 'consulted'>,
  changes: Changes,
  now: number,
): ConversationUpdate {
  const { move, set = {}, unset = [], messages = [], news = [] } = changes;
  const $set: Partial<ConversationDoc> = { changedAt: now };
  const $unset: ConversationUpdate['$unset'] = {};
  for (const field of unset) $unset[field] = true;
  if (move) {
    for (const [field, value] of Object.entries(move.fields)) {
      if (value === undefined) Object.assign($unset, { [field]: true });
      else Object.assign($set, { [field]: value });
    }
    if (move.place === 'agent' && move.stretches.length > 0) $set.lastAgentId = move.fields.agentId;
    if (move.from === 'closed') $set.stretches = move.stretches;
    if (move.line !== 'unchanged') for (const field of OF_WAITING) $unset[field] = true;
    if (move.place !== 'bot') Object.assign($unset, { wakeAt: true, hidesNext: true });
    if (move.place === 'closed') $unset.hidden = true;
    // A wrap-up that ended before says nothing of the next one, nor of whoever works on it now.
    if (move.from === 'wrap_up' || move.place === 'wrap_up') $unset.wrapUpFreed = true;
    const { handler, agentId } = move.fields;
    if (handler !== 'agent') Object.assign($unset, { participants: true, consulted: true });
    // Or they would still write to the customer once they have handed it on.
    else if (agentId !== undefined) Object.assign($set, withoutPartOf(before, agentId));
    if (move.line === 'left') Object.assign($unset, { queuedAt: true, turnAt: true });
    if (move.line === 'joined') {
      const { priority = before.priority, unansweredSince = before.unansweredSince } = set;
      $set.queuedAt = now;
      $set.turnAt = joiningAt({ unansweredSince, priority }, now);
    }
    if (move.line === 'left' && move.place === 'agent' && move.fields.queueId !== undefined) {
      $set.takenFrom = move.fields.queueId;
      $set.takenAt = now;
    }
  }
  for (const [field, value] of Object.entries(set)) {
    if (value === undefined) continue;
    Object.assign($set, { [field]: value });
    Reflect.deleteProperty($unset, field);
  }
  const sequences = messages.map(({ sequence }) => sequence);
  if (sequences.some((sequence) => sequence > 0)) $set.lastSequence = Math.max(...sequences);
  const gained = move && move.from !== 'closed' ? move.stretches : [];
  const $push: ConversationUpdate['$push'] = {
    ...(gained.length > 0 ? { stretches: { $each: gained, $slice: -MOST_STRETCHES } } : {}),
    ...(news.length > 0 ? { news: { $each: news } } : {}),
  };
  return {
    $set,
    $inc: move?.ownerChanged ? { version: 1, epoch: 1 } : { version: 1 },
    ...(Object.keys($unset).length > 0 ? { $unset } : {}),
    ...(Object.keys($push).length > 0 ? { $push } : {}),
    ...(news.length > 0 ? { $min: { newsAt: now } } : {}),
  };
}
