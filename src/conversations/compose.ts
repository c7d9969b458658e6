import type { Author, ConversationDoc, PendingMessage } from '../store/documents.ts';

/** Cuts a text into parts of at most 1600 characters, each with its count of segments. */
export type Split = (text: string) => { text: string; segments: number }[];

export interface Draft {
  /** What made it: an inbound `_id`, an agent's key. With the part's place it makes the id, so a second run makes the same. */
  cause: string;
  author: Author;
  texts: string[];
}

/** The parts of `draft`, numbered after the conversation's last outgoing one. An empty text makes no part. */
export function outgoingMessages(
  conversation: Pick<ConversationDoc, '_id' | 'channelId' | 'session' | 'epoch' | 'lastSequence'>,
  draft: Draft,
  split: Split,
  now: number,
): PendingMessage[] {
  return draft.texts
    .flatMap((text) => split(text))
    .map((part, n) => ({
      _id: `out:${draft.cause}:${n}`,
      conversationId: conversation._id,
      channelId: conversation.channelId,
      session: conversation.session,
      direction: 'out',
      author: draft.author,
      text: part.text,
      at: now,
      sequence: conversation.lastSequence + 1 + n,
      status: 'queued',
      segments: part.segments,
      changedAt: now,
      epoch: conversation.epoch,
      attempts: 0,
      rank: 0,
    }));
}

/** With what is to leave goes the trace that it is written in, which its send goes on with. */
export function tracedBy(
  messages: readonly PendingMessage[],
  traceparent: string | undefined,
): PendingMessage[] {
  return messages.map((message) =>
    message.direction === 'out' && traceparent !== undefined ? { ...message, traceparent } : message,
  );
}

/** A note for colleagues: in the transcript, never sent. */
export function noteMessage(
  conversation: Pick<ConversationDoc, '_id' | 'channelId' | 'session'>,
  note: { cause: string; author: Author; text: string; mentions?: string[] },
  now: number,
): PendingMessage {
  return {
    _id: `note:${note.cause}`,
    conversationId: conversation._id,
    channelId: conversation.channelId,
    session: conversation.session,
    direction: 'note',
    author: note.author,
    text: note.text,
    at: now,
    sequence: 0,
    status: 'noted',
    segments: 0,
    changedAt: now,
    attempts: 0,
    ...(note.mentions === undefined ? {} : { mentions: note.mentions }),
  };
}

/** What a bot says that nobody has asked just now. */
export function asNotices<C extends { messages?: PendingMessage[] }>(changes: C): C {
  const { messages } = changes;
  if (messages === undefined) return changes;
  return { ...changes, messages: messages.map((message) => ({ ...message, notice: true as const })) };
}
