import type { Json } from '../bot-turn.ts';
import { isDuplicateKey } from '../store/collection.ts';
import type { ConversationDoc, MessageDoc, Store } from '../store/documents.ts';

/** A customer's text as the channel took it in. Numbers are digits with country code. */
export interface InboundText {
  referenceId: string;
  from: string;
  to: string;
  /** Normalised. */
  text: string;
  segments: number;
  provider: { [key: string]: Json };
}

/**
 * Takes a text in. Resolves once it is on disk; only then may TeleSign get its 200. Repeating it with the same
 * `referenceId`, at any time, from any process, changes nothing: the message is the one of its `_id`, and a turn
 * handles it only while it is `received`.
 *
 * A crash between the two writes leaves a message without a conversation that knows of it; TeleSign got no 200 then
 * and sends it again.
 */
export async function receive(
  store: Pick<Store, 'conversations' | 'messages' | 'inOrder' | 'durable'>,
  channelId: string,
  inbound: InboundText,
  now: number,
): Promise<{ conversationId: string; duplicate: boolean }> {
  const message = inboundMessage(channelId, inbound, now);
  let duplicate = false;
  await store.inOrder([
    async () => {
      duplicate = !(await inserted(store.messages.insertOne(message)));
    },
    () => announce(store, channelId, inbound, message, now),
  ]);
  await store.durable();
  return { conversationId: message.conversationId, duplicate };
}

function inboundMessage(channelId: string, inbound: InboundText, now: number): MessageDoc {
  return {
    _id: `in:${inbound.referenceId}`,
    conversationId: `${inbound.to}-${inbound.from}`,
    channelId,
    session: 0,
    direction: 'in',
    author: { kind: 'customer' },
    text: inbound.text,
    at: now,
    sequence: 0,
    status: 'received',
    segments: inbound.segments,
    changedAt: now,
    attempts: 0,
    provider: inbound.provider,
  };
}

/** Puts the message into its conversation's inbox, which makes the order of arrival, whatever the clocks say. */
async function announce(
  store: Pick<Store, 'conversations'>,
  channelId: string,
  inbound: InboundText,
  message: MessageDoc,
  now: number,
): Promise<void> {
  const announced = () =>
    store.conversations.updateOne(
      { _id: message.conversationId },
      {
        $addToSet: { inbox: message._id },
        $inc: { wake: 1 },
        $min: { dueAt: now },
        // Not `changedAt`: the turn, which follows at once, tells of the change.
        $set: { lastMessageAt: now },
        $setOnInsert: newConversation(channelId, inbound, now),
      },
      { upsert: true },
    );
  // MongoDB lets two upserts of one new _id race; the loser finds the winner's document when it tries again.
  if (!(await inserted(announced()))) await announced();
}

function newConversation(
  channelId: string,
  inbound: InboundText,
  now: number,
): Omit<ConversationDoc, '_id' | 'inbox' | 'wake' | 'dueAt' | 'lastMessageAt'> {
  return {
    channelId,
    number: inbound.to,
    customer: inbound.from,
    state: 'closed',
    priority: 0,
    session: 0,
    epoch: 0,
    version: 0,
    createdAt: now,
    changedAt: now,
    events: [],
    pending: [],
    handled: [],
    endedSessions: [],
    lastSequence: 0,
    stretches: [],
    touched: [],
    leaseUntil: 0,
    attempts: 0,
  };
}

async function inserted(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
