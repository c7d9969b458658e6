import { fillTemplate, replyValues, textFor } from '../conversations/quick-replies.ts';
import type { AgentDoc, ConversationDoc, QuickReplyDoc } from '../store/documents.ts';
import { countSegments, normaliseText, splitText } from '../telesign/text.ts';
import type { HttpParts } from './parts.ts';
import type { RenderedReply } from './quick-reply-schemas.ts';

type Parts = Pick<HttpParts, 'store' | 'settings'>;

/** A quick reply, or a text with placeholders, as it would leave for the customer of this conversation. */
export async function previewOf(
  { store, settings }: Parts,
  reply: Pick<QuickReplyDoc, 'texts'> | string,
  conversation: ConversationDoc,
  agent: AgentDoc,
): Promise<RenderedReply> {
  const queue =
    conversation.queueId === undefined ? null : await store.queues.findOne({ _id: conversation.queueId });
  const { language: standard } = settings.workstream(conversation.number);
  const locale = conversation.locale ?? standard;
  const chosen =
    typeof reply === 'string' ? { language: locale, text: reply } : textFor(reply, locale, standard);
  const filled = fillTemplate(chosen.text, replyValues(conversation, agent, queue));
  const text = normaliseText(filled.text);
  const { encoding } = countSegments(text);
  return {
    text,
    language: chosen.language,
    // As parts, if it is longer than one message: each is billed by itself.
    segments: splitText(text).reduce((sum, part) => sum + part.segments, 0),
    encoding,
    ...(encoding === 'GSM-7' ? {} : { offending: beyondGsm(text) }),
    missing: filled.missing,
  };
}

function beyondGsm(text: string): string[] {
  return [...new Set(text)].filter((character) => countSegments(character).encoding === 'UCS-2');
}
