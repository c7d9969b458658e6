import { expect } from 'chai';
import { changesToLookAt, lookAnew, lookingAnew } from '../../src/conversations/look-anew.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAgent } from '../http/stage.ts';
import { ANA, CONVERSATION, createRig, type Rig, type SettingChanges } from '../support/conversations.ts';
import { aQueue, rule } from '../support/queues.ts';
import { rejection } from '../support/rejection.ts';
import { ENGINES } from '../support/stores.ts';
import { aWorkstream } from '../support/workstreams.ts';
import { wrappedStore } from '../support/wrapped-store.ts';

const SALES = { _id: 'sales', language: 'en', queueId: 'support' };

for (const [engine, open] of ENGINES) {
  describe(`a change of the settings, with conversations under way, on ${engine}`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      await store.queues.insertOne(aQueue('support'));
      await store.workstreams.insertOne(aWorkstream());
      await store.agents.insertOne(anAgent('ana', 'agent', ['support']));
      rig = createRig(store);
      await rig.handOver();
    });
    afterEach(() => dispose());

    const parts = () => ({ store, now: () => rig.time });
    const work = async () => (await store.agents.findOne({ _id: 'ana' }))?.work;

    async function looked(of: 'queue' | 'workstream', id: string): Promise<void> {
      const mark = [{ _id: id }, { $set: { lookAnewAt: rig.time } }] as const;
      await (of === 'queue' ? store.queues.updateOne(...mark) : store.workstreams.updateOne(...mark));
      await lookAnew(parts(), { of, id, at: rig.time });
      expect(await changesToLookAt(parts())).to.deep.equal([]);
    }

    async function change(settings: SettingChanges): Promise<void> {
      rig.set(settings);
      await looked('workstream', 'default');
    }

    /** Sets the clock forward, a second at a time as the loop looks. */
    async function passed(seconds: number) {
      for (let n = 0; n < seconds; n += 1) {
        rig.time += 1000;
        await rig.turn();
      }
      return rig.conversation();
    }

    it('reaches what waits: a rule for a long wait acts at its time', async () => {
      const overflow = [rule({ is: 'age', seconds: 60 }, { do: 'end' })];
      rig.queues = [{ ...aQueue('support'), overflow }];
      await looked('queue', 'support');
      expect((await passed(59)).state).to.equal('open');
      expect((await passed(3)).state).to.equal('closed');
    });

    it('reaches what an agent has: a first response is due', async () => {
      await change({ times: { firstResponse: null } });
      await rig.desk.claim(CONVERSATION, ANA);
      await passed(90);
      await change({ times: { firstResponse: 60 } });
      expect((await passed(3)).state).to.equal('open');
    });

    it('reaches what agents have: it takes up what it costs now, of the workstream that it is of now', async () => {
      await rig.desk.claim(CONVERSATION, ANA);
      const { capacity } = rig.workstream.settings;
      await change({ capacity: { ...capacity, cost: 3 } });
      await passed(3);
      expect((await work())?.map(({ cost }) => cost)).to.deep.equal([3]);
      rig.workstream = { ...rig.workstream, _id: 'sales' };
      const { number } = await rig.conversation();
      await store.workstreams.insertOne({ ...SALES, numbers: [number] });
      await looked('workstream', 'sales');
      await passed(3);
      expect((await work())?.map(({ workstreamId }) => workstreamId)).to.deep.equal(['sales']);
    });

    it('leaves other workstreams alone', async () => {
      const before = await rig.conversation();
      await store.workstreams.insertOne({ ...SALES, numbers: ['15550000000'] });
      await looked('workstream', 'sales');
      expect(await rig.conversation()).to.deep.equal(before);
    });

    it('reaches the numbers that no workstream lists by `default`, and no others', async () => {
      const { number, ...before } = await rig.conversation();
      await store.workstreams.insertOne({ ...SALES, numbers: [number] });
      await looked('workstream', 'default');
      expect(await rig.conversation()).to.deep.include(before);
      await store.workstreams.deleteOne({ _id: 'sales' });
      await looked('workstream', 'default');
      expect((await rig.conversation()).dueAt).to.equal(rig.time);
    });

    it('is to be looked at once every process has read it; a later change is not forgotten with an earlier one', async () => {
      await store.queues.updateOne({ _id: 'support' }, { $set: lookingAnew(rig.time) });
      const [first] = await changesToLookAt(parts());
      expect(first).to.deep.equal({ of: 'queue', id: 'support', at: rig.time + 2000 });
      await store.queues.updateOne({ _id: 'support' }, { $set: lookingAnew(rig.time + 1000) });
      if (first) await lookAnew(parts(), first);
      const [second] = await changesToLookAt(parts());
      expect(second?.at).to.equal(rig.time + 3000);
      if (second) await lookAnew(parts(), second);
      expect(await changesToLookAt(parts())).to.deep.equal([]);
    });

    it('is looked at by one of many processes, and by another after a minute where that one has died', async () => {
      await store.queues.updateOne({ _id: 'support' }, { $set: lookingAnew(rig.time) });
      const [change] = await changesToLookAt(parts());
      const looking = wrappedStore(store, async (operation, run) => {
        if (operation !== 'durable' && operation.collection === 'conversations') throw new Error('died');
        return run();
      });
      if (!change) return expect.fail('nothing to look at');
      await rejection(lookAnew({ ...parts(), store: looking }, change));
      const before = await rig.conversation();
      await lookAnew(parts(), change);
      expect(await rig.conversation(), 'somebody is at it').to.deep.equal(before);
      const [later] = await changesToLookAt(parts());
      expect(later?.at).to.equal(rig.time + 60_000);
      if (later) await lookAnew(parts(), later);
      expect((await rig.conversation()).wake).to.be.greaterThan(before.wake);
      expect(await changesToLookAt(parts())).to.deep.equal([]);
    });
  });
}
