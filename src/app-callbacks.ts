import { receive } from './conversations/inbox.ts';
import type { NewsSource } from './conversations/news.ts';
import type { Optouts } from './conversations/optouts.ts';
import type { OutboxParts } from './conversations/outbox.ts';
import { applyReceipt } from './conversations/receipts.ts';
import type { HttpParts } from './http/parts.ts';
import type { ConsentWord, Store } from './store/documents.ts';
import { receiptEffect, STATUSES } from './telesign/status.ts';
import { countSegments } from './telesign/text.ts';
import { inSpan } from './tracing.ts';

interface CallbacksParts {
  store: Store;
  news: NewsSource;
  now: () => number;
  optouts: Pick<Optouts, 'blockedAt'>;
  consentWord: (text: string, tagged?: unknown) => ConsentWord | undefined;
  undelivered: OutboxParts['undelivered'];
  /** Told of a conversation with a new text, once that is on disk. */
  received: (conversationId: string) => void;
  /** Told the ids of messages that may be sent now. */
  queued: (messageIds: string[]) => void;
  /** Told that a report has moved a message. */
  changed: () => void;
}

/** What TeleSign's callbacks do: a text is taken in, a report moves its message. */
export function createCallbacks(parts: CallbacksParts): Pick<HttpParts, 'receive' | 'receipt'> {
  const { store, now, news, optouts } = parts;
  return {
    async receive({ id }, inbound, parent) {
      const { segments } = countSegments(inbound.text);
      const consent = parts.consentWord(inbound.text, inbound.provider.action);
      const text = { ...inbound, segments, ...(consent && { consent }) };
      const { conversationId } = await inSpan('inbox', { parent }, ({ traceparent }) =>
        receive(store, id, { ...text, traceparent }, now()),
      );
      parts.received(conversationId);
    },
    async receipt({ id: channelId }, { externalId, referenceId, code, description }) {
      const { status, rank } = receiptEffect(code);
      if (externalId === null || status === null) return;
      // Before it moves the message: TeleSign brings the report again until all of it is on disk.
      if (STATUSES.get(code)?.optOut) await optouts.blockedAt(channelId, externalId, String(code));
      const about = { channelId, externalId, providerId: referenceId };
      const receipt = { ...about, status, rank, code: String(code), description };
      const { moved, released } = await applyReceipt(store, receipt, now(), news);
      if (released !== null) parts.queued([released]);
      if (moved && status === 'failed') parts.undelivered(externalId);
      if (moved) parts.changed();
    },
  };
}
