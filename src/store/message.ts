import type { Json } from '../bot-turn.ts';
import type { News } from './webhook.ts';

/**
 * Inbound: `received → handled`. Note: `noted`. Outbound: `queued → sending → sent → delivered`, or `failed`,
 * `unknown` (TeleSign may or may not have it), `held` (the customer wants no texts), `dropped` (a person took over first,
 * or it waited until it was out of date).
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

/** What a text says about texts themselves: no more of them, again, or what this is. */
export type ConsentWord = 'stop' | 'start' | 'help';

export interface Author {
  kind: 'customer' | 'bot' | 'agent' | 'system';
  /** The agent's id. */
  id?: string;
}

/** Stands for the text of a customer that nobody is to read. */
export const MASK = '•••';

/** Inbox, outbox and transcript in one. */
export interface MessageDoc {
  /** `in:<reference_id>`, `note:<cause>` or `out:<cause>:<n>`; the last travels as TeleSign's `external_id`. */
  _id: string;
  conversationId: string;
  channelId: string;
  session: number;
  direction: 'in' | 'out' | 'note';
  author: Author;
  /** Already normalised; an outgoing one is one part of at most 1600 characters. */
  text: string;
  /** Inbound only: the text was an answer for the bot alone, and is not kept. */
  masked?: true;
  at: number;
  /** Place in the conversation's outgoing order; 0 for notes and for inbound ones, whose order is that of `inbox`. */
  sequence: number;
  status: MessageStatus;
  segments: number;
  changedAt: number;
  /** Outbound only. The conversation's epoch when it was written; a bot's text of a past epoch is dropped. */
  epoch?: number;
  /**
   * Set while queued or sending: whose order it stands in, its conversation’s or, while it waits as a notice,
   * `notices:<conversation>`. Few messages have it, so the order check is cheap.
   */
  outstanding?: string;
  /** Set while queued or sending: when it may be (re)claimed. Schedule and lease in one. */
  nextAt?: number;
  /** Outbound: the customer did not ask for it. It waits for the end of quiet hours, and behind answers. */
  notice?: true;
  /** Outbound: it asks what its session was like, and leaves only while an answer would be taken as one. */
  survey?: true;
  /** Of a survey: when its last send began. */
  askedAt?: number;
  /** Set while a notice is queued, in the place of `nextAt`: when it may leave. Answers of its conversation pass it by. */
  noticeAt?: number;
  /** Of how many limits of texts a second it has a moment of its own; `nextAt` or `noticeAt` is a little before that. */
  booked?: number;
  /** Counted at the claim, so that a send that kills the process is counted too. Fences the acknowledgement. */
  attempts: number;
  /** The W3C trace context of what made it: what is done with it later goes on with that trace. */
  traceparent?: string;
  /** TeleSign's reference id. */
  providerId?: string;
  /** Rank of the furthest receipt seen, 0 at first; receipts only move forward. Outbound only. */
  rank?: number;
  error?: { code: string; message: string };
  /** Inbound: the text is this word. Outbound: it answers the word, and leaves also to who wants no texts. */
  consent?: ConsentWord;
  /** Set on a dead letter: an outbound message that a person has to look at. */
  problem?: 'failed' | 'unknown';
  /** Since when it has failed, or is held, until whom it concerns has been told. */
  untoldAt?: number;
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
