import { expect } from 'chai';
import { readable } from '../../src/http/readable-message.ts';
import type { MessageDoc } from '../../src/store/documents.ts';
import { MASK } from '../../src/store/message.ts';
import { aConversation } from '../support/conversations.ts';
import { ENGINES } from '../support/stores.ts';

const PICTURE = { media: [{ kind: 'image', url: 'https://telesign.test/1' }] };

for (const [engine, open] of ENGINES) {
  describe(`a text that has not come to the bot, on ${engine}`, () => {
    async function shown(
      conversation: Parameters<typeof aConversation>[0],
      now: Partial<MessageDoc> = {},
    ): Promise<MessageDoc> {
      const { store, dispose } = await open();
      try {
        const message: MessageDoc = {
          ...{ _id: 'in:1', conversationId: 'c', channelId: 'default', session: 0, direction: 'in' },
          ...{ author: { kind: 'customer' }, text: 'abracadabra', at: 0, sequence: 0, status: 'received' },
          ...{ segments: 1, changedAt: 0, attempts: 0, provider: PICTURE },
        };
        await store.messages.insertOne({ ...message, ...now });
        await store.conversations.insertOne(aConversation(conversation));
        return await readable(store, message);
      } finally {
        await dispose();
      }
    }

    it('is shown as it is, when the bot has not asked for a secret', async () => {
      expect(await shown({ _id: 'c' })).to.include({ text: 'abracadabra' });
    });

    it('is masked with its pictures, when the bot has', async () => {
      const found = await shown({ _id: 'c', hidesNext: true });
      expect(found).to.deep.include({ text: MASK, masked: true, provider: {} });
    });

    it('is masked between the commit of its turn and the flush', async () => {
      expect(await shown({ _id: 'c', handled: ['in:1'], masked: ['in:1'] })).to.include({ text: MASK });
    });

    it('is as it has become, when its turn has ended since it was read', async () => {
      expect(await shown({ _id: 'c' }, { text: MASK, masked: true, status: 'handled' })).to.include({
        text: MASK,
        status: 'handled',
      });
    });
  });
}
