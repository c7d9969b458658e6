import type { MessageDoc, Store } from '../store/documents.ts';
import { noticesOf, reschedule } from './pacing.ts';

interface OrderParts {
  store: Pick<Store, 'messages'>;
  now: () => number;
}

/** Milliseconds. A part whose earlier one has not left yet is looked at again after this, if nobody makes it due. */
const FOLLOWER_DELAY = 5_000;

/**
 * The message when it may go, null when an earlier one of its conversation has not left yet. Looked at before the claim,
 * which would make an `unknown` of it should the process die. It cannot become wrong: messages of a conversation are
 * made in their order, and one that is done never comes back.
 */
export async function inTurn(parts: OrderParts, message: MessageDoc): Promise<MessageDoc | null> {
  if (message.status !== 'queued' || !(await hasEarlier(parts, message))) return message;
  // The end of the earlier part makes this one due at once. Should that be lost, a look finds it at this time.
  const postponed = await reschedule(parts, message, parts.now() + FOLLOWER_DELAY);
  // Looked at again: the earlier one may have ended between the look and the write, and what its end made due at the
  // same millisecond as before is postponed now. If it ends later, its end finds this one postponed and makes it due.
  return postponed && !(await hasEarlier(parts, postponed)) ? postponed : null;
}

async function hasEarlier({ store }: OrderParts, message: MessageDoc): Promise<boolean> {
  const { conversationId, consent, notice, sequence } = message;
  const earlier = {
    sequence: { $lt: sequence },
    // The answer to STOP need not wait for what waits for another attempt: that is held when its time comes.
    ...(consent === undefined ? {} : { status: 'sending' as const }),
  };
  // A claim moves a notice from the line of notices into the conversation's, and a send that did not take place moves it
  // back: looked for once in each, one that moves meanwhile would be in neither.
  const line = noticesOf(conversationId);
  const orders = notice ? [line, conversationId, line] : [conversationId];
  for (const outstanding of orders) {
    if (await store.messages.findOne({ outstanding, ...earlier }, { sort: { sequence: 1 } })) return true;
  }
  return false;
}

/**
 * Makes the message after one that is done due at once, and answers its id; null when no answer waits. One that has been
 * tried does not wait for its turn but for TeleSign, and keeps its time.
 */
export async function makeNextDue(
  store: Pick<Store, 'messages'>,
  done: Pick<MessageDoc, 'conversationId' | 'sequence'> & Pick<Partial<MessageDoc>, 'notice'>,
  now: number,
): Promise<string | null> {
  const { conversationId, sequence } = done;
  const next = await store.messages.findOne(
    { outstanding: conversationId, sequence: { $gt: sequence } },
    { sort: { sequence: 1 } },
  );
  if (done.notice || !next) await makeNoticeDue(store, { conversationId, sequence }, now);
  if (!next) return null;
  const { matchedCount } = await store.messages.updateOne(
    { _id: next._id, status: 'queued', attempts: 0 },
    { $set: { nextAt: now } },
  );
  return matchedCount === 1 ? next._id : null;
}

/**
 * The first notice that waited for its turn only: one that waits for the end of quiet hours would be looked at for nothing.
 * A look finds it: notices are in no hurry, but the parts of one text, or an end and its survey, should come together.
 */
async function makeNoticeDue(
  store: Pick<Store, 'messages'>,
  { conversationId, sequence }: Pick<MessageDoc, 'conversationId' | 'sequence'>,
  now: number,
): Promise<void> {
  const notice = await store.messages.findOne(
    { outstanding: noticesOf(conversationId), sequence: { $gt: sequence } },
    { sort: { sequence: 1 } },
  );
  if (!notice || notice.booked !== undefined) return;
  const itsTurn = { $gte: now, $lte: now + FOLLOWER_DELAY };
  await store.messages.updateOne(
    { _id: notice._id, status: 'queued', attempts: 0, noticeAt: itsTurn },
    { $set: { noticeAt: now } },
  );
}
