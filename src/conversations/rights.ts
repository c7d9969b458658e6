import { SwitchboardError } from '../errors.ts';
import type { Author, ConversationDoc, MessageDoc, Role } from '../store/documents.ts';
import { placeOf } from './state.ts';

/** Who asks: the part of an agent that decides what they may do. */
export interface Actor {
  id: string;
  role: Role;
  queues: string[];
  /** W3C: the request that they ask by. */
  traceparent?: string;
}

/** The actor as the author of a message or the closer of a session. */
export function authorOf(actor: Pick<Actor, 'id'>): Author {
  return { kind: 'agent', id: actor.id };
}

type Owned = Pick<ConversationDoc, 'agentId' | 'version' | 'state' | 'queueId' | 'consulted'>;

export function isSupervisor(actor: Pick<Actor, 'role'>): boolean {
  return actor.role !== 'agent';
}

/**
 * Throws `forbidden` unless the actor serves the queue. What is in none anybody may try to claim: whoever comes after a
 * colleague is told who was quicker.
 */
export function mayServe(actor: Actor, queueId: string | undefined): void {
  if (queueId === undefined || isSupervisor(actor) || actor.queues.includes(queueId)) return;
  throw new SwitchboardError('forbidden', 'You do not serve the queue of this conversation.');
}

/** Where a conversation stands, as far as it decides who may see it. */
export type Whereabouts = Pick<ConversationDoc, 'agentId' | 'queueId' | 'consulted'>;

/**
 * Whether the actor may see a conversation: who has a part in it, who serves its queue, and supervisors. What is in no
 * queue is for every agent while nobody owns it, which is while the bot has it, or had it alone when it closed; what a
 * colleague took from the bot is theirs, also once it is closed.
 */
export function maySee(actor: Actor, whereabouts: Whereabouts): boolean {
  if (isSupervisor(actor) || hasPart(actor, whereabouts)) return true;
  const { queueId, agentId } = whereabouts;
  return queueId === undefined ? agentId === undefined : actor.queues.includes(queueId);
}

/** Throws `forbidden` unless the actor may see it. */
export function mayKnow(actor: Actor, whereabouts: Whereabouts): void {
  if (maySee(actor, whereabouts)) return;
  const reason =
    whereabouts.queueId === undefined
      ? 'A colleague has this conversation.'
      : 'You do not serve the queue of this conversation.';
  throw new SwitchboardError('forbidden', reason);
}

/**
 * Throws `not_owner` unless the actor owns the conversation, and `wrong_state` when it is closed; `forbidden` for who may not
 * know whose it is.
 */
export function mayOwn(actor: Actor, conversation: Owned): void {
  mayKnow(actor, conversation);
  if (conversation.state === 'closed') {
    throw new SwitchboardError('wrong_state', 'The conversation is closed.', {
      details: ownerOf(conversation),
    });
  }
  if (conversation.agentId === actor.id) return;
  throw new SwitchboardError('not_owner', undefined, { details: ownerOf(conversation) });
}

type Shared = Pick<ConversationDoc, 'agentId' | 'participants' | 'consulted'>;
type Part = Pick<ConversationDoc, 'agentId' | 'consulted'>;

/** Who writes to the customer beside its owner: a supervisor who has joined, or a colleague who was added. */
export function hasJoined(actor: Actor, { agentId, participants = [], consulted = [] }: Shared): boolean {
  const may = isSupervisor(actor) || consulted.includes(actor.id);
  return may && agentId !== actor.id && participants.includes(actor.id);
}

/** Who has a part in a conversation, whatever queues they serve: its owner, and whom the owner has asked or added. */
export function hasPart(actor: Actor, { agentId, consulted = [] }: Part): boolean {
  return agentId === actor.id || consulted.includes(actor.id);
}

type Beside = Pick<ConversationDoc, 'participants' | 'consulted'>;

/** Those beside the owner once this agent is none of them, as far as that changes anything. */
export function withoutPartOf({ participants = [], consulted = [] }: Beside, agentId: string): Beside {
  const without = (ids: readonly string[]) => ids.filter((one) => one !== agentId);
  return {
    ...(participants.includes(agentId) ? { participants: without(participants) } : {}),
    ...(consulted.includes(agentId) ? { consulted: without(consulted) } : {}),
  };
}

/** Throws `not_owner` unless the actor owns the conversation or is a supervisor. */
export function mayActFor(actor: Actor, conversation: Owned): void {
  if (!isSupervisor(actor)) mayOwn(actor, conversation);
}

/**
 * Throws as `mayActFor` does, but not for who wrote the text, once its conversation is closed or the bot's, while they
 * are the last agent who had it: nobody else would see to it.
 */
export function mayRepair(
  actor: Actor,
  conversation: Owned & Pick<ConversationDoc, 'handler' | 'lastAgentId'>,
  { author }: Pick<MessageDoc, 'author'>,
): void {
  const place = placeOf(conversation);
  const left = (place === 'closed' || place === 'bot') && conversation.lastAgentId === actor.id;
  if (left && author.kind === 'agent' && author.id === actor.id) mayKnow(actor, conversation);
  else mayActFor(actor, conversation);
}

function ownerOf(conversation: Owned): Record<string, unknown> {
  return { agentId: conversation.agentId ?? null, version: conversation.version, state: conversation.state };
}
