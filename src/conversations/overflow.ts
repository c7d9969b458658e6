import type { OverflowAction, OverflowRule, QueueDoc } from '../store/queue.ts';
import { openAt } from './hours.ts';

/**
 * What a queue does with more than it can serve, as Omnichannel does it: some rules are asked once, before a conversation
 * is queued, the others while it waits. After a move the next queue's rules count, from its own beginning.
 */

/**
 * What is to be done with a conversation instead of queueing it, or null. The first rule that holds counts. `waiting` is
 * how many conversations wait in the queue without it, `now` milliseconds since 1970.
 */
export function beforeQueueing(
  { overflow = [], hours }: Pick<QueueDoc, 'overflow' | 'hours'>,
  waiting: number,
  now: number,
): OverflowAction | null {
  const holds = ({ when }: OverflowRule): boolean => {
    if (when.is === 'closed') return !openAt(hours, now).open;
    return when.is === 'full' && waiting >= when.waiting;
  };
  return overflow.find(holds)?.then ?? null;
}

/**
 * What is to be done with a conversation that has waited in the queue for `waitedMs` milliseconds, or null. `already` is
 * how many rules for a long wait it has had there: each acts once, that of the shortest wait first.
 */
export function whileWaiting(
  queue: Pick<QueueDoc, 'overflow'>,
  waitedMs: number,
  already: number,
): OverflowAction | null {
  const next = ageRules(queue)[already];
  return next && waitedMs >= next.after ? next.action : null;
}

/** When the next rule for a long wait is due (milliseconds since 1970), after `done` of them; null when none is left. */
export function nextAgeCheck(
  queue: Pick<QueueDoc, 'overflow'>,
  queuedAt: number,
  done: number,
): number | null {
  const next = ageRules(queue)[done];
  return next ? queuedAt + next.after : null;
}

/** `after` in milliseconds. Rules of the same wait keep their order. */
function ageRules({
  overflow = [],
}: Pick<QueueDoc, 'overflow'>): { after: number; action: OverflowAction }[] {
  return overflow
    .flatMap(({ when, then }) => (when.is === 'age' ? [{ after: when.seconds * 1000, action: then }] : []))
    .sort((a, b) => a.after - b.after);
}
