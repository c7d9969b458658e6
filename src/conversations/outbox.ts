import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import { inSpan } from '../tracing.ts';
import { entryOf, HELD, holds } from './consent.ts';
import { paced } from './pacing.ts';
import { inTurn } from './send-order.ts';
import { type Claim, note, type OutcomeParts, queuedAgain, type SendResult, settle } from './send-outcome.ts';
import { giveBackMoment } from './send-rate.ts';
import { asksStill } from './survey.ts';

/** Milliseconds that a send may take: `send` must have ended by then, whatever became of it. */
export const SEND_TIMEOUT = 10_000;

/**
 * Milliseconds. After these another process calls a claimed message `unknown` and the next one leaves, so no send is
 * begun that could still be under way then.
 */
export const SEND_LEASE = 60_000;

/** Milliseconds. What the service says by itself is looked at again when it has waited for longer. */
const STALE = 60_000;

export interface OutgoingText {
  channelId: string;
  /** Digits: the customer. */
  to: string;
  /** Digits: the support number. */
  from: string;
  text: string;
  externalId: string;
}

export interface OutboxParts extends OutcomeParts {
  store: Pick<Store, 'conversations' | 'messages' | 'optouts' | 'sendBuckets' | 'durable'>;
  /** Takes at most `SEND_TIMEOUT` and never rejects: what cannot be told is `unknown`. */
  send: (message: OutgoingText) => Promise<SendResult>;
}

/** Claims whose text has certainly not left, and of which the store does not know it yet, by message id. */
export type Unsent = Map<string, Claim>;

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
  const due = await store.messages.findOne({ _id: messageId });
  if (!due || dueAt(due) > now()) return;
  const found = await inTurn(parts, due);
  if (!found) return;
  const pacedNow =
    found.status === 'queued' ? await paced(parts, found) : { message: found, at: now(), taken: [] };
  if (!pacedNow) return;

  // What was read decides, not what was asked for: a condition on a field that is undefined would hold of a message that
  // is done, and a send whose claim still runs has not died.
  const { status, attempts, nextAt, noticeAt } = pacedNow.message;
  const at = nextAt === undefined ? { noticeAt } : { nextAt };
  if (nextAt === undefined && noticeAt === undefined) return;
  if (status !== 'queued' && (status !== 'sending' || dueAt(pacedNow.message) > now())) return;
  const until = now() + SEND_LEASE;
  const message = await store.messages.findOneAndUpdate(
    { _id: messageId, status, attempts, ...at },
    {
      // A notice stands in its conversation's order from here on, so that the answer to STOP waits for it.
      $set: {
        status: 'sending',
        nextAt: until,
        outstanding: found.conversationId,
        ...(found.survey && status === 'queued' ? { askedAt: now() } : {}),
      },
      $unset: { noticeAt: true, booked: true },
      $inc: { attempts: 1 },
    },
    { returnDocument: 'after' },
  );
  if (!message) {
    for (const moment of pacedNow.taken) await giveBackMoment(store, moment);
    return;
  }
  if (found.status === 'sending') {
    return settle(parts, message, 'unknown', {
      code: 'interrupted',
      message: 'The process ended during the send; whether TeleSign has the text is not known.',
    });
  }

  let conversation: ConversationDoc | null;
  try {
    conversation = await mayLeave(parts, message, pacedNow.at, until);
  } catch (error) {
    unsent.set(messageId, message);
    throw error;
  }
  if (!conversation) return;
  const started = now();
  const { customer: to, number: from } = conversation;
  const { channelId, text, _id: externalId } = message;
  const given = {
    kind: 'client',
    parent: message.traceparent,
    attributes: { 'switchboard.channel': channelId, 'switchboard.author': message.author.kind },
  } as const;
  const result = await inSpan('send', given, async (span) => {
    const answer = await parts.send({ channelId, to, from, text, externalId });
    span.note({ 'switchboard.outcome': answer.outcome });
    return answer;
  });
  parts.pacing?.breaker.ended(message.channelId, result);
  return note(parts, message, result, now() - started);
}

/** When a message may be claimed; never, when it is done. */
function dueAt({ nextAt, noticeAt }: MessageDoc): number {
  return nextAt ?? noticeAt ?? Number.POSITIVE_INFINITY;
}

/** The conversation of a claimed message that may be sent, once it is `at`; null when it may not, and what becomes of it is noted. */
async function mayLeave(
  parts: OutboxParts,
  message: MessageDoc,
  at: number,
  until: number,
): Promise<ConversationDoc | null> {
  const { store, now, pacing } = parts;
  // Should the power fail after the send, the claim must still be there: without it the text would go out twice.
  await store.durable();
  if (at > now()) await pacing?.sleep(at - now());
  // After the claim: a STOP that this look misses finds the claim, and its confirmation waits for the end of this send.
  const [conversation, consent] = await Promise.all([
    store.conversations.findOne({ _id: message.conversationId }),
    entryOf(store, message.conversationId),
  ]);
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
  // Whatever its age: the answer would go to whoever has the next session.
  if (message.survey && !asksStill(conversation, message, now())) {
    await settle(parts, message, 'dropped', {
      code: 'out_of_date',
      message: 'The session that it asks about is over for the customer.',
    });
    return null;
  }
  // It waited, for the morning or for answers to leave: the customer, or somebody here, has written since.
  const waited = message.notice === true && message.author.kind === 'system' && now() - message.at > STALE;
  if (waited && conversation.lastMessageAt > message.at) {
    await settle(parts, message, 'dropped', {
      code: 'out_of_date',
      message: 'It waited, and meanwhile the conversation went on.',
    });
    return null;
  }
  if (holds(consent, message)) {
    await settle(parts, message, 'held', HELD);
    return null;
  }
  // The process was held up: the send could outlast its claim, and the next message leave while it is under way.
  if (until - now() > SEND_TIMEOUT) return conversation;
  await giveBack(parts, message);
  return null;
}

/**
 * Queues a message again that was claimed and certainly has not left. The attempt stays counted: its number tells this
 * claim from any other, so that one that another process has called unknown meanwhile is left alone.
 */
async function giveBack({ store, now }: OutboxParts, claim: Claim): Promise<void> {
  const { _id, attempts } = claim;
  await store.messages.updateOne({ _id, status: 'sending', attempts }, queuedAgain(claim, now()));
}

/** Queues a message again whose claim is in `unsent`. Rejects while the store takes no writes; it stays there then. */
export async function giveBackUnsent(parts: OutboxParts, messageId: string, unsent: Unsent): Promise<void> {
  const claim = unsent.get(messageId);
  if (claim === undefined) return;
  await giveBack(parts, claim);
  unsent.delete(messageId);
}
