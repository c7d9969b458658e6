import { batches } from '../store/batches.ts';
import type { ConversationDoc, Store, WorkstreamDoc } from '../store/documents.ts';

/*
 * Timers and what an agent's work takes up are derived from settings when somebody looks at a conversation. After a change
 * of the settings somebody has to look, or an earlier time would pass unseen: at the latest until the next text. Whoever
 * writes such a change says with it when that is to be (`lookAnewAt`), so that it outlives the process.
 */

/** Milliseconds, within which every process has read what was changed: none decides by what was before. */
const READ_WITHIN = 2000;

/** Milliseconds after which somebody else looks: whoever began has died, or is slow, and twice does no harm. */
const LEASE = 60_000;

const DESK = ['open', 'active', 'waiting', 'wrap_up'] as const;

export interface LookAnewParts {
  store: Pick<Store, 'conversations' | 'workstreams' | 'queues'>;
  now: () => number;
}

/** To be spread into the update of a queue or a workstream that changes what holds for conversations under way. */
export function lookingAnew(now: number): { lookAnewAt: number } {
  return { lookAnewAt: now + READ_WITHIN };
}

/** What to look at, the first due first. */
export interface Change {
  of: 'queue' | 'workstream';
  id: string;
  at: number;
}

export async function changesToLookAt({ store }: LookAnewParts): Promise<Change[]> {
  const queues = await store.queues.find({}).toArray();
  const workstreams = await store.workstreams.find({}).toArray();
  const marked = (of: Change['of'], docs: { _id: string; lookAnewAt?: number }[]) =>
    docs.flatMap(({ _id: id, lookAnewAt: at }) => (at === undefined ? [] : [{ of, id, at }]));
  return [...marked('queue', queues), ...marked('workstream', workstreams)].sort((a, b) => a.at - b.at);
}

/**
 * Has workers look at all that a change is about, unless another process does. May be repeated; one that came meanwhile
 * is left to be looked at.
 */
export async function lookAnew(parts: LookAnewParts, { of, id, at }: Change): Promise<void> {
  const { queues, workstreams } = parts.store;
  const until = parts.now() + LEASE;
  const mine = [{ _id: id, lookAnewAt: at }, { $set: { lookAnewAt: until } }] as const;
  const seen = [{ _id: id, lookAnewAt: until }, { $unset: { lookAnewAt: true } }] as const;
  if (of === 'queue') {
    if ((await queues.updateOne(...mine)).matchedCount === 0) return;
    await lookAtQueue(parts, id);
    await queues.updateOne(...seen);
  } else {
    if ((await workstreams.updateOne(...mine)).matchedCount === 0) return;
    await lookAtWorkstream(parts, id);
    await workstreams.updateOne(...seen);
  }
}

async function lookAtQueue({ store, now }: LookAnewParts, queueId: string): Promise<void> {
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
 * All of a workstream's numbers that people have, or that waits for them: `default` has the numbers that no other lists.
 * What the bot has is looked at with its next text.
 */
async function lookAtWorkstream({ store, now }: LookAnewParts, id: string): Promise<void> {
  const workstreams = await store.workstreams.find({}).toArray();
  const numbersOf = (docs: WorkstreamDoc[]) => new Set(docs.flatMap(({ numbers }) => numbers));
  const own = numbersOf(workstreams.filter(({ _id }) => _id === id));
  const others = numbersOf(workstreams.filter(({ _id }) => _id !== id));
  const isOf = ({ number }: ConversationDoc) => own.has(number) || (id === 'default' && !others.has(number));
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
  now: number,
): Promise<void> {
  await Promise.all(
    batch.map(({ _id, agentId }) =>
      conversations.updateOne(
        { _id },
        {
          $min: { dueAt: now },
          // Whoever has just decided that it may rest did so before this.
          $inc: { wake: 1 },
          ...(agentId === undefined ? {} : { $addToSet: { touched: agentId } }),
        },
      ),
    ),
  );
}
