import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newConversation } from '../conversations/new-conversation.ts';
import type { ConversationDoc, MessageDoc, SessionDoc, Store } from '../store/documents.ts';
import { openEmbeddedStore } from '../store/embedded.ts';

/** A store for rehearsals, in a folder of its own. It promises nothing to anybody, so it waits for no disk. */
export async function openRehearsalStore(): Promise<Store> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-rehearsal-'));
  const store = await openEmbeddedStore({ dataDir, onUnindexed: 'throw' });
  return {
    ...store,
    durable: () => Promise.resolve(),
    async close() {
      await store.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

type Party = Pick<ConversationDoc, '_id' | 'channelId' | 'number' | 'customer'>;

/** One that somebody else waits in, before this one's customer. */
export function waitingConversation(party: Party, queueId: string, at: number): ConversationDoc {
  const { botState: _, ...ended } = endedConversation(party, '', at);
  return { ...ended, state: 'open', queueId, queuedAt: at, turnAt: at, session: 1 };
}

/** A conversation whose last session has ended, as it is before the customer writes again. */
export function endedConversation(
  { _id, channelId, ...party }: Party,
  botState: string,
  at: number,
): ConversationDoc {
  return { ...newConversation(party, at), _id, channelId, lastMessageAt: at, inbox: [], wake: 0, botState };
}

/** All texts of a conversation, oldest first. */
export function transcript(store: Pick<Store, 'messages'>, conversationId: string): Promise<MessageDoc[]> {
  return store.messages.find({ conversationId }, { sort: { at: 1, sequence: 1 } }).toArray();
}

/** The sessions of a conversation that have ended, the last one first; with a `limit` of 0 all. */
export function sessions(
  store: Pick<Store, 'sessions'>,
  conversationId: string,
  limit = 0,
): Promise<SessionDoc[]> {
  return store.sessions.find({ conversationId }, { sort: { session: -1 }, limit }).toArray();
}
