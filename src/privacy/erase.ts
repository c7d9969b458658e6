import { isDeepStrictEqual } from 'node:util';
import { withoutNumber } from '../conversations/consent.ts';
import type { WorkParts } from '../conversations/work.ts';
import { syncWork } from '../conversations/work.ts';
import { removeFile } from '../files/file-store.ts';
import { batches } from '../store/batches.ts';
import { insertOnce } from '../store/collection.ts';
import type { AuditDoc, CollectionName, Store } from '../store/documents.ts';
import type { Erased } from '../store/erasure.ts';
import { documentsOf } from '../store/schema.ts';

export interface EraseParts extends WorkParts {
  store: Store;
}

export interface Subject {
  /** Digits. */
  customer: string;
  conversationIds: readonly string[];
  /** What stands in the audit from then on in the place of the number. */
  alias: string;
}

export const NOTHING_ERASED: Erased = {
  conversations: 0,
  messages: 0,
  sessions: 0,
  drafts: 0,
  events: 0,
  files: 0,
  audit: 0,
};

const BATCH = 200;

/** The conversations of a customer. */
export async function conversationsOf(store: Pick<Store, 'conversations'>, customer: string) {
  return store.conversations.find({ customer }).toArray();
}

/**
 * Takes away what is kept of a customer. May be repeated: what was in a worker’s hand meanwhile may come back, so it is
 * done until nothing is found any more. The conversation goes first: nothing can be committed to it from then on.
 */
export async function erase(parts: EraseParts, subject: Subject): Promise<Erased> {
  const { store } = parts;
  const erased = { ...NOTHING_ERASED };
  const ids = new Set(subject.conversationIds);
  for (const { _id } of await conversationsOf(store, subject.customer)) ids.add(_id);
  for (const conversationId of ids) {
    erased.conversations += await removeAll(store, 'conversations', { _id: conversationId });
    erased.messages += await removeMessages(parts, conversationId);
    erased.sessions += await removeAll(store, 'sessions', { conversationId });
    erased.drafts += await removeAll(store, 'drafts', { conversationId });
    erased.events += await removeAll(store, 'events', { conversationId });
    await removeAll(store, 'deliveries', { conversationId });
    erased.files += await removeFiles(store, conversationId);
    erased.audit += await hideInAudit(store, subject, conversationId);
    for (const { _id, work } of await store.agents.find({}, { sort: { _id: 1 } }).toArray()) {
      if (work.some((one) => one.conversationId === conversationId))
        await syncWork(parts, _id, conversationId);
    }
  }
  erased.audit += await hideInAudit(store, subject, subject.customer);
  await hideInLedger(store, subject.customer);
  return erased;
}

/** Whether the publisher of webhooks’ events is about to write some of the customer’s. */
export async function isBeingPublished(store: Pick<Store, 'publisher'>, customer: string): Promise<boolean> {
  const publishers = await store.publisher.find({}, { sort: { _id: 1 } }).toArray();
  return publishers.some(({ batch }) =>
    batch.some(({ event }) => 'customer' in event && event.customer === customer),
  );
}

async function removeMessages({ store }: EraseParts, conversationId: string): Promise<number> {
  let removed = 0;
  for (;;) {
    const batch = await store.messages
      .find({ conversationId }, { sort: { conversationId: 1, at: 1, sequence: 1 }, limit: BATCH })
      .toArray();
    for (const { _id } of batch) await store.messages.deleteOne({ _id });
    removed += batch.length;
    if (batch.length < BATCH) return removed;
  }
}

async function removeAll(
  store: Store,
  name: CollectionName,
  filter: { _id: string } | { conversationId: string },
): Promise<number> {
  const documents = documentsOf(store, name);
  const found = await documents.find(filter).toArray();
  for (const { _id } of found) await documents.deleteOne({ _id });
  return found.length;
}

async function removeFiles(
  store: Pick<Store, 'files' | 'fileChunks'>,
  conversationId: string,
): Promise<number> {
  const files = await store.files.find({ conversationId }).toArray();
  for (const file of files) await removeFile(store, file);
  return files.length;
}

/** What was done stays in the audit; to whom does not. */
async function hideInAudit(store: Pick<Store, 'audit'>, subject: Subject, target: string): Promise<number> {
  return hideEntries(store, subject, await store.audit.find({ target }).toArray());
}

/**
 * Looks through the whole audit: entries about messages that retention took away, or of a conversation that is long gone,
 * name the customer too, and no index leads to them. That reads every entry, so it is no part of a request.
 */
export async function hideInWholeAudit(store: Pick<Store, 'audit'>, subject: Subject): Promise<number> {
  const read = (from: number, limit: number) =>
    store.audit.find({ at: { $gte: from } }, { sort: { at: 1 }, limit }).toArray();
  let hidden = 0;
  for await (const batch of batches(read, ({ at }) => at)) hidden += await hideEntries(store, subject, batch);
  return hidden;
}

/** Answers in how many of them the customer was named. */
async function hideEntries(
  store: Pick<Store, 'audit'>,
  { customer, alias }: Subject,
  entries: readonly AuditDoc[],
): Promise<number> {
  let named = 0;
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    if (!text.includes(customer)) continue;
    const hidden: AuditDoc = JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'string' ? value.replaceAll(customer, alias) : value,
    );
    // Digits of a time, which may be those of a number.
    if (isDeepStrictEqual(hidden, JSON.parse(text))) continue;
    named += 1;
    await insertOnce(store.audit, hidden);
    if (hidden._id !== entry._id) await store.audit.deleteOne({ _id: entry._id });
    else
      await store.audit.updateOne(
        { _id: entry._id },
        { $set: { target: hidden.target, changes: hidden.changes } },
      );
  }
  return named;
}

/** That they want no texts goes on to hold, by its hash. */
async function hideInLedger(store: Pick<Store, 'optouts'>, customer: string): Promise<void> {
  for (;;) {
    const entries = await store.optouts.find({ customer }).toArray();
    if (entries.length === 0) return;
    // One that was changed meanwhile is read again.
    for (const entry of entries) {
      await store.optouts.updateOne({ _id: entry._id, version: entry.version }, withoutNumber(entry));
    }
  }
}
