import type { Json } from '../bot-turn.ts';
import { isDuplicateKey } from '../store/collection.ts';
import type { ConsentWord, MessageDoc, Store } from '../store/documents.ts';
import { writeDown } from './consent.ts';
import { newConversation } from './new-conversation.ts';

/** A customer's text as the channel took it in. Numbers are digits with country code. */
export interface InboundText {
  referenceId: string;
  from: string;
  to: string;
  /** Normalised. */
  text: string;
  segments: number;
  /** What it says about texts, when that is all it says. */
  consent?: ConsentWord;
  provider: { [key: string]: Json };
  /** W3C: what its turn goes on with. */
  traceparent?: string;
}

/**
 * Takes a text in. Resolves once it is on disk; only then may TeleSign get its 200. Repeating it with the same
 * `referenceId`, at any time, from any process, changes nothing: the message is the one of its `_id`, and a turn
 * handles it only while it is `received`.
 *
 * STOP and START are in the ledger by then: no send that begins later leaves without having seen them.
 *
 * A crash between the two writes leaves a message without a conversation that knows of it; TeleSign got no 200 then
 * and sends it again.
 */
export async function receive(
  store: Pick<Store, 'conversations' | 'messages' | 'optouts' | 'inOrder' | 'durable'>,
  channelId: string,
  inbound: InboundText,
  now: number,
): Promise<{ conversationId: string; duplicate: boolean }> {
  const message = inboundMessage(channelId, inbound, now);
  let duplicate = false;
  const { consent } = inbound;
  // What is stored has been said before: a START that changed nothing is not in the ledger, and must not undo a later STOP.
  const said = consent === 'stop' || consent === 'start';
  if (said && !(await store.messages.findOne({ _id: message._id }))) {
    // Before the turn, which may come late: the bot may be busy with an earlier text, and its answer must not leave.
    await writeDown(
      store,
      { number: inbound.to, customer: inbound.from },
      {
        cause: message._id,
        at: now,
        state: consent === 'stop' ? 'out' : 'in',
        source: 'customer',
        words: inbound.text.slice(0, MOST_WORDS),
      },
    );
  }
  await store.inOrder([
    async () => {
      duplicate = !(await inserted(store.messages.insertOne(message)));
    },
    () => announce(store, channelId, inbound, message, now),
  ]);
  await store.durable();
  return { conversationId: message.conversationId, duplicate };
}

/** Characters of a STOP that are kept as evidence: TeleSign may call a longer text one. */
const MOST_WORDS = 160;

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
    ...(inbound.traceparent === undefined ? {} : { traceparent: inbound.traceparent }),
    ...(inbound.consent === undefined ? {} : { consent: inbound.consent }),
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
        // Not `changedAt`: the turn, which follows at once, tells of the change. A number may have come to another channel.
        $set: { lastMessageAt: now, channelId },
        $setOnInsert: newConversation({ number: inbound.to, customer: inbound.from }, now),
      },
      { upsert: true },
    );
  // MongoDB lets two upserts of one new _id race; the loser finds the winner's document when it tries again.
  if (!(await inserted(announced()))) await announced();
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
