import type { Bot } from '../bot-turn.ts';
import type { ConversationDoc, Store } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import { backToQueue } from './absence.ts';
import { toldOfClosing } from './automated-messages.ts';
import { type BotSideParts, botTurn } from './bot-side.ts';
import type { Changes } from './commit.ts';
import { asNotices } from './compose.ts';
import type { TurnDecision } from './decision.ts';
import { openAt } from './hours.ts';
import { waitedTooLong } from './long-wait.ts';
import { passedOverBy } from './offer-outcome.ts';
import { endedSession } from './session.ts';
import { type AllowedMove, move, type Parties, type Transition } from './state.ts';
import { type Timer, untakenFrom } from './timers.ts';

export interface TimerSideParts extends BotSideParts {
  store: Pick<Store, 'conversations' | 'queues' | 'agents'>;
  /** Told of a handoff that nobody took in time. */
  untaken: (conversation: ConversationDoc, correlationId: string) => void;
  /** Resolves once it shows that the agent let the time of an offer run out. */
  missed: (agentId: string) => Promise<unknown>;
}

/** What a timer that is due does to its conversation. Each makes its own timer go, so it acts once. */
export async function decideTimer(
  parts: TimerSideParts,
  conversation: ConversationDoc,
  { kind, at }: Timer,
  bot: Bot,
): Promise<TurnDecision> {
  const now = parts.now();
  switch (kind) {
    case 'auto_close':
      return closed(conversation, 'auto_closed', now);
    case 'close_reminded':
      return closed(conversation, 'customer_inactive', now);
    case 'remind':
      return { ...recorded({ set: { remindedAt: now } }), automated: ['inactivity_reminder'] };
    case 'wrap_up_free': {
      const { agentId } = conversation;
      const changes: Changes = { set: { wrapUpFreed: true } };
      return recorded(changes, agentId === undefined ? [] : [agentId]);
    }
    case 'wake_up': {
      const id = `wake:${conversation._id}:${at}`;
      const woken = await botTurn(parts, conversation, bot, { type: 'event', id, name: 'wakeUp', at });
      return { ...woken, changes: asNotices(woken.changes) };
    }
    case 'untaken': {
      const decided = await untaken(parts, conversation, at, bot);
      return { ...decided, committed: (correlationId) => parts.untaken(conversation, correlationId) };
    }
    case 'offer': {
      const missed = conversation.offer?.agentId;
      const moved = allowed(conversation, 'miss', now);
      if (missed === undefined || !moved) return recorded({ unset: ['offer'] });
      // Before the commit, which frees their room: another pass would put the next before who has just missed one. Nobody
      // can accept it any more, so it holds whatever becomes of the commit.
      await parts.missed(missed);
      const set = passedOverBy(conversation, missed, 'offer_missed', parts.now());
      return recorded({ move: moved, set, unset: ['offer'] });
    }
    case 'first_response': {
      const { agentId } = conversation;
      const { queueId } = backToQueue(parts.settings, conversation);
      const reason = 'first_response_missed';
      const moved = allowed(conversation, 'requeue', now, { reason, queueId });
      if (!moved) return recorded({});
      const set = {
        untakenAt: untakenFrom(parts.settings, conversation, now),
        ...(agentId === undefined ? {} : { passedOver: [{ agentId, at: now }] }),
      };
      return {
        ...recorded({ move: moved, set }),
        automated: toldOfClosing(parts.settings.queue(queueId), conversation, now),
      };
    }
    case 'overflow':
      return waitedTooLong(parts, conversation);
  }
}

async function untaken(
  parts: TimerSideParts,
  conversation: ConversationDoc,
  at: number,
  bot: Bot,
): Promise<TurnDecision> {
  const changes: Changes = { unset: ['untakenAt'] };
  const { queueId = '' } = conversation;
  const queue = parts.settings.queue(queueId);
  const automated: AutomatedMessage[] = openAt(queue?.hours, parts.now()).open
    ? ['not_assigned']
    : toldOfClosing(queue, conversation, parts.now());
  // A bot that failed would apologise once more. Whoever looks after the queue has been told.
  if (conversation.handoff?.reason === 'bot_failed') {
    return { ...recorded(changes), automated };
  }
  const id = `untaken:${conversation._id}:${at}`;
  const told = await botTurn(parts, conversation, bot, { type: 'event', id, name: 'untaken', at }, changes);
  const silent = !told.changes.move && !told.changes.messages?.length;
  return silent ? { ...told, automated } : told;
}

function recorded(changes: Changes, touched: string[] = []): TurnDecision {
  return { changes: touched.length > 0 ? { ...changes, touched } : changes, outcome: 'recorded' };
}

function closed(
  conversation: ConversationDoc,
  reason: 'auto_closed' | 'customer_inactive',
  now: number,
): TurnDecision {
  const closing = allowed(conversation, 'close', now, { reason });
  if (!closing) return recorded({});
  const end = { outcome: reason, closedBy: { kind: 'system' } } as const;
  return recorded({ move: closing, endedSession: endedSession(conversation, closing, end, now) });
}

function allowed(
  conversation: ConversationDoc,
  transition: Transition,
  now: number,
  parties?: Parties,
): AllowedMove | undefined {
  const decided = move(conversation, transition, now, parties);
  return decided.allowed ? decided : undefined;
}
