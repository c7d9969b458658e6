import type { ConversationDoc, MessageDoc, MessageStatus, Store } from '../store/documents.ts';
import type { NewsSource } from './news.ts';

/** Milliseconds that a send may take: `send` must have ended by then, whatever became of it. */
export const SEND_TIMEOUT = 10_000;

/**
 * Milliseconds. After these another process calls a claimed message `unknown` and the next one leaves, so no send is
 * begun that could still be under way then.
 */
export const SEND_LEASE = 60_000;

/** Milliseconds. A part whose earlier one has not left yet is looked at again after this, if nobody makes it due. */
const FOLLOWER_DELAY = 5_000;

/** With back-off that is about half an hour, the longest that a text answer is still an answer. */
const MAX_ATTEMPTS = 12;
const LONGEST_BACK_OFF = 300_000;

/** What became of one attempt. "It said no" and "we do not know" are never one. */
export type SendResult =
  | { outcome: 'accepted'; referenceId: string; code: number; description: string }
  | { outcome: 'rejected'; code: string; description: string; retryable: boolean }
  | { outcome: 'rate_limited'; code: string; retryAfter: number | null }
  | { outcome: 'unknown'; reason: string };

export interface OutgoingText {
  channelId: string;
  /** Digits: the customer. */
  to: string;
  /** Digits: the support number. */
  from: string;
  text: string;
  externalId: string;
}

export interface OutboxParts {
  store: Pick<Store, 'conversations' | 'messages' | 'durable'>;
  /** Takes at most `SEND_TIMEOUT` and never rejects: what cannot be told is `unknown`. */
  send: (message: OutgoingText) => Promise<SendResult>;
  /** Absent = nobody outside is told of anything. */
  news?: NewsSource;
  now: () => number;
  /** From 0 up to 1, for the jitter of the back-off. */
  random: () => number;
  /** Told the id of a message that may go now that another is done. */
  queued: (messageIds: string[]) => void;
  /** Told what became of each message that was claimed; `duration` in milliseconds is the provider's. */
  sent: (send: { status: MessageStatus; duration: number }) => void;
}

/** Claims whose text has certainly not left, and of which the store does not know it yet: attempts by message id. */
export type Unsent = Map<string, number>;

/**
 * Sends one message if it is due and its turn: makes sure of the order, claims it, makes sure of the owner, asks
 * TeleSign, notes the outcome. A message found in `sending` was in a send that never came back: whether it left is not
 * known, so it becomes `unknown` and is not sent again.
 *
 * When the store fails between the claim and the send, it rejects and keeps the claim in `unsent`: called again with the
 * same map, it queues the message again first. Without that the message would become `unknown` when its claim runs out.
 */
export async function sendOut(
  parts: OutboxParts,
  messageId: string,
  unsent: Unsent = new Map(),
): Promise<void> {
  const { store, now } = parts;
  await giveBackUnsent(parts, messageId, unsent);
  const due = await store.messages.findOne({ _id: messageId, nextAt: { $lte: now() } });
  const found = due && (await inTurn(parts, due));
  if (!found) return;

  const { status, attempts, nextAt } = found;
  // What was read decides, not what was asked for: a condition on a field that is undefined would hold of a message that
  // is done, and a send whose claim still runs has not died.
  if (nextAt === undefined || (status !== 'queued' && (status !== 'sending' || nextAt > now()))) return;
  const until = now() + SEND_LEASE;
  const message = await store.messages.findOneAndUpdate(
    { _id: messageId, status, attempts, nextAt },
    { $set: { status: 'sending', nextAt: until }, $inc: { attempts: 1 } },
    { returnDocument: 'after' },
  );
  if (!message) return;
  if (found.status === 'sending') {
    return settle(parts, message, 'unknown', {
      code: 'interrupted',
      message: 'The process ended during the send; whether TeleSign has the text is not known.',
    });
  }

  let conversation: ConversationDoc | null;
  try {
    conversation = await mayLeave(parts, message, until);
  } catch (error) {
    unsent.set(messageId, message.attempts);
    throw error;
  }
  if (!conversation) return;
  const started = now();
  const result = await parts.send({
    channelId: message.channelId,
    to: conversation.customer,
    from: conversation.number,
    text: message.text,
    externalId: message._id,
  });
  return note(parts, message, result, now() - started);
}

/** The conversation of a claimed message that may be sent now; null when it may not, and what becomes of it is noted. */
async function mayLeave(
  parts: OutboxParts,
  message: MessageDoc,
  until: number,
): Promise<ConversationDoc | null> {
  const { store, now } = parts;
  // Should the power fail after the send, the claim must still be there: without it the text would go out twice.
  await store.durable();
  const conversation = await store.conversations.findOne({ _id: message.conversationId });
  if (!conversation) {
    await settle(parts, message, 'failed', {
      code: 'no_conversation',
      message: 'Its conversation is gone.',
    });
    return null;
  }
  if (message.author.kind === 'bot' && (message.epoch ?? 0) < conversation.epoch) {
    await settle(parts, message, 'dropped', {
      code: 'owner_changed',
      message: 'A person took the conversation over before the bot’s text left.',
    });
    return null;
  }
  // The process was held up: the send could outlast its claim, and the next message leave while it is under way.
  if (until - now() > SEND_TIMEOUT) return conversation;
  await giveBack(parts, message);
  return null;
}

/**
 * The message when it may go, null when an earlier one of its conversation has not left yet. Looked at before the claim,
 * which would make an `unknown` of it should the process die. It cannot become wrong: messages of a conversation are
 * made in their order, and one that is done never comes back.
 */
async function inTurn(parts: OutboxParts, message: MessageDoc): Promise<MessageDoc | null> {
  if (message.status !== 'queued' || !(await hasEarlier(parts, message))) return message;
  const postponed = await postpone(parts, message);
  // Looked at again: the earlier one may have ended between the look and the write, and what its end made due at the
  // same millisecond as before is postponed now. If it ends later, its end finds this one postponed and makes it due.
  return postponed && !(await hasEarlier(parts, postponed)) ? postponed : null;
}

async function hasEarlier({ store }: OutboxParts, message: MessageDoc): Promise<boolean> {
  const earlier = { outstanding: message.conversationId, sequence: { $lt: message.sequence } };
  return (await store.messages.findOne(earlier, { sort: { sequence: 1 } })) !== null;
}

/** The end of the earlier part makes this one due at once. Should that be lost, a look finds it at this time. */
function postpone({ store, now }: OutboxParts, { _id, nextAt }: MessageDoc): Promise<MessageDoc | null> {
  return store.messages.findOneAndUpdate(
    { _id, status: 'queued', nextAt },
    { $set: { nextAt: now() + FOLLOWER_DELAY } },
    { returnDocument: 'after' },
  );
}

/**
 * Queues a message again that was claimed and certainly has not left. The attempt stays counted: its number tells this
 * claim from any other, so that one that another process has called unknown meanwhile is left alone.
 */
async function giveBack({ store, now }: OutboxParts, { _id, attempts }: Claim): Promise<void> {
  await store.messages.updateOne(
    { _id, status: 'sending', attempts },
    { $set: { status: 'queued', nextAt: now() } },
  );
}

type Claim = Pick<MessageDoc, '_id' | 'attempts'>;

/** Queues a message again whose claim is in `unsent`. Rejects while the store takes no writes; it stays there then. */
export async function giveBackUnsent(parts: OutboxParts, messageId: string, unsent: Unsent): Promise<void> {
  const attempts = unsent.get(messageId);
  if (attempts === undefined) return;
  await giveBack(parts, { _id: messageId, attempts });
  unsent.delete(messageId);
}

async function note(
  parts: OutboxParts,
  message: MessageDoc,
  result: SendResult,
  duration: number,
): Promise<void> {
  switch (result.outcome) {
    case 'accepted':
      return settle(parts, { ...message, providerId: result.referenceId }, 'sent', undefined, duration);
    case 'unknown':
      return settle(
        parts,
        message,
        'unknown',
        { code: result.reason, message: 'No answer that tells whether TeleSign has the text.' },
        duration,
      );
    case 'rejected':
      return result.retryable
        ? retry(parts, message, { code: result.code, message: result.description }, 0, duration)
        : settle(parts, message, 'failed', { code: result.code, message: result.description }, duration);
    case 'rate_limited':
      return retry(
        parts,
        message,
        { code: result.code, message: 'TeleSign’s limit of messages a second is reached.' },
        result.retryAfter ?? 0,
        duration,
      );
  }
}

type Final = Extract<MessageStatus, 'sent' | 'failed' | 'unknown' | 'dropped'>;

/** The filter holds this attempt only: a receipt that came first, or a later attempt, is not overwritten. */
async function settle(
  parts: OutboxParts,
  message: MessageDoc,
  status: Final,
  error?: { code: string; message: string },
  duration = 0,
): Promise<void> {
  const { store, now } = parts;
  const problem = status === 'failed' || status === 'unknown' ? status : undefined;
  await store.messages.updateOne(
    { _id: message._id, status: 'sending', attempts: message.attempts },
    {
      $set: {
        status,
        changedAt: now(),
        ...(message.providerId === undefined ? {} : { providerId: message.providerId }),
        ...(error ? { error } : {}),
        ...(problem ? { problem } : {}),
      },
      $unset: { nextAt: true, outstanding: true, ...(error ? {} : { error: true }) },
      ...parts.news?.ofMessage(message._id, status),
    },
  );
  parts.sent({ status, duration });
  await releaseNext(parts, message);
}

async function retry(
  parts: OutboxParts,
  message: MessageDoc,
  error: { code: string; message: string },
  atLeast: number,
  duration: number,
): Promise<void> {
  if (message.attempts >= MAX_ATTEMPTS) return settle(parts, message, 'failed', error, duration);
  const delay = Math.max(atLeast, backOff(message.attempts, parts.random()));
  await parts.store.messages.updateOne(
    { _id: message._id, status: 'sending', attempts: message.attempts },
    { $set: { status: 'queued', nextAt: parts.now() + delay, error } },
  );
  parts.sent({ status: 'queued', duration });
}

/** Milliseconds: 1 s, 2 s, 4 s … 5 min, each between half and the whole of it, so that many do not come back at once. */
export function backOff(attempts: number, random: number): number {
  return Math.min(1000 * 2 ** (attempts - 1), LONGEST_BACK_OFF) * (0.5 + random / 2);
}

async function releaseNext(parts: OutboxParts, done: MessageDoc): Promise<void> {
  const next = await makeNextDue(parts.store, done, parts.now());
  if (next !== null) parts.queued([next]);
}

/**
 * Makes the message after one that is done due at once, and answers its id; null when none waits. One that has been
 * tried does not wait for its turn but for TeleSign, and keeps its time.
 */
export async function makeNextDue(
  store: Pick<Store, 'messages'>,
  done: Pick<MessageDoc, 'conversationId' | 'sequence'>,
  now: number,
): Promise<string | null> {
  const next = await store.messages.findOne(
    { outstanding: done.conversationId, sequence: { $gt: done.sequence } },
    { sort: { sequence: 1 } },
  );
  if (!next) return null;
  const { matchedCount } = await store.messages.updateOne(
    { _id: next._id, status: 'queued', attempts: 0 },
    { $set: { nextAt: now } },
  );
  return matchedCount === 1 ? next._id : null;
}
