import type { Bot } from '../bot-turn.ts';
import { type Asked, TURN_DEADLINE, type TurnParts, workOff } from '../conversations/turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { Store } from '../store/documents.ts';
import { withinTime } from '../within-time.ts';
import { createLoop, type Loop, type WorkerParts } from './loop.ts';

/** Turns wait for the bot's actions more than they compute, so there are more of them than processors. */
const SLOTS = 64;
/**
 * Milliseconds. Finds what another process left behind and timers, none of which is to fire more than a second late;
 * this process hints at its own work.
 */
const INTERVAL = 500;

export interface Turns extends Loop {
  /**
   * Runs a bot's turn on a conversation in its order, between the turns of its messages. Resolves when what it says is
   * on disk, from where it is sent. Rejects with what the bot throws, `not_found` for an unknown conversation,
   * `wrong_state` when a person has it, `not_ready` when the service stops first: then nothing has changed. Rejects with
   * the store's error when the store fails once the bot has run: then the turn may have taken place, and is not tried
   * again.
   */
  ask(conversationId: string, bot: Bot): Promise<void>;
}

export type TurnsParts = TurnParts & { store: Pick<Store, 'durable'> } & WorkerParts;

export function createTurns(parts: TurnsParts): Turns {
  const { store, now } = parts;
  /** By conversation, in the order asked. */
  const asked = new Map<string, Waiting[]>();
  const turnParts: TurnParts = { ...parts, bot: withDeadline(parts.bot, TURN_DEADLINE) };
  let stopping = false;

  async function work(conversationId: string): Promise<void> {
    const first = asked.get(conversationId)?.[0];
    if (first) first.begun = false;
    try {
      // Not claimed: another has it. The next look tries again, as it does for what is in the store.
      if (!(await workOff(turnParts, conversationId, first?.turn)) || !first) return;
    } catch (error) {
      if (first?.begun) first.turn.refused(error);
      throw error;
    }
    if (asked.has(conversationId)) loop.hint(conversationId);
  }

  /** One that another worker has looks due until that lets go of it. */
  async function nextAt(): Promise<number> {
    if (asked.size > 0) return now();
    const next = await store.conversations.findOne({ dueAt: { $gte: 0 } }, { sort: { dueAt: 1 } });
    return next?.dueAt ?? Number.POSITIVE_INFINITY;
  }

  const loop = createLoop({
    name: 'turns',
    slots: SLOTS,
    interval: INTERVAL,
    rest: parts.restOf?.(['conversations'], nextAt),
    log: parts.log,
    sleep: parts.sleep,
    work,
    async scan(limit) {
      const due = await store.conversations
        .find({ dueAt: { $lte: now() }, leaseUntil: { $lt: now() } }, { sort: { dueAt: 1 }, limit })
        .toArray();
      // Not among the answers: many that another process holds would look like more to do, and looks would never rest.
      for (const id of asked.keys()) loop.hint(id);
      return due.map(({ _id }) => _id);
    },
  });

  /** Puts the turn in the conversation's line, which it leaves when it is over. */
  function enqueue(conversationId: string, bot: Bot): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        const rest = (asked.get(conversationId) ?? []).filter((other) => other !== waiting);
        if (rest.length > 0) asked.set(conversationId, rest);
        else asked.delete(conversationId);
      };
      const refused = (reason: unknown) => {
        leave();
        reject(reason);
      };
      const done = () => {
        leave();
        resolve();
      };
      const timed = withDeadline(bot, TURN_DEADLINE);
      const begin: Bot = (input) => {
        waiting.begun = true;
        return timed(input);
      };
      const id = `continue:${parts.randomId()}`;
      const waiting: Waiting = {
        turn: { kind: 'asked', id, bot: begin, done, refused },
        begun: false,
      };
      asked.set(conversationId, [...(asked.get(conversationId) ?? []), waiting]);
      loop.hint(conversationId);
    });
  }

  return {
    ...loop,
    async stop() {
      stopping = true;
      await loop.stop();
      for (const { turn } of [...asked.values()].flat()) turn.refused(stopped());
    },
    async ask(conversationId, bot) {
      if (!(await store.conversations.findOne({ _id: conversationId }))) {
        throw new SwitchboardError(
          'not_found',
          'There is no such conversation: the customer has to write first.',
        );
      }
      // Checked after the look, in the same turn of the event loop as the line is joined: nobody would refuse it later.
      if (stopping) throw stopped();
      await enqueue(conversationId, bot);
      await store.durable();
    },
  };
}

interface Waiting {
  turn: Asked;
  /** The bot has run: whether the store has the commit is not known when it fails now, so it is not tried again. */
  begun: boolean;
}

function stopped(): SwitchboardError {
  return new SwitchboardError('not_ready', 'The service stops: the turn did not take place.');
}

/** A bot that hangs would keep its conversation and a slot for good; its lease would run out under it. */
function withDeadline(bot: Bot, deadline: number): Bot {
  const late = () => new SwitchboardError('bot_failed', `The bot took longer than ${deadline} ms.`);
  return (input) => withinTime(deadline, late, () => bot(input));
}
