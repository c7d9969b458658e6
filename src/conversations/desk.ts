import type { Json } from '../bot-turn.ts';
import { SwitchboardError } from '../errors.ts';
import type {
  Author,
  ConversationDoc,
  ConversationEvent,
  MessageDoc,
  PendingMessage,
  Store,
} from '../store/documents.ts';
import { type Changes, conversationUpdate } from './commit.ts';
import { noteMessage, outgoingMessages, type Split } from './compose.ts';
import { createDeadLetters } from './dead-letters.ts';
import { flush } from './flush.ts';
import { type Actor, mayActFor, mayOwn, mayServe } from './rights.ts';
import { endedSession } from './session.ts';
import { move, type Parties, type Transition } from './state.ts';

/** What an agent's program read before it asked for a change; a different version now is refused. */
export interface Expected {
  version?: number;
}

/**
 * What agents do with conversations. Each is one guarded write of the conversation document, or of the message,
 * and answers what it wrote. All reject with `not_found` for an unknown conversation, `forbidden` for a queue that the agent does not
 * serve, `stale_version` when `version` was given and is past, `wrong_state` when the state does not allow it, and as
 * noted. What an agent must own, a supervisor may do too.
 */
export interface Desk {
  /** Rejects with `already_claimed` (details: `agentId`, `version`). Claiming one's own again is fine. */
  claim(id: string, actor: Actor, expected?: Expected): Promise<ConversationDoc>;
  /** The conversation of this queue that is next by priority, then by waiting time; null when none waits. */
  claimNext(queueId: string, actor: Actor): Promise<ConversationDoc | null>;
  /**
   * One message per part of at most 1600 characters. `key` makes the ids, so the same key never sends twice.
   * Rejects with `not_owner`; a supervisor who does not own it may not speak either.
   */
  reply(id: string, actor: Actor, reply: { text: string; key: string }): Promise<MessageDoc[]>;
  /** For colleagues only, in any state. */
  note(id: string, actor: Actor, note: { text: string; key: string }): Promise<MessageDoc>;
  /** Rejects with `not_owner`, and `not_found` for an unknown queue or agent. */
  transfer(id: string, actor: Actor, transfer: Transfer, expected?: Expected): Promise<ConversationDoc>;
  /** Back to the bot, which hears of it at once. Rejects with `not_owner`. */
  return(id: string, actor: Actor, target: ReturnTarget, expected?: Expected): Promise<ConversationDoc>;
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

export type Transfer = ({ queueId: string } | { agentId: string }) & { note?: string; key: string };

/** `key` makes the id of the event, so that the bot hears of one return once. */
export interface ReturnTarget {
  dialog?: string;
  step?: string;
  variables?: { [key: string]: Json };
  key: string;
}

export interface Result {
  outcome?: string;
  disposition?: string;
  note?: string;
  key: string;
}

export interface DeskParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'queues' | 'agents' | 'inOrder' | 'durable'>;
  split: Split;
  now: () => number;
  /** Told the ids of messages that may be sent now. */
  queued: (messageIds: string[]) => void;
  /** Told of a conversation that has work for the bot. */
  due: (conversationId: string) => void;
}

export interface Decision {
  changes: Changes;
  event?: ConversationEvent;
}

/** How often a write is decided anew when something else, such as the end of a turn, changed the conversation first. */
const TRIES = 10;

export function createDesk(parts: DeskParts): Desk {
  const { store, now, split } = parts;

  /** Reads, decides, writes under the version read. `decide` answers null when there is nothing left to do. */
  async function change(
    id: string,
    expected: Expected,
    decide: (conversation: ConversationDoc) => Decision | null | Promise<Decision | null>,
  ): Promise<ConversationDoc> {
    for (let tries = 0; tries < TRIES; tries++) {
      const conversation = await store.conversations.findOne({ _id: id });
      if (!conversation) throw new SwitchboardError('not_found', 'There is no such conversation.');
      const decision = await decide(conversation);
      if (decision === null) return conversation;
      if (expected.version !== undefined && expected.version !== conversation.version) {
        throw refusal('stale_version', undefined, conversation);
      }
      const written = await commit(conversation, decision);
      if (written) return written;
    }
    throw new SwitchboardError(
      'stale_version',
      'The conversation changes too fast: read it again, then repeat.',
    );
  }

  async function commit(conversation: ConversationDoc, decision: Decision): Promise<ConversationDoc | null> {
    const { changes, event } = decision;
    const update = conversationUpdate(changes, now());
    const $push = {
      ...(changes.messages?.length ? { pending: { $each: changes.messages } } : {}),
      ...(changes.endedSession ? { endedSessions: changes.endedSession } : {}),
      ...(event ? { events: event } : {}),
    };
    const written = await store.conversations.findOneAndUpdate(
      { _id: conversation._id, version: conversation.version },
      {
        ...update,
        ...(Object.keys($push).length > 0 ? { $push } : {}),
        $inc: { ...update.$inc, wake: 1 },
        // Should this process end before its own flush, a worker does it.
        $min: { dueAt: now() },
      },
      { returnDocument: 'after' },
    );
    if (written) await announce(written);
    return written;
  }

  async function announce(written: ConversationDoc): Promise<void> {
    const due = await flush(store, written, now());
    await store.durable();
    if (due.length > 0) parts.queued(due);
    parts.due(written._id);
  }

  function moved(conversation: ConversationDoc, transition: Transition, parties?: Parties) {
    const decided = move(conversation, transition, parties);
    if (!decided.allowed) throw refusal(decided.code, decided.reason, conversation);
    return decided;
  }

  /** One step along the state machine by the owner or a supervisor. */
  function step(id: string, actor: Actor, transition: Transition, expected: Expected) {
    return change(id, expected, (conversation) => {
      mayActFor(actor, conversation);
      return { changes: { move: moved(conversation, transition), unset: ['queuedAt'] } };
    });
  }

  async function known(conversation: ConversationDoc, messageId: string): Promise<MessageDoc | undefined> {
    const pending = conversation.pending.find((message) => message._id === messageId);
    return pending ?? (await store.messages.findOne({ _id: messageId })) ?? undefined;
  }

  const noteOf = (conversation: ConversationDoc, actor: Actor, text: string | undefined, key: string) =>
    text === undefined
      ? []
      : [noteMessage(conversation, { cause: key, author: authorOf(actor), text }, now())];

  return {
    claim: (id, actor, expected = {}) =>
      change(id, expected, (conversation) => {
        mayServe(actor, conversation.queueId);
        if (conversation.agentId === actor.id && conversation.handler === 'agent') return null;
        return {
          changes: {
            move: moved(conversation, 'claim', { agentId: actor.id }),
            set: { timers: [] },
            unset: ['queuedAt'],
          },
        };
      }),

    async claimNext(queueId, actor) {
      if (!(await store.queues.findOne({ _id: queueId }))) {
        throw new SwitchboardError('not_found', 'There is no such queue.');
      }
      mayServe(actor, queueId);
      // One write without a read before it: of an open conversation, a claim always makes the same.
      const decided = move({ state: 'open', queueId }, 'claim', { agentId: actor.id });
      if (!decided.allowed) return null;
      const update = conversationUpdate({ move: decided, set: { timers: [] }, unset: ['queuedAt'] }, now());
      const claimed = await store.conversations.findOneAndUpdate({ queueId, state: 'open' }, update, {
        sort: { priority: -1, queuedAt: 1 },
        returnDocument: 'after',
      });
      if (claimed) await store.durable();
      return claimed;
    },

    async reply(id, actor, { text, key }) {
      const cause = `agent:${key}`;
      let messages: PendingMessage[] = [];
      await change(id, {}, async (conversation) => {
        mayOwn(actor, conversation);
        const move = moved(conversation, 'reply');
        messages = outgoingMessages(
          conversation,
          { cause, author: authorOf(actor), texts: [text] },
          split,
          now(),
        );
        const first = messages[0];
        if (!first) throw new SwitchboardError('invalid_request', 'The text is empty.');
        const before = await known(conversation, first._id);
        if (before) {
          messages = [before];
          return null;
        }
        return { changes: { move, messages, set: { lastMessageAt: now() } } };
      });
      return messages;
    },

    async note(id, actor, { text, key }) {
      let note: PendingMessage | undefined;
      await change(id, {}, async (conversation) => {
        mayServe(actor, conversation.agentId === actor.id ? undefined : conversation.queueId);
        [note] = noteOf(conversation, actor, text, key);
        if (!note) return null;
        const before = await known(conversation, note._id);
        if (before) {
          note = before;
          return null;
        }
        return { changes: { messages: [note] } };
      });
      if (!note) throw new SwitchboardError('internal');
      return note;
    },

    transfer: (id, actor, transfer, expected = {}) =>
      change(id, expected, async (conversation) => {
        mayActFor(actor, conversation);
        const messages = noteOf(conversation, actor, transfer.note, transfer.key);
        if ('queueId' in transfer) {
          const queue = await store.queues.findOne({ _id: transfer.queueId });
          if (!queue) throw new SwitchboardError('not_found', 'There is no such queue.');
          const move = moved(conversation, 'transfer_to_queue', { queueId: queue._id });
          return {
            changes: { move, messages, set: { priority: queue.priority, queuedAt: now(), timers: [] } },
          };
        }
        const agent = await store.agents.findOne({ _id: transfer.agentId });
        if (!agent) throw new SwitchboardError('not_found', 'There is no such agent.');
        const move = moved(conversation, 'transfer_to_agent', { agentId: agent._id });
        return { changes: { move, messages, set: { timers: [] }, unset: ['queuedAt'] } };
      }),

    return: (id, actor, { key, ...value }, expected = {}) =>
      change(id, expected, (conversation) => {
        mayActFor(actor, conversation);
        return {
          changes: {
            move: moved(conversation, 'return'),
            set: { timers: [] },
            unset: ['queuedAt', 'handoff'],
          },
          event: { id: `return:${key}`, name: 'returned', at: now(), value: JSON.stringify(value) },
        };
      }),

    wait: (id, actor, expected = {}) => step(id, actor, 'wait', expected),
    resume: (id, actor, expected = {}) => step(id, actor, 'resume', expected),
    end: (id, actor, expected = {}) => step(id, actor, 'end', expected),

    close: (id, actor, { outcome = 'resolved', key, disposition, note }, expected = {}) =>
      change(id, expected, (conversation) => {
        mayActFor(actor, conversation);
        const end = {
          outcome,
          closedBy: authorOf(actor),
          ...(disposition === undefined ? {} : { disposition }),
          ...(note === undefined ? {} : { note }),
        };
        return {
          changes: {
            move: moved(conversation, 'close'),
            set: { timers: [] },
            unset: ['queuedAt'],
            messages: noteOf(conversation, actor, note, key),
            endedSession: endedSession(conversation, end, now()),
          },
        };
      }),

    ...createDeadLetters(parts, { change, known }),
  };
}

function authorOf(actor: Actor): Author {
  return { kind: 'agent', id: actor.id };
}

function refusal(
  code: 'wrong_state' | 'already_claimed' | 'stale_version',
  reason: string | undefined,
  conversation: ConversationDoc,
): SwitchboardError {
  return new SwitchboardError(code, reason, {
    details: {
      agentId: conversation.agentId ?? null,
      version: conversation.version,
      state: conversation.state,
    },
  });
}
