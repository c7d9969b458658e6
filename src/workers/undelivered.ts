import { leftUntold, tellUndelivered } from '../conversations/undelivered.ts';
import type { Store } from '../store/documents.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

const INTERVAL = 10_000;

/** Tells of texts that have failed: of those hinted at now, and of those that a process which died has left. */
export function createUndelivered(
  parts: {
    store: Pick<Store, 'conversations' | 'messages'>;
    now: () => number;
    /** Whether the bot is to hear of its texts that failed, now. */
    botWants: () => boolean;
    /** Told of a conversation in which there is something to do or to see. */
    due: (conversationId: string) => void;
  } & Pick<LoopParts, 'log' | 'sleep'>,
): Loop {
  const { store, now, botWants, due, log, sleep } = parts;
  return createLoop({
    name: 'undelivered',
    slots: 8,
    interval: INTERVAL,
    log,
    sleep,
    async work(messageId) {
      const told = await tellUndelivered(store, messageId, { botWants: botWants(), now: now() });
      if (told !== null) due(told);
    },
    scan: (limit) => leftUntold(store, now(), limit),
  });
}
