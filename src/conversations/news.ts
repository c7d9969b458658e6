import { createHash } from 'node:crypto';
import type { HandoffStatus } from '../bot-turn.ts';
import type {
  ConversationDoc,
  ConversationEvent,
  ConversationEventType,
  EventType,
  News,
  Stretch,
} from '../store/documents.ts';
import type { Changes } from './commit.ts';
import { isUpset } from './sentiment.ts';
import { type AllowedMove, type Place, placeOf } from './state.ts';

/** What made a commit, as far as the changes do not show it. */
export interface Cause {
  /** The customer's text that was handled. */
  messageId?: string;
  /** Nobody has taken the handoff in time. */
  untaken?: true;
}

/**
 * Says of a change what programs outside and the bot are to hear of it. What it gives is written with the change itself,
 * so that neither is there without the other.
 */
export interface NewsSource {
  /** `conversation` is null when it was claimed unread, from a queue. */
  ofCommit(
    conversation: ConversationDoc | null,
    changes: Changes,
    cause?: Cause,
  ): Pick<Changes, 'news' | 'statuses'>;
  /** To be spread into the update of a message that takes it to this status. */
  ofMessage(messageId: string, status: string): MessageNews;
}

export interface MessageNews {
  $push?: { news: News };
  $min?: { newsAt: number };
}

export interface NewsParts {
  /** Whether any webhook is to be told: as it was a second ago at the latest. */
  wants: (type: EventType) => boolean;
  /** Whether the bot takes `handoff.status` events. */
  botWantsStatus: boolean;
  randomId: () => string;
  now: () => number;
}

interface Happening {
  type: ConversationEventType;
  /** Where the conversation stood before. */
  from: Place;
  place: Place;
  reason?: string;
  agentId?: string;
  queueId?: string;
  session?: number;
  score?: number;
}

export function createNewsSource({ wants, botWantsStatus, randomId, now }: NewsParts): NewsSource {
  return {
    ofCommit(conversation, changes, cause = {}) {
      const { messageId } = cause;
      const received = messageId !== undefined && wants('message.received');
      const happenings = happeningsOf(conversation, changes, cause);
      // The commonest by far: the bot answers a text, and nobody wants to hear of texts.
      if (happenings.length === 0 && !received) return {};
      const session = changes.set?.session ?? conversation?.session;
      const at = now();
      const news: News[] = happenings
        .filter(({ type }) => wants(type))
        .map(({ from: _, ...happening }) => ({
          ...(session === undefined ? {} : { session }),
          ...happening,
          ...(happening.type === 'conversation.closed' ? resultOf(changes) : {}),
          id: randomId(),
          at,
        }));
      if (received) {
        const place = changes.move?.place ?? (conversation ? placeOf(conversation) : 'bot');
        const masked = changes.masked ? ({ masked: true } as const) : {};
        const who = partiesOf(changes.move?.fields ?? conversation);
        news.unshift({
          ...aboutMessage(messageId, 'message.received', at),
          place,
          ...who,
          messageId,
          ...masked,
        });
      }
      const statuses = botWantsStatus ? happenings.flatMap((one) => statusOf(one, randomId, at)) : [];
      return { ...(news.length > 0 ? { news } : {}), ...(statuses.length > 0 ? { statuses } : {}) };
    },

    ofMessage(messageId, status) {
      const type = MESSAGE_EVENTS[status];
      if (type === undefined || !wants(type)) return {};
      return { $push: { news: aboutMessage(messageId, type, now()) }, $min: { newsAt: now() } };
    },
  };
}

const MESSAGE_EVENTS: Readonly<Partial<Record<string, ConversationEventType>>> = {
  sent: 'message.sent',
  delivered: 'message.delivered',
  failed: 'message.failed',
  unknown: 'message.unknown',
  held: 'message.held',
};

/** A message is in each status once at most, so its id makes the event's: two receipts that say the same make one. */
function aboutMessage(messageId: string, type: ConversationEventType, at: number): News {
  const id = createHash('sha256').update(`${type}\0${messageId}`).digest('hex').slice(0, 32);
  return { id, type, at };
}

function resultOf({ endedSession }: Changes): Pick<News, 'outcome' | 'disposition'> {
  if (!endedSession) return {};
  const { outcome, disposition } = endedSession;
  return { outcome, ...(disposition === undefined ? {} : { disposition }) };
}

/** Whose it is and in which queue, as far as it is anybody's. */
function partiesOf(
  of: { agentId?: string | undefined; queueId?: string | undefined } | null,
): Pick<News, 'agentId' | 'queueId'> {
  const { agentId, queueId } = of ?? {};
  return { ...(agentId === undefined ? {} : { agentId }), ...(queueId === undefined ? {} : { queueId }) };
}

function happeningsOf(conversation: ConversationDoc | null, changes: Changes, cause: Cause): Happening[] {
  const { move, set } = changes;
  const happenings: Happening[] = [];
  const consent = consentEvent(conversation, changes);
  if (consent && conversation) {
    const place = placeOf(conversation);
    happenings.push({ type: consent, from: place, place, ...partiesOf(conversation) });
  }
  if (set?.surveyed && conversation) {
    const place = placeOf(conversation);
    const { session, score } = set.surveyed;
    const type = 'conversation.survey_answered';
    happenings.push({ type, from: place, place, ...partiesOf(conversation), session, score });
  }
  if (cause.untaken && conversation) {
    const { queueId } = conversation;
    const place = placeOf(conversation);
    happenings.push({ type: 'conversation.untaken', from: place, place, ...partiesOf({ queueId }) });
  }
  if (move) happenings.push(...movesOf(move, set?.offer ?? conversation?.offer));
  // After the session has opened.
  if (conversation && becomesUpset(conversation, changes)) {
    const from = placeOf(conversation);
    const who = partiesOf(move?.fields ?? conversation);
    happenings.push({ type: 'conversation.upset', from, place: move?.place ?? from, ...who });
  }
  return happenings;
}

function movesOf(move: AllowedMove, offered: ConversationDoc['offer']): Happening[] {
  const happenings: Happening[] = [];
  let from = move.from;
  for (const { since: _, ...stretch } of move.stretches) {
    // Reopened: the session begins where people have it.
    if (from === 'closed' && stretch.place !== 'bot') {
      happenings.push({ type: 'conversation.opened', from, ...stretch });
    }
    happenings.push({ type: entering(from, stretch), from, ...stretch });
    from = stretch.place;
  }
  const offer = OFFERS[move.reason];
  if (offer) {
    const { place, reason, fields } = move;
    const who = partiesOf({ agentId: offered?.agentId, queueId: fields.queueId });
    happenings.push({ type: offer, from, place, reason, ...who });
  }
  return happenings;
}

/** What changes of whether the customer wants texts; undefined when nothing does. */
function consentEvent(
  conversation: ConversationDoc | null,
  { set, unset }: Changes,
): 'conversation.opted_out' | 'conversation.opted_in' | undefined {
  const out = conversation?.optedOutAt !== undefined;
  if (!out && set?.optedOutAt !== undefined) return 'conversation.opted_out';
  return out && unset?.includes('optedOutAt') ? 'conversation.opted_in' : undefined;
}

/** The session's sentiment falls to negative: once, until it is better again. */
function becomesUpset(conversation: ConversationDoc | null, { set }: Changes): boolean {
  if (!isUpset(set?.moods)) return false;
  return set?.session !== undefined || !isUpset(conversation?.moods);
}

const OFFERS: Readonly<Partial<Record<string, ConversationEventType>>> = {
  offered: 'conversation.offered',
  offer_rejected: 'conversation.offer_rejected',
  offer_missed: 'conversation.offer_missed',
};

/** Somebody decided that another queue or agent has it, as against its own way. */
const ELSEWHERE: readonly string[] = ['transferred', 'assigned', 'overflow', 'waited_too_long'];

function entering(from: Place, { place, reason }: Omit<Stretch, 'since'>): ConversationEventType {
  switch (place) {
    case 'bot':
      return from === 'closed' ? 'conversation.opened' : 'conversation.returned';
    case 'open':
      return ELSEWHERE.includes(reason) ? 'conversation.transferred' : 'conversation.queued';
    case 'agent':
      if (ELSEWHERE.includes(reason)) return 'conversation.transferred';
      return from === 'waiting' || from === 'wrap_up' ? 'conversation.resumed' : 'conversation.accepted';
    case 'waiting':
      return 'conversation.waiting';
    case 'wrap_up':
      return 'conversation.ended';
    case 'closed':
      return 'conversation.closed';
  }
}

/** What the bot hears of a handoff. That it waits still after a missed or rejected offer is nothing new to it. */
function statusOf(happening: Happening, randomId: () => string, at: number): ConversationEvent[] {
  const state = stateOf(happening);
  if (state === undefined) return [];
  const value: HandoffStatus = { state, reasonCode: happening.reason ?? state };
  return [{ id: `status:${randomId()}`, name: 'handoff.status', at, value: JSON.stringify(value) }];
}

function stateOf({ type, from }: Happening): HandoffStatus['state'] | undefined {
  switch (type) {
    case 'conversation.queued':
      return 'queued';
    case 'conversation.offered':
      return 'offered';
    case 'conversation.accepted':
      return 'accepted';
    case 'conversation.transferred':
      return 'transferred';
    case 'conversation.returned':
      return 'returned';
    case 'conversation.closed':
      // What the bot itself has ended was no handoff; what was still in the queue has come to nobody.
      if (from === 'bot') return undefined;
      return from === 'open' ? 'failed' : 'completed';
    default:
      return undefined;
  }
}
