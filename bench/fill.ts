import { randomBytes } from 'node:crypto';
import type { Store } from '../src/store/documents.ts';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { filledCustomer, filledPosition } from './conversation-script.ts';
import { historyOf, type Snapshot } from './history.ts';

/** Operations under way at once. */
const BATCH = 1000;
const DAYS = 90;

/**
 * Fills a store with `count` conversations through its own operations: each a few texts into the bench's script, so
 * that six of seven are with the bot in the middle of a question and one is closed, with the documents that the
 * service itself leaves behind: the conversation, its last two messages, and the session when it has ended. Their
 * times are spread over the last 90 days.
 */
export async function fill(
  dataDir: string,
  count: number,
  folders: { dialogsDir: string; localesDir: string },
): Promise<void> {
  const now = Date.now();
  const model = { customer: filledCustomer(0), referenceId: (n: number) => String(n).padStart(32, 'A') };
  const snapshots = (await historyOf({ ...folders, ...model, now })).map((snapshot) =>
    JSON.stringify(snapshot),
  );
  const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
  try {
    let batch: Promise<unknown>[] = [];
    for (let n = 0; n < count; n += 1) {
      const position = filledPosition(n);
      const text = snapshots[position] ?? '';
      const reference = randomBytes(16).toString('hex').toUpperCase();
      const snapshot: Snapshot = JSON.parse(
        text.replaceAll(model.customer, filledCustomer(n)).replace(/A{31}\d/g, reference),
      );
      batch.push(...insert(store, snapshot, ((n * 7_919) % (DAYS * 24 * 3600)) * 1000));
      if (batch.length < BATCH) continue;
      await Promise.all(batch);
      batch = [];
    }
    await Promise.all(batch);
    await store.durable();
  } finally {
    await store.close();
  }
}

/** `ago` in milliseconds. */
function insert(
  store: Store,
  { conversation, messages, session }: Snapshot,
  ago: number,
): Promise<unknown>[] {
  const { createdAt, changedAt, lastMessageAt, sessionStartedAt = createdAt } = conversation;
  return [
    store.conversations.insertOne({
      ...conversation,
      createdAt: createdAt - ago,
      changedAt: changedAt - ago,
      lastMessageAt: lastMessageAt - ago,
      sessionStartedAt: sessionStartedAt - ago,
    }),
    ...messages.map((message) =>
      store.messages.insertOne({ ...message, at: message.at - ago, changedAt: message.changedAt - ago }),
    ),
    ...(session === null
      ? []
      : [
          store.sessions.insertOne({
            ...session,
            startedAt: session.startedAt - ago,
            endedAt: session.endedAt - ago,
          }),
        ]),
  ];
}
