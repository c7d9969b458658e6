import { batches } from '../store/batches.ts';
import type { ConversationDoc, Store, WorkstreamDoc } from '../store/documents.ts';

/*
 * Timers and what an agent's work takes up are derived from settings when somebody looks at a conversation. After a change
 * of the settings somebody has to look, or an earlier time would pass unseen: at the latest until the next text.
 */

/** Milliseconds, within which every process has read what was changed. */
const READ_WITHIN = 2000;

const DESK = ['open', 'active', 'waiting', 'wrap_up'] as const;

interface LookAnewParts {
  store: Pick<Store, 'conversations' | 'workstreams'>;
  now: () => number;
}

/** Has workers look at all that waits in a queue. Resolves when each has been told. */
export async function lookAnewAtQueue({ store, now }: LookAnewParts, queueId: string): Promise<void> {
  const waiting = batches(
    (from, limit) =>
      store.conversations
        .find({ queueId, state: 'open', turnAt: { $gte: from } }, { sort: { turnAt: 1 }, limit })
        .toArray(),
    ({ turnAt = 0 }) => turnAt,
  );
  for await (const batch of waiting) await tell(store, batch, now());
}

/**
 * The same of all that people have, or that waits for them, of a workstream with these numbers, or that had them before: `default`
 * has those that no other lists. What the bot has is looked at with its next text.
 */
export async function lookAnewAtWorkstream(
  { store, now }: LookAnewParts,
  workstream: Pick<WorkstreamDoc, '_id' | 'numbers'>,
): Promise<void> {
  const others = (await store.workstreams.find({}).toArray()).filter(({ _id }) => _id !== workstream._id);
  const listed = new Set(others.flatMap(({ numbers }) => numbers));
  const isOf = ({ number }: ConversationDoc) =>
    workstream.numbers.includes(number) || (workstream._id === 'default' && !listed.has(number));
  for (const desk of DESK) {
    const all = batches(
      (from, limit) =>
        store.conversations
          .find({ desk, changedAt: { $gte: from } }, { sort: { changedAt: 1 }, limit })
          .toArray(),
      ({ changedAt }) => changedAt,
    );
    for await (const batch of all) await tell(store, batch.filter(isOf), now());
  }
}

async function tell(
  { conversations }: Pick<Store, 'conversations'>,
  batch: readonly ConversationDoc[],
  at: number,
): Promise<void> {
  await Promise.all(
    batch.map(({ _id, agentId }) =>
      conversations.updateOne(
        { _id },
        {
          $min: { dueAt: at + READ_WITHIN },
          // Whoever has just decided that it may rest did so by the settings before.
          $inc: { wake: 1 },
          ...(agentId === undefined ? {} : { $addToSet: { touched: agentId } }),
        },
      ),
    ),
  );
}
