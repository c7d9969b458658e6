import { expect } from 'chai';
import { resealAll } from '../../src/channels/reseal.ts';
import { createSeal, type Purpose, type SecretKeys } from '../../src/seal.ts';
import type { ChannelDoc, Store, WebhookDoc } from '../../src/store/documents.ts';
import { ENGINES, type TemporaryStore } from '../support/stores.ts';

const OLD = 'the old secret key of these tests, long enough';
const NEW = 'the new secret key of these tests, long enough';
const LOST = 'a secret key that nobody has any more, so what';
const with_ = (keys: SecretKeys) => (purpose: Purpose) => createSeal(keys, purpose);

const channel = (id: string, keys: Pick<ChannelDoc, 'apiKey' | 'previousApiKey'>): ChannelDoc => ({
  ...{ _id: id, name: id, provider: 'telesign', customerId: id, apiUrl: 'https://x.test', auth: 'hmac' },
  ...{ numbers: [], formerNumbers: [], createdAt: 1, changedAt: 1, ...keys },
});
const webhook = (id: string, secret: string, previousSecret?: string): WebhookDoc => ({
  ...{
    _id: id,
    url: 'https://x.test',
    events: null,
    on: true,
    includeTexts: false,
    createdAt: 1,
    changedAt: 1,
  },
  ...{ secret, ...(previousSecret !== undefined && { previousSecret }) },
});

for (const [engine, open] of ENGINES) {
  describe(`sealing all secrets anew on ${engine}`, () => {
    let opened: TemporaryStore;
    let store: Store;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      const keys = with_({ current: OLD })('channel keys');
      const secrets = with_({ current: OLD })('webhook secrets');
      await store.channels.insertOne(
        channel('a', { apiKey: keys.seal('A'), previousApiKey: keys.seal('B') }),
      );
      await store.channels.insertOne(channel('keyless', {}));
      await store.webhooks.insertOne(webhook('h', secrets.seal('H'), secrets.seal('G')));
      await store.webhooks.insertOne(webhook('plain', 'P'));
    });
    afterEach(() => opened.dispose());

    const opens = async (keys: SecretKeys) => {
      const ofChannels = with_(keys)('channel keys');
      const ofWebhooks = with_(keys)('webhook secrets');
      const found = await store.channels.findOne({ _id: 'a' });
      const hook = await store.webhooks.findOne({ _id: 'h' });
      return [
        ...[found?.apiKey, found?.previousApiKey].map((sealed) => ofChannels.open(sealed ?? '')),
        ...[hook?.secret, hook?.previousSecret].map((sealed) => ofWebhooks.open(sealed ?? '')),
      ];
    };

    it('leaves nothing that needs the old key, and changes nothing the second time', async () => {
      const rotating = with_({ current: NEW, previous: OLD });
      expect(await resealAll(store, rotating)).to.deep.equal({ resealed: 5, current: 0, unreadable: [] });
      expect(await opens({ current: NEW })).to.deep.equal(['A', 'B', 'H', 'G']);
      const before = JSON.stringify([
        await store.channels.find({}).toArray(),
        await store.webhooks.find({}).toArray(),
      ]);
      expect(before).not.to.include('"P"');
      expect(await resealAll(store, rotating)).to.deep.equal({ resealed: 0, current: 5, unreadable: [] });
      const after = JSON.stringify([
        await store.channels.find({}).toArray(),
        await store.webhooks.find({}).toArray(),
      ]);
      expect(after).to.equal(before);
    });

    it('goes on where it was broken off, wherever that was', async () => {
      const rotating = with_({ current: NEW, previous: OLD });
      for (let left = 0; left < 3; left++) {
        let writes = left;
        const dying = <C extends Store['channels'] | Store['webhooks']>(collection: C): C =>
          new Proxy(collection, {
            get(target, name) {
              const method: unknown = Reflect.get(target, name);
              if (typeof method !== 'function') return method;
              if (name !== 'updateOne') return method.bind(target);
              return async (...given: unknown[]) => {
                if (writes-- === 0) throw new Error('the process ends');
                return Reflect.apply(method, target, given);
              };
            },
          });
        const half = {
          channels: dying(store.channels),
          webhooks: dying(store.webhooks),
          durable: () => store.durable(),
        };
        await resealAll(half, rotating).catch(() => {});
        expect(await opens({ current: NEW, previous: OLD })).to.deep.equal(['A', 'B', 'H', 'G']);
      }
      await resealAll(store, rotating);
      expect(await opens({ current: NEW })).to.deep.equal(['A', 'B', 'H', 'G']);
    });

    it('tells of what neither key opens, and seals the rest', async () => {
      const lost = with_({ current: LOST })('channel keys').seal('L');
      await store.channels.insertOne(channel('lost', { apiKey: lost }));
      const { unreadable, resealed } = await resealAll(store, with_({ current: NEW, previous: OLD }));
      expect([unreadable, resealed]).to.deep.equal([['channels/lost'], 5]);
      expect((await store.channels.findOne({ _id: 'lost' }))?.apiKey).to.equal(lost);
    });
  });
}
