import type { Author, MessageStatus, Place } from './documents.ts';

/** Of these a queue hears, of the others a conversation. */
const QUEUE_EVENT_TYPES = ['queue.over_level', 'queue.within_level'] as const;
export type QueueEventType = (typeof QUEUE_EVENT_TYPES)[number];

/** What a program outside may want to hear of. */
export const EVENT_TYPES = [
  'conversation.opened',
  'conversation.queued',
  'conversation.offered',
  'conversation.offer_rejected',
  'conversation.offer_missed',
  'conversation.accepted',
  'conversation.transferred',
  'conversation.returned',
  'conversation.waiting',
  'conversation.resumed',
  'conversation.ended',
  'conversation.closed',
  'conversation.untaken',
  'conversation.opted_out',
  'conversation.opted_in',
  'conversation.upset',
  'conversation.survey_answered',
  'message.received',
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.unknown',
  'message.held',
  ...QUEUE_EVENT_TYPES,
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
export type ConversationEventType = Exclude<EventType, QueueEventType>;

/**
 * Something that happened to a conversation or a message, committed with it and not yet in `events`. Only what some
 * webhook wants: where there is none, no document has any.
 */
export interface News {
  /** The event's `_id`. */
  id: string;
  type: ConversationEventType;
  at: number;
  reason?: string;
  /** Where the conversation stood then. Absent = as it stands when the event is made. */
  place?: Place;
  agentId?: string;
  queueId?: string;
  session?: number;
  messageId?: string;
  /** Of a session that is over: what came of it. */
  outcome?: string;
  disposition?: string;
  /** What the customer thought of the session, 1 to 5. */
  score?: number;
  /** Its text is for nobody to read. */
  masked?: true;
}

/** The same of a queue. */
export interface QueueNews {
  id: string;
  type: QueueEventType;
  at: number;
  /** Seconds; absent when the queue has no level any more. */
  levelSeconds?: number;
  /** How many have waited for longer. */
  overLevel: number;
}

interface Fact {
  _id: string;
  /** The order of all events. Grows by at least one. */
  sequence: number;
  at: number;
  expiresAt: number;
}

export interface QueueEventDoc extends Fact, Omit<QueueNews, 'id'> {
  queueId: string;
  name: string;
}

/** A fact that webhooks are told of. Never changed. */
export type EventDoc = ConversationEventDoc | QueueEventDoc;

export interface ConversationEventDoc extends Fact {
  type: ConversationEventType;
  reason?: string;
  conversationId: string;
  channelId: string;
  number: string;
  customer: string;
  locale?: string;
  session: number;
  priority: number;
  place: Place;
  agentId?: string;
  queueId?: string;
  outcome?: string;
  disposition?: string;
  score?: number;
  message?: {
    id: string;
    direction: 'in' | 'out' | 'note';
    author: Author;
    status: MessageStatus;
    segments: number;
    masked?: true;
    error?: { code: string; message: string };
  };
}

/** An event on its way from the document that it was committed with into `events`. */
export interface BatchedEvent {
  event: EventDoc;
  source: 'conversations' | 'messages' | 'queues';
  sourceId: string;
  /** Ids of the webhooks that get it. */
  to: string[];
}

/** Gives events their order. One document, so that it has one writer at a time. */
export interface PublisherDoc {
  /** `events` */
  _id: string;
  /** The last one given. */
  sequence: number;
  /** Ordered, and perhaps not yet in `events`. */
  batch: BatchedEvent[];
  leaseId?: string;
  leaseUntil: number;
}

/** How many there may be: each is asked for every event, and each has work of its own. */
export const MOST_WEBHOOKS = 50;

export interface WebhookDoc {
  _id: string;
  url: string;
  /** Null = all, also those that later versions bring. */
  events: EventType[] | null;
  /** Sealed, see webhooks/seal.ts. */
  secret: string;
  /** The one before it also signs until then, while the receiver changes over. */
  previousSecret?: string;
  previousUntil?: number;
  on: boolean;
  /** Why it was turned off by itself. */
  offReason?: 'gone';
  includeTexts: boolean;
  /** Its receiver has asked to be left alone until then. */
  pausedUntil?: number;
  /** When an administrator last ended that. What is answered to a request from before pauses nothing. */
  resumedAt?: number;
  /** Events from here up to there are to be sent again. */
  replay?: { from: number; to: number };
  createdAt: number;
  changedAt: number;
}

export const DELIVERY_STATUSES = ['queued', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** One event for one webhook. */
export interface DeliveryDoc {
  /** `<webhook>:<event>` */
  _id: string;
  webhookId: string;
  eventId: string;
  type: EventType;
  sequence: number;
  /** Of which of the two the event is. */
  conversationId?: string;
  queueId?: string;
  status: DeliveryStatus;
  /** Set while queued: `<webhook>:<conversation>`, or `<webhook>:queue:<queue>`, within which the order is kept. */
  lane?: string;
  /** Set while queued: when it may be (re)claimed. Schedule and lease in one. */
  nextAt?: number;
  /** Counted at the claim. */
  attempts: number;
  /** Of the last attempt: the HTTP status, or a code such as `timeout`. */
  answer?: string;
  changedAt: number;
  expiresAt: number;
}
