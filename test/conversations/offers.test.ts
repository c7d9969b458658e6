import { expect } from 'chai';
import { loadOf } from '../../src/conversations/capacity.ts';
import { createDesk } from '../../src/conversations/desk.ts';
import { type OfferParts, offerPass } from '../../src/conversations/offers.ts';
import type { Bookmarks } from '../../src/conversations/queue-window.ts';
import type { AgentDoc, ConversationDoc, Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import {
  aConversation,
  CONVERSATION,
  createRig,
  handsOver,
  NUMBER,
  type Rig,
  WORKSTREAM,
} from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue, rule } from '../support/queues.ts';
import { refusal } from '../support/rejection.ts';
import { ENGINES } from '../support/stores.ts';

const actorOf = (id: string) => ({ id, role: 'agent' as const, queues: ['support'] });
const idOf = (customer: number) => `${NUMBER}-${customer}`;

for (const [engine, open] of ENGINES) {
  describe(`offers (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let parts: OfferParts;
    let bookmarks: Bookmarks;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      await rig.addQueues(aQueue());
      rig.set({ distribution: { mode: 'push' } });
      parts = { ...rig.turns, store, due: () => {} };
      bookmarks = new Map();
    });
    afterEach(() => dispose());

    async function agents(...given: (Partial<AgentDoc> & { _id: string })[]): Promise<void> {
      for (const agent of given) await store.agents.insertOne(anAgent({ queues: ['support'], ...agent }));
    }
    function assignsAnyway(): void {
      const overflow = [rule({ is: 'age', seconds: 60 }, { do: 'assign' })];
      rig.queues = rig.queues.map((queue) => ({ ...queue, overflow }));
    }
    const pass = () => offerPass(parts, bookmarks);
    /** As many conversations that wait, the first the longest, behind those that wait already. */
    async function wait(count: number, fields: Partial<ConversationDoc> = {}): Promise<void> {
      const before = await store.conversations.countDocuments({ queueId: 'support' });
      const customers = Array.from({ length: count }, (_, n) => before + n);
      await Promise.all(
        customers.map((customer) =>
          store.conversations.insertOne(
            aConversation({
              _id: idOf(customer),
              customer: String(customer),
              state: 'open',
              queueId: 'support',
              queuedAt: rig.time - 1000 + customer,
              turnAt: rig.time - 1000 + customer,
              lastMessageAt: rig.time,
              ...fields,
            }),
          ),
        ),
      );
    }
    const conversation = async (customer: number) =>
      (await store.conversations.findOne({ _id: idOf(customer) })) ?? expect.fail('it is gone');
    const lastTraced = ({ trace = '[]' }: ConversationDoc) => JSON.parse(trace).at(-1);
    const agent = async (_id: string) =>
      (await store.agents.findOne({ _id })) ?? expect.fail('no such agent');
    const offered = async (count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, customer) => (await conversation(customer)).offer?.agentId),
      );

    it('go to those who are there, in the order of the line, and never beyond their capacity', async () => {
      await agents(
        { _id: 'ana', capacity: 2 },
        { _id: 'ben', capacity: 1 },
        { _id: 'cat', presence: 'busy' },
      );
      await wait(5);
      expect(await pass()).to.equal(3);
      expect(await offered(5)).to.deep.equal(['ana', 'ben', 'ana', undefined, undefined]);
      expect(await pass(), 'nobody has room').to.equal(0);
      expect((await agent('ana')).work.map(({ cost, reservedUntil }) => [cost, reservedUntil])).to.deep.equal(
        [
          [1, undefined],
          [1, undefined],
        ],
      );
    });

    it('go to who had the customer last, then to whom they are to have, then by the method', async () => {
      await agents(
        { _id: 'ana', capacity: 9 },
        { _id: 'ben' },
        { _id: 'cat' },
        { _id: 'dan', presence: 'away' },
      );
      await wait(3);
      const boss = { id: 'boss', role: 'supervisor' as const, queues: [] };
      for (const customer of [0, 1]) await rig.desk.prefer(idOf(customer), boss, ['dan', 'ben']);
      await store.conversations.updateOne({ _id: idOf(0) }, { $set: { lastAgentId: 'cat' } });
      expect(await pass()).to.equal(3);
      expect(await offered(3)).to.deep.equal(['cat', 'ben', 'ana']);
      expect(await refusal(rig.desk.prefer(idOf(0), boss, ['nobody']))).to.include({
        code: 'invalid_request',
      });
    });

    it('are nothing that a workstream has whose agents pick', async () => {
      rig.set({ distribution: { mode: 'pick' } });
      await agents({ _id: 'ana' });
      await wait(1);
      expect(await pass()).to.equal(0);
      expect(await offered(1)).to.deep.equal([undefined]);
    });

    describe('in a long queue', () => {
      /** Whom nobody can have. */
      const STUCK = { skills: ['klingon'] };
      const asked = async () =>
        (await store.conversations.find({ queueId: 'support', offer: { $exists: true } }).toArray()).map(
          ({ customer }) => Number(customer),
        );

      beforeEach(() => rig.set({ distribution: { skills: 'exact' } }));

      it('reach who stands behind 500 whom nobody can have, in the order of the line', async () => {
        await agents({ _id: 'eve', capacity: 2 });
        await wait(500, STUCK);
        await wait(3);
        expect(await pass()).to.equal(0);
        expect(await pass()).to.equal(2);
        expect(await asked()).to.have.members([500, 501]);
      });

      it('reach who stands behind 500 of a workstream whose agents pick', async () => {
        const [pushed, picked] = [rig.workstream, WORKSTREAM];
        parts.settings = {
          ...parts.settings,
          workstream: (number) => (number === NUMBER ? pushed : picked),
          workstreams: () => [pushed, picked],
        };
        await agents({ _id: 'eve' });
        await wait(1100, { number: '15550109998' });
        await wait(1);
        for (const placed of [0, 0, 1]) expect(await pass()).to.equal(placed);
        expect(await asked()).to.deep.equal([1100]);
      });

      it('go round it while somebody has room, a window further with each pass', async () => {
        await agents({ _id: 'eve', capacity: 9 });
        await wait(1200, STUCK);
        await wait(1);
        for (const placed of [0, 0, 1]) expect(await pass()).to.equal(placed);
        for (const customer of [700, 1199]) {
          await store.conversations.updateOne({ _id: idOf(customer) }, { $set: { skills: [] } });
        }
        for (const placed of [1, 1, 0]) expect(await pass()).to.equal(placed);
        expect(await asked()).to.have.members([700, 1199, 1200]);
      });

      it('go to the front first, once it can be had', async () => {
        await agents({ _id: 'eve' });
        await wait(500, STUCK);
        await wait(1);
        expect(await pass()).to.equal(0);
        await store.conversations.updateOne({ _id: idOf(499) }, { $set: { skills: [] } });
        expect(await pass()).to.equal(1);
        expect(await asked()).to.deep.equal([499]);
      });

      it('go on where they were once somebody has room again', async () => {
        await agents({ _id: 'eve', capacity: 1 });
        await wait(500, STUCK);
        await wait(600);
        for (const placed of [0, 1, 0, 0]) expect(await pass()).to.equal(placed);
        await store.agents.updateOne({ _id: 'eve' }, { $set: { capacity: 2 } });
        expect(await pass()).to.equal(1);
        expect(await asked()).to.have.members([500, 501]);
      });

      it('go to those far behind whom somebody is to have anyway, also while nobody has room', async () => {
        await agents({ _id: 'eve', presence: 'busy' });
        rig.set({ distribution: { mode: 'pick' } });
        assignsAnyway();
        await wait(1100);
        await wait(1, { assignAnyway: true });
        for (const placed of [0, 0, 1]) expect(await pass()).to.equal(placed);
        expect(await conversation(1100)).to.include({ state: 'active', agentId: 'eve' });
      });
    });

    it('make it the agent’s who accepts, once', async () => {
      await agents({ _id: 'ana' });
      await wait(1);
      await pass();
      expect(await refusal(rig.desk.accept(idOf(0), actorOf('ben')))).to.include({ code: 'offer_over' });
      expect(await refusal(rig.desk.claim(idOf(0), actorOf('ben')))).to.include({ code: 'already_claimed' });
      expect(await rig.desk.claimNext('support', actorOf('ben'))).to.equal(null);
      const accepted = await rig.desk.accept(idOf(0), actorOf('ana'));
      expect(accepted).to.include({ state: 'active', handler: 'agent', agentId: 'ana' });
      expect(accepted).to.not.have.any.keys('offer', 'queuedAt', 'turnAt');
      expect(accepted.stretches.at(-1)).to.include({ reason: 'offer_accepted', agentId: 'ana' });
      expect(lastTraced(accepted)).to.deep.include({ step: 'offer_accepted', agentId: 'ana' });
      expect((await rig.desk.accept(idOf(0), actorOf('ana'))).version).to.equal(accepted.version);
      expect(loadOf(await agent('ana'), rig.time)).to.equal(1);
    });

    it('go to the next agent when one rejects', async () => {
      await agents({ _id: 'ana', capacity: 9 }, { _id: 'ben', capacity: 8 });
      await wait(1);
      await pass();
      const rejected = await rig.desk.reject(idOf(0), actorOf('ana'));
      expect(rejected).to.include({ state: 'open' }).and.to.not.have.property('offer');
      expect(rig.rejected).to.deep.equal(['ana']);
      expect(rejected.stretches, 'its place is the same').to.deep.equal([]);
      expect(lastTraced(rejected)).to.deep.include({ step: 'offer_rejected', agentId: 'ana' });
      expect((await agent('ana')).work).to.deep.equal([]);
      expect(await pass()).to.equal(1);
      expect(await offered(1)).to.deep.equal(['ben']);
      await rig.desk.reject(idOf(0), actorOf('ben'));
      expect(await pass(), 'both have said no').to.equal(0);
    });

    it('go to the next agent when the time is over', async () => {
      rig.set({ distribution: { offerSeconds: 30 } });
      await agents({ _id: 'ana', capacity: 9 }, { _id: 'ben', capacity: 8 });
      await wait(1);
      await pass();
      rig.time += 29_999;
      await rig.turn(idOf(0));
      expect(await offered(1)).to.deep.equal(['ana']);
      rig.time += 1;
      expect(await refusal(rig.desk.accept(idOf(0), actorOf('ana')))).to.include({ code: 'offer_over' });
      await rig.turn(idOf(0));
      expect(rig.missed).to.deep.equal(['ana']);
      expect(lastTraced(await conversation(0))).to.deep.include({ step: 'offer_missed', agentId: 'ana' });
      expect(await pass()).to.equal(1);
      expect(await offered(1)).to.deep.equal(['ben']);
      expect((await agent('ana')).work).to.deep.equal([]);
    });

    it('are over only once it shows that who missed or rejected one wants none, so that nobody asks them in between', async () => {
      rig.set({ distribution: { offerSeconds: 30 } });
      await agents({ _id: 'ana' }, { _id: 'ben' });
      await wait(2);
      expect(await pass()).to.equal(2);
      const had: [agentId: string, conversations: number][] = [];
      const note = async (agentId: string) => had.push([agentId, (await agent(agentId)).work.length]);
      const desk = createDesk({ ...parts, store, rejected: note });
      const first = await conversation(0);
      await refusal(
        desk.reject(idOf(0), actorOf(first.offer?.agentId ?? ''), { version: first.version - 1 }),
      );
      expect(had, 'what is refused says nothing').to.deep.equal([]);
      await desk.reject(idOf(0), actorOf(first.offer?.agentId ?? ''));
      rig.turns.missed = note;
      rig.time += 30_000;
      await rig.turn(idOf(1));
      expect(had).to.deep.equal([
        ['ana', 1],
        ['ben', 1],
      ]);
    });

    it('come again to who has been away and is back', async () => {
      await agents({ _id: 'ana' });
      await wait(1);
      await pass();
      await rig.desk.reject(idOf(0), actorOf('ana'));
      expect(await pass()).to.equal(0);
      rig.time += 1000;
      await store.agents.updateOne({ _id: 'ana' }, { $set: { presenceAt: rig.time } });
      expect(await pass()).to.equal(1);
    });

    it('say in the trace who was chosen, and why', async () => {
      await agents({ _id: 'ana' });
      await wait(1);
      await pass();
      const [entry] = JSON.parse((await conversation(0)).trace ?? '[]');
      expect(entry).to.deep.include({ step: 'distribution', agentId: 'ana', why: 'highest_free' });
    });

    it('never give one conversation to two, nor exceed a capacity, with many passes at once', async () => {
      await agents(...Array.from({ length: 6 }, (_, n) => ({ _id: `agent-${n}`, capacity: (n % 3) + 1 })));
      await wait(20);
      for (let round = 0; round < 3; round++) await Promise.all([1, 2, 3, 4].map(pass));
      const names = (await offered(20)).filter((id) => id !== undefined);
      expect(names).to.have.length(12);
      for (let n = 0; n < 6; n++) {
        const { work, capacity } = await agent(`agent-${n}`);
        expect(work.filter(({ reservedUntil }) => reservedUntil === undefined)).to.have.length(capacity);
        expect(names.filter((id) => id === `agent-${n}`)).to.have.length(capacity);
      }
    });

    it('assign anyway what is to be taken anyway', async () => {
      await agents({ _id: 'ana', capacity: 1, presence: 'busy' });
      await wait(1);
      await store.conversations.updateOne({ _id: idOf(0) }, { $set: { assignAnyway: true } });
      rig.set({ distribution: { mode: 'pick' } });
      rig.turnOn('assigned');
      assignsAnyway();
      expect(await pass()).to.equal(1);
      const taken = await conversation(0);
      expect(taken).to.include({ state: 'active', agentId: 'ana' });
      expect(taken.stretches.at(-1)).to.include({ reason: 'overflow' });
      const said = await store.messages.find({ conversationId: idOf(0) }, { sort: { at: 1 } }).toArray();
      expect(said.map(({ text }) => text)).to.deep.equal(['assigned {"agent":"Ada","queue":"Support"}']);
    });

    it('assign to nobody who is offline what is to be taken anyway: it waits, and is told of, until somebody is there', async () => {
      await agents({ _id: 'ana', presence: 'offline' }, { _id: 'ben', presence: 'offline', capacity: 0 });
      rig.set({ distribution: { mode: 'pick' } });
      assignsAnyway();
      await store.queues.updateOne({ _id: 'support' }, { $set: { overflow: rig.queues[0]!.overflow! } });
      rig.bot = handsOver('support', 600_000);
      await rig.says('a person please');
      rig.time += 60_000;
      await rig.work();
      expect(await pass()).to.equal(0);
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support', assignAnyway: true });
      rig.time += 540_000;
      await rig.work();
      expect(rig.untaken).to.deep.equal([CONVERSATION]);
      expect(await pass()).to.equal(0);
      await store.agents.updateOne({ _id: 'ben' }, { $set: { presence: 'busy' } });
      expect(await pass()).to.equal(1);
      expect(await rig.conversation()).to.include({ state: 'active', agentId: 'ben' });
    });

    it('leave nothing wrong that the next pass, a worker or time does not right, after a crash at any point', async () => {
      await agents({ _id: 'ana', capacity: 1 });
      await wait(2);
      for (let death = 1; ; death++) {
        let points = 0;
        const dying = crashingStore(store, { crashes: () => ++points === death });
        const end = await offerPass({ ...parts, store: dying }, bookmarks).catch((error: unknown) => error);
        rig.time += 10_001;
        for (const customer of [0, 1]) await rig.turn(idOf(customer));
        await pass();
        const holders = await offered(2);
        expect(holders, `after a crash at point ${death}`).to.deep.equal(['ana', undefined]);
        const { work } = await agent('ana');
        expect(work.map(({ conversationId }) => conversationId)).to.deep.equal([idOf(0)]);
        await rig.desk.reject(idOf(0), actorOf('ana'));
        await store.conversations.updateOne({ _id: idOf(0) }, { $unset: { passedOver: true } });
        if (!(end instanceof Crash)) break;
      }
    });
  });
}
