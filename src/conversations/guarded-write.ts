import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, ConversationEvent, MessageDoc, Store } from '../store/documents.ts';
import { type AutomatedParts, withAutomated } from './automated-messages.ts';
import { type Changes, conversationUpdate, touchedBy } from './commit.ts';
import { flush } from './flush.ts';
import type { NewsSource } from './news.ts';
import { type AllowedMove, move, type Parties, type Transition } from './state.ts';

/** What an agent's program read before it asked for a change; a different version now is refused. */
export interface Expected {
  version?: number;
}

/** The agents whose work a decision changes, to be told once it is committed; added to those not told yet. */
export function touching(changes: Changes) {
  const agents = touchedBy(changes);
  return agents.length > 0 ? { $addToSet: { touched: { $each: agents } } } : {};
}

export interface Decision {
  changes: Changes;
  event?: ConversationEvent;
}

export interface GuardedWriteParts extends AutomatedParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'agents' | 'queues' | 'inOrder' | 'durable'>;
  /** Absent = nobody outside is told of anything. */
  news?: NewsSource;
  /** Told the ids of messages that may be sent now. */
  queued: (messageIds: string[]) => void;
  /** Told of a conversation that has work for the bot. */
  due: (conversationId: string) => void;
}

/**
 * Reads, decides, writes under the version read; decides anew when something else wrote first. `decide` answers null
 * when there is nothing left to do. Resolves with the conversation as written, once it is on disk. Rejects with
 * `not_found`, `stale_version`, and what `decide` throws.
 */
export type GuardedWrite = (
  id: string,
  expected: Expected,
  decide: (conversation: ConversationDoc) => Decision | null | Promise<Decision | null>,
) => Promise<ConversationDoc>;

/** How often a write is decided anew when something else, such as the end of a turn, changed the conversation first. */
const TRIES = 10;

export function createGuardedWrite(parts: GuardedWriteParts): GuardedWrite {
  const { store, now } = parts;
  const announce = createAnnounce(parts);

  async function commit(conversation: ConversationDoc, decision: Decision): Promise<ConversationDoc | null> {
    const { event } = decision;
    const said = await withAutomated(parts, conversation, decision.changes);
    const changes = { ...said, ...parts.news?.ofCommit(conversation, said) };
    const events = [...(changes.statuses ?? []), ...(event ? [event] : [])];
    const update = conversationUpdate(conversation, changes, now());
    const $push = {
      ...update.$push,
      ...(changes.messages?.length ? { pending: { $each: changes.messages } } : {}),
      ...(changes.endedSession ? { endedSessions: changes.endedSession } : {}),
      ...(events.length > 0 ? { events: { $each: events } } : {}),
    };
    const written = await store.conversations.findOneAndUpdate(
      { _id: conversation._id, version: conversation.version },
      {
        ...update,
        ...(Object.keys($push).length > 0 ? { $push } : {}),
        ...touching(changes),
        $inc: { ...update.$inc, wake: 1 },
        // Should this process end before its own flush, a worker does it.
        $min: { ...update.$min, dueAt: now() },
      },
      { returnDocument: 'after' },
    );
    if (written) await announce(written);
    return written;
  }

  return async (id, expected, decide) => {
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
  };
}

/** Copies what was committed to where it belongs, makes it durable, and hints at what is to be done now. */
export function createAnnounce(parts: GuardedWriteParts): (written: ConversationDoc) => Promise<void> {
  const { store, queued, due } = parts;
  return async (written) => {
    const sendable = await flush(parts, written);
    await store.durable();
    if (sendable.length > 0) queued(sendable);
    due(written._id);
  };
}

/** The move of an allowed transition. Throws `wrong_state` or `already_claimed` for every other. */
export function moved(
  conversation: ConversationDoc,
  transition: Transition,
  now: number,
  parties?: Parties,
): AllowedMove {
  const decided = move(conversation, transition, now, parties);
  if (!decided.allowed) throw refusal(decided.code, decided.reason, conversation);
  return decided;
}

/** The message with this id, also while it is committed and not yet flushed. */
export async function written(
  store: Pick<Store, 'messages'>,
  conversation: ConversationDoc,
  messageId: string,
): Promise<MessageDoc | undefined> {
  const pending = conversation.pending.find((message) => message._id === messageId);
  return pending ?? (await store.messages.findOne({ _id: messageId })) ?? undefined;
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
