import type { Bot } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, ConversationEvent, MessageDoc, Store } from '../store/documents.ts';
import { inSpan, type RunningSpan } from '../tracing.ts';
import { type AutomatedParts, withAutomated } from './automated-messages.ts';
import { botSpeaks, botTurn } from './bot-side.ts';
import { type Changes, conversationUpdate, heardOf, touchedBy } from './commit.ts';
import { asNotices, tracedBy } from './compose.ts';
import { NOTHING, type TurnDecision } from './decision.ts';
import { copyPending } from './flush.ts';
import { tellStatus } from './handoff-status.ts';
import type { Cause, NewsSource } from './news.ts';
import { nextLook, restingUntil, textAt } from './rest.ts';
import { move, placeOf } from './state.ts';
import { decideText, type TextSideParts } from './text-side.ts';
import { decideTimer, type TimerSideParts } from './timer-side.ts';
import { type Timer, timersOf } from './timers.ts';

/** Milliseconds. Longer than the longest turn, which `TURN_DEADLINE` cuts. A crashed worker's conversation waits this long. */
export const LEASE = 30_000;
export const TURN_DEADLINE = 20_000;

/** An input that was begun this often without a commit has taken the process down each time: a person gets it. */
const MAX_ATTEMPTS = 5;

export interface TurnParts extends TextSideParts, TimerSideParts, AutomatedParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'queues' | 'agents' | 'optouts' | 'inOrder'>;
  bot: Bot;
  /** Absent = nobody outside is told of anything. */
  news?: NewsSource;
  /** Makes ids of leases. */
  randomId: () => string;
  /** Told the ids of messages that may be sent now. */
  queued: (messageIds: string[]) => void;
  /** Told of the error of a bot's turn; the customer is apologised to and handed over. */
  botFailed: (error: unknown, conversationId: string, correlationId: string) => void;
  /** Told of a handoff to a queue that there is not. Its name may be anything, also a customer's text. */
  lacksQueue: (conversationId: string, correlationId: string) => void;
  /** Told of each piece of work done; `duration` in milliseconds. */
  worked: (work: { kind: Work['kind']; outcome: Outcome; duration: number }) => void;
}

/** `void` = the conversation has changed meanwhile. */
export type Outcome = TurnDecision['outcome'] | 'void';

/** One thing to do with a conversation. */
export type Work =
  | { kind: 'event'; event: ConversationEvent }
  | { kind: 'timer'; timer: Timer }
  | { kind: 'message'; id: string }
  | Asked;

/** A turn that the program itself asks for, such as Bot Framework's `continueConversation`. Not stored. */
export interface Asked {
  kind: 'asked';
  id: string;
  bot: Bot;
  /** Called once the turn is committed. */
  done: () => void;
  /** Told instead of `done` why the turn has changed nothing: what the bot threw, or `wrong_state`. */
  refused: (reason: unknown) => void;
}

/**
 * Works off what a conversation has waiting: claims it, does one piece of work after another, each with one commit,
 * and releases it. Resolves false when somebody else has it or nothing is due, and when `asked` is still to be done.
 * A crash at any point leaves the lease to run out; the next claim first copies what was committed, so that each step
 * takes effect once.
 *
 * `asked`, when given, is done first, also when nothing else is due.
 */
export async function workOff(parts: TurnParts, conversationId: string, asked?: Asked): Promise<boolean> {
  const { store, now } = parts;
  const leaseId = parts.randomId();
  const claimed = await store.conversations.findOneAndUpdate(
    {
      _id: conversationId,
      leaseUntil: { $lt: now() },
      ...(asked ? {} : { dueAt: { $lte: now() } }),
    },
    {
      $set: { leaseId, leaseUntil: now() + LEASE },
      $inc: { attempts: 1 },
      // Should the process die after the commit, a look finds the conversation and flushes it.
      ...(asked ? { $min: { dueAt: now() } } : {}),
    },
    { returnDocument: 'after' },
  );
  if (!claimed) return false;

  let conversation: ConversationDoc | null = claimed;
  let first = asked;
  while (conversation) {
    const current: ConversationDoc = conversation;
    const work: Work | undefined = first ?? nextWork(parts, current);
    let released = false;
    const letGo = async () => {
      released = await release(parts, current, leaseId);
    };
    const copied = await copyPending(parts, current, work ? [] : [letGo]);
    if (copied.length > 0) parts.queued(copied);
    if (released) return true;
    const committed: ConversationDoc | null = work ? await step(parts, current, work, leaseId) : null;
    if (committed) first = undefined;
    conversation = committed ?? (await reread(parts, conversationId, leaseId));
  }
  return first === undefined;
}

/** What the customer wrote comes before a timer: it may be what the timer waited for. */
function nextWork(parts: TurnParts, conversation: ConversationDoc): Exclude<Work, Asked> | undefined {
  const event = conversation.events[0];
  if (event) return { kind: 'event', event };
  const id = conversation.inbox[0];
  if (id !== undefined && textAt(conversation) <= parts.now()) return { kind: 'message', id };
  const timer = timersOf(conversation, parts.settings)[0];
  return timer && timer.at <= parts.now() ? { kind: 'timer', timer } : undefined;
}

/** False when something came in since `conversation` was read. */
async function release(parts: TurnParts, conversation: ConversationDoc, leaseId: string): Promise<boolean> {
  const { _id, wake, version } = conversation;
  const { matchedCount } = await parts.store.conversations.updateOne(
    { _id, leaseId, wake, version },
    restingUntil(nextLook(conversation, parts.settings)),
  );
  return matchedCount === 1;
}

/** What the conversation became while its lease was ours; null when the lease is lost. */
function reread(parts: TurnParts, conversationId: string, leaseId: string): Promise<ConversationDoc | null> {
  return parts.store.conversations.findOneAndUpdate(
    { _id: conversationId, leaseId },
    { $set: { leaseUntil: parts.now() + LEASE } },
    { returnDocument: 'after' },
  );
}

/** Decides one piece of work and commits it. Null when the conversation has changed meanwhile: the decision is void. */
async function step(
  parts: TurnParts,
  conversation: ConversationDoc,
  work: Work,
  leaseId: string,
): Promise<ConversationDoc | null> {
  const message = work.kind === 'message' ? await parts.store.messages.findOne({ _id: work.id }) : null;
  const given = { parent: message?.traceparent, attributes: { 'switchboard.work': work.kind } };
  return inSpan('turn', given, async (span) => {
    const taken = await takeStep(parts, conversation, { work, message, span }, leaseId);
    span.note({ 'switchboard.outcome': taken.outcome });
    return taken.committed;
  });
}

/** A piece of work, with the text that it is about. */
interface Taken {
  work: Work;
  message: MessageDoc | null;
  span: RunningSpan;
}

async function takeStep(
  parts: TurnParts,
  conversation: ConversationDoc,
  taken: Taken,
  leaseId: string,
): Promise<{ committed: ConversationDoc | null; outcome: Outcome }> {
  const { work, span } = taken;
  const started = parts.now();
  const {
    outcome,
    lacksQueue,
    committed: whenCommitted,
    automated,
    asked,
    ...decided
  } = await decide(parts, conversation, taken);
  if (lacksQueue) parts.lacksQueue(conversation._id, span.correlationId);
  const said = await withAutomated(parts, conversation, decided.changes, automated, asked);
  const changes = { ...said, ...parts.news?.ofCommit(conversation, said, causeOf(work, said)) };
  const heard = heardOf(changes);
  const update = conversationUpdate(conversation, changes, parts.now());
  const committed = await parts.store.conversations.findOneAndUpdate(
    { _id: conversation._id, version: conversation.version, leaseId },
    {
      ...update,
      $set: {
        ...update.$set,
        // What was pending has been copied; anything newer would have raised the version.
        pending: tracedBy(changes.messages ?? [], span.traceparent),
        endedSessions: changes.endedSession ? [changes.endedSession] : [],
        handled: work.kind === 'message' ? [work.id] : [],
        ...(work.kind === 'message' && changes.masked ? { masked: [work.id] } : {}),
        touched: touchedBy(changes),
        attempts: 0,
        leaseUntil: parts.now() + LEASE,
        // Whoever else adds one raises the version.
        ...(work.kind === 'event' || heard.length > 0
          ? { events: [...withoutEvent(conversation, work), ...heard] }
          : {}),
      },
      ...(work.kind === 'message' ? { $pull: { inbox: work.id } } : {}),
    },
    { returnDocument: 'after' },
  );
  const became = committed ? outcome : 'void';
  parts.worked({ kind: work.kind, outcome: became, duration: parts.now() - started });
  if (committed) await whenCommitted?.(span.correlationId);
  return { committed, outcome: became };
}

function withoutEvent({ events }: ConversationDoc, work: Work): ConversationEvent[] {
  return work.kind === 'event' ? events.filter(({ id }) => id !== work.event.id) : events;
}

/** A message that was handled before, whose changes are none, is not told of again. */
function causeOf(work: Work, changes: Changes): Cause {
  if (work.kind === 'timer' && work.timer.kind === 'untaken') return { untaken: true };
  return work.kind === 'message' && Object.keys(changes).length > 0 ? { messageId: work.id } : {};
}

async function decide(
  parts: TurnParts,
  conversation: ConversationDoc,
  { work, message, span }: Taken,
): Promise<TurnDecision> {
  const place = placeOf(conversation);
  const bot = botFor(parts, conversation, span);
  switch (work.kind) {
    case 'message':
      // A repeated callback may put a message into the inbox that an earlier turn has handled.
      return message?.status === 'received' ? decideText(parts, conversation, message, bot) : NOTHING;
    case 'event': {
      const { id, name, at, value } = work.event;
      if (name === 'handoff.status') return tellStatus(parts, conversation, work.event, bot);
      if (place !== 'bot') return NOTHING;
      return botTurn(parts, conversation, bot, { type: 'event', id, name, at, value: JSON.parse(value) });
    }
    case 'timer':
      return decideTimer(parts, conversation, work.timer, bot);
    case 'asked':
      return decideAsked(parts, conversation, { ...work, bot: tracedBot(work.bot, span) });
  }
}

async function decideAsked(
  parts: TurnParts,
  conversation: ConversationDoc,
  asked: Asked,
): Promise<TurnDecision> {
  const moved = move(conversation, 'continue', parts.now());
  if (!moved.allowed) {
    const reason = 'A person has the conversation: the bot may not speak.';
    return { ...NOTHING, committed: () => asked.refused(new SwitchboardError('wrong_state', reason)) };
  }
  // Whoever asked hears of the bot's error; the customer, who asked for nothing, gets no apology.
  let failure: { error: unknown } | undefined;
  const bot: Bot = async (input) => {
    try {
      return await asked.bot(input);
    } catch (error) {
      failure = { error };
      const nothing = { texts: [], locale: null, handoff: null, ended: null, waitsAt: null, wakeAt: null };
      return { ...nothing, botState: input.botState, hidden: null };
    }
  };
  const activity = { type: 'event', id: asked.id, name: 'continue', at: parts.now() } as const;
  const decision = await botSpeaks(parts, conversation, moved, bot, activity);
  if (failure) {
    const { error } = failure;
    return { changes: {}, outcome: 'bot_failed', committed: () => asked.refused(error) };
  }
  // The program speaks by itself: the customer has not asked just now.
  return { ...decision, changes: asNotices(decision.changes), committed: asked.done };
}

/** The bot, or one that fails at once when this input has been begun too often; what it throws is told. */
function botFor(parts: TurnParts, { _id, attempts }: ConversationDoc, span: RunningSpan): Bot {
  const bot = tracedBot(parts.bot, span);
  return async (input) => {
    try {
      if (attempts > MAX_ATTEMPTS) {
        throw new SwitchboardError('bot_failed', 'This input was begun too often without an end.');
      }
      return await bot(input);
    } catch (error) {
      parts.botFailed(error, _id, span.correlationId);
      throw error;
    }
  };
}

function tracedBot(bot: Bot, { correlationId }: RunningSpan): Bot {
  return (input) => bot({ ...input, correlationId });
}
