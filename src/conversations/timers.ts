import type { ConversationDoc } from '../store/documents.ts';
import type { Times } from '../store/workstream.ts';
import type { Settings } from './settings.ts';
import { placeOf } from './state.ts';

export type TimerKind =
  | 'auto_close'
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
 * (`dueAt`), which is written when it lets go of it; a change of the settings holds from the next such time on.
 */
export function timersOf(conversation: ConversationDoc, settings: Settings): Timer[] {
  const workstream = settings.workstream(conversation.number);
  const { times, capacity } = workstream.settings;
  const { createdAt, stretches, lastMessageAt, queueId } = conversation;
  const since = stretches.at(-1)?.since ?? createdAt;
  const active = lastMessageAt;
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
      set('auto_close', active, times.closeActive);
      break;
    case 'open': {
      set('auto_close', active, times.closeOpen);
      set('untaken', conversation.untakenAt, 0);
      set('offer', conversation.offer?.until, 0);
      const rules = queueId === undefined ? [] : ageRules(settings, queueId);
      set('overflow', conversation.queuedAt, rules[conversation.overflowed ?? 0]);
      break;
    }
    case 'agent':
      set('auto_close', active, times.closeActive);
      if ((conversation.repliedAt ?? 0) < since) set('first_response', since, times.firstResponse);
      else inactivity(conversation, times, set);
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
  return timers.sort((a, b) => a.at - b.at);
}

/** When somebody is told that nobody has taken a conversation that comes into a queue now. */
export function untakenFrom(
  settings: Settings,
  { number }: Pick<ConversationDoc, 'number'>,
  now: number,
): number {
  return now + settings.workstream(number).settings.times.untaken * 1000;
}

/** Seconds after which each of the queue's rules for a long wait acts, the earliest first. */
function ageRules(settings: Settings, queueId: string): number[] {
  return (settings.queue(queueId)?.overflow ?? [])
    .flatMap(({ when }) => (when.is === 'age' ? [when.seconds] : []))
    .sort((a, b) => a - b);
}

/** The customer has been answered and does not write: a reminder, and some time after it the end. */
function inactivity(
  { unansweredSince, repliedAt, remindedAt }: ConversationDoc,
  times: Times,
  set: (kind: TimerKind, from: number | undefined, seconds: number | null) => void,
): void {
  if (unansweredSince !== undefined || repliedAt === undefined) return;
  if (remindedAt === undefined) set('remind', repliedAt, times.remind);
  else set('close_reminded', remindedAt, times.closeReminded);
}
