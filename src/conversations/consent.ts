import { createHash } from 'node:crypto';
import { insertOnce, type UpdateFilter } from '../store/collection.ts';
import type { ConsentRecord, MessageDoc, OptoutDoc, Store } from '../store/documents.ts';

/**
 * The ledger of who wants no texts. It is asked at each send, after the claim, and written before TeleSign gets its 200
 * for a STOP: so of a send and a STOP at the same time, on any two processes, either the send sees the STOP, or the
 * STOP’s confirmation sees the claim and waits for that send to end.
 */

/** A thing that was said, before it is known what it changes. `about` = the time that it speaks of, if not now. */
export type Said = Omit<ConsentRecord, 'changed'> & { about?: number };

/** Entries of the history: a robot that texts STOP for years must not make the document grow. */
const MOST_RECORDS = 50;

/**
 * The `_id` of a conversation’s entry. A hash, so that it can outlive the number; numbers are few enough to try them all,
 * so it keeps the number out of sight and out of searches, not from somebody who has the data and looks for one number.
 */
export function ledgerId(conversationId: string): string {
  return createHash('sha256').update(`optout:${conversationId}`).digest('hex').slice(0, 32);
}

/** What the ledger says after something was said; null when it changes nothing and is no evidence either. */
export function afterSaid(
  entry: OptoutDoc | null,
  { about, ...said }: Said,
  { number, customer }: { number: string; customer: string },
): OptoutDoc | null {
  const { cause, at, state, source, words } = said;
  if (entry?.history.some((record) => record.cause === cause)) return null;
  const changed = state !== (entry?.state ?? 'in');
  // A repetition in the customer’s own words is evidence. START of who never said STOP is a word like any other.
  if (!changed && (state === 'in' || source !== 'customer')) return null;
  // It is about a time before the customer’s START, such as TeleSign’s late report on a text that was sent before.
  if (state === 'out' && entry?.state === 'in' && (about ?? at) < entry.at) return null;
  const record: ConsentRecord = { ...said, changed };
  const history = [...(entry?.history ?? []), record].slice(-MOST_RECORDS);
  const version = (entry?.version ?? 0) + 1;
  if (entry && !changed) return { ...entry, changedAt: at, version, history };
  return {
    _id: ledgerId(`${number}-${customer}`),
    number,
    customer,
    state,
    at,
    source,
    ...(words === undefined ? {} : { words }),
    outAt: state === 'out' ? at : (entry?.outAt ?? 0),
    changedAt: at,
    version,
    history,
  };
}

/** Writes down what was said, once, however often it is told. Answers the entry as it then is; null = there is none. */
export async function writeDown(
  store: Pick<Store, 'optouts'>,
  parties: { number: string; customer: string },
  said: Said,
): Promise<OptoutDoc | null> {
  const _id = ledgerId(`${parties.number}-${parties.customer}`);
  for (;;) {
    const entry = await store.optouts.findOne({ _id });
    const next = afterSaid(entry, said, parties);
    if (next === null) return entry;
    if (entry === null) {
      if (await insertOnce(store.optouts, next)) return next;
    } else {
      const { _id: _, ...fields } = next;
      const written = await store.optouts.findOneAndUpdate(
        { _id, version: entry.version },
        { $set: fields, ...(next.words === undefined ? { $unset: { words: true } } : {}) },
        { returnDocument: 'after' },
      );
      if (written) return written;
    }
  }
}

/** The entry of a conversation; null = nothing was ever said. */
export function entryOf(store: Pick<Store, 'optouts'>, conversationId: string): Promise<OptoutDoc | null> {
  return store.optouts.findOne({ _id: ledgerId(conversationId) });
}

/**
 * Whether a text must stay: its customer wants none, or wanted none for a while after it was written, so that it is stale.
 * What answers STOP, START or HELP itself leaves all the same.
 */
export function holds(entry: OptoutDoc | null, message: Pick<MessageDoc, 'at' | 'consent'>): boolean {
  if (entry === null || message.consent !== undefined) return false;
  return entry.state === 'out' || message.at <= entry.outAt;
}

/** What an agent reads of a text that is held. */
export const HELD = {
  code: 'opted_out',
  message: 'The customer wants no texts from this number: it was not sent, and will not be.',
} as const;

/** What of an entry goes when its customer’s number is erased: all that names them. It goes on to hold, by its hash. */
export function withoutNumber({ history }: OptoutDoc): UpdateFilter<OptoutDoc> {
  return {
    // TeleSign’s reference ids lead to the number at TeleSign.
    $set: {
      history: history.map(({ words: _, cause, ...kept }) => ({
        ...kept,
        cause: cause.split(':', 1)[0] ?? '',
      })),
    },
    $unset: { number: true, customer: true, words: true },
    // Who is about to write what they read with the number in it has to read again.
    $inc: { version: 1 },
  };
}
