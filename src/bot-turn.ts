/**
 * The seam between conversations and whatever bot answers them. Plain data on both sides, so that a turn can be
 * stored, run again and tested without Bot Framework, and so that neither side imports the other.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What happened: a text from the customer, or something that the bot should hear of. */
export type TurnActivity =
  | { type: 'message'; id: string; text: string; at: number; channelData?: unknown }
  /** An agent gave the conversation back, perhaps naming where to go on. */
  | { type: 'event'; id: string; name: 'returned'; at: number; value: ReturnTarget }
  /** Nobody took the handoff within the time that the dialog asked for. */
  | { type: 'event'; id: string; name: 'untaken'; at: number }
  /** What became of the handoff. Only for a bot that says `wantsStatus`; it cannot speak in this turn. */
  | { type: 'event'; id: string; name: 'handoff.status'; at: number; value: HandoffStatus }
  /** The program itself asked for a turn, through Bot Framework's `continueConversationAsync`. */
  | { type: 'event'; id: string; name: 'continue'; at: number };

export interface ReturnTarget {
  dialog?: string;
  step?: string;
  variables?: { [key: string]: Json };
}

/** The value of Bot Framework's `handoff.status`; beyond its own `accepted`, `failed` and `completed` it has four states. */
export interface HandoffStatus {
  state: 'queued' | 'offered' | 'accepted' | 'transferred' | 'returned' | 'completed' | 'failed';
  /** Why: see `TRANSITIONS` in conversations/state.ts. */
  reasonCode: string;
  /** With `queued`: the place in the line, 1 = next. */
  position?: number;
}

/**
 * What of a return target the bot does not have, so that an agent's program hears of its mistake at once. `from` is
 * where the conversation stands. A bot need not offer it: then any target is taken, and what it means is the bot's to
 * decide when it hears of the return. Dialogs may change between the two, so a bot must bear a target that it lacks.
 */
export type ReturnCheck = (
  target: ReturnTarget,
  from: { botState: string | null; session: number },
) => 'dialog' | 'step' | undefined;

export interface TurnInput {
  conversation: {
    /** `<number>-<customer>`, both digits with country code. */
    id: string;
    channelId: string;
    number: string;
    customer: string;
    /** Counts from 1; the bot starts afresh when it differs from the one its state was made in. */
    session: number;
    /** BCP 47: the customer's own choice, else the workstream's, else the default. */
    locale: string;
  };
  activity: TurnActivity;
  /** What the bot returned last time, or null at the first turn. Opaque to everybody else. */
  botState: string | null;
}

export interface HandoffRequest {
  /** null = the queue of the number's workstream. */
  queue: string | null;
  /** A short code such as `customer_asked`. */
  reason: string;
  /** A line for the agent, in the customer's language. */
  summary: string;
  /** What the bot collected. */
  context: { [key: string]: Json };
  /** Milliseconds until the `untaken` event, when no agent has taken it by then; null = ten minutes. */
  untakenAfter: number | null;
}

export interface TurnOutput {
  /** Each is one message to the customer, in order, of any length. */
  texts: string[];
  botState: string | null;
  /** Set when the customer chose another language. */
  locale: string | null;
  handoff: HandoffRequest | null;
  /** Set when the bot has finished: the session closes with this outcome. */
  ended: { outcome: string } | null;
  /** Where it waits now, as `<dialog>/<step>`, for reports; null when it waits nowhere, or will not say. */
  waitsAt: string | null;
}

/** Runs one turn. Pure but for what the bot's own actions do: the same input may be run again after a crash. */
export type Bot = (input: TurnInput) => Promise<TurnOutput>;

/**
 * Where the adapter keeps the turn under way: `context.turnState.get(TURN)`. A bot reads its input there and leaves
 * its state there; texts, handoff and end travel as Bot Framework activities.
 */
export const TURN = Symbol('switchboard.turn');

export interface TurnUnderWay {
  readonly input: TurnInput;
  /** Starts as the input's; what it holds when the turn ends is committed with the texts. */
  botState: string | null;
  /** Set it when the customer chose another language. */
  locale: string | null;
  /** See `TurnOutput`. */
  waitsAt: string | null;
}
