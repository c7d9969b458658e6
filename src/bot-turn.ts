/**
 * The seam between conversations and whatever bot answers them. Plain data on both sides, so that a turn can be
 * stored, run again and tested without Bot Framework, and so that neither side imports the other.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What happened: a text from the customer, or something that the bot should hear of. */
export type TurnActivity =
  | { type: 'message'; id: string; text: string; at: number; channelData?: unknown }
  /** The conversation is the bot's again after a handoff; an agent who gave it back may name where to go on. */
  | { type: 'event'; id: string; name: 'returned'; at: number; value: ReturnTarget & HandoffResult }
  /** Instead of a handoff `unlessClosed`: its queue is outside its hours, and the conversation is still the bot's. */
  | { type: 'event'; id: string; name: 'closed'; at: number; value: Closed }
  /** Nobody took the handoff within the time that the dialog asked for. */
  | { type: 'event'; id: string; name: 'untaken'; at: number }
  /** The time that the bot asked to be woken at has come, and nobody has written before it. `at` is that time. */
  | { type: 'event'; id: string; name: 'wakeUp'; at: number }
  /** A text of the bot has not reached the customer. Only for a bot that says `wantsUndelivered`. */
  | { type: 'event'; id: string; name: 'undelivered'; at: number; value: Undelivered }
  /** What became of the handoff. Only for a bot that says `wantsStatus`; it cannot speak in this turn. */
  | { type: 'event'; id: string; name: 'handoff.status'; at: number; value: HandoffStatus }
  /** The program itself asked for a turn, through Bot Framework's `continueConversationAsync`. */
  | { type: 'event'; id: string; name: 'continue'; at: number };

export interface ReturnTarget {
  dialog?: string;
  step?: string;
  variables?: { [key: string]: Json };
}

/** What the stretch without the bot came to. */
export interface HandoffResult {
  /** An agent gave it back · the customer left the queue · the queue gave it back, being closed, full or slow. */
  outcome: 'returned' | 'cancelled' | 'overflow';
  /** Whether a person wrote to the customer. */
  answered: boolean;
  /** The agent's own code of what was done. */
  disposition?: string;
}

export interface Undelivered {
  messageId: string;
  /** TeleSign's, of the delivery report. */
  code: string | null;
}

export interface Closed {
  queue: string;
  /** When it opens next (milliseconds since 1970), and the time zone of its hours; null = not within a year. */
  opens: { at: number; timeZone: string } | null;
  /** The name of the holiday that it is closed for. */
  holiday?: string;
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

/** The queue of the number's workstream, as it is at the time of the activity. */
export interface OwnQueue {
  id: string;
  isOpen: boolean;
  /** As in `Closed`; null also when it is open. */
  opens: Closed['opens'];
  /** The name of the holiday that it is closed for. */
  holiday: string | null;
  /** How many wait in it, up to 1000; null for a bot that does not say `asksWaiting`, since counting costs. */
  waiting: number | null;
}

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
    /** IANA: what "tomorrow" is taken from. */
    timeZone: string;
    /** Where its workstream wants the bot to begin; absent = wherever the bot begins by itself. */
    dialog?: string;
  };
  queue: OwnQueue;
  activity: TurnActivity;
  /** What the bot returned last time, or null at the first turn. Opaque to everybody else. */
  botState: string | null;
  /** What it returned as `hidden.state`, in this session. */
  hidden: string | null;
  /** For lines of the log: what belongs to one text has one id. */
  correlationId?: string;
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
  /** That the agent has to have, beside those that routing asks for. */
  skills: string[];
  /** -100 to 100, more is sooner; null = the queue's. Routing may set another. */
  priority: number | null;
  /** True: when the queue that routing finds is outside its hours, the event `closed` comes instead of the handoff. */
  unlessClosed: boolean;
  /** The customer has been told that the queue is closed: the service need not say so. */
  knowsClosed?: boolean;
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
  /** Set when the bot has finished: the session closes with this outcome, and the customer may be asked how it was. */
  ended: { outcome: string; survey?: true } | null;
  /** Where it waits now, as `<dialog>/<step>`, for reports; null when it waits nowhere, or will not say. */
  waitsAt: string | null;
  /**
   * When the bot is to have a turn by itself, the event `wakeUp` (milliseconds since 1970); null = never. Each turn says it
   * anew, so a text of the customer drops what was asked for before, unless the bot asks again. It holds while the bot has
   * the conversation: a handoff, an agent's claim and the end of the session drop it.
   */
  wakeAt: number | null;
  /** Null = as it was. */
  hidden: Hidden | null;
}

/** What is for the bot alone. */
export interface Hidden {
  /** The customer's text of this turn: nobody is to read it later. */
  text: boolean;
  /** So will the next text be: it is not to be read before its turn either. */
  next: boolean;
  /** Of the session: stored apart from `botState`, and gone when the session ends. */
  state: string | null;
}

/** Runs one turn. Pure but for what the bot's own actions do: the same input may be run again after a crash. */
export type Bot = (input: TurnInput) => Promise<TurnOutput>;

/**
 * Where the adapter keeps the turn under way: `context.turnState.get(TURN)`. A bot reads its input there and leaves
 * its state there; texts, handoff and end travel as Bot Framework activities. Registered, so that it is the same where a
 * process has loaded this file twice, as `import` and `require` do.
 */
export const TURN = Symbol.for('switchboard.turn');

export interface TurnUnderWay {
  readonly input: TurnInput;
  /** Starts as the input's; what it holds when the turn ends is committed with the texts. */
  botState: string | null;
  /** Set it when the customer chose another language. */
  locale: string | null;
  /** See `TurnOutput`. */
  waitsAt: string | null;
  wakeAt: number | null;
  hidden: Hidden | null;
}
