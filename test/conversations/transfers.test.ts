import { expect } from 'chai';
import { lineOf } from '../../src/conversations/line.ts';
import { offerPass } from '../../src/conversations/offers.ts';
import type { Actor } from '../../src/conversations/rights.ts';
import type { AgentDoc, Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { refusal } from '../support/rejection.ts';
import { ENGINES } from '../support/stores.ts';

const cat: Actor = { id: 'cat', role: 'agent', queues: ['support', 'returns'] };
const boss: Actor = { id: 'boss', role: 'supervisor', queues: [] };

for (const [engine, open] of ENGINES) {
  describe(`a transfer to a queue (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      await rig.addQueues(aQueue('support'), aQueue('returns'));
      await agents({ _id: 'cat' });
      rig.set({ distribution: { mode: 'push' } });
    });
    afterEach(() => dispose());

    async function agents(...given: (Partial<AgentDoc> & { _id: string })[]): Promise<void> {
      for (const agent of given) {
        await store.agents.insertOne(anAgent({ queues: ['support', 'returns'], capacity: 5, ...agent }));
      }
    }
    /** Cat has it, from support. */
    async function taken(): Promise<void> {
      await rig.handOver();
      await rig.desk.claim(CONVERSATION, cat);
    }
    const toReturns = (actor: Actor) =>
      rig.desk.transfer(CONVERSATION, actor, { queueId: 'returns', key: `by ${actor.id}` });
    /** Whom a pass puts it before. */
    async function offered(): Promise<string | undefined> {
      await offerPass({ ...rig.turns, store, due: () => {} }, new Map());
      return (await rig.conversation()).offer?.agentId;
    }

    for (const [who, actor] of [
      ['the agent who moves it', cat],
      ['the agent from whom a supervisor moves it', boss],
    ] as const) {
      it(`does not come back to ${who}, but goes to who else serves it`, async () => {
        await taken();
        await agents({ _id: 'dan' });
        await toReturns(actor);
        expect(await offered()).to.equal('dan');
      });
    }

    it('does not come back to who had parked it', async () => {
      await taken();
      await agents({ _id: 'dan' });
      await rig.desk.wait(CONVERSATION, cat);
      await toReturns(cat);
      expect(await offered()).to.equal('dan');
    });

    it('comes to them again once they have been away and are back, or after ten minutes', async () => {
      await taken();
      await toReturns(boss);
      expect(await offered()).to.equal(undefined);
      rig.time += 600_000;
      expect(await offered()).to.equal('cat');
      await rig.desk.accept(CONVERSATION, cat);
      await toReturns(boss);
      expect(await offered()).to.equal(undefined);
      rig.time += 1000;
      await store.agents.updateOne({ _id: 'cat' }, { $set: { presenceAt: rig.time } });
      expect(await offered()).to.equal('cat');
    });

    describe('after rules gave a priority and asked for skills', () => {
      beforeEach(async () => {
        const set = { priority: 9, skills: ['legal'] };
        rig.set({ classification: [{ name: 'Kind', rules: [{ name: 'All', when: 'true', set }] }] });
        await taken();
        expect(await rig.conversation()).to.deep.include(set);
        await agents({ _id: 'dan' });
      });

      const priorityOf = (priority: number) =>
        store.queues.updateOne({ _id: 'returns' }, { $set: { priority } });

      for (const skills of ['exact', 'closest'] as const) {
        it(`asks nobody for skills that were meant for the queue before (${skills})`, async () => {
          rig.set({ distribution: { skills } });
          await toReturns(cat);
          expect(await rig.conversation()).to.not.have.property('skills');
          expect(await offered()).to.equal('dan');
        });
      }

      it('keeps the priority, and its place in the line by it', async () => {
        const { unansweredSince, turnAt } = await toReturns(cat);
        expect((await rig.conversation()).priority).to.equal(9);
        expect(turnAt).to.equal(lineOf(unansweredSince ?? rig.time, 9));
      });

      it('takes the priority of a queue that has a higher one', async () => {
        await priorityOf(12);
        expect((await toReturns(cat)).priority).to.equal(12);
      });

      it('says in the trace who moved it, as what, and which skills have lapsed', async () => {
        const { trace = '[]' } = await toReturns(boss);
        expect(JSON.parse(trace).at(-1)).to.deep.equal({
          at: rig.time,
          step: 'transfer',
          agentId: 'boss',
          why: 'assigned',
          decision: { queueId: 'returns', priority: 9, lapsed: ['legal'] },
        });
      });

      it('keeps both where it is moved back into the queue that it came from', async () => {
        const back = await rig.desk.transfer(CONVERSATION, cat, { queueId: 'support', key: 'back' });
        expect(back).to.deep.include({ priority: 9, skills: ['legal'] });
      });

      it('has the queue’s priority alone once the bot has had it again', async () => {
        await priorityOf(-3);
        await rig.desk.return(CONVERSATION, cat, { key: 'return' });
        expect((await toReturns(boss)).priority).to.equal(-3);
      });
    });

    it('is refused to an agent where nobody else who serves the queue is there', async () => {
      await taken();
      expect(await refusal(toReturns(cat))).to.include({ code: 'nobody_there' });
      await agents({ _id: 'dan', presence: 'offline' });
      expect(await refusal(toReturns(cat))).to.include({ code: 'nobody_there' });
      await store.agents.updateOne({ _id: 'dan' }, { $set: { presence: 'busy' } });
      expect(await toReturns(cat)).to.include({ state: 'open', queueId: 'returns' });
    });
  });
}
