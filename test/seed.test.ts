import { expect } from 'chai';
import { plantSeed, type Seed } from '../src/seed.ts';
import { mongoStore, type TemporaryStore, temporaryEmbeddedStore } from './support/stores.ts';

const SEED: Seed = {
  queues: ['support'],
  workstreams: [{ _id: 'default', numbers: ['15550109999'], language: 'en', queueId: 'support' }],
  agents: [],
  keepTokens: false,
};

const moved: Seed = {
  ...SEED,
  workstreams: [{ _id: 'default', numbers: ['15550108888'], language: 'fr', queueId: 'support' }],
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
  });
}
