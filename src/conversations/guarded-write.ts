import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import { type AutomatedParts, withAutomated } from './automated-messages.ts';
import { type Changes, conversationUpdate, heardOf, touchedBy } from './commit.ts';
import { tracedBy } from './compose.ts';
import type { Decision } from './decision.ts';
import { flush } from './flush.ts';
import type { NewsSource } from './news.ts';
import type { Actor } from './rights.ts';
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

export interface GuardedWriteParts extends AutomatedParts {
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'agents' | 'queues' | 'optouts' | 'inOrder'>;
  /** Absent = nobody outside is told of anything. */
  news?: NewsSource;
  /** Told the ids of messages that may be sent now. */
  queued: (messageIds: string[]) => void;
  /** Told of each conversation that was written. `rests` = there is nothing in it for a worker to do now. */
  due: (conversationId: string, rests: boolean) => void;
}

/**
 * Reads, decides, writes under the version read; decides anew when something else wrote first. `actor` is null where no
 * request is behind it, or no text comes of it. `decide` answers null when there is nothing left to do. Resolves with the
 * conversation as written; it is on disk once the store's `durable()` has resolved, which is for the caller to await before
 * anybody is told. Rejects with `not_found`, `stale_version`, and what `decide` throws.
 */
export type GuardedWrite = (
  id: string,
  actor: Pick<Actor, 'traceparent'> | null,
  expected: Expected,
  decide: (conversation: ConversationDoc) => Decision | null | Promise<Decision | null>,
) => Promise<ConversationDoc>;

/** How often a write is decided anew when something else, such as the end of a turn, changed the conversation first. */
const TRIES = 10;

export function createGuardedWrite(parts: GuardedWriteParts): GuardedWrite {
  const { store } = parts;
  return async (id, actor, expected, decide) => {
    for (let tries = 0; tries < TRIES; tries++) {
      const conversation = await store.conversations.findOne({ _id: id });
      if (!conversation) throw new SwitchboardError('not_found', 'There is no such conversation.');
      const decision = await decide(conversation);
      if (decision === null) return conversation;
      if (expected.version !== undefined && expected.version !== conversation.version) {
        throw refusal('stale_version', undefined, conversation);
      }
      const written = await commitDecision(parts, conversation, decision, actor?.traceparent);
      if (written) return written;
    }
    throw new SwitchboardError(
      'stale_version',
      'The conversation changes too fast: read it again, then repeat.',
    );
  };
}

/**
 * Commits what was decided on a conversation, with what the service says to it, and copies it to where it belongs. Null
 * when something else wrote first: the decision is void.
 */
export async function commitDecision(
  parts: GuardedWriteParts,
  conversation: ConversationDoc,
  decision: Decision,
  traceparent?: string,
): Promise<ConversationDoc | null> {
  const { store, now } = parts;
  const said = await withAutomated(parts, conversation, decision.changes, decision.automated, decision.asked);
  const changes = { ...said, ...parts.news?.ofCommit(conversation, said) };
  const events = heardOf(changes);
  const update = conversationUpdate(conversation, changes, now());
  const $push = {
    ...update.$push,
    ...(changes.messages?.length ? { pending: { $each: tracedBy(changes.messages, traceparent) } } : {}),
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
  if (written) await createAnnounce(parts)(written);
  return written;
}

/** Copies what was committed to where it belongs, and hints at what is to be done now. */
export function createAnnounce(parts: GuardedWriteParts): (written: ConversationDoc) => Promise<void> {
  const { queued, due } = parts;
  return async (written) => {
    const { sendable, rests } = await flush(parts, written);
    if (sendable.length > 0) queued(sendable);
    due(written._id, rests);
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
