import { expect } from 'chai';
import { timersOf } from '../../src/conversations/timers.ts';
import type { ConversationDoc, Store } from '../../src/store/documents.ts';
import type { OverflowAction } from '../../src/store/queue.ts';
import type { Times } from '../../src/store/workstream.ts';
import { anAgent } from '../store/documents.ts';
import {
  ANA,
  anAnswer,
  CONVERSATION,
  createRig,
  handsOver,
  type Rig,
  SETTINGS,
} from '../support/conversations.ts';
import { aQueue, rule } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const DAY = 86_400_000;

const afterAWait = (seconds: number, then: OverflowAction) => rule({ is: 'age', seconds }, then);

describe('the timers of a conversation', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.queues.insertOne(aQueue());
    await store.queues.insertOne(aQueue('sales', { priority: 3 }));
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
    rig = createRig(store);
    rig.bot = handsOver('support', 10 * DAY);
  });
  afterEach(() => dispose());

  async function queued(): Promise<void> {
    await rig.textIn('a person please');
    await rig.turn();
  }
  async function passed(milliseconds: number): Promise<ConversationDoc> {
    rig.time += milliseconds;
    await rig.turn();
    return rig.conversation();
  }
  const outcomes = async () =>
    (await store.sessions.find({ conversationId: CONVERSATION }).toArray()).map(
      ({ outcome, closedBy, stretches }) => [outcome, closedBy.kind, stretches.at(-1)?.reason],
    );

  describe('that close it by itself', () => {
    const CASES: { when: string; times: Partial<Times>; reach: () => Promise<unknown> }[] = [
      {
        when: 'the bot has it',
        times: { closeActive: 60 },
        reach: async () => {
          rig.bot = async () => anAnswer({ texts: ['Hello'] });
          await queued();
        },
      },
      { when: 'it waits in a queue', times: { closeOpen: 60 }, reach: queued },
      {
        when: 'an agent has it',
        times: { closeActive: 60 },
        reach: async () => {
          await queued();
          await rig.desk.claim(CONVERSATION, ANA);
        },
      },
      {
        when: 'it is parked',
        times: { closeWaiting: 60 },
        reach: async () => {
          await queued();
          await rig.desk.claim(CONVERSATION, ANA);
          await rig.desk.wait(CONVERSATION, ANA);
        },
      },
      {
        when: 'it is in wrap-up',
        times: { closeWrapUp: 60 },
        reach: async () => {
          await queued();
          await rig.desk.claim(CONVERSATION, ANA);
          await rig.desk.end(CONVERSATION, ANA);
        },
      },
    ];
    for (const { when, times, reach } of CASES) {
      it(`act when ${when}, at their time and once`, async () => {
        rig.set({ times });
        await reach();
        await rig.turn();
        const { state } = await rig.conversation();
        expect((await passed(59_999)).state).to.equal(state);
        expect((await passed(1)).state).to.equal('closed');
        await passed(90 * DAY);
        expect(await outcomes()).to.deep.equal([['auto_closed', 'system', 'auto_closed']]);
      });
    }

    it('begin anew with what the customer writes', async () => {
      rig.set({ times: { closeOpen: 60 } });
      await queued();
      await passed(59_000);
      await rig.textIn('still there');
      expect((await passed(59_000)).state).to.equal('open');
      expect((await passed(1_000)).state).to.equal('closed');
    });

    it('are not put off by what the service or the bot says of the wait, nor by going round', async () => {
      rig.set({ times: { closeOpen: 100, closeActive: 100, untaken: 30 } });
      const support = await store.queues.findOne({ _id: 'support' });
      const sales = await store.queues.findOne({ _id: 'sales' });
      rig.queues = [
        {
          ...support!,
          overflow: [afterAWait(60, { do: 'call_back' }), afterAWait(80, { do: 'queue', queueId: 'sales' })],
        },
        sales!,
      ];
      rig.bot = handsOver('support', 30_000);
      await queued();
      rig.bot = async () => anAnswer({ texts: ['Nobody is free yet.'] });
      await passed(30_000);
      await passed(30_000);
      await rig.send();
      expect(rig.sent.map(({ text }) => text.split(' ')[0])).to.deep.equal(['A', 'Nobody', 'call_back']);
      expect(await passed(39_999)).to.include({ state: 'open', queueId: 'sales' });
      expect((await passed(1)).state).to.equal('closed');
    });

    it('begin anew when somebody takes it, moves it or parks it, however long nobody has written', async () => {
      rig.set({ times: { closeOpen: 100, closeActive: 60, closeWaiting: 60, firstResponse: null } });
      await queued();
      await passed(90_000);
      await store.agents.insertOne(anAgent({ _id: 'ben', queues: ['support'] }));
      await rig.desk.claim(CONVERSATION, ANA);
      expect((await passed(59_000)).state).to.equal('active');
      await rig.desk.wait(CONVERSATION, ANA);
      expect((await passed(59_000)).state).to.equal('waiting');
      await rig.desk.resume(CONVERSATION, ANA);
      await rig.desk.transfer(CONVERSATION, ANA, { queueId: 'support', key: 't' });
      expect((await passed(99_999)).state).to.equal('open');
      expect((await passed(1)).state).to.equal('closed');
    });

    it('let the next text open a new session', async () => {
      rig.set({ times: { closeOpen: 60 } });
      await queued();
      await passed(60_000);
      rig.bot = async () => anAnswer({ texts: ['Hello again'] });
      await rig.textIn('hello');
      await rig.turn();
      const { session, handler, stretches } = await rig.conversation();
      expect({ session, handler }).to.deep.equal({ session: 2, handler: 'bot' });
      expect(stretches.map(({ place }) => place)).to.deep.equal(['bot']);
    });
  });

  describe('of a customer who does not answer', () => {
    beforeEach(async () => {
      rig.set({ times: { remind: 60, closeReminded: 30 } });
      await queued();
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Which order?', key: 'k1' });
      await rig.turn();
      await rig.send();
      rig.sent.length = 0;
    });

    it('remind, then close', async () => {
      await passed(59_999);
      await rig.send();
      expect(rig.sent).to.deep.equal([]);
      await passed(1);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['inactivity_reminder {"agent":"Ada"}']);
      expect((await passed(29_999)).state).to.equal('active');
      expect((await passed(1)).state).to.equal('closed');
      await rig.send();
      expect(rig.sent).to.have.length(1);
      expect(await outcomes()).to.deep.equal([['customer_inactive', 'system', 'customer_inactive']]);
    });

    it('stop once the customer answers, and begin anew with the next reply', async () => {
      await passed(60_000);
      await rig.textIn('1042');
      expect((await passed(600_000)).state).to.equal('active');
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Thanks', key: 'k2' });
      await passed(60_000);
      expect((await passed(30_000)).state).to.equal('closed');
    });
  });

  it('put it back into the queue when its agent does not write', async () => {
    rig.set({ times: { firstResponse: 60 } });
    await queued();
    const { turnAt } = await rig.conversation();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.turn();
    rig.time += 1;
    await rig.textIn('hello?');
    const back = await passed(60_000);
    expect(back).to.include({ state: 'open', queueId: 'support' });
    expect(back.stretches.at(-1)).to.include({ reason: 'first_response_missed' });
    expect(back.untakenAt, 'somebody hears of it again').to.equal(rig.time + 600_000);
    expect(back.passedOver?.map(({ agentId }) => agentId)).to.deep.equal(['ana']);
    expect(back.turnAt, 'in the line where it was: nobody has answered since').to.equal(turnAt);
  });

  it('leave an agent alone who has written', async () => {
    rig.set({ times: { firstResponse: 60 } });
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: 'k1' });
    expect((await passed(600_000)).state).to.equal('active');
  });

  it('leave an agent alone whose customer wants no texts', async () => {
    rig.set({ times: { firstResponse: 120 } });
    await queued();
    await rig.textIn('STOP');
    await rig.turn();
    await rig.desk.claim(CONVERSATION, ANA);
    expect(await passed(121_000)).to.include({ state: 'active', agentId: 'ana' });
    await rig.textIn('START');
    expect(await passed(119_000)).to.include({ state: 'active', agentId: 'ana' });
    expect((await passed(2_000)).state).to.equal('open');
  });

  it('leave it with an agent who has taken it up again, for as long as the customer owes the answer', async () => {
    rig.set({ times: { firstResponse: 60, remind: 100, closeReminded: 100 } });
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.desk.reply(CONVERSATION, ANA, { text: 'Which order?', key: 'k1' });
    await rig.desk.wait(CONVERSATION, ANA);
    await passed(1_000);
    await rig.desk.resume(CONVERSATION, ANA);
    expect(await passed(98_999)).to.include({ state: 'active', agentId: 'ana' });
    expect(await passed(1)).to.have.property('remindedAt');
    expect((await passed(100_000)).state).to.equal('closed');
  });

  it('take it from an agent who has taken it up again and owes an answer, also to what came while they wrote', async () => {
    rig.set({ times: { firstResponse: 60 } });
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.textIn('one more thing');
    rig.time += 500;
    await rig.desk.reply(CONVERSATION, ANA, { text: 'Which order?', key: 'k1' });
    await rig.turn();
    await rig.desk.wait(CONVERSATION, ANA);
    await passed(1_000);
    await rig.desk.resume(CONVERSATION, ANA);
    expect((await passed(60_000)).state).to.equal('open');
  });

  it('take it from an agent who got it from a colleague and says nothing, though the customer has been answered', async () => {
    rig.set({ times: { firstResponse: 60 } });
    await store.agents.insertOne(anAgent({ _id: 'ben', queues: ['support'] }));
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.desk.reply(CONVERSATION, ANA, { text: 'Let me look', key: 'k1' });
    rig.time += 1;
    await rig.desk.transfer(CONVERSATION, ANA, { agentId: 'ben', key: 't' });
    await rig.turn();
    expect((await passed(60_000)).stretches.at(-1)).to.include({ reason: 'first_response_missed' });
  });

  it('free the capacity of each wrap-up of a session', async () => {
    rig.set({ capacity: { cost: 1, wrapUp: { seconds: 60 } } });
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    const work = async () => (await store.agents.findOne({ _id: 'ana' }))?.work.map(({ cost }) => cost);
    for (const text of ['one more thing', 'and another']) {
      await rig.desk.end(CONVERSATION, ANA);
      await passed(60_000);
      expect(await work()).to.deep.equal([]);
      await rig.textIn(text);
      await rig.turn();
      expect(await work()).to.deep.equal([1]);
    }
  });

  it('free the capacity of a wrap-up', async () => {
    rig.set({ capacity: { cost: 2, wrapUp: { seconds: 60 } } });
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.desk.end(CONVERSATION, ANA);
    await rig.turn();
    const work = async () => (await store.agents.findOne({ _id: 'ana' }))?.work.map(({ cost }) => cost);
    expect(await work()).to.deep.equal([2]);
    await passed(59_999);
    expect(await work()).to.deep.equal([2]);
    await passed(1);
    expect(await work()).to.deep.equal([]);
    expect((await passed(600_000)).state).to.equal('wrap_up');
  });

  it('are found in the store by a process that has just started, though long past', async () => {
    rig.set({ times: { closeOpen: 60 } });
    await queued();
    rig.time += 30 * DAY;
    const due = await store.conversations.find({ dueAt: { $lte: rig.time } }).toArray();
    expect(due.map(({ _id }) => _id)).to.deep.equal([CONVERSATION]);
  });

  describe('in a queue with rules for a long wait', () => {
    it('call back, then move on, then close', async () => {
      const [support, sales] = await store.queues.find({}, { sort: { _id: -1 } }).toArray();
      rig.queues = [
        {
          ...support!,
          overflow: [afterAWait(60, { do: 'call_back' }), afterAWait(120, { do: 'queue', queueId: 'sales' })],
        },
        { ...sales!, overflow: [afterAWait(60, { do: 'end' })] },
      ];
      await queued();
      await rig.send();
      rig.sent.length = 0;
      await passed(60_000);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['call_back {"queue":"Support"}']);
      const moved = await passed(60_000);
      expect(moved).to.include({ state: 'open', queueId: 'sales' }).and.to.not.have.property('overflowed');
      expect(moved.stretches.at(-1)).to.include({ place: 'open', reason: 'waited_too_long' });
      expect((await passed(59_999)).state).to.equal('open');
      expect((await passed(1)).state).to.equal('closed');
      await rig.send();
      expect(rig.sent.at(-1)?.text).to.equal('overflow_ended {"queue":"Sales"}');
      expect(await outcomes()).to.deep.equal([['overflow', 'system', 'waited_too_long']]);
    });

    it('give it to the bot once, not for ever', async () => {
      const support = await store.queues.findOne({ _id: 'support' });
      rig.queues = [{ ...support!, overflow: [afterAWait(60, { do: 'bot' })] }];
      await queued();
      const heard: string[] = [];
      rig.bot = async (input) => {
        heard.push(input.activity.type === 'event' ? input.activity.name : input.activity.text);
        return handsOver('support')(input);
      };
      await passed(60_000);
      await passed(60_000);
      await passed(60_000);
      expect(heard).to.deep.equal(['returned']);
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    });
  });

  it('are none once it is closed', async () => {
    await queued();
    await rig.desk.claim(CONVERSATION, ANA);
    await rig.desk.close(CONVERSATION, ANA, { key: 'c' });
    await rig.turn();
    const closed = await rig.conversation();
    expect(timersOf(closed, SETTINGS)).to.deep.equal([]);
    expect(closed).to.not.have.property('dueAt');
  });
});
