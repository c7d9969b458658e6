import type { ErrorCode } from '../errors.ts';
import type { ConversationDoc, Handler, State } from '../store/documents.ts';

/**
 * Where a conversation stands: one of six places. `state` and `handler` of the document are two views of it
 * (`active` is two places: with the bot and with an agent).
 */
export type Place = 'closed' | 'bot' | 'open' | 'agent' | 'waiting' | 'wrap_up';

export type Transition =
  | 'message' // the customer writes
  | 'bot_ended' // the bot has finished
  | 'handoff' // the bot gives up or is asked for a person
  | 'claim'
  | 'reply'
  | 'transfer_to_queue'
  | 'transfer_to_agent'
  | 'return' // back to the bot
  | 'wait'
  | 'resume'
  | 'end'
  | 'close';

/** Every pair that is allowed; every other is refused. A claim of what an agent has is `already_claimed`, see below. */
export const TRANSITIONS: Readonly<Record<Transition, Readonly<Partial<Record<Place, Place>>>>> = {
  message: {
    closed: 'bot',
    bot: 'bot',
    open: 'open',
    agent: 'agent',
    waiting: 'agent',
    wrap_up: 'agent',
  },
  bot_ended: { bot: 'closed' },
  handoff: { bot: 'open' },
  claim: { bot: 'agent', open: 'agent' },
  reply: { agent: 'agent', waiting: 'agent' },
  transfer_to_queue: { bot: 'open', open: 'open', agent: 'open', waiting: 'open' },
  transfer_to_agent: { bot: 'agent', open: 'agent', agent: 'agent', waiting: 'agent' },
  return: { open: 'bot', agent: 'bot', waiting: 'bot', wrap_up: 'bot' },
  wait: { agent: 'waiting' },
  resume: { waiting: 'agent', wrap_up: 'agent' },
  end: { agent: 'wrap_up', waiting: 'wrap_up' },
  close: { bot: 'closed', open: 'closed', agent: 'closed', waiting: 'closed', wrap_up: 'closed' },
};

const SHOWN: Readonly<Record<Place, Pick<PlaceFields, 'state' | 'handler' | 'desk'>>> = {
  closed: { state: 'closed', handler: undefined, desk: undefined },
  bot: { state: 'active', handler: 'bot', desk: undefined },
  open: { state: 'open', handler: undefined, desk: 'open' },
  agent: { state: 'active', handler: 'agent', desk: 'active' },
  waiting: { state: 'waiting', handler: 'agent', desk: 'waiting' },
  wrap_up: { state: 'wrap_up', handler: 'agent', desk: 'wrap_up' },
};

type Situation = Pick<ConversationDoc, 'state'> &
  Partial<Pick<ConversationDoc, 'handler' | 'agentId' | 'queueId'>>;

export function placeOf(conversation: Pick<Situation, 'state' | 'handler'>): Place {
  if (conversation.state === 'active') return conversation.handler === 'agent' ? 'agent' : 'bot';
  return conversation.state;
}

/** Who or what the transition brings: needed only where the new place has an owner or a queue. */
export interface Parties {
  agentId?: string;
  queueId?: string;
}

export interface PlaceFields {
  state: State;
  handler: Handler | undefined;
  desk: State | undefined;
  agentId: string | undefined;
  queueId: string | undefined;
}

export type Move =
  | {
      allowed: true;
      place: Place;
      /** The fields of the document that the place decides; those that are undefined go. */
      fields: PlaceFields;
      /** The owner changes: texts that a bot still has in flight are void. */
      ownerChanged: boolean;
    }
  | { allowed: false; code: Extract<ErrorCode, 'wrong_state' | 'already_claimed'>; reason: string };

export type AllowedMove = Extract<Move, { allowed: true }>;

/** Decides one transition. Pure; who may ask for it is the desk's question (`rights` of the actor). */
export function move(conversation: Situation, transition: Transition, parties: Parties = {}): Move {
  const from = placeOf(conversation);
  const place = TRANSITIONS[transition][from];
  if (place === undefined) {
    return transition === 'claim' && from !== 'closed'
      ? { allowed: false, code: 'already_claimed', reason: 'An agent owns the conversation.' }
      : {
          allowed: false,
          code: 'wrong_state',
          reason: `A conversation that is ${from} does not allow ${transition}.`,
        };
  }
  const fields = { ...SHOWN[place], ...owners(conversation, from, place, parties) };
  return {
    allowed: true,
    place,
    fields,
    ownerChanged: fields.agentId !== conversation.agentId && from !== 'closed',
  };
}

function owners(
  conversation: Situation,
  from: Place,
  place: Place,
  parties: Parties,
): { agentId: string | undefined; queueId: string | undefined } {
  switch (place) {
    case 'bot':
      // A closed conversation keeps its last owner for the lists; the next session starts without one.
      return { agentId: undefined, queueId: undefined };
    case 'open':
      return { agentId: undefined, queueId: parties.queueId ?? conversation.queueId };
    case 'closed':
      return { agentId: conversation.agentId, queueId: from === 'bot' ? undefined : conversation.queueId };
    case 'agent':
    case 'waiting':
    case 'wrap_up':
      return { agentId: parties.agentId ?? conversation.agentId, queueId: conversation.queueId };
  }
}
