import type { Bot, ReturnTarget, TurnActivity } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, ConversationEvent, MessageDoc, Store } from '../store/documents.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import { backToQueue } from './absence.ts';
import { type AutomatedParts, withAutomated } from './automated-messages.ts';
import { botTurn } from './bot-side.ts';
import { type Changes, conversationUpdate, OF_A_PERSONS_TURN, touchedBy } from './commit.ts';
import { copyPending } from './flush.ts';
import { tellStatus } from './handoff-status.ts';
import type { Cause, NewsSource } from './news.ts';
import { askedInQueue, type QueueWord } from './queue-side.ts';
import { type AllowedMove, type Move, move, placeOf } from './state.ts';
import { type SurveyScore, surveyAnswer } from './survey.ts';
import { decideTimer, type TimerSideParts } from './timer-side.ts';
import { type Timer, timersOf, untakenFrom } from './timers.ts';

/** Milliseconds. Longer than the longest turn, which `TURN_DEADLINE` cuts. A crashed worker's conversation waits this long. */
export const LEASE = 30_000;
export const TURN_DEADLINE = 20_000;

/** An input that was begun this often without a commit has taken the process down each time: a person gets it. */
const MAX_ATTEMPTS = 5;

export interface TurnParts extends TimerSideParts, AutomatedParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'queues' | 'agents' | 'inOrder'>;
  bot: Bot;
  queueWord: QueueWord;
  surveyScore: SurveyScore;
  /** Absent = nobody outside is told of anything. */
  news?: NewsSource;
  /** Makes ids of leases. */
  randomId: () => string;
  /** Told the ids of messages that may be sent now. */
  queued: (messageIds: string[]) => void;
  /** Told of each piece of work done; `duration` in milliseconds. */
  worked: (work: { kind: Work['kind']; outcome: Outcome; duration: number }) => void;
}

export type Outcome = 'answered' | 'recorded' | 'bot_failed' | 'void';

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
  if (id !== undefined) return { kind: 'message', id };
  const timer = timersOf(conversation, parts.settings)[0];
  return timer && timer.at <= parts.now() ? { kind: 'timer', timer } : undefined;
}

/** False when something came in since `conversation` was read. */
async function release(parts: TurnParts, conversation: ConversationDoc, leaseId: string): Promise<boolean> {
  const timer = timersOf(conversation, parts.settings)[0];
  const { matchedCount } = await parts.store.conversations.updateOne(
    { _id: conversation._id, leaseId, wake: conversation.wake, version: conversation.version },
    {
      $set: {
        pending: [],
        handled: [],
        endedSessions: [],
        touched: [],
        leaseUntil: 0,
        attempts: 0,
        ...(timer ? { dueAt: timer.at } : {}),
      },
      $unset: { leaseId: true, surveyed: true, ...(timer ? {} : { dueAt: true }) },
    },
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
  const started = parts.now();
  const {
    outcome,
    committed: whenCommitted,
    automated,
    asked,
    ...decided
  } = await decide(parts, conversation, work);
  const said = await withAutomated(parts, conversation, decided.changes, automated, asked);
  const changes = { ...said, ...parts.news?.ofCommit(conversation, said, causeOf(work, said)) };
  const heard = [...(changes.event ? [changes.event] : []), ...(changes.statuses ?? [])];
  const update = conversationUpdate(conversation, changes, parts.now());
  const committed = await parts.store.conversations.findOneAndUpdate(
    { _id: conversation._id, version: conversation.version, leaseId },
    {
      ...update,
      $set: {
        ...update.$set,
        // What was pending has been copied; anything newer would have raised the version.
        pending: changes.messages ?? [],
        endedSessions: changes.endedSession ? [changes.endedSession] : [],
        handled: work.kind === 'message' ? [work.id] : [],
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
  parts.worked({
    kind: work.kind,
    outcome: committed ? outcome : 'void',
    duration: parts.now() - started,
  });
  if (committed) await whenCommitted?.();
  return committed;
}

function withoutEvent({ events }: ConversationDoc, work: Work): ConversationEvent[] {
  return work.kind === 'event' ? events.filter(({ id }) => id !== work.event.id) : events;
}

/** A message that was handled before, whose changes are none, is not told of again. */
function causeOf(work: Work, changes: Changes): Cause {
  if (work.kind === 'timer' && work.timer.kind === 'untaken') return { untaken: true };
  return work.kind === 'message' && Object.keys(changes).length > 0 ? { messageId: work.id } : {};
}

interface Decision {
  changes: Changes;
  outcome: Outcome;
  /** What the service itself says, beyond what the move brings. */
  automated?: AutomatedMessage[];
  /** What it says whether it is on or off, since the customer asked for it. */
  asked?: AutomatedMessage[];
  /** Called once the changes are committed. */
  committed?: () => unknown;
}

const NOTHING: Decision = { changes: {}, outcome: 'recorded' };

async function decide(parts: TurnParts, conversation: ConversationDoc, work: Work): Promise<Decision> {
  const place = placeOf(conversation);
  switch (work.kind) {
    case 'message': {
      const message = await parts.store.messages.findOne({ _id: work.id });
      // A repeated callback may put a message into the inbox that an earlier turn has handled.
      return message?.status === 'received' ? decideMessage(parts, conversation, message) : NOTHING;
    }
    case 'event': {
      const { id, name, at, value } = work.event;
      const bot = unlessPoison(parts, conversation);
      if (name === 'handoff.status') return tellStatus(parts, conversation, work.event, bot);
      if (place !== 'bot') return NOTHING;
      const target: ReturnTarget = JSON.parse(value);
      return botTurn(parts, conversation, bot, { type: 'event', id, name, at, value: target });
    }
    case 'timer':
      return decideTimer(parts, conversation, work.timer, unlessPoison(parts, conversation));
    case 'asked':
      return decideAsked(parts, conversation, work);
  }
}

async function decideAsked(parts: TurnParts, conversation: ConversationDoc, asked: Asked): Promise<Decision> {
  const moved = move(conversation, 'message', parts.now());
  if (!moved.allowed || moved.place !== 'bot') {
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
      return { texts: [], botState: input.botState, locale: null, handoff: null, ended: null, waitsAt: null };
    }
  };
  const activity = { type: 'event', id: asked.id, name: 'continue', at: parts.now() } as const;
  const decision = await botSpeaks(parts, conversation, moved, bot, activity);
  if (failure) {
    const { error } = failure;
    return { changes: {}, outcome: 'bot_failed', committed: () => asked.refused(error) };
  }
  return { ...decision, committed: asked.done };
}

async function decideMessage(
  parts: TurnParts,
  conversation: ConversationDoc,
  message: MessageDoc,
): Promise<Decision> {
  const { language } = parts.settings.workstream(conversation.number);
  const toService =
    surveyAnswer({ ...parts, language }, conversation, message) ??
    askedInQueue({ ...parts, language }, conversation, message, parts.now());
  if (toService) return toService;
  const moved = await moveOfMessage(parts, conversation);
  if (!moved.allowed) return NOTHING;
  if (moved.place !== 'bot') {
    const set = {
      unansweredSince: conversation.unansweredSince ?? message.at,
      ...(moved.line === 'joined'
        ? { untakenAt: untakenFrom(parts.settings, conversation, parts.now()) }
        : {}),
    };
    return {
      changes: { move: moved, set, unset: ['remindedAt'] },
      outcome: 'recorded',
    };
  }
  return botSpeaks(parts, conversation, moved, unlessPoison(parts, conversation), {
    type: 'message',
    id: message._id,
    text: message.text,
    at: message.at,
    channelData: message.provider,
  });
}

/** To the agent who parked it, or ended it, if they are there; else back into the queue. */
async function moveOfMessage(parts: TurnParts, conversation: ConversationDoc): Promise<Move> {
  const { agentId } = conversation;
  const place = placeOf(conversation);
  if (place === 'waiting' || place === 'wrap_up') {
    const agent = agentId === undefined ? null : await parts.store.agents.findOne({ _id: agentId });
    if (!agent || agent.presence === 'offline') {
      return move(conversation, 'requeue', parts.now(), backToQueue(parts.settings, conversation));
    }
  }
  return move(conversation, 'message', parts.now());
}

/** A turn of the bot in its own right: after `closed`, it opens the next session. */
async function botSpeaks(
  parts: TurnParts,
  conversation: ConversationDoc,
  moved: AllowedMove,
  bot: Bot,
  activity: TurnActivity,
): Promise<Decision> {
  const session =
    placeOf(conversation) === 'closed'
      ? { session: conversation.session + 1, sessionStartedAt: parts.now(), priority: 0 }
      : undefined;
  return botTurn(parts, { ...conversation, ...session, ...moved.fields }, bot, activity, {
    move: moved,
    ...(session ? { set: session, unset: [...OF_A_PERSONS_TURN, 'surveyOf'] } : {}),
  });
}

/** The bot, or one that fails at once when this input has been begun too often. */
function unlessPoison(parts: TurnParts, conversation: ConversationDoc): Bot {
  if (conversation.attempts <= MAX_ATTEMPTS) return parts.bot;
  return () =>
    Promise.reject(new SwitchboardError('bot_failed', 'This input was begun too often without an end.'));
}
