import type { ConversationDoc, DraftDoc, MessageDoc, Store } from '../store/documents.ts';

/** One thing that changed, as it is now. */
export type Change =
  | { kind: 'conversation'; at: number; doc: ConversationDoc }
  | { kind: 'message'; at: number; doc: MessageDoc }
  | { kind: 'typing'; at: number; doc: DraftDoc };

type Stores = Pick<Store, 'conversations' | 'messages' | 'drafts'>;

const BATCH = 500;

/**
 * Everything whose `changedAt` is `since` or later, in that order, a batch at a time. What changes during the reading
 * may come twice; whoever reads on from the last `at` misses nothing.
 */
export async function* changesSince(store: Stores, since: number): AsyncGenerator<Change[]> {
  let from: number | null = since;
  while (from !== null) {
    const start: number = from;
    const conversations = await readWhole((limit) =>
      store.conversations.find({ changedAt: { $gte: start } }, { sort: { changedAt: 1 }, limit }).toArray(),
    );
    const messages = await readWhole((limit) =>
      store.messages.find({ changedAt: { $gte: start } }, { sort: { changedAt: 1 }, limit }).toArray(),
    );
    const drafts = await readWhole((limit) =>
      store.drafts.find({ changedAt: { $gte: start } }, { sort: { changedAt: 1 }, limit }).toArray(),
    );
    // All are complete up to here only.
    const end = Math.min(conversations.end, messages.end, drafts.end);
    const changes: Change[] = [
      ...conversations.docs.map((doc): Change => ({ kind: 'conversation', at: doc.changedAt, doc })),
      ...messages.docs.map((doc): Change => ({ kind: 'message', at: doc.changedAt, doc })),
      ...drafts.docs.map((doc): Change => ({ kind: 'typing', at: doc.changedAt, doc })),
    ];
    yield changes.filter((change) => change.at <= end).sort((a, b) => a.at - b.at);
    from = end === Number.POSITIVE_INFINITY ? null : end + 1;
  }
}

const DESKS = ['open', 'active', 'waiting', 'wrap_up'] as const;

/** Every conversation that a queue or an agent has, a batch at a time. One that moves meanwhile may come twice. */
export async function* atDesk({
  conversations,
}: Pick<Store, 'conversations'>): AsyncGenerator<ConversationDoc[]> {
  for (const desk of DESKS) {
    let from = 0;
    while (from !== Number.POSITIVE_INFINITY) {
      const changedAt = { $gte: from };
      const { docs, end } = await readWhole((limit) =>
        conversations.find({ desk, changedAt }, { sort: { changedAt: 1 }, limit }).toArray(),
      );
      yield docs;
      from = end + 1;
    }
  }
}

/** A batch without its last millisecond, which may go on behind it. `end` = up to when it is complete. */
async function readWhole<T extends { changedAt: number }>(
  read: (limit: number) => Promise<T[]>,
): Promise<{ docs: T[]; end: number }> {
  for (let limit = BATCH; ; limit *= 2) {
    const docs = await read(limit);
    const last = docs.at(-1);
    if (docs.length < limit || last === undefined) return { docs, end: Number.POSITIVE_INFINITY };
    const whole = docs.filter((doc) => doc.changedAt < last.changedAt);
    if (whole.length > 0) return { docs: whole, end: last.changedAt - 1 };
  }
}

/** How many conversations and messages have changed since then, counted up to `most`. */
export async function countChanges(store: Stores, since: number, most: number): Promise<number> {
  const filter = { changedAt: { $gte: since } };
  const conversations = await store.conversations.countDocuments(filter, { limit: most });
  return conversations + (await store.messages.countDocuments(filter, { limit: most }));
}
