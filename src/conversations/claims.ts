import { SwitchboardError } from '../errors.ts';
import type { ConversationDoc, Store } from '../store/documents.ts';
import { conversationUpdate } from './commit.ts';
import type { Desk } from './desk.ts';
import {
  createAnnounce,
  type GuardedWrite,
  type GuardedWriteParts,
  moved,
  touching,
} from './guarded-write.ts';
import { type Actor, isSupervisor, mayServe } from './rights.ts';
import { move } from './state.ts';

/** What was put before a colleague is theirs until they have answered; a supervisor may take it away. */
function notOfferedElsewhere({ offer, version, state }: ConversationDoc, actor: Actor, now: number): void {
  if (!offer || offer.agentId === actor.id || offer.until <= now || isSupervisor(actor)) return;
  throw new SwitchboardError('already_claimed', 'It is offered to a colleague.', {
    details: { agentId: offer.agentId, version, state },
  });
}

/** Clocks of two processes that differ by less find it still. Milliseconds. */
const CLOCKS = 60_000;

/** A claim of whoever is next that takes nobody else when it is repeated: only then it first looks for what it took. */
export function findingAgain(
  { store }: { store: Pick<Store, 'conversations'> },
  claimNext: Desk['claimNext'],
): Desk['claimNext'] {
  return async (queueId, actor, once) => {
    const taken =
      once?.again &&
      (await store.conversations.findOne({
        agentId: actor.id,
        changedAt: { $gte: once.since - CLOCKS },
        claimKey: once.key,
      }));
    return taken || claimNext(queueId, actor, once);
  };
}

/** How a conversation comes to an agent who takes it. */
export function createClaims(
  parts: GuardedWriteParts,
  write: GuardedWrite,
): Pick<Desk, 'claim' | 'claimNext'> {
  const { store, settings, now } = parts;
  const announce = createAnnounce(parts);
  return {
    claim: (id, actor, expected = {}) =>
      write(id, actor, expected, (conversation) => {
        mayServe(actor, conversation.queueId);
        if (conversation.agentId === actor.id && conversation.handler === 'agent') return null;
        notOfferedElsewhere(conversation, actor, now());
        return { changes: { move: moved(conversation, 'claim', now(), { agentId: actor.id }) } };
      }),

    async claimNext(queueId, actor, once) {
      // One that was made a moment ago is not in the settings yet.
      if (!(settings.queue(queueId) ?? (await store.queues.findOne({ _id: queueId })))) {
        throw new SwitchboardError('not_found', 'There is no such queue.');
      }
      mayServe(actor, queueId);
      const claimed = await claimFirst(queueId, actor.id, once?.key);
      if (claimed) await announce(claimed);
      return claimed;
    },
  };

  /** One write without a read before it: of an open conversation, a claim always makes the same. */
  async function claimFirst(
    queueId: string,
    agentId: string,
    key: string | undefined,
  ): Promise<ConversationDoc | null> {
    const decided = move({ state: 'open', queueId }, 'claim', now(), { agentId });
    if (!decided.allowed) return null;
    const changes = { move: decided, ...parts.news?.ofCommit(null, { move: decided }) };
    const update = conversationUpdate({ priority: 0 }, changes, now());
    return store.conversations.findOneAndUpdate(
      // What was offered to a colleague is theirs until they have answered.
      { queueId, state: 'open', offer: { $exists: false } },
      {
        ...update,
        ...(key === undefined ? {} : { $set: { ...update.$set, claimKey: key } }),
        ...(changes.statuses ? { $push: { ...update.$push, events: { $each: changes.statuses } } } : {}),
        ...touching(changes),
        $inc: { ...update.$inc, wake: 1 },
        $min: { ...update.$min, dueAt: now() },
      },
      { sort: { turnAt: 1 }, returnDocument: 'after' },
    );
  }
}
