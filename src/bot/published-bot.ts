import type { TurnContext } from 'botbuilder-core';
import { type ReturnCheck, TURN, type TurnUnderWay } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { ScriptBot } from './bot.ts';
import type { Scripts } from './load.ts';
import { carriedOver } from './moves.ts';
import type { Texts } from './texts.ts';

/** A set of dialogs ready to run. */
export interface DialogSet {
  /** See `dialogSetId`. */
  id: string;
  scripts: Scripts;
  texts: Texts;
  bot: ScriptBot;
}

/** The sets that conversations may be in. */
export interface DialogSets {
  /** The one that sessions begin with now. */
  current: () => DialogSet;
  /** An earlier one, if it is at hand. */
  atHand: (id: string) => DialogSet | undefined;
  /** An earlier one; undefined when it cannot be had any more. */
  find: (id: string) => Promise<DialogSet | undefined>;
}

/**
 * A bot whose dialogs may be published anew while it runs. A session goes on with the set that it began with, unless the
 * current one moves the step where it stands (see bot/moves.ts). The id of the set stands before the bot's own state.
 */
export function publishedBot(sets: DialogSets): Pick<ScriptBot, 'run' | 'lacks'> {
  async function run(context: TurnContext): Promise<void> {
    const underWay: TurnUnderWay | undefined = context.turnState.get(TURN);
    if (!underWay) throw new SwitchboardError('internal', 'The adapter has put no turn into turnState.');
    const { session } = underWay.input.conversation;
    const began = setOf(underWay.botState);
    const { set, state } =
      began?.session === session ? await place(began.set, began.state, session) : afresh(began);
    underWay.botState = state;
    await set.bot.run(context);
    underWay.botState = `${set.id}@${session} ${underWay.botState}`;
  }

  function afresh(began: Began | null) {
    return { set: sets.current(), state: began?.state ?? null };
  }

  async function place(id: string, state: string, session: number) {
    const current = sets.current();
    if (id === current.id) return { set: current, state };
    const carried = carriedOver(state, session, current.scripts);
    if (carried !== null) return { set: current, state: carried };
    const set = sets.atHand(id) ?? (await sets.find(id));
    // A set that is lost: the current one goes on as far as it has the same steps, and says so where it has not.
    return { set: set ?? current, state };
  }

  const lacks: ReturnCheck = (target, { botState, session }) => {
    const began = setOf(botState);
    const state = began?.state ?? null;
    if (began?.session !== session) return sets.current().bot.lacks(target, { botState: state, session });
    // Only the sets that are at hand can be asked at once; what a set lacks, its bot bears.
    return sets.atHand(began.set)?.bot.lacks(target, { botState: state, session });
  };

  return { run, lacks };
}

interface Began {
  set: string;
  session: number;
  /** The bot's own. */
  state: string;
}

const STATE = /^([0-9a-f]{16})@(\d+) (.*)$/s;

/** What is stored of a conversation, taken apart; null when it is not of a published set. */
export function setOf(botState: string | null): Began | null {
  const [, set, session, state] = STATE.exec(botState ?? '') ?? [];
  if (set === undefined || state === undefined) return null;
  return { set, session: Number(session), state };
}

/** What the bot has noted of a conversation, to be read: what its state comes to as JSON, or the state where it is none. */
export function notesIn(botState: string): unknown {
  const own = setOf(botState)?.state ?? botState;
  try {
    return JSON.parse(own);
  } catch {
    return own;
  }
}
