import { expect } from 'chai';
import { plantSeed, type Seed } from '../src/seed.ts';
import { mongoStore, type TemporaryStore, temporaryEmbeddedStore } from './support/stores.ts';
import { aWorkstream } from './support/workstreams.ts';

const SEED: Seed = {
  queues: ['support'],
  workstreams: [aWorkstream({ numbers: ['15550109999'] })],
  agents: [],
  keepTokens: false,
};

const moved: Seed = {
  ...SEED,
  workstreams: [aWorkstream({ numbers: ['15550108888'], language: 'fr' })],
};

for (const [engine, open] of [
  ['the embedded store', () => temporaryEmbeddedStore()],
  ['MongoDB’s driver', () => mongoStore()],
] as const) {
  describe(`what the settings make at a start, on ${engine}`, function () {
    this.timeout(30_000);
    let opened: TemporaryStore;
    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.dispose());

    const workstream = () => opened.store.workstreams.findOne({ _id: 'default' });

    it('is the same at the second start, and follows the settings while nobody has changed it', async () => {
      await plantSeed(opened.store, SEED, 1);
      expect(await workstream()).to.deep.equal(SEED.workstreams[0]);
      await plantSeed(opened.store, SEED, 2);
      expect(await workstream()).to.deep.equal(SEED.workstreams[0]);
      await plantSeed(opened.store, moved, 3);
      expect(await workstream()).to.deep.equal(moved.workstreams[0]);
    });

    it('keeps what people have changed of a workstream, but for its numbers', async () => {
      await plantSeed(opened.store, SEED, 1);
      const changes = { language: 'es', queueId: 'sales', settings: { routes: [] }, changedAt: 2 };
      await opened.store.workstreams.updateOne({ _id: 'default' }, { $set: changes });
      await plantSeed(opened.store, moved, 3);
      expect(await workstream()).to.deep.equal({ _id: 'default', numbers: ['15550108888'], ...changes });
    });

    it('leaves numbers where people put them, and a workstream what it has of the API’s channels', async () => {
      await plantSeed(opened.store, SEED, 1);
      const { workstreams, channels } = opened.store;
      await channels.insertOne({
        ...{
          _id: 'sales',
          name: 'Sales',
          provider: 'telesign',
          customerId: 'S',
          apiUrl: 'https://x.test',
          auth: 'hmac',
        },
        ...{ numbers: [{ number: '15550107777', type: 'geo', description: '' }], formerNumbers: [] },
        ...{ createdAt: 1, changedAt: 1 },
      });
      await workstreams.updateOne({ _id: 'default' }, { $set: { numbers: ['15550107777', '15550106666'] } });
      await workstreams.insertOne(aWorkstream({ _id: 'night', numbers: ['15550109999'] }));
      await plantSeed(opened.store, SEED, 2);
      expect((await workstream())?.numbers).to.deep.equal(['15550107777']);
      await workstreams.deleteOne({ _id: 'night' });
      await plantSeed(opened.store, SEED, 3);
      expect((await workstream())?.numbers).to.deep.equal(['15550109999', '15550107777']);
    });
  });
}
