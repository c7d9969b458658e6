import { createHash } from 'node:crypto';
import { SwitchboardError } from '../errors.ts';
import type { ConsentWord, ConversationDoc, MessageDoc, Store } from '../store/documents.ts';
import { outgoingMessages } from './compose.ts';
import { entryOf } from './consent.ts';
import type { Desk, DeskParts } from './desk.ts';
import { type GuardedWrite, written } from './guarded-write.ts';
import { heldAtOnce } from './held.ts';
import { mayRepair } from './rights.ts';
import { answered } from './session.ts';

/** What people do about messages that failed, or whose outcome is unknown. */
export function createDeadLetters(
  parts: Pick<DeskParts, 'store' | 'split' | 'now' | 'news'>,
  write: GuardedWrite,
): Pick<Desk, 'resend' | 'settle'> {
  const { store, split, now, news } = parts;
  return {
    async resend(messageId, actor) {
      const failed = await store.messages.findOne({ _id: messageId });
      if (!failed) throw new SwitchboardError('not_found', 'There is no such message.');
      let again: MessageDoc | undefined;
      await write(failed.conversationId, actor, {}, async (conversation) => {
        mayRepair(actor, conversation, failed);
        // Named after the failed one: two who press at once, with keys of their own, make one message.
        const cause = `resend:${createHash('sha256').update(messageId).digest('hex').slice(0, 32)}`;
        const draft = { cause, author: failed.author, texts: [failed.text] };
        const at = now();
        const [composed] = outgoingMessages(conversation, draft, split, at);
        if (!composed) return null;
        again = { ...composed, ...(failed.survey ? { survey: true } : {}) };
        const before = await written(store, conversation, again._id);
        if (before) {
          again = before;
          return null;
        }
        if (failed.problem !== 'failed')
          throw wrongStatus('Only a failed message can be sent again.', failed);
        const consent = await consentAgain(store, failed);
        if (consent) again = { ...again, consent };
        const held = await heldAtOnce(parts, [again]);
        if (held) {
          [again] = held;
          return { changes: { messages: held } };
        }
        const said = isAnswer(failed, conversation)
          ? answered(conversation, at)
          : { set: { lastMessageAt: at } };
        return { changes: { messages: [again], ...said } };
      });
      // After the new one is safe: a crash in between leaves the old one in the list, and it finds the new one again.
      await store.messages.updateOne(
        { _id: messageId, problem: 'failed' },
        { $set: { changedAt: now() }, $unset: { problem: true } },
      );
      if (!again) throw new SwitchboardError('internal');
      return again;
    },

    async settle(messageId, actor, status) {
      const unknown = await store.messages.findOne({ _id: messageId });
      if (!unknown) throw new SwitchboardError('not_found', 'There is no such message.');
      const conversation = await store.conversations.findOne({ _id: unknown.conversationId });
      if (conversation) mayRepair(actor, conversation, unknown);
      const settled = await store.messages.findOneAndUpdate(
        { _id: messageId, status: 'unknown' },
        {
          $set: {
            status,
            changedAt: now(),
            ...(status === 'failed' ? { problem: 'failed', untoldAt: now() } : {}),
          },
          ...(status === 'sent' ? { $unset: { problem: true, error: true } } : {}),
          ...news?.ofMessage(messageId, status),
        },
        { returnDocument: 'after' },
      );
      if (!settled) throw wrongStatus('Only a message whose outcome is unknown can be settled.', unknown);
      return settled;
    },
  };
}

/**
 * What the text answers, so that it leaves also to who wants no texts; undefined where it would tell them the contrary of
 * what they have said since.
 */
async function consentAgain(
  store: Pick<Store, 'optouts'>,
  failed: MessageDoc,
): Promise<ConsentWord | undefined> {
  const { consent, conversationId } = failed;
  if (consent === undefined) return undefined;
  const isOut = (await entryOf(store, conversationId))?.state === 'out';
  if (consent === 'stop' && !isOut) {
    throw wrongStatus('The customer wants texts again: it would say that they get none.', failed);
  }
  return consent === 'start' && isOut ? undefined : consent;
}

/** Whether it says to the customer what they wait for: nothing that was written since may be unanswered. */
function isAnswer({ author }: MessageDoc, conversation: ConversationDoc): boolean {
  const { handler, unansweredSince, answerFailed } = conversation;
  return (
    author.kind === 'agent' && handler === 'agent' && (unansweredSince === undefined || answerFailed === true)
  );
}

function wrongStatus(reason: string, message: MessageDoc): SwitchboardError {
  return new SwitchboardError('wrong_message_status', reason, { details: { messageStatus: message.status } });
}
