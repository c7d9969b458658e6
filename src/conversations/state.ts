import type { ErrorCode } from '../errors.ts';
import type { ConversationDoc, Handler, Place, State, Stretch } from '../store/documents.ts';

export type { Place };

/**
 * Every transition: from which place to which, and the coded reasons that it may have, the usual one first. Every other
 * pair is refused. A claim of what an agent has is `already_claimed`, see below.
 */
export const TRANSITIONS = {
  /** The customer writes. */
  message: {
    to: { closed: 'bot', bot: 'bot', open: 'open', agent: 'agent', waiting: 'agent', wrap_up: 'agent' },
    reasons: ['customer_wrote'],
  },
  /** The customer writes again soon after a person had it: people have the new session, and no bot. */
  reopen_to_agent: { to: { closed: 'agent' }, reasons: ['reopened'] },
  reopen_to_queue: { to: { closed: 'open' }, reasons: ['reopened'] },
  /** The program that has the bot lets it speak unasked. */
  continue: { to: { closed: 'bot', bot: 'bot' }, reasons: ['continued'] },
  /** The bot has finished. */
  bot_ended: { to: { bot: 'closed' }, reasons: ['bot_ended'] },
  /** The bot gives up or is asked for a person; why, the handoff says. */
  handoff: { to: { bot: 'open' }, reasons: ['handed_off'] },
  claim: { to: { bot: 'agent', open: 'agent' }, reasons: ['claimed'] },
  /** It is put before an agent, who accepts, rejects, or lets the time run out. */
  offer: { to: { open: 'open' }, reasons: ['offered'] },
  accept: { to: { open: 'agent' }, reasons: ['offer_accepted'] },
  reject: { to: { open: 'open' }, reasons: ['offer_rejected'] },
  miss: { to: { open: 'open' }, reasons: ['offer_missed'] },
  reply: { to: { agent: 'agent', waiting: 'agent' }, reasons: ['agent_replied'] },
  transfer_to_queue: {
    to: { bot: 'open', open: 'open', agent: 'open', waiting: 'open' },
    reasons: ['transferred', 'assigned', 'waited_too_long'],
  },
  transfer_to_agent: {
    to: { bot: 'agent', open: 'agent', agent: 'agent', waiting: 'agent' },
    reasons: ['transferred', 'assigned', 'overflow'],
  },
  /** Back into its queue, since its agent is not there or does not answer. */
  requeue: {
    to: { agent: 'open', waiting: 'open', wrap_up: 'open' },
    reasons: ['agent_gone', 'first_response_missed'],
  },
  /** Back to the bot. */
  return: {
    to: { open: 'bot', agent: 'bot', waiting: 'bot', wrap_up: 'bot' },
    reasons: ['returned', 'overflow', 'waited_too_long', 'customer_left'],
  },
  wait: { to: { agent: 'waiting' }, reasons: ['parked'] },
  resume: { to: { waiting: 'agent', wrap_up: 'agent' }, reasons: ['resumed'] },
  end: { to: { agent: 'wrap_up', waiting: 'wrap_up' }, reasons: ['agent_ended'] },
  close: {
    to: { bot: 'closed', open: 'closed', agent: 'closed', waiting: 'closed', wrap_up: 'closed' },
    reasons: [
      'agent_closed',
      'force_closed',
      'auto_closed',
      'customer_inactive',
      'overflow',
      'waited_too_long',
      'bot_ended',
    ],
  },
} as const satisfies Record<
  string,
  { to: Readonly<Partial<Record<Place, Place>>>; reasons: readonly [string, ...string[]] }
>;

export type Transition = keyof typeof TRANSITIONS;
export type Reason = (typeof TRANSITIONS)[Transition]['reasons'][number];

const SHOWN: Readonly<Record<Place, Pick<PlaceFields, 'state' | 'handler' | 'desk'>>> = {
  closed: { state: 'closed', handler: undefined, desk: undefined },
  bot: { state: 'active', handler: 'bot', desk: undefined },
  open: { state: 'open', handler: undefined, desk: 'open' },
  agent: { state: 'active', handler: 'agent', desk: 'active' },
  waiting: { state: 'waiting', handler: 'agent', desk: 'waiting' },
  wrap_up: { state: 'wrap_up', handler: 'agent', desk: 'wrap_up' },
};

type Situation = Pick<ConversationDoc, 'state'> &
  Partial<Pick<ConversationDoc, 'handler' | 'agentId' | 'queueId' | 'offer'>>;

export function placeOf(conversation: Pick<Situation, 'state' | 'handler'>): Place {
  if (conversation.state === 'active') return conversation.handler === 'agent' ? 'agent' : 'bot';
  return conversation.state;
}

/** Who or what the transition brings: needed only where the new place has an owner or a queue. */
export interface Parties {
  agentId?: string;
  queueId?: string;
  /** One of the transition's; the usual one when absent. */
  reason?: Reason;
}

export interface PlaceFields {
  state: State;
  handler: Handler | undefined;
  desk: State | undefined;
  agentId: string | undefined;
  queueId: string | undefined;
}

export interface AllowedMove {
  allowed: true;
  from: Place;
  place: Place;
  reason: Reason;
  /** The fields of the document that the place decides; those that are undefined go. */
  fields: PlaceFields;
  /** The owner changes: texts that a bot still has in flight are void. */
  ownerChanged: boolean;
  /** It begins to wait in a queue, or leaves the one it waited in. */
  line: 'joined' | 'left' | 'unchanged';
  /** What the session's history gains. */
  stretches: Stretch[];
  /** The agents whose work the transition may change. */
  agents: string[];
}

export type Move =
  | AllowedMove
  | { allowed: false; code: Extract<ErrorCode, 'wrong_state' | 'already_claimed'>; reason: string };

/** Decides one transition. Pure; who may ask for it is the desk's question (`rights` of the actor). */
export function move(
  conversation: Situation,
  transition: Transition,
  now: number,
  parties: Parties = {},
): Move {
  const from = placeOf(conversation);
  const { to, reasons }: { to: Partial<Record<Place, Place>>; reasons: readonly [Reason, ...Reason[]] } =
    TRANSITIONS[transition];
  const place = to[from];
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
  const { agentId, queueId } = fields;
  const reason = parties.reason ?? reasons[0];
  const joined =
    place === 'open' && (from !== 'open' || (transition === 'transfer_to_queue' && queueId !== undefined));
  const newOwner = agentId !== conversation.agentId;
  const entered = joined || place !== from || newOwner;
  return {
    allowed: true,
    from,
    place,
    reason,
    fields,
    ownerChanged: newOwner && from !== 'closed',
    line: joined ? 'joined' : from === 'open' && place !== 'open' ? 'left' : 'unchanged',
    stretches: entered
      ? [
          {
            place,
            since: now,
            reason,
            ...(agentId === undefined ? {} : { agentId }),
            ...(queueId === undefined ? {} : { queueId }),
          },
        ]
      : [],
    agents: agentsOf(conversation, from, transition, parties, entered),
  };
}

/** Two moves of one commit as one. */
export function followedBy(first: AllowedMove | undefined, then: AllowedMove): AllowedMove {
  if (!first) return then;
  return {
    ...then,
    from: first.from,
    ownerChanged: first.ownerChanged || then.ownerChanged,
    line: then.line === 'unchanged' ? first.line : then.line,
    stretches: [...first.stretches, ...then.stretches],
    agents: [...new Set([...first.agents, ...then.agents])],
  };
}

function agentsOf(
  { agentId, offer }: Situation,
  from: Place,
  transition: Transition,
  parties: Parties,
  entered: boolean,
): string[] {
  const offered = transition === 'offer' || transition === 'reject' || transition === 'miss';
  if (!entered && !offered) return [];
  const before = from === 'closed' ? [] : [agentId, offer?.agentId];
  return [...new Set([...before, parties.agentId].filter((id) => id !== undefined))];
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
