import type { ConversationDoc, MessageDoc } from '../store/documents.ts';
import type { Doc } from '../store/index-keys.ts';
import type { Dumped } from './dump-reader.ts';

/**
 * What a document of a backup is to be in a service that takes up the work again. What was still to be sent when the
 * backup was made has very likely been sent since: it becomes `unknown`, a dead letter, and a person decides whether it
 * goes again. Nobody works on a conversation of it.
 */
export function atRest([collection, doc]: Dumped, now: number): Dumped[] {
  if (collection === 'messages' && isMessage(doc)) return [[collection, settled(doc, now)]];
  if (collection !== 'conversations' || !isConversation(doc)) return [[collection, doc]];
  // A message that the flush has copied meanwhile follows, and counts.
  return [
    [collection, { ...doc, pending: [], leaseUntil: 0 }],
    ...doc.pending.map((message): Dumped => ['messages', settled(message, now)]),
  ];
}

function settled(message: MessageDoc, now: number): Doc {
  if (message.status !== 'queued' && message.status !== 'sending') return { ...message };
  const { outstanding: _, nextAt: __, noticeAt: ___, booked: ____, ...rest } = message;
  return {
    ...rest,
    status: 'unknown',
    problem: 'unknown',
    changedAt: now,
    error: {
      code: 'restored',
      message: 'It was not sent yet when the backup was made, and may have been since.',
    },
  };
}

/* A document of a collection is one of its kind: only the service writes there. */

function isMessage(doc: Doc): doc is MessageDoc & Doc {
  return typeof doc.status === 'string' && typeof doc.conversationId === 'string';
}

function isConversation(doc: Doc): doc is ConversationDoc & Doc {
  return Array.isArray(doc.pending);
}
