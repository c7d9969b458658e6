import { expect } from 'chai';
import { type AbsenceParts, noteAbsence, passOffersOn, takeBack } from '../../src/conversations/absence.ts';
import { GRACE, prolongGrace, renewGrace } from '../../src/conversations/grace.ts';
import { createGuardedWrite } from '../../src/conversations/guarded-write.ts';
import { AGEING } from '../../src/conversations/line.ts';
import { offerPass } from '../../src/conversations/offers.ts';
import type { AgentDoc, ConversationDoc, Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import {
  aConversation,
  CONVERSATION,
  createRig,
  NUMBER,
  type Rig,
  WORKSTREAM,
} from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { ENGINES } from '../support/stores.ts';
import { wrappedStore } from '../support/wrapped-store.ts';

const idOf = (customer: number) => `${NUMBER}-${customer}`;

for (const [engine, open] of ENGINES) {
  describe(`absence (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let parts: AbsenceParts;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      parts = { ...rig.turns, store, due: () => {} };
    });
    afterEach(() => dispose());

    const back = (seen: Store = store) => {
      const own = { ...parts, store: seen };
      return takeBack(own, createGuardedWrite(own), 'ana');
    };
    /** An agent whose grace is just over. */
    async function gone(fields: Partial<AgentDoc> = {}): Promise<void> {
      await store.agents.insertOne(
        anAgent({ _id: 'ana', queues: ['support'], graceUntil: rig.time, ...fields }),
      );
    }
    async function has(customer: number, fields: Partial<ConversationDoc> = {}): Promise<void> {
      await store.conversations.insertOne(
        aConversation({
          _id: idOf(customer),
          customer: String(customer),
          state: 'active',
          handler: 'agent',
          agentId: 'ana',
          queueId: 'support',
          lastMessageAt: rig.time,
          ...fields,
        }),
      );
    }
    const conversation = async (customer: number) =>
      (await store.conversations.findOne({ _id: idOf(customer) })) ?? expect.fail('it is gone');
    const ana = async () => (await store.agents.findOne({ _id: 'ana' })) ?? expect.fail('she is gone');

    it('takes an agent offline and their conversation back to its queue, where the customer’s oldest text is', async () => {
      await gone({
        presenceId: 'desk-2',
        work: [{ conversationId: idOf(0), workstreamId: 'default', cost: 1 }],
      });
      await has(0, { unansweredSince: rig.time - 5000, priority: 1 });
      await back();
      expect(await ana())
        .to.include({ presence: 'offline', presenceAt: rig.time, changedAt: rig.time })
        .and.to.deep.include({ work: [] })
        .and.to.not.have.property('presenceId');
      const requeued = await conversation(0);
      expect(requeued).to.include({
        state: 'open',
        queueId: 'support',
        queuedAt: rig.time,
        turnAt: rig.time - 5000 - AGEING,
        untakenAt: rig.time + 600_000,
      });
      expect(requeued).to.not.have.any.keys('agentId', 'handler');
      expect(requeued.passedOver).to.deep.equal([{ agentId: 'ana', at: rig.time }]);
      expect(requeued.stretches.at(-1)).to.include({
        place: 'open',
        reason: 'agent_gone',
        queueId: 'support',
      });
    });

    it('takes it to the queue of its workstream where its own was deleted', async () => {
      rig.queues = [aQueue('support'), aQueue('sales')];
      await gone();
      await has(0, { queueId: 'sales' });
      await has(1, { queueId: 'deleted' });
      await back();
      expect((await conversation(0)).queueId).to.equal('sales');
      expect((await conversation(1)).queueId).to.equal('support');
    });

    it('leaves who is connected, and who never listens, as they are', async () => {
      await gone({ graceUntil: rig.time + 1 });
      await has(0);
      await back();
      expect((await ana()).presence).to.equal('available');
      await store.agents.updateOne({ _id: 'ana' }, { $unset: { graceUntil: true } });
      rig.time += 30 * GRACE;
      await back();
      expect((await ana()).presence).to.equal('available');
      expect(await conversation(0)).to.include({ agentId: 'ana', version: 0 });
    });

    it('leaves what is parked or being noted down, and what others have', async () => {
      await gone();
      await has(0, { state: 'waiting' });
      await has(1, { state: 'wrap_up' });
      await has(2, { state: 'closed' });
      await has(3, { agentId: 'ben' });
      await back();
      for (const customer of [0, 1, 2, 3]) expect((await conversation(customer)).version).to.equal(0);
    });

    it('sends what was taken from the bot to the queue of its workstream', async () => {
      rig.workstream = { ...WORKSTREAM, queueId: 'fallback' };
      await gone();
      await store.conversations.insertOne(
        aConversation({ _id: idOf(0), state: 'active', handler: 'agent', agentId: 'ana' }),
      );
      await back();
      expect(await conversation(0)).to.include({ state: 'open', queueId: 'fallback' });
    });

    it('counts as missed what is offered to them, which goes to the next', async () => {
      rig.set({ distribution: { mode: 'push' } });
      rig.queues = [aQueue()];
      await gone();
      const waiting = { state: 'open', queuedAt: rig.time, turnAt: rig.time } as const;
      await store.conversations.insertOne(aConversation({ _id: idOf(0), queueId: 'support', ...waiting }));
      await offerPass(parts, new Map());
      expect((await conversation(0)).offer?.agentId).to.equal('ana');
      await store.agents.insertOne(anAgent({ _id: 'ben', queues: ['support'] }));
      await back();
      const missed = await conversation(0);
      expect(missed).to.include({ state: 'open' }).and.to.not.have.property('offer');
      expect(JSON.parse(missed.trace ?? '[]').at(-1)).to.deep.include({
        step: 'offer_missed',
        agentId: 'ana',
      });
      expect((await ana()).work).to.deep.equal([]);
      await offerPass(parts, new Map());
      expect((await conversation(0)).offer?.agentId).to.equal('ben');
    });

    describe('of an agent to whom it is offered', () => {
      beforeEach(async () => {
        rig.set({ distribution: { mode: 'push' } });
        rig.queues = [aQueue()];
        await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], capacity: 2 }));
        const at = rig.time;
        const waiting = { state: 'open', queuedAt: at, turnAt: at, lastMessageAt: at } as const;
        await store.conversations.insertOne(aConversation({ _id: idOf(0), queueId: 'support', ...waiting }));
      });

      /** She says so, in the words of `PUT /api/me/presence`. */
      async function leaves(seen: Store = store): Promise<void> {
        const set = { presence: 'offline' as const, presenceAt: rig.time };
        const left = await store.agents.findOneAndUpdate(
          { _id: 'ana' },
          { $set: set },
          { returnDocument: 'after' },
        );
        const own = { ...parts, store: seen };
        await passOffersOn(own, createGuardedWrite(own), left ?? expect.fail('she is gone'));
      }

      it('puts it before the next, and leaves what they have and the presence that they chose', async () => {
        await offerPass(parts, new Map());
        await has(1);
        await leaves();
        const missed = await conversation(0);
        expect(missed).to.include({ state: 'open', turnAt: rig.time }).and.to.not.have.property('offer');
        expect(missed.passedOver).to.deep.equal([{ agentId: 'ana', at: rig.time }]);
        expect(await ana()).to.deep.include({ presence: 'offline', work: [] });
        expect(await conversation(1)).to.include({ agentId: 'ana', version: 0 });
        await store.agents.insertOne(anAgent({ _id: 'ben', queues: ['support'] }));
        await offerPass(parts, new Map());
        expect((await conversation(0)).offer?.agentId).to.equal('ben');
        await leaves();
        expect((await conversation(0)).offer?.agentId, 'what is a colleague’s stays').to.equal('ben');
      });

      it('offers nothing that a pass had meant for them when they left', async () => {
        let left = false;
        const seen = wrappedStore(store, async (operation, run) => {
          const result = await run();
          if (operation !== 'durable' && operation.collection === 'agents' && !left) {
            left = operation.method === 'updateOne';
            if (left) await leaves();
          }
          return result;
        });
        await offerPass({ ...parts, store: seen }, new Map());
        expect(left).to.equal(true);
        expect(await conversation(0)).to.not.have.property('offer');
        expect((await ana()).work).to.deep.equal([]);
      });

      it('leaves an offer that ends with its time after a crash at any point, or none, and goes on when repeated', async () => {
        let deaths = 0;
        for (; ; deaths++) {
          await store.agents.updateOne(
            { _id: 'ana' },
            { $set: { presence: 'available', presenceAt: ++rig.time } },
          );
          await offerPass(parts, new Map());
          expect((await conversation(0)).offer?.agentId).to.equal('ana');
          let points = 0;
          const dying = crashingStore(store, { crashes: () => points++ === deaths });
          const end = await leaves(dying).catch((error: unknown) => error);
          await leaves();
          await rig.turn(idOf(0));
          const after = `after a crash at point ${deaths}`;
          expect(await conversation(0), after).to.not.have.property('offer');
          expect((await ana()).work, after).to.deep.equal([]);
          if (!(end instanceof Crash)) break;
        }
        expect(deaths).to.be.greaterThan(5);
      });
    });

    it('looks again half a minute later, for what began while they were there', async () => {
      await gone();
      await back();
      expect((await ana()).graceUntil).to.equal(rig.time + 30_000);
      await has(0);
      rig.time += 30_000;
      await back();
      expect((await conversation(0)).state).to.equal('open');
      expect(await ana()).to.not.have.property('graceUntil');
    });

    it('keeps the own presence of who has long been offline', async () => {
      await gone({ presence: 'offline', presenceId: 'sick' });
      await back();
      expect(await ana())
        .to.include({ presence: 'offline', presenceId: 'sick', presenceAt: 0 })
        .and.to.not.have.property('graceUntil');
    });

    it('ends when the agent comes back, who keeps what is still theirs', async () => {
      await gone();
      for (const customer of [0, 1, 2]) await has(customer);
      let writes = 0;
      const seen = crashingStore(store, {
        crashes: () => false,
        wrote(collection, method) {
          if (collection === 'conversations' && method === 'findOneAndUpdate') writes += 1;
        },
      });
      const { findOne } = seen.agents;
      seen.agents.findOne = async (...args) => {
        // A stream opens at another process, between two of her conversations.
        if (writes === 1) await renewGrace(store, 'ana', rig.time);
        return findOne(...args);
      };
      await back(seen);
      const states = await Promise.all(
        [0, 1, 2].map(async (customer) => (await conversation(customer)).state),
      );
      expect(states.sort()).to.deep.equal(['active', 'active', 'open']);
      expect((await ana()).graceUntil).to.equal(rig.time + GRACE);
      rig.time += GRACE - 1;
      await back();
      expect(writes).to.equal(1);
    });

    it('does each step once, whoever many do it at once', async () => {
      await gone();
      for (let customer = 0; customer < 5; customer++) await has(customer);
      await Promise.all([1, 2, 3, 4].map(() => back()));
      for (let customer = 0; customer < 5; customer++) {
        const { version, stretches, state } = await conversation(customer);
        expect([state, version, stretches.length]).to.deep.equal(['open', 1, 1]);
      }
      expect((await ana()).graceUntil).to.equal(rig.time + 30_000);
    });

    it('goes on after a crash at any point', async function () {
      this.timeout(60_000);
      let deaths = 0;
      for (; ; deaths++) {
        await store.agents.deleteOne({ _id: 'ana' });
        const work = [0, 1].map((n) => ({ conversationId: idOf(n), workstreamId: 'default', cost: 1 }));
        await gone({ work, capacity: 2 });
        for (const customer of [0, 1, 2]) await store.conversations.deleteOne({ _id: idOf(customer) });
        await has(0, { unansweredSince: 7 });
        await store.conversations.insertOne(
          aConversation({
            _id: idOf(1),
            state: 'open',
            queueId: 'support',
            turnAt: 3,
            lastMessageAt: rig.time,
            offer: { agentId: 'ana', at: 0, until: rig.time + 60_000 },
          }),
        );
        await has(2, { state: 'waiting' });
        let points = 0;
        const dying = crashingStore(store, { crashes: () => points++ === deaths });
        const end = await back(dying).catch((error: unknown) => error);
        await back();
        rig.time += 30_001;
        for (const customer of [0, 1]) await rig.turn(idOf(customer));
        await back();
        const after = `after a crash at point ${deaths}`;
        expect(await ana(), after)
          .to.include({ presence: 'offline' })
          .and.to.not.have.property('graceUntil');
        expect((await ana()).work, after).to.deep.equal([]);
        const requeued = await conversation(0);
        expect([requeued.state, requeued.turnAt, requeued.stretches.length], after).to.deep.equal([
          'open',
          7,
          1,
        ]);
        const missed = await conversation(1);
        expect([missed.offer, missed.turnAt, missed.passedOver?.length], after).to.deep.equal([
          undefined,
          3,
          1,
        ]);
        expect((await conversation(2)).state, after).to.equal('waiting');
        if (!(end instanceof Crash)) break;
      }
      expect(deaths).to.be.greaterThan(20);
    });

    it('sends a text of the customer to the queue, not to who is gone, also where there was none yet', async () => {
      await rig.textIn('hello');
      await rig.turn();
      await gone();
      await rig.desk.claim(CONVERSATION, { id: 'ana', role: 'agent', queues: ['support'] });
      await rig.desk.wait(CONVERSATION, { id: 'ana', role: 'agent', queues: ['support'] });
      await back();
      expect((await rig.conversation()).state).to.equal('waiting');
      await rig.textIn('are you there?');
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    });

    it('is prolonged by what an agent does who is expected, and begins for nobody else', async () => {
      await gone();
      await prolongGrace(store, 'ana', rig.time);
      expect((await ana()).graceUntil).to.equal(rig.time + GRACE);
      await renewGrace(store, 'ana', rig.time - 1000);
      expect((await ana()).graceUntil, 'a clock that is behind').to.equal(rig.time + GRACE);
      await store.agents.insertOne(anAgent({ _id: 'api' }));
      await prolongGrace(store, 'api', rig.time);
      expect(await store.agents.findOne({ _id: 'api' })).to.not.have.property('graceUntil');
    });

    it('changes the presence only while the grace is the one that is over', async () => {
      await gone();
      await noteAbsence(parts, 'ana', 'grace_over', rig.time - 1);
      expect((await ana()).presence).to.equal('available');
    });
  });
}
