import { dueAnswers, dueNotices, nextAnswerAt, nextNoticeAt } from '../conversations/due-texts.ts';
import { giveBackUnsent, type OutboxParts, sendOut, type Unsent } from '../conversations/outbox.ts';
import type { Pacing } from '../conversations/pacing.ts';
import type { MessageDoc } from '../store/documents.ts';
import { createAlarm } from './alarm.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Requests to TeleSign at once. */
const SLOTS = 64;
/** The same for notices: enough for 50 a second that take half a second each, from the look to TeleSign's answer. */
const NOTICE_SLOTS = 32;
/** Notices looked at, of which some are worked on: processes that see the same ones rarely choose the same then. */
const NOTICES_SEEN = 128;
/** Milliseconds. Retries fall due on it, so a back-off is up to this much longer. */
const INTERVAL = 1000;

export interface SendsParts extends Omit<OutboxParts, 'pacing'>, WorkerParts {
  /** Absent = nothing is ever held up. */
  pacing?: Omit<Pacing, 'booked' | 'sleep'>;
}

/**
 * Sends what is due, and at once what it gets a hint of. What the store's failure keeps from leaving is queued again once
 * the store takes writes.
 */
export function createSends(parts: SendsParts): Loop {
  return sender(parts, {
    name: 'sends',
    slots: SLOTS,
    look: (limit) => dueAnswers(parts.store, parts.now(), limit),
    nextAt: () => nextAnswerAt(parts.store),
  });
}

/** Sends notices that are due, few at a time. */
export function createNotices(parts: SendsParts): Loop {
  return sender(parts, {
    name: 'notices',
    slots: NOTICE_SLOTS,
    async look(limit) {
      const due = await dueNotices(parts.store, parts.now(), NOTICES_SEEN);
      const drawn = due.map((message) => ({ message, at: parts.random() })).sort((a, b) => a.at - b.at);
      return drawn.slice(0, limit).map(({ message }) => message);
    },
    nextAt: () => nextNoticeAt(parts.store),
  });
}

interface Line {
  name: string;
  slots: number;
  /** What is due. */
  look: (limit: number) => Promise<MessageDoc[]>;
  /** When the next is. */
  nextAt: () => Promise<number>;
}

function sender({ pacing, restOf, ...parts }: SendsParts, { name, slots, look, nextAt }: Line): Loop {
  const { now, log, sleep } = parts;
  const unsent: Unsent = new Map();
  const alarm = createAlarm({ now, sleep, ring: (messageId) => loop.hint(messageId) });
  const outbox: OutboxParts = {
    ...parts,
    ...(pacing && {
      pacing: {
        ...pacing,
        booked: (messageId, at) => alarm.set(messageId, at),
        sleep: (timeout) => sleep(timeout, new AbortController().signal),
      },
    }),
  };
  const loop = createLoop({
    name,
    slots,
    interval: INTERVAL,
    rest: restOf?.(['messages'], async () => (unsent.size > 0 ? now() : nextAt())),
    log,
    sleep,
    work: (messageId) => sendOut(outbox, messageId, unsent),
    async scan(limit) {
      const due = await look(limit);
      // The store has them as being sent, so they are not among what is due.
      for (const id of unsent.keys()) loop.hint(id);
      return due.map(({ _id }) => _id);
    },
  });
  return {
    ...loop,
    async stop() {
      await alarm.stop();
      await loop.stop();
      // Nobody else knows that these have not left: the next process would call them unknown.
      for (const id of unsent.keys()) {
        try {
          await giveBackUnsent(outbox, id, unsent);
        } catch (error) {
          log.error({ err: error, loop: name }, 'a text that has not left could not be queued again');
        }
      }
    },
  };
}
