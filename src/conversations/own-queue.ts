import type { OwnQueue } from '../bot-turn.ts';
import type { QueueDoc, Store } from '../store/documents.ts';
import { nextOpening, openAt } from './hours.ts';
import type { Settings } from './settings.ts';

/** More waiting than any rule or dialog can ask about. */
const MOST_COUNTED = 1000;

/** The queue of a number's workstream as a bot is told of it, `at` milliseconds since 1970, but for how many wait. */
export function ownQueue(settings: Settings, number: string, at: number): Omit<OwnQueue, 'waiting'> {
  const { queueId: id } = settings.workstream(number);
  const queue = settings.queue(id);
  const opening = openAt(queue?.hours, at);
  if (opening.open) return { id, isOpen: true, opens: null, holiday: null };
  return { id, isOpen: false, opens: opensOf(queue, at), holiday: opening.holiday ?? null };
}

/** When a queue that is closed opens next, and the time zone of its hours; null = not within a year. */
export function opensOf(queue: Pick<QueueDoc, 'hours'> | undefined, at: number): OwnQueue['opens'] {
  const next = nextOpening(queue?.hours, at);
  return queue?.hours && next !== null ? { at: next, timeZone: queue.hours.timeZone } : null;
}

/** How many wait in a queue; 1000 for more. */
export function waitingIn(store: Pick<Store, 'conversations'>, queueId: string): Promise<number> {
  return store.conversations.countDocuments({ queueId, state: 'open' }, { limit: MOST_COUNTED });
}
