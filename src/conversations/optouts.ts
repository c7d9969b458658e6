import type { MessageDoc, OptoutDoc, Store } from '../store/documents.ts';
import { type Said, writeDown } from './consent.ts';
import { shown } from './consent-side.ts';
import { createGuardedWrite, type GuardedWriteParts } from './guarded-write.ts';

/** What others than the customer say about whether they want texts. Each also shows in the conversation, if there is one. */
export interface Optouts {
  /** Answers the entry as it then is; null = there is none, and nothing was said that makes one. */
  say(parties: { number: string; customer: string }, said: Said): Promise<OptoutDoc | null>;
  /** TeleSign refuses texts to this customer, as its code for one of them says. */
  blocked(message: Pick<MessageDoc, '_id' | 'conversationId' | 'at'>, code: string): Promise<void>;
  /** The same of the message with this id, if it is one of this channel: no account speaks for the customers of another. */
  blockedAt(channelId: string, messageId: string, code: string): Promise<void>;
}

export function createOptouts(parts: GuardedWriteParts & { store: Pick<Store, 'durable'> }): Optouts {
  const { store, now } = parts;
  const write = createGuardedWrite(parts);

  async function say(parties: { number: string; customer: string }, said: Said): Promise<OptoutDoc | null> {
    const entry = await writeDown(store, parties, said);
    const id = `${parties.number}-${parties.customer}`;
    // Whether or not this changed the entry: who changed it may have died before it could be shown.
    if (entry && (await store.conversations.findOne({ _id: id }))) {
      const since = entry.state === 'out' ? entry.at : undefined;
      await write(id, null, {}, ({ optedOutAt }) =>
        optedOutAt === since ? null : { changes: shown(entry) },
      );
    }
    await store.durable();
    return entry;
  }

  async function blocked(
    { _id, conversationId, at }: Pick<MessageDoc, '_id' | 'conversationId' | 'at'>,
    code: string,
  ): Promise<void> {
    const [number = '', customer = ''] = conversationId.split('-');
    const cause = `receipt:${_id}`;
    await say({ number, customer }, { cause, at: now(), about: at, state: 'out', source: 'provider', code });
  }

  return {
    say,
    blocked,
    async blockedAt(channelId, messageId, code) {
      const message = await store.messages.findOne({ _id: messageId });
      if (message?.direction === 'out' && message.channelId === channelId) await blocked(message, code);
    },
  };
}
