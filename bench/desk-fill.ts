import { lineOf } from '../src/conversations/line.ts';
import { newConversation } from '../src/conversations/new-conversation.ts';
import { newStaffing } from '../src/store/agent.ts';
import type { AgentDoc, ConversationDoc, Store } from '../src/store/documents.ts';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { DEFAULT_SETTINGS } from '../src/store/workstream.ts';
import { ACCOUNT } from './account.ts';
import { filledCustomer, SUPPORT_NUMBER } from './conversation-script.ts';

/** Operations under way at once. */
const BATCH = 1000;
export const QUEUE = 'support';

/** Milliseconds: of `n` parked conversations, the one with this place closes by itself `SPREAD * n` after the first. */
export const SPREAD = 6;

/** Opens the store of a folder, and closes it when `work` is done. */
export async function onStore<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
  try {
    const result = await work(store);
    await store.durable();
    return result;
  } finally {
    await store.close();
  }
}

export const WARM_UP_LINE = 'warm-up';

/** The id of a queue that is claimed from. */
export function queueOf(n: number): string {
  return `line-${n}`;
}

/** Queues to claim from, each as long as the other, and one to warm up with. */
export async function fillLines(
  store: Store,
  { waiting, lines, warmUp }: { waiting: number; lines: number; warmUp: number },
  now: number,
): Promise<void> {
  await fillQueue(store, WARM_UP_LINE, now);
  await fillWaiting(store, warmUp, now, { queueId: WARM_UP_LINE, first: waiting * lines });
  for (let n = 0; n < lines; n += 1) {
    await fillQueue(store, queueOf(n), now);
    await fillWaiting(store, waiting, now, { queueId: queueOf(n), first: waiting * n });
  }
}

/**
 * Conversations that wait in a queue, each a second longer than the next, and nobody has been asked about them. `first`
 * is the number of the first customer.
 */
export async function fillWaiting(
  store: Store,
  count: number,
  now: number,
  { queueId = QUEUE, first = 0 } = {},
): Promise<void> {
  await insertAll(store, count, (n) => {
    const queuedAt = now - (count - n) * 1000;
    return {
      ...conversation(first + n, queuedAt),
      state: 'open',
      desk: 'open',
      queueId,
      queuedAt,
      unansweredSince: queuedAt,
      turnAt: lineOf(queuedAt, 0),
      // Nothing of them is due while the bench looks.
      lastMessageAt: now,
      dueAt: now + 3_600_000,
    };
  });
}

/** Conversations that an agent has parked; that with the place `n` closes by itself at `first + SPREAD * n`. */
export async function fillParked(store: Store, count: number, first: number): Promise<void> {
  const after = (DEFAULT_SETTINGS.times.closeWaiting ?? 0) * 1000;
  await insertAll(store, count, (n) => {
    const dueAt = first + SPREAD * n;
    return {
      ...conversation(n, dueAt - after),
      state: 'waiting',
      handler: 'agent',
      desk: 'waiting',
      agentId: 'agent-0',
      queueId: QUEUE,
      dueAt,
    };
  });
}

/** Agents who are there and have no work yet. */
export async function fillAgents(store: Store, count: number, now: number): Promise<void> {
  await fillQueue(store, QUEUE, now);
  for (let n = 0; n < count; n += 1) {
    const agent: AgentDoc = {
      _id: `agent-${n}`,
      name: `Agent ${n}`,
      role: 'agent',
      queues: [QUEUE],
      languages: [],
      skills: [],
      capacity: 300,
      tokenHash: `hash ${n}`,
      createdAt: now,
      changedAt: now,
      ...newStaffing(now),
      presence: 'available',
    };
    await store.agents.insertOne(agent);
  }
}

async function fillQueue(store: Store, _id: string, now: number): Promise<void> {
  await store.queues.insertOne({ _id, name: _id, priority: 0, createdAt: now, changedAt: now });
}

async function insertAll(store: Store, count: number, make: (n: number) => ConversationDoc): Promise<void> {
  for (let from = 0; from < count; from += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - from) }, (_, n) => make(from + n));
    await Promise.all(batch.map((document) => store.conversations.insertOne(document)));
  }
}

function conversation(n: number, at: number): ConversationDoc {
  const customer = filledCustomer(n);
  return {
    ...newConversation({ number: SUPPORT_NUMBER, customer }, at),
    _id: `${SUPPORT_NUMBER}-${customer}`,
    channelId: ACCOUNT.channelId,
    state: 'active',
    session: 1,
    sessionStartedAt: at,
    epoch: 1,
    version: 3,
    lastMessageAt: at,
    stretches: [{ place: 'bot', since: at, reason: 'customer_wrote' }],
    inbox: [],
    wake: 1,
  };
}
