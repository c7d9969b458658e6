import type { ConversationDoc, Stretch } from '../store/documents.ts';
import type { Times } from '../store/workstream.ts';
import { countsFrom } from './hours.ts';
import { nextAgeCheck } from './overflow.ts';
import { allowedAt } from './quiet.ts';
import type { Settings } from './settings.ts';
import { placeOf, type Reason } from './state.ts';

export type TimerKind =
  | 'auto_close'
  | 'wake_up'
  | 'untaken'
  | 'offer'
  | 'overflow'
  | 'first_response'
  | 'remind'
  | 'close_reminded'
  | 'wrap_up_free';

/** What will happen to a conversation by itself, and when. */
export interface Timer {
  kind: TimerKind;
  at: number;
}

/**
 * The timers of a conversation, the earliest first: never stored, but derived from what is, so that none can be left
 * behind, and each is gone once what it does is committed. A worker looks at the conversation at the earliest
 * (`dueAt`), which is written when it lets go of it; after a change of the settings it looks soon (`look-anew.ts`).
 */
export function timersOf(conversation: ConversationDoc, settings: Settings): Timer[] {
  const workstream = settings.workstream(conversation.number);
  const { times, capacity } = workstream.settings;
  const { createdAt, stretches, lastMessageAt, queueId } = conversation;
  const since = stretches.at(-1)?.since ?? createdAt;
  const active = Math.max(lastMessageAt, movedAt(stretches));
  const timers: Timer[] = [];
  const set = (kind: TimerKind, from: number | undefined, seconds: number | null | undefined) => {
    if (from !== undefined && seconds !== null && seconds !== undefined) {
      timers.push({ kind, at: from + seconds * 1000 });
    }
  };
  switch (placeOf(conversation)) {
    case 'closed':
      break;
    case 'bot':
      // Whoever has told a customer that they will hear in a week must still be there then.
      set('auto_close', Math.max(active, conversation.wakeAt ?? 0), times.closeActive);
      set('wake_up', conversation.wakeAt, 0);
      break;
    case 'open': {
      set('auto_close', active, times.closeOpen);
      set('offer', conversation.offer?.until, 0);
      const { queuedAt, overflowed = 0, untakenAt, assignAnyway } = conversation;
      const queue = queueId === undefined ? undefined : settings.queue(queueId);
      // While its queue is closed nobody is to take it, unless it is given away whoever is there.
      const closedFor =
        assignAnyway || queuedAt === undefined ? 0 : countsFrom(queue?.hours, queuedAt) - queuedAt;
      set('untaken', untakenAt, closedFor / 1000);
      if (queue && queuedAt !== undefined) {
        set('overflow', nextAgeCheck(queue, queuedAt, overflowed) ?? undefined, 0);
      }
      break;
    }
    case 'agent':
      set('auto_close', active, times.closeActive);
      if (owesAnswer(conversation, since)) {
        set('first_response', Math.max(since, conversation.optedInAt ?? 0), times.firstResponse);
      } else inactivity(conversation, times, set);
      break;
    case 'waiting':
      set('auto_close', active, times.closeWaiting);
      inactivity(conversation, times, set);
      break;
    case 'wrap_up':
      set('auto_close', since, times.closeWrapUp);
      if (typeof capacity.wrapUp === 'object' && !conversation.wrapUpFreed) {
        set('wrap_up_free', since, capacity.wrapUp.seconds);
      }
      break;
  }
  // They have written: what waits for their silence has no time until the text is handled, which may take its time.
  if (conversation.inbox.length > 0) return early(timers.filter(({ kind }) => !OF_SILENCE.has(kind)));
  // Sent by day, and the time that the customer then has begins by day.
  const { quietHours } = workstream.settings;
  for (const timer of timers) if (timer.kind === 'remind') timer.at = allowedAt(quietHours, timer.at);
  return early(timers);
}

/**
 * When somebody last moved it. What was silent for long would else be closed in the moment in which it is taken, parked or
 * passed on, or its agent is gone; what moves by itself does not count, since it could go round for ever.
 */
function movedAt(stretches: readonly Stretch[]): number {
  return stretches.findLast(({ reason }) => !BY_ITSELF.has(reason))?.since ?? 0;
}

/** Reasons that nobody has: with these alone, it could go from queue to queue, or to who never looks. */
const BY_ITSELF: ReadonlySet<string> = new Set<Reason>([
  'first_response_missed',
  'overflow',
  'waited_too_long',
]);

/** Those that the customer's next text puts off. */
const OF_SILENCE: ReadonlySet<TimerKind> = new Set<TimerKind>([
  'auto_close',
  'wake_up',
  'remind',
  'close_reminded',
]);

function early(timers: Timer[]): Timer[] {
  return timers.sort((a, b) => a.at - b.at);
}

/** When somebody is told that nobody has taken a conversation that comes into a queue now, were that open. */
export function untakenFrom(
  settings: Settings,
  { number }: Pick<ConversationDoc, 'number'>,
  now: number,
): number {
  return now + settings.workstream(number).settings.times.untaken * 1000;
}

/**
 * Who has it since then has not written. Whoever takes it from a colleague owes a word in any case; who takes up again what
 * they had parked does only where the customer has written. To who wants no texts nobody can write.
 */
function owesAnswer(conversation: ConversationDoc, since: number): boolean {
  const { repliedAt, unansweredSince, answerFailed, stretches, optedOutAt } = conversation;
  if (optedOutAt !== undefined) return false;
  if (repliedAt === undefined) return true;
  if (repliedAt >= since) return false;
  return (unansweredSince !== undefined && !answerFailed) || stretches.at(-1)?.reason !== 'resumed';
}

/**
 * The customer has been answered and does not write: a reminder, and some time after it the end. So with who wants no texts,
 * whom nobody can answer; the reminder is held.
 */
function inactivity(
  { unansweredSince, repliedAt, remindedAt, optedOutAt }: ConversationDoc,
  times: Times,
  set: (kind: TimerKind, from: number | undefined, seconds: number | null) => void,
): void {
  const answeredAt = unansweredSince === undefined ? repliedAt : undefined;
  const silentSince = optedOutAt === undefined ? answeredAt : Math.max(optedOutAt, repliedAt ?? 0);
  if (silentSince === undefined) return;
  if (remindedAt === undefined) set('remind', silentSince, times.remind);
  else set('close_reminded', remindedAt, times.closeReminded);
}
