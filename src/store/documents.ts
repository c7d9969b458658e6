import type { Json } from '../bot-turn.ts';
import type { AgentDoc } from './agent.ts';
import type { AuditDoc } from './audit.ts';
import type { Collection, IndexSpec, Write } from './collection.ts';
import type { DialogSetDoc, PublicationDoc } from './dialog-set.ts';
import type { DraftDoc } from './draft.ts';
import type { MacroDoc } from './macro.ts';
import type { PresenceDoc } from './presence.ts';
import type { QueueDoc } from './queue.ts';
import type { QuickReplyDoc } from './quick-reply.ts';
import type { DeliveryDoc, EventDoc, News, PublisherDoc, WebhookDoc } from './webhook.ts';
import type { WorkstreamDoc } from './workstream.ts';

/** Times are milliseconds since 1970 (UTC). A field that does not apply is absent, never null, so indexes skip it. */

export const STATES = ['open', 'active', 'waiting', 'wrap_up', 'closed'] as const;
export type State = (typeof STATES)[number];

export const HANDLERS = ['bot', 'agent'] as const;
export type Handler = (typeof HANDLERS)[number];

export { type AgentDoc, PRESENCES, type Presence, ROLES, type Role, type Work } from './agent.ts';
export type { AuditDoc, AuditedField } from './audit.ts';
export type { DraftDoc } from './draft.ts';
export type { MacroDoc, MacroStep } from './macro.ts';
export type { PresenceDoc } from './presence.ts';
export type { QueueDoc } from './queue.ts';
export type { QuickReplyDoc } from './quick-reply.ts';
export {
  DELIVERY_STATUSES,
  type DeliveryDoc,
  type DeliveryStatus,
  EVENT_TYPES,
  type EventDoc,
  type EventType,
  type News,
  type WebhookDoc,
} from './webhook.ts';
export type { WorkstreamDoc } from './workstream.ts';

/**
 * Inbound: `received → handled`. Note: `noted`. Outbound: `queued → sending → sent → delivered`, or `failed`,
 * `unknown` (TeleSign may or may not have it), `held` (opted out), `dropped` (a person took over first).
 */
export const MESSAGE_STATUSES = [
  'received',
  'handled',
  'noted',
  'queued',
  'sending',
  'sent',
  'delivered',
  'failed',
  'unknown',
  'held',
  'dropped',
] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export interface Author {
  kind: 'customer' | 'bot' | 'agent' | 'system';
  /** The agent's id. */
  id?: string;
}

/** Inbox, outbox and transcript in one. */
export interface MessageDoc {
  /** `in:<reference_id>` or `out:<cause>:<n>`; the latter travels as TeleSign's `external_id`. */
  _id: string;
  conversationId: string;
  channelId: string;
  session: number;
  direction: 'in' | 'out' | 'note';
  author: Author;
  /** Already normalised; an outgoing one is one part of at most 1600 characters. */
  text: string;
  at: number;
  /** Place in the conversation's outgoing order; 0 for inbound ones, whose order is that of `inbox`. */
  sequence: number;
  status: MessageStatus;
  segments: number;
  changedAt: number;
  /** Outbound only. The conversation's epoch when it was written; a bot's text of a past epoch is dropped. */
  epoch?: number;
  /** Set while queued or sending: its conversation. Few messages have it, so the order check is cheap. */
  outstanding?: string;
  /** Set while queued or sending: when it may be (re)claimed. Schedule and lease in one. */
  nextAt?: number;
  /** Counted at the claim, so that a send that kills the process is counted too. Fences the acknowledgement. */
  attempts: number;
  /** TeleSign's reference id. */
  providerId?: string;
  /** Rank of the furthest receipt seen, 0 at first; receipts only move forward. Outbound only. */
  rank?: number;
  error?: { code: string; message: string };
  /** Set on a dead letter: an outbound message that a person has to look at. */
  problem?: 'failed' | 'unknown';
  /** Notes only: ids of the agents whom it names. */
  mentions?: string[];
  /** What webhooks are yet to be told of, and since when there is any. */
  news?: News[];
  newsAt?: number;
  /** Inbound only: fields of the callback worth keeping (TeleSign's `action`, `keyword`, country). */
  provider?: { [key: string]: Json };
}

/** A message that is committed with the conversation, before the flush copies it into `messages`. */
export type PendingMessage = MessageDoc;

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
  /** While in a queue: agents who missed or rejected it, or lost it for not answering. */
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
  /** While closed: the session whose customer was asked for a number from 1 to 5, and until when it may come. */
  surveyOf?: { session: number; until: number };
  /** The number that came, which the session's row may not yet show. */
  surveyed?: { session: number } & Survey;
  /** The oldest text of the customer that nobody has answered. */
  unansweredSince?: number;
  /** When a person first wrote to the customer, in this session or an earlier one; see `answeredIn`. */
  answeredAt?: number;
  /** Supervisors who may write to the customer beside the owner, until they leave or no agent has it. */
  participants?: string[];
  /** Colleagues whom its owner has asked: they read it and write notes. Only while an agent has it. */
  consulted?: string[];
  /** When an agent last wrote to the customer, and when the customer was reminded to answer. */
  repliedAt?: number;
  remindedAt?: number;
  /** The wrap-up no longer takes up capacity. */
  wrapUpFreed?: true;
  handoff?: HandoffInfo;
  botState?: string;
  /** Where the bot has waited in a session, `<dialog>/<step>` each once; the last is where it waits, or waited last. */
  botSteps?: { session: number; steps: string[] };
  /** Ids of inbound messages not yet handled, in order of arrival as the store saw it. */
  inbox: string[];
  /** Something for the bot to hear of, e.g. that an agent gave the conversation back; handled before the inbox. */
  events: ConversationEvent[];
  /** Counts arrivals of work; a release that saw an older count leaves the conversation due. */
  wake: number;
  pending: PendingMessage[];
  /** Ids of inbound messages whose effect is committed but which `messages` does not yet show as handled. */
  handled: string[];
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
  name: 'returned' | 'handoff.status';
  at: number;
  /** JSON: of where to go on (`ReturnTarget`), or of what became of the handoff (`HandoffStatus`). */
  value: string;
}

/** What the customer thought of a session: 1 (poor) to 5 (very good). */
export interface Survey {
  score: number;
  at: number;
}

export interface SessionDoc {
  /** `<conversation>:<n>` */
  _id: string;
  conversationId: string;
  session: number;
  startedAt: number;
  endedAt: number;
  outcome: string;
  disposition?: string;
  note?: string;
  closedBy: Author;
  queueId?: string;
  agentId?: string;
  handoffReason?: string;
  /** That of the last turn. */
  locale?: string;
  /** When a person first wrote to the customer. */
  answeredAt?: number;
  survey?: Survey;
  /** See the conversation's; the last is where the customer left the bot. */
  botSteps?: string[];
  stretches: Stretch[];
}

/** The first answer to a write that carried an `Idempotency-Key`. */
export interface IdempotencyDoc {
  /** `<agent>:<SHA-256 of the key>` */
  _id: string;
  requestHash: string;
  /** While being worked on: when another request may take it over. */
  lockedUntil?: number;
  response?: { status: number; body: string };
  expiresAt: number;
}

export interface Documents {
  conversations: ConversationDoc;
  messages: MessageDoc;
  sessions: SessionDoc;
  agents: AgentDoc;
  queues: QueueDoc;
  presences: PresenceDoc;
  workstreams: WorkstreamDoc;
  quickReplies: QuickReplyDoc;
  macros: MacroDoc;
  drafts: DraftDoc;
  idempotency: IdempotencyDoc;
  audit: AuditDoc;
  webhooks: WebhookDoc;
  publisher: PublisherDoc;
  events: EventDoc;
  deliveries: DeliveryDoc;
  dialogSets: DialogSetDoc;
  publications: PublicationDoc;
}

export type CollectionName = keyof Documents;

/** Both engines make exactly these; each serves a named query. `_id` is always one. */
export const INDEXES: { [K in CollectionName]: IndexSpec[] } = {
  conversations: [
    { name: 'due', keys: { dueAt: 1 }, present: 'dueAt' },
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'desk', keys: { desk: 1, changedAt: 1 }, present: 'desk' },
    { name: 'queue', keys: { queueId: 1, state: 1, turnAt: 1 }, present: 'queueId' },
    { name: 'queued', keys: { queueId: 1, queuedAt: 1 }, present: 'queuedAt' },
    { name: 'taken', keys: { takenFrom: 1, takenAt: 1 }, present: 'takenAt' },
    { name: 'agent', keys: { agentId: 1, changedAt: 1 }, present: 'agentId' },
    { name: 'owner', keys: { agentId: 1, desk: 1 }, present: 'desk' },
    { name: 'customer', keys: { customer: 1 } },
    { name: 'news', keys: { newsAt: 1 }, present: 'newsAt' },
  ],
  messages: [
    { name: 'transcript', keys: { conversationId: 1, at: 1, sequence: 1 } },
    { name: 'next', keys: { nextAt: 1 }, present: 'nextAt' },
    { name: 'outstanding', keys: { outstanding: 1, sequence: 1 }, present: 'outstanding' },
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'problem', keys: { problem: 1, changedAt: 1 }, present: 'problem' },
    { name: 'news', keys: { newsAt: 1 }, present: 'newsAt' },
  ],
  sessions: [
    { name: 'conversation', keys: { conversationId: 1, session: 1 } },
    { name: 'ended', keys: { endedAt: 1 } },
  ],
  agents: [
    { name: 'token', keys: { tokenHash: 1 } },
    { name: 'grace', keys: { graceUntil: 1 }, present: 'graceUntil' },
  ],
  queues: [],
  presences: [],
  workstreams: [],
  quickReplies: [],
  macros: [],
  drafts: [
    { name: 'conversation', keys: { conversationId: 1 } },
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  idempotency: [{ name: 'expires', keys: { expiresAt: 1 } }],
  audit: [
    { name: 'at', keys: { at: 1 } },
    { name: 'agent', keys: { agentId: 1, at: 1 } },
    { name: 'target', keys: { target: 1, at: 1 } },
    { name: 'operation', keys: { operation: 1, at: 1 } },
  ],
  webhooks: [],
  publisher: [],
  events: [
    { name: 'sequence', keys: { sequence: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  deliveries: [
    { name: 'due', keys: { webhookId: 1, nextAt: 1 }, present: 'nextAt' },
    { name: 'lane', keys: { lane: 1, sequence: 1 }, present: 'lane' },
    { name: 'list', keys: { webhookId: 1, status: 1, changedAt: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  dialogSets: [],
  publications: [],
};

export type Collections = { [K in CollectionName]: Collection<Documents[K]> };

/** What an engine offers. Methods reject with `store_unavailable` when the disk or the server does not take writes. */
export interface Store extends Collections {
  /**
   * Does writes in their order; a later one is never there without the earlier ones. Rejects with the first failure,
   * and does none after it; those before it stay. MongoDB does one after the other. On the embedded engine nothing
   * comes between them, and they go to the disk as one.
   */
  inOrder(writes: readonly Write[]): Promise<void>;
  /** Resolves when everything that has resolved so far would survive a power cut. Await it before a 200 or a send. */
  durable(): Promise<void>;
  /** Resolves when the store answers reads and writes. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
