import type { ReturnCheck } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type { AgentDoc, ConversationDoc, QueueDoc } from '../store/documents.ts';
import { notesBy } from './agent-messages.ts';
import { toldOfHours } from './automated-messages.ts';
import { OF_A_PERSONS_TURN } from './commit.ts';
import type { Desk } from './desk.ts';
import { type GuardedWrite, moved } from './guarded-write.ts';
import { handoffResult } from './handoff-result.ts';
import { openAt } from './hours.ts';
import { type Actor, isSupervisor, mayActFor } from './rights.ts';
import { type StrandedParts, unlessGone } from './stranded.ts';
import { untakenFrom } from './timers.ts';
import { traced } from './trace.ts';

export interface TransferParts extends StrandedParts {
  /** Absent when the bot cannot tell: any return target is taken then. */
  lacks?: ReturnCheck;
}

/** How a conversation goes from its owner to somebody else: a queue, a colleague, the bot. */
export function createTransfers(
  parts: TransferParts,
  write: GuardedWrite,
): Pick<Desk, 'transfer' | 'return'> {
  const { store, settings, now, lacks } = parts;
  return {
    async transfer(id, actor, to, expected = {}) {
      const transferred = await write(id, actor, expected, async (conversation) => {
        mayActFor(actor, conversation);
        // To a request for a past version, that is the answer, whoever is there.
        const { version = conversation.version } = expected;
        const unchecked = isSupervisor(actor) || version !== conversation.version;
        // Whoever does not have it decides over the head of who does.
        const reason =
          conversation.handler === 'agent' && conversation.agentId === actor.id ? 'transferred' : 'assigned';
        const messages = notesBy(actor, conversation, to, now());
        if ('queueId' in to) {
          const queue = await store.queues.findOne({ _id: to.queueId });
          if (!queue) throw new SwitchboardError('not_found', 'There is no such queue.');
          const move = moved(conversation, 'transfer_to_queue', now(), { queueId: queue._id, reason });
          if (!unchecked) await refuseNowhere(queue, actor);
          const untakenAt = untakenFrom(settings, conversation, now());
          const { priority, lapsed } = asIn(queue, conversation);
          const decision = { queueId: queue._id, priority, ...(lapsed.length > 0 ? { lapsed } : {}) };
          const entry = { step: 'transfer', agentId: actor.id, why: reason, decision } as const;
          const set = {
            priority,
            untakenAt,
            trace: traced(conversation, [entry], now()),
            ...notBackTo(conversation, now()),
          };
          return {
            changes: { move, messages, set, ...(lapsed.length > 0 ? { unset: ['skills'] } : {}) },
            automated: toldOfHours(queue, now()),
          };
        }
        const agent = await store.agents.findOne({ _id: to.agentId });
        if (!agent) throw new SwitchboardError('not_found', 'There is no such agent.');
        const move = moved(conversation, 'transfer_to_agent', now(), { agentId: agent._id, reason });
        if (!unchecked && !isThere(agent)) throw nobodyThere('Your colleague is offline.');
        return { changes: { move, messages } };
      });
      return unlessGone(parts, write, transferred, to);
    },

    return: (id, actor, { key, ...given }, expected = {}) =>
      write(id, actor, expected, (conversation) => {
        mayActFor(actor, conversation);
        const move = moved(conversation, 'return', now());
        const { botState = null, session } = conversation;
        const lacking = lacks?.(given, { botState, session });
        if (lacking) throw noSuchPlace(lacking);
        return {
          changes: {
            move,
            unset: [...OF_A_PERSONS_TURN],
            event: {
              id: `return:${key}`,
              name: 'returned',
              at: now(),
              value: handoffResult(conversation, 'returned', given),
            },
          },
        };
      }),
  };

  /**
   * An agent hands over to whom may take it: never into a queue where nobody else is. A supervisor may mean it, such as
   * for the shift that begins soon.
   */
  async function refuseNowhere(queue: QueueDoc, actor: Actor): Promise<void> {
    if (!openAt(queue.hours, now()).open) throw new SwitchboardError('queue_closed');
    const agents = await store.agents.find({}).toArray();
    const others = agents.filter(({ _id, queues }) => _id !== actor.id && queues.includes(queue._id));
    if (!others.some(isThere)) throw nobodyThere('Nobody else who serves the queue is there.');
  }
}

/**
 * As what a conversation waits in a queue that a person has chosen for it. What routing gave ranks the customer and stays,
 * unless the queue ranks higher; the skills it asked for were meant for the queue before, and here perhaps nobody has them.
 */
function asIn(
  queue: QueueDoc,
  { queueId, priority, skills = [] }: ConversationDoc,
): { priority: number; lapsed: string[] } {
  // The same again: it is as routing has put it there.
  if (queueId === queue._id) return { priority, lapsed: [] };
  // No queue yet: routing has not seen it, or its bot has had it since.
  if (queueId === undefined) return { priority: queue.priority, lapsed: skills };
  return { priority: Math.max(priority, queue.priority), lapsed: skills };
}

/** Whoever had it is not to have it again at once, as if they had rejected it: they serve the next queue too, perhaps. */
function notBackTo({ handler, agentId }: ConversationDoc, now: number): Pick<ConversationDoc, 'passedOver'> {
  return handler === 'agent' && agentId !== undefined ? { passedOver: [{ agentId, at: now }] } : {};
}

/** Whom an agent may hand over to. */
export function isThere({ presence }: Pick<AgentDoc, 'presence'>): boolean {
  return presence !== 'offline';
}

function nobodyThere(reason: string): SwitchboardError {
  return new SwitchboardError('nobody_there', reason);
}

/** The path is that of the request to the API, as with every other mistake in it. */
function noSuchPlace(field: 'dialog' | 'step'): SwitchboardError {
  const problems = [{ path: `body.${field}`, message: `The bot has no such ${field}.` }];
  return new SwitchboardError('invalid_request', undefined, { details: { problems } });
}
