import type { Stretch } from './conversation.ts';
import type { Author } from './message.ts';

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
  /** The session of the same conversation that this one goes on with, where it was reopened. */
  reopens?: number;
  /** That of the last turn. */
  locale?: string;
  /** When a person first wrote to the customer. */
  answeredAt?: number;
  survey?: Survey;
  /** See the conversation's; the last is where the customer left the bot. */
  botSteps?: string[];
  stretches: Stretch[];
}
