import type { Bot, TurnOutput } from '../bot-turn.ts';
import { type Asked, TURN_DEADLINE, type TurnParts, workOff } from '../conversations/turn.ts';
import { SwitchboardError } from '../errors.ts';
import { createLoop, type Loop, type LoopParts } from './loop.ts';

/** Turns wait for the bot's actions more than they compute, so there are more of them than processors. */
const SLOTS = 64;
/** Milliseconds. Finds what another process left behind and timers; this process hints at its own work. */
const INTERVAL = 1000;

export interface Turns extends Loop {
  /**
   * Runs a bot's turn on a conversation in its order, between the turns of its messages, and commits and sends what
   * it says. Rejects with what the bot throws, `not_found` for an unknown conversation, `wrong_state` when a person
   * has it.
   */
  ask(conversationId: string, bot: Bot): Promise<void>;
}

export function createTurns(parts: TurnParts & Pick<LoopParts, 'log' | 'sleep'>): Turns {
  const { store, now } = parts;
  const asked = new Map<string, { turn: Asked; done: () => void; cancel: (reason: unknown) => void }[]>();
  const turnParts: TurnParts = { ...parts, bot: withDeadline(parts.bot, TURN_DEADLINE) };

  async function work(conversationId: string): Promise<void> {
    const waiting = asked.get(conversationId)?.[0];
    if (!waiting) {
      await workOff(turnParts, conversationId);
      return;
    }
    // Not claimed: another has it. The next look tries again, as it does for what is in the store.
    if (!(await workOff(turnParts, conversationId, waiting.turn))) return;
    const rest = (asked.get(conversationId) ?? []).slice(1);
    if (rest.length > 0) asked.set(conversationId, rest);
    else asked.delete(conversationId);
    waiting.done();
    if (rest.length > 0) loop.hint(conversationId);
  }

  const loop = createLoop({
    name: 'turns',
    slots: SLOTS,
    interval: INTERVAL,
    log: parts.log,
    sleep: parts.sleep,
    work,
    async scan(limit) {
      const due = await store.conversations
        .find({ dueAt: { $lte: now() }, leaseUntil: { $lt: now() } }, { sort: { dueAt: 1 }, limit })
        .toArray();
      return [...asked.keys(), ...due.map(({ _id }) => _id)];
    },
  });

  return {
    ...loop,
    async stop() {
      await loop.stop();
      const reason = new SwitchboardError('not_ready', 'The service stops: the turn did not take place.');
      for (const { cancel } of [...asked.values()].flat()) cancel(reason);
      asked.clear();
    },
    async ask(conversationId, bot) {
      if (!(await store.conversations.findOne({ _id: conversationId }))) {
        throw new SwitchboardError(
          'not_found',
          'There is no such conversation: the customer has to write first.',
        );
      }
      await new Promise<void>((resolve, reject) => {
        let failure: unknown;
        const turn: Asked = {
          kind: 'asked',
          id: `continue:${parts.randomId()}`,
          refused: (error) => {
            failure = error;
          },
          // The caller hears of the error; the customer, who asked for nothing, does not.
          bot: async (input) => {
            failure = undefined;
            try {
              return await withDeadline(bot, TURN_DEADLINE)(input);
            } catch (error) {
              failure = error;
              return unchanged(input.botState);
            }
          },
        };
        const done = () => (failure === undefined ? resolve() : reject(failure));
        asked.set(conversationId, [...(asked.get(conversationId) ?? []), { turn, done, cancel: reject }]);
        loop.hint(conversationId);
      });
    },
  };
}

function unchanged(botState: string | null): TurnOutput {
  return { texts: [], botState, locale: null, handoff: null, ended: null };
}

/** A bot that hangs would keep its conversation and a slot for good; its lease would run out under it. */
function withDeadline(bot: Bot, deadline: number): Bot {
  return async (input) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new SwitchboardError('bot_failed', `The bot took longer than ${deadline} ms.`)),
        deadline,
      );
    });
    try {
      return await Promise.race([bot(input), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
