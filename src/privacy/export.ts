import type {
  AuditDoc,
  ConversationDoc,
  DraftDoc,
  FileDoc,
  MessageDoc,
  SessionDoc,
  Store,
} from '../store/documents.ts';
import { conversationsOf } from './erase.ts';

/** All that is kept of one conversation. */
export interface KeptConversation {
  conversation: ConversationDoc;
  /** Oldest first; with those that are decided and not yet in the transcript. */
  messages: MessageDoc[];
  /** Those that ended, oldest first. */
  sessions: SessionDoc[];
  drafts: DraftDoc[];
  /** Those that were given to the customer and have not expired. */
  files: FileDoc[];
  /** What was done about it, and who read it. */
  audit: AuditDoc[];
}

/** @param customer digits */
export async function keptOf(
  store: Pick<Store, 'conversations' | 'messages' | 'sessions' | 'drafts' | 'audit' | 'files'>,
  customer: string,
): Promise<KeptConversation[]> {
  const kept: KeptConversation[] = [];
  for (const conversation of await conversationsOf(store, customer)) {
    const { _id: conversationId } = conversation;
    const messages = await store.messages
      .find({ conversationId }, { sort: { conversationId: 1, at: 1, sequence: 1 } })
      .toArray();
    const known = new Set(messages.map(({ _id }) => _id));
    kept.push({
      conversation,
      messages: [...messages, ...conversation.pending.filter(({ _id }) => !known.has(_id))],
      sessions: await store.sessions
        .find({ conversationId }, { sort: { conversationId: 1, session: 1 } })
        .toArray(),
      drafts: await store.drafts.find({ conversationId }).toArray(),
      files: await store.files.find({ conversationId }).toArray(),
      audit: await store.audit.find({ target: conversationId }, { sort: { target: 1, at: 1 } }).toArray(),
    });
  }
  return kept;
}
