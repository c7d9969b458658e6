import { expect } from 'chai';
import { openConversations } from '../../src/channels/ending.ts';
import { aConversation } from '../support/conversations.ts';
import { ENGINES, type TemporaryStore } from '../support/stores.ts';

for (const [engine, open] of ENGINES) {
  describe(`the open conversations of a channel on ${engine}`, () => {
    let opened: TemporaryStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    it('are those of its numbers, now and before, page by page', async () => {
      const insert = (number: string, customer: string, fields: object) =>
        opened.store.conversations.insertOne({
          ...aConversation({ _id: `${number}-${customer}` }),
          ...{
            number,
            customer,
            channelId: 'sales',
            state: 'active',
            inbox: [],
          },
          ...fields,
        });
      await insert('1555', '1', {});
      await insert('1555', '2', { state: 'closed' });
      await insert('1555', '3', { state: 'closed', inbox: ['in:A'] });
      await insert('1555', '4', { channelId: 'default' });
      await insert('15551', '5', {});
      await insert('1666', '6', { state: 'wrap_up' });
      for (let n = 0; n < 620; n++) await insert('1777', `7${String(n).padStart(4, '0')}`, {});
      const found: string[] = [];
      const numbers = ['1555', '1777'].map((number) => ({ number, type: 'geo' as const, description: '' }));
      const channel = { _id: 'sales', numbers, formerNumbers: ['1666'] };
      for await (const { _id } of openConversations(opened.store, channel)) found.push(_id);
      expect(found).to.include.members(['1555-1', '1555-3', '1666-6', '1777-70000', '1777-70619']);
      expect(found).to.have.length(623);
    });
  });
}
