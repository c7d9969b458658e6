import type { PendingMessage } from './message.ts';
import type { SessionDoc, Survey } from './session.ts';
import type { News } from './webhook.ts';

export const STATES = ['open', 'active', 'waiting', 'wrap_up', 'closed'] as const;
export type State = (typeof STATES)[number];

export const HANDLERS = ['bot', 'agent'] as const;
export type Handler = (typeof HANDLERS)[number];

/** Where a conversation stands: `state` and `handler` in one. */
export const PLACES = ['closed', 'bot', 'open', 'agent', 'waiting', 'wrap_up'] as const;
export type Place = (typeof PLACES)[number];

/** A time that a session spent in one place, with one agent and one queue. It ends where the next begins. */
export interface Stretch {
  place: Place;
  since: number;
  /** Coded, see `TRANSITIONS` in conversations/state.ts. */
  reason: string;
  /** Why the bot handed over, where it did: the handoff's own code. */
  handoff?: string;
  agentId?: string;
  queueId?: string;
}

/** A conversation in a queue that was put before an agent, who has until then to accept. */
export interface Offer {
  agentId: string;
  at: number;
  until: number;
}

export interface HandoffInfo {
  reason: string;
  summary: string;
  /** JSON of an object: a bot's own keys may hold a `.` or begin with a `$`, which MongoDB gives a meaning. */
  context: string;
}

/** How fast a customer texts. */
export interface Pace {
  /** Texts that are not forgotten yet, as of `at`. */
  level: number;
  at: number;
  /** Until when the next text waits. */
  slowUntil?: number;
  /** Texts that come before then are answered by nobody but a person. */
  mutedUntil?: number;
}

/** The aggregate and its lock. */
export interface ConversationDoc {
  /** `<number>-<customer>`, digits. */
  _id: string;
  channelId: string;
  number: string;
  customer: string;
  /** The language of the last turn: the customer's own, else the workstream's. */
  locale?: string;
  /** Set once the customer chose a language. */
  chosenLocale?: string;
  state: State;
  handler?: Handler;
  /** The state again, while a queue or an agent has it. The bot's and closed ones, which are most, are in no index of it. */
  desk?: State;
  agentId?: string;
  queueId?: string;
  /** Who had it last, also in an earlier session. */
  lastAgentId?: string;
  /** Whom the customer is to have when they are there, the first before the others. Holds for later sessions too. */
  preferredAgentIds?: string[];
  priority: number;
  /** Those that routing asks for. */
  skills?: string[];
  /** 0 until the first message is handled. */
  session: number;
  sessionStartedAt?: number;
  /** The session that this one goes on with, where it was reopened. */
  reopens?: number;
  /** Grows at each change of handler. */
  epoch: number;
  /** Grows at each committed change; what reads and later writes carries it. */
  version: number;
  createdAt: number;
  changedAt: number;
  lastMessageAt: number;
  /** The session's, oldest first; of a very long session the last ones. */
  stretches: Stretch[];
  /** While in a queue: since when, and its place in the line (see `lineOf`): the smallest is next. */
  queuedAt?: number;
  turnAt?: number;
  /** While in a queue: agents who missed or rejected it, lost it for not answering, or had it when it was moved there. */
  passedOver?: { agentId: string; at: number }[];
  offer?: Offer;
  /** When the bot is to hear that nobody took it. */
  untakenAt?: number;
  /** While in a queue: somebody is to have it whatever their capacity. */
  assignAnyway?: true;
  /** JSON of why it is where it is: a list of `TracedEntry` (conversations/trace.ts), whose names may hold a dot. */
  trace?: string;
  /** How many rules of the queue for a long wait have acted. */
  overflowed?: number;
  /** Out of which queue an agent took it last, and when. Stays, also after closed: estimates of waits are made of it. */
  takenFrom?: string;
  takenAt?: number;
  /** The effect key of the request that took it so, where it had an `Idempotency-Key`. */
  claimKey?: string;
  /**
   * While closed: the session whose customer was asked for a number from 1 to 5, and until when it may come; and the number
   * that has come, which another one until then corrects.
   */
  surveyOf?: { session: number; until: number; score?: number };
  /** The number that came, which the session's row may not yet show. */
  surveyed?: { session: number } & Survey;
  /** The oldest text of the customer that nobody has answered. */
  unansweredSince?: number;
  /** When a person first wrote to the customer, in this session or an earlier one; see `answeredIn`. */
  answeredAt?: number;
  /** Who may write to the customer beside the owner: supervisors, and colleagues who were added. Only while an agent has it. */
  participants?: string[];
  /** Colleagues whom its owner has asked: they read it and write notes. Only while an agent has it. */
  consulted?: string[];
  /** When an agent last wrote to the customer, and when the customer was reminded to answer. */
  repliedAt?: number;
  /** Since when the customer counts as unanswered again should all that agents have said since then fail. */
  repliedTo?: number;
  /** What is unanswered an agent has answered, by a text that failed: they have done their part. */
  answerFailed?: true;
  remindedAt?: number;
  /**
   * Since when the customer wants no texts from this number, and since when they want them again. Copies, to be shown and for
   * timers; sends ask the ledger (`optouts`).
   */
  optedOutAt?: number;
  optedInAt?: number;
  /** What the last texts of the session say of the customer's mood, see `MoodOf`. Absent = nothing. */
  moods?: number[];
  pace?: Pace;
  /** The wrap-up no longer takes up capacity. */
  wrapUpFreed?: true;
  handoff?: HandoffInfo;
  botState?: string;
  /** Where the bot has waited in a session, `<dialog>/<step>` each once; the last is where it waits, or waited last. */
  botSteps?: { session: number; steps: string[] };
  /** What the bot alone may see of the session: see `Hidden`. */
  hidden?: string;
  /** While the bot has it: the customer's next text is not to be read by others. */
  hidesNext?: true;
  /** While the bot has it: when it is to be woken, see `TurnOutput`. */
  wakeAt?: number;
  /** Ids of inbound messages not yet handled, in order of arrival as the store saw it. */
  inbox: string[];
  /** Something for the bot to hear of, e.g. that an agent gave the conversation back; handled before the inbox. */
  events: ConversationEvent[];
  /** The message of which the bot was told last that it has not reached the customer. */
  lastUndelivered?: string;
  /** Counts arrivals of work; a release that saw an older count leaves the conversation due. */
  wake: number;
  pending: PendingMessage[];
  /** Ids of inbound messages whose effect is committed but which `messages` does not yet show as handled. */
  handled: string[];
  /** Those of them whose text is for nobody to read later. */
  masked?: string[];
  /** Sessions that ended and are not yet in `sessions`. */
  endedSessions: SessionDoc[];
  /** Ids of agents whose `work` may not yet show what was committed. */
  touched: string[];
  /** What webhooks are yet to be told of, and since when there is any. */
  news?: News[];
  newsAt?: number;
  lastSequence: number;
  /** When a worker should look at it: new work or the earliest of `timersOf`. Absent = nothing to do. */
  dueAt?: number;
  /** Who works on it until when. */
  leaseId?: string;
  leaseUntil: number;
  /** Claims since the last commit, so that an input that kills the process is given up at last. */
  attempts: number;
}

export interface ConversationEvent {
  id: string;
  name: 'returned' | 'closed' | 'undelivered' | 'handoff.status';
  at: number;
  /** JSON of the value that the bot hears: see `TurnActivity`. */
  value: string;
}
