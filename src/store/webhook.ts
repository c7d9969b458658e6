import type { Author, MessageStatus, Place } from './documents.ts';

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
  'message.received',
  'message.sent',
  'message.delivered',
  'message.failed',
  'message.unknown',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * Something that happened to a conversation or a message, committed with it and not yet in `events`. Only what some
 * webhook wants: where there is none, no document has any.
 */
export interface News {
  /** The event's `_id`. */
  id: string;
  type: EventType;
  at: number;
  reason?: string;
  /** Where the conversation stood then. Absent = as it stands when the event is made. */
  place?: Place;
  agentId?: string;
  queueId?: string;
  session?: number;
  messageId?: string;
}

/** A fact that webhooks are told of. Never changed. */
export interface EventDoc {
  _id: string;
  /** The order of all events. Grows by at least one. */
  sequence: number;
  type: EventType;
  at: number;
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
  message?: {
    id: string;
    direction: 'in' | 'out' | 'note';
    author: Author;
    status: MessageStatus;
    segments: number;
    error?: { code: string; message: string };
  };
  expiresAt: number;
}

/** An event on its way from the document that it was committed with into `events`. */
export interface BatchedEvent {
  event: EventDoc;
  source: 'conversations' | 'messages';
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
  conversationId: string;
  status: DeliveryStatus;
  /** Set while queued: `<webhook>:<conversation>`, within which the order is kept. */
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
