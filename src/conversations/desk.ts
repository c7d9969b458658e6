import type { ReturnCheck, ReturnTarget } from '../bot-turn.ts';
import type { AgentDoc, ConversationDoc, MessageDoc } from '../store/documents.ts';
import { passOffersOn } from './absence.ts';
import { createAgentMessages } from './agent-messages.ts';
import { createClaims, findingAgain } from './claims.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createGuardedWrite, type Expected, type GuardedWriteParts } from './guarded-write.ts';
import { createOffered } from './offered.ts';
import { createParticipants } from './participants.ts';
import { createPreferredAgents } from './preferred-agents.ts';
import { createProgress } from './progress.ts';
import type { Actor } from './rights.ts';
import { type Gone, type StrandedParts, takeBackFrom } from './stranded.ts';
import { tellingWhoTookOver } from './took-over.ts';
import { createTransfers } from './transfers.ts';

/**
 * What agents do with conversations. Each is one guarded write of the conversation document, or of the message,
 * and answers what it wrote, which is on disk once the store's `durable()` has resolved. All reject with `not_found` for an unknown conversation, `forbidden` for a queue that the
 * agent does not serve, `stale_version` when `version` was given and is past, `wrong_state` when the state does not
 * allow it, and as noted. What an agent must own, a supervisor may do too.
 */
export interface Desk {
  /** Rejects with `already_claimed` (details: `agentId`, `version`). Claiming one's own again is fine. */
  claim(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** Takes what was offered to the actor. Rejects with `offer_over` when it is not, or the time is over. */
  accept(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** It goes to the next agent, and nothing else is offered to this one until they say that they are available. */
  reject(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** What is offered to an agent who has become `offline`, or is gone, goes to the next; `agent` as they were then. */
  passOffersOn(agent: Pick<AgentDoc, '_id' | 'work'>): Promise<void>;
  /** What came to a queue while it was being deleted goes to its workstream's; what came to an agent, back to its queue. */
  takeBackFrom(gone: Gone): Promise<void>;
  /**
   * The conversation of this queue that is next by priority and waiting time; null when none waits. What was taken
   * under the key of `once` before is found again, while the actor has it or closed it.
   */
  claimNext(queueId: string, actor: Actor, once?: Once): Promise<ConversationDoc | null>;
  /**
   * One message per part of at most 1600 characters. `key` makes the ids, so the same key never sends twice.
   * Rejects with `not_owner`; a supervisor who does not own it may speak only once they have joined.
   */
  reply(id: string, actor: Actor, reply: { text: string; key: string }): Promise<MessageDoc[]>;
  /** For colleagues only, in any state. `mentions` = ids of agents whom it names. */
  note(
    id: string,
    actor: Actor,
    note: { text: string; key: string; mentions?: string[] },
  ): Promise<MessageDoc>;
  /**
   * Has a colleague read the conversation and write notes; with `speak` also write to the customer. Rejects with `not_owner`,
   * and `not_found` for an unknown agent.
   */
  consult(
    id: string,
    actor: Actor,
    colleague: { agentId: string; speak: boolean },
    expected?: Expected,
  ): Promise<ConversationDoc>;
  /** For a supervisor; joining again is fine. Rejects with `wrong_state` unless another agent has the conversation. */
  join(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** With an `agentId` it is that agent who has left: rejects with `not_owner`. Fine also for who has no part in it. */
  leave(
    id: string,
    actor: Actor,
    who: { agentId?: string | undefined },
    expected?: Expected,
  ): Promise<ConversationDoc>;
  /**
   * Rejects with `not_owner`, and `not_found` for an unknown queue or agent; unless a supervisor asks, also with
   * `nobody_there` and `queue_closed`.
   */
  transfer(id: string, actor: Actor, transfer: Transfer, expected?: Expected): Promise<ConversationDoc>;
  /**
   * Back to the bot, which hears of it at once; `key` makes the id of that, so it hears once. Rejects with `not_owner`,
   * and `invalid_request` for a dialog or step that the bot says it lacks.
   */
  return(
    id: string,
    actor: Actor,
    given: ReturnTarget & { disposition?: string; key: string },
    expected?: Expected,
  ): Promise<ConversationDoc>;
  /** The agents whom this customer is to have, the first before the others. Rejects with `invalid_request` for an unknown one. */
  prefer(
    id: string,
    actor: Actor,
    agentIds: readonly string[],
    expected?: Expected,
  ): Promise<ConversationDoc>;
  /** Parks it. Rejects with `not_owner`, as the three below do. */
  wait(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  resume(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** To wrap-up. */
  end(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  close(id: string, actor: Actor, result: Result, expected?: Expected): Promise<ConversationDoc>;
  /** A `failed` message again, as a new message; once, however many ask. Rejects with `wrong_message_status`. */
  resend(messageId: string, actor: Actor): Promise<MessageDoc>;
  /** What became of an `unknown` message, as a person found out. Rejects with `wrong_message_status`. */
  settle(messageId: string, actor: Actor, status: 'sent' | 'failed'): Promise<MessageDoc>;
}

/** A request that may come more than once. */
export interface Once {
  key: string;
  /** When it came first. */
  since: number;
  /** Whether it may have been done before. */
  again: boolean;
}

export type Transfer = ({ queueId: string } | { agentId: string }) & Noted;

/** `mentions` = ids of agents whom the note names. */
interface Noted {
  note?: string;
  mentions?: string[];
  key: string;
}

export interface Result extends Noted {
  outcome?: string;
  disposition?: string;
}

export interface DeskParts extends GuardedWriteParts {
  store: GuardedWriteParts['store'] & StrandedParts['store'];
  /** Resolves once it shows that the agent has rejected an offer. */
  rejected: (agentId: string) => Promise<unknown>;
  /** What of a return target the bot does not have. Absent when the bot cannot tell: any target is taken then. */
  lacks?: ReturnCheck;
}

export function createDesk(parts: DeskParts): Desk {
  const write = createGuardedWrite(parts);
  const claims = createClaims(parts, write);
  return {
    ...claims,
    claimNext: findingAgain(parts, tellingWhoTookOver(parts, write, claims.claimNext)),
    ...createOffered(parts, write),
    takeBackFrom: (gone) => takeBackFrom(parts, write, gone),
    passOffersOn: (agent) => passOffersOn(parts, write, agent),
    ...createAgentMessages(parts, write),
    ...createParticipants(parts, write),
    ...createTransfers(parts, write),
    ...createPreferredAgents(parts, write),
    ...createProgress(parts, write),
    ...createDeadLetters(parts, write),
  };
}
