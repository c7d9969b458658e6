import type { MessageDoc, Store } from '../../src/store/documents.ts';
import { aConversation, NUMBER } from './conversations.ts';

/** Writes the `n`th text of a test, an answer or a notice that is due at `at`, in a conversation of its own. Gives its id. */
export async function writeDueText(
  store: Pick<Store, 'conversations' | 'messages'>,
  n: number,
  at: number,
  fields: Partial<MessageDoc> & { text: string },
): Promise<string> {
  const conversationId = `${NUMBER}-1555${String(n).padStart(7, '0')}`;
  await store.conversations.insertOne(aConversation({ _id: conversationId }));
  const _id = `out:test:${n}`;
  await store.messages.insertOne({
    _id,
    conversationId,
    channelId: 'default',
    session: 1,
    direction: 'out',
    author: { kind: 'agent', id: 'ana' },
    at,
    sequence: 1,
    status: 'queued',
    segments: 1,
    changedAt: at,
    epoch: 0,
    attempts: 0,
    rank: 0,
    ...(fields.notice
      ? { outstanding: `notices:${conversationId}`, noticeAt: at }
      : { outstanding: conversationId, nextAt: at }),
    ...fields,
  });
  return _id;
}
