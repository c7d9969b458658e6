import type { Agent } from '../../http/agent-schemas.ts';
import type { Board } from '../../http/board-schemas.ts';
import type { Contact } from '../../http/contact-schemas.ts';
import type { Draft } from '../../http/draft-schemas.ts';
import type { MentionList } from '../../http/mention-schemas.ts';
import type { Message } from '../../http/message-schemas.ts';
import type { Queue } from '../../http/queue-schemas.ts';
import type { QuickReply, RenderedReply } from '../../http/quick-reply-schemas.ts';
import type { DialogReport, HandlingReport, ReportRowView } from '../../http/report-schemas.ts';
import type { Conversation, ConversationDetail } from '../../http/schemas.ts';
import type { Translation } from '../../http/translation-schemas.ts';

/** What the API answers, by the types of its own schemas: nothing else of the server is in the console. */
export type {
  Agent,
  Board,
  Contact,
  Conversation,
  ConversationDetail,
  DialogReport,
  Draft,
  HandlingReport,
  MentionList,
  Message,
  QuickReply,
  RenderedReply,
  ReportRowView,
  Translation,
};

/** A page of a list. */
export interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** A queue as its events tell it. */
export type QueueNow = Pick<
  Queue,
  'id' | 'name' | 'priority' | 'waiting' | 'oldest' | 'agentsAvailable' | 'agentsThere' | 'open' | 'opensAt'
>;

/** An agent as the events of presence tell it. */
export interface Colleague {
  agentId: string;
  name: string;
  presence: Agent['presence'];
  presenceId: string | null;
  load: number;
}

/** Somebody writes an answer. */
export interface Typing {
  conversationId: string;
  agentId: string;
  at: string;
}

/** As its event tells it. */
export interface Mention {
  conversationId: string;
  messageId: string;
  by: string;
  at: string;
}
