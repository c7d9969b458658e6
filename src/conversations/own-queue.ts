import type { OwnQueue } from '../bot-turn.ts';
import type { QueueDoc, Store } from '../store/documents.ts';
import { nextOpening, openAt } from './hours.ts';
import type { Settings } from './settings.ts';

/** As many as the rule of a queue can ask about, and rules of workstreams are told of. */
export const MOST_FOR_RULES = 10_000;

/** As many as bots are told of: they are at each of their turns. */
export const MOST_FOR_BOTS = 1000;

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

/** How many wait in a queue; `most` for more. */
export function waitingIn(
  store: Pick<Store, 'conversations'>,
  queueId: string,
  most: number,
): Promise<number> {
  return store.conversations.countDocuments({ queueId, state: 'open' }, { limit: most });
}
