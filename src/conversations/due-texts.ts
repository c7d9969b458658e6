import type { MessageDoc, Store } from '../store/documents.ts';

type Messages = Pick<Store, 'messages'>;

/** Up to `limit` answers that are to be sent now, by how long they have been due. */
export function dueAnswers({ messages }: Messages, now: number, limit: number): Promise<MessageDoc[]> {
  return messages.find({ nextAt: { $lte: now } }, { sort: { nextAt: 1 }, limit }).toArray();
}

/** The same of notices. One that is being sent is among the answers. */
export function dueNotices({ messages }: Messages, now: number, limit: number): Promise<MessageDoc[]> {
  return messages.find({ noticeAt: { $lte: now } }, { sort: { noticeAt: 1 }, limit }).toArray();
}

/** When the next answer is due; never, where none waits. */
export async function nextAnswerAt({ messages }: Messages): Promise<number> {
  const next = await messages.findOne({ nextAt: { $gte: 0 } }, { sort: { nextAt: 1 } });
  return next?.nextAt ?? Number.POSITIVE_INFINITY;
}

/** The same of notices. */
export async function nextNoticeAt({ messages }: Messages): Promise<number> {
  const next = await messages.findOne({ noticeAt: { $gte: 0 } }, { sort: { noticeAt: 1 } });
  return next?.noticeAt ?? Number.POSITIVE_INFINITY;
}

/** When the next text is due. */
export async function nextTextAt(store: Messages): Promise<number> {
  return Math.min(await nextAnswerAt(store), await nextNoticeAt(store));
}
