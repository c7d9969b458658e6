import type { Json } from '../bot-turn.ts';
import type { ConversationDoc, MessageDoc, Role } from '../store/documents.ts';

/** Who asks: the part of an agent that decides what they may do. */
export interface Actor {
  id: string;
  role: Role;
  queues: string[];
}

/** What an agent's program read before it asked for a change; a different version now is refused. */
export interface Expected {
  version?: number;
}

/**
 * What agents do with conversations. Each method is one guarded write of the conversation document and answers what
 * it wrote. All reject with `not_found` for an unknown conversation, `forbidden` for a queue that the agent does not
 * serve, `stale_version` when `version` was given and is past, and as noted.
 */
export interface Desk {
  /** Rejects with `already_claimed` (details: `agentId`, `version`) or `wrong_state`. Claiming one's own again is fine. */
  claim(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** The conversation of this queue that is next by priority, then by waiting time; null when none waits. */
  claimNext(queueId: string, actor: Actor): Promise<ConversationDoc | null>;
  /**
   * One message per part of at most 1600 characters. `key` makes the ids, so the same key never sends twice.
   * Rejects with `not_owner`, or `wrong_state` when the conversation is closed.
   */
  reply(id: string, actor: Actor, reply: { text: string; key: string }): Promise<MessageDoc[]>;
  /** For colleagues only; anybody who may see the conversation may write one, in any state. */
  note(id: string, actor: Actor, note: { text: string; key: string }): Promise<MessageDoc>;
  /** Rejects with `not_owner`, `not_found` for an unknown queue or agent. */
  transfer(
    id: string,
    actor: Actor,
    to: ({ queueId: string } | { agentId: string }) & { note?: string; key: string },
    expected?: Expected,
  ): Promise<ConversationDoc>;
  /** Back to the bot, which hears of it at once. Rejects with `not_owner`. */
  return(
    id: string,
    actor: Actor,
    target: { dialog?: string; step?: string; variables?: { [key: string]: Json } },
    expected?: Expected,
  ): Promise<ConversationDoc>;
  wait(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  resume(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** To wrap-up. */
  end(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  close(
    id: string,
    actor: Actor,
    result: { outcome?: string; disposition?: string; note?: string; key: string },
    expected?: Expected,
  ): Promise<ConversationDoc>;
  /** A `failed` message again, as a new message. Rejects with `wrong_message_status`. */
  resend(messageId: string, actor: Actor, key: string): Promise<MessageDoc>;
  /** What became of an `unknown` message, as a person found out: it counts as sent, or as failed. */
  settle(messageId: string, actor: Actor, status: 'sent' | 'failed'): Promise<MessageDoc>;
}
