import { expect } from 'chai';
import { takeBack } from '../../src/conversations/absence.ts';
import { createGuardedWrite } from '../../src/conversations/guarded-write.ts';
import type { QueueDoc, Store } from '../../src/store/documents.ts';
import type { OverflowAction } from '../../src/store/queue.ts';
import { anAgent } from '../store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { aQueue, rule } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const HOUR = 3_600_000;

describe('what the service says by itself', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    rig.bot = handsOver('support', HOUR);
  });
  afterEach(() => dispose());

  const withQueue = (fields: Partial<QueueDoc> = {}) => rig.addQueues(aQueue('support', fields));

  const work = () => rig.work();
  const says = (text: string) => rig.says(text);

  // The rig's first day is Friday 2027-01-15, and it is eight o'clock.
  describe('outside the hours of a queue', () => {
    const week = [{ day: 1, from: 540, to: 1020 }];
    const opens = () => ({ at: Date.UTC(2027, 0, 18, 8), timeZone: 'Europe/Madrid', now: rig.time });

    it('is when it opens next, and where', async () => {
      await withQueue({ hours: { timeZone: 'Europe/Madrid', week, holidays: [] } });
      const [, told = ''] = await says('a person please');
      expect(told).to.equal(`out_of_hours ${JSON.stringify({ queue: 'Support', opens: opens() })}`);
    });

    it('is the holiday that it is', async () => {
      const holidays = [{ date: '2027-01-15', name: 'San Mauro', open: [] }];
      await withQueue({ hours: { timeZone: 'Europe/Madrid', week, holidays } });
      const [, told = ''] = await says('a person please');
      const facts = { queue: 'Support', opens: opens(), holiday: 'San Mauro' };
      expect(told).to.equal(`holiday ${JSON.stringify(facts)}`);
    });

    it('is of the hours that decide, also just after they have changed', async () => {
      const holidays = [{ date: '2027-01-15', name: 'San Mauro', open: [] }];
      const timeZone = 'Europe/Madrid';
      await withQueue({ hours: { timeZone, week, holidays } });
      rig.queues = rig.queues.map((queue) => ({ ...queue, hours: { timeZone, week: [], holidays: [] } }));
      const [, told = ''] = await says('a person please');
      const facts = { queue: 'Support', opens: opens(), holiday: 'San Mauro' };
      expect(told).to.equal(`holiday ${JSON.stringify(facts)}`);
    });

    it('has no time where it does not open within a year', async () => {
      await withQueue({ hours: { timeZone: 'Europe/Madrid', week: [], holidays: [] } });
      const [, told = ''] = await says('a person please');
      expect(told).to.equal('out_of_hours {"queue":"Support","opens":null}');
    });

    it('is not beside it that somebody answers soon', async () => {
      rig.turnOn('out_of_hours', 'queued', 'position');
      const silent = handsOver('support');
      rig.bot = async (input) => ({ ...(await silent(input)), texts: [] });
      await withQueue({ hours: { timeZone: 'Europe/Madrid', week, holidays: [] } });
      expect(await says('a person please')).to.deep.equal([
        `out_of_hours ${JSON.stringify({ queue: 'Support', opens: opens() })}`,
      ]);
    });

    it('is that nobody has taken it once the queue has been open for as long', async () => {
      rig.turnOn('not_assigned');
      await withQueue({ hours: { timeZone: 'Europe/Madrid', week, holidays: [] } });
      await says('a person please');
      rig.bot = async () => anAnswer();
      rig.time = opens().at + HOUR - 1;
      expect(await work()).to.deep.equal([]);
      rig.time += 1;
      expect(await work()).to.deep.equal(['not_assigned {"queue":"Support"}']);
    });

    it('is when it opens next where it has closed before anybody took it', async () => {
      rig.turnOn('out_of_hours', 'not_assigned');
      const friday = { day: 5, from: 540, to: 570 };
      await withQueue({ hours: { timeZone: 'Europe/Madrid', week: [...week, friday], holidays: [] } });
      await says('a person please');
      rig.bot = async () => anAnswer();
      rig.time += HOUR;
      expect(await work()).to.deep.equal([
        `out_of_hours ${JSON.stringify({ queue: 'Support', opens: opens() })}`,
      ]);
    });

    for (const action of [{ do: 'end' }, { do: 'bot' }] satisfies OverflowAction[]) {
      it(`is the same when it does not take the conversation: ${action.do}`, async () => {
        await withQueue({
          hours: { timeZone: 'Europe/Madrid', week, holidays: [] },
          overflow: [rule({ is: 'closed' }, action)],
        });
        rig.bot = async (input) =>
          input.activity.type === 'message' ? handsOver('support')(input) : anAnswer();
        const [, told = ''] = await says('a person please');
        expect(told).to.equal(`out_of_hours ${JSON.stringify({ queue: 'Support', opens: opens() })}`);
      });
    }
  });

  describe('when nobody takes a handoff in time', () => {
    beforeEach(async () => {
      await withQueue();
      rig.turnOn('not_assigned');
      await says('a person please');
      rig.time += HOUR;
    });

    it('is that we have not forgotten, when the bot says nothing', async () => {
      rig.bot = async () => anAnswer();
      expect(await work()).to.deep.equal(['not_assigned {"queue":"Support"}']);
      rig.time += HOUR;
      expect(await work()).to.deep.equal([]);
    });

    it('is nothing when the bot says something', async () => {
      rig.bot = async () => anAnswer({ texts: ['Shall we call you back?'] });
      expect(await work()).to.deep.equal(['Shall we call you back?']);
    });

    it('is nothing when the bot ends the session', async () => {
      rig.bot = async () => anAnswer({ ended: { outcome: 'gone' } });
      expect(await work()).to.deep.equal([]);
      expect(await rig.conversation()).to.include({ state: 'closed' });
    });

    it('is nothing where it is off', async () => {
      rig.turnOn();
      rig.bot = async () => anAnswer();
      expect(await work()).to.deep.equal([]);
      expect(rig.untaken).to.have.length(1);
    });
  });

  describe('when an agent takes it', () => {
    const ways = {
      'by its id': () => rig.desk.claim(CONVERSATION, ANA),
      'as the next of its queue': () => rig.desk.claimNext('support', ANA),
    };
    beforeEach(async () => {
      await withQueue();
      await store.agents.insertOne(anAgent({ _id: 'ana', name: 'Ana' }));
    });

    for (const [way, take] of Object.entries(ways)) {
      it(`is who has taken it ${way}, before they can have written`, async () => {
        rig.turnOn('assigned');
        await says('a person please');
        const taken = await take();
        expect(taken?.version).to.equal((await rig.conversation()).version);
        await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: 'k' });
        expect(await work()).to.deep.equal(['assigned {"agent":"Ana","queue":"Support"}', 'Hello']);
      });

      it(`is nothing ${way} where it is off`, async () => {
        rig.turnOn();
        await says('a person please');
        await take();
        expect(await work()).to.deep.equal([]);
      });
    }
  });

  describe('when a customer who waits is moved to another queue', () => {
    const boss = { id: 'boss', role: 'supervisor' as const, queues: [] };
    const there = JSON.stringify({ queue: 'Sales' });
    const first = `position ${JSON.stringify({ queue: 'Sales', position: 1, wait: null })}`;

    beforeEach(async () => {
      await withQueue({ overflow: [rule({ is: 'age', seconds: 60 }, { do: 'queue', queueId: 'sales' })] });
      await rig.addQueues(aQueue('sales'));
      await says('a person please');
    });

    const ways = {
      'by a rule for a long wait': async () => {
        rig.time += 60_000;
      },
      'by a supervisor': () =>
        rig.desk.transfer(CONVERSATION, boss, { queueId: 'sales', key: 'k' }).then(() => {}),
    };
    for (const [way, moveOn] of Object.entries(ways)) {
      it(`is that they are passed on, and their place there, and not again that they wait: ${way}`, async () => {
        rig.turnOn('queued', 'transferred', 'position');
        await moveOn();
        expect(await work()).to.deep.equal([`transferred ${there}`, first]);
      });

      it(`is nothing where that is off: ${way}`, async () => {
        rig.turnOn('queued');
        await moveOn();
        expect(await work()).to.deep.equal([]);
      });

      it(`is that nobody is in where that is closed: ${way}`, async () => {
        const hours = { timeZone: 'UTC', week: [], holidays: [] };
        await store.queues.updateOne({ _id: 'sales' }, { $set: { hours } });
        rig.queues = rig.queues.map((queue) => (queue._id === 'sales' ? { ...queue, hours } : queue));
        rig.turnOn('transferred', 'position', 'out_of_hours');
        await moveOn();
        expect(await work()).to.deep.equal(['out_of_hours {"queue":"Sales","opens":null}']);
        rig.bot = async () => anAnswer();
        rig.time += HOUR;
        expect(await work(), 'once').to.deep.equal([]);
        expect(rig.untaken).to.have.length(1);
      });
    }
  });

  describe('when it comes back from an agent to a queue that is closed by then', () => {
    // Until nine of this Friday, which it is an hour after the rig's first moment.
    const hours = { timeZone: 'UTC', week: [{ day: 5, from: 480, to: 540 }], holidays: [] };
    const opens = { at: Date.UTC(2027, 0, 22, 8), timeZone: 'UTC', now: Date.UTC(2027, 0, 15, 9) };
    const told = `out_of_hours ${JSON.stringify({ queue: 'Support', opens })}`;
    const ways = {
      'their first response is missed': async () => {},
      'they are gone': async () => {
        await store.agents.updateOne({ _id: 'ana' }, { $set: { graceUntil: rig.time } });
        const parts = { ...rig.turns, store, due: () => {} };
        await takeBack(parts, createGuardedWrite(parts), 'ana');
      },
      'they are deleted': async () => {
        await store.agents.deleteOne({ _id: 'ana' });
        await rig.desk.takeBackFrom({ agentId: 'ana' });
      },
    };

    beforeEach(async () => {
      await withQueue({ hours });
      await store.agents.insertOne(anAgent({ _id: 'ana', name: 'Ana', queues: ['support'] }));
      rig.turnOn('out_of_hours', 'transferred', 'position');
    });

    for (const [why, comesBack] of Object.entries(ways)) {
      it(`is when it opens next: ${why}`, async () => {
        rig.set({ times: { firstResponse: 600 } });
        await says('a person please');
        await rig.desk.claim(CONVERSATION, ANA);
        rig.time = Date.UTC(2027, 0, 15, 9);
        await comesBack();
        expect(await work()).to.deep.equal([told]);
        expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
      });
    }

    it('is that once, however often it comes back', async () => {
      rig.set({ times: { firstResponse: 600 } });
      rig.turnOn('out_of_hours');
      await says('a person please');
      await rig.desk.claim(CONVERSATION, ANA);
      rig.time = Date.UTC(2027, 0, 15, 9);
      expect(await work()).to.deep.equal([told]);
      await rig.desk.claim(CONVERSATION, ANA);
      rig.time += HOUR;
      expect(await work()).to.deep.equal([]);
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    });

    it('is nothing to who waits for no answer', async () => {
      rig.turnOn('out_of_hours');
      await says('a person please');
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'It is on its way.', key: 'k' });
      expect(await work()).to.deep.equal(['It is on its way.']);
      rig.time = Date.UTC(2027, 0, 15, 9);
      await ways['they are gone']();
      expect(await work()).to.deep.equal([]);
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    });
  });

  it('is said for a bot that failed too, since it is not asked', async () => {
    await withQueue();
    rig.turnOn('not_assigned');
    rig.bot = async () => {
      throw new Error('broken');
    };
    expect(await says('hello')).to.deep.equal(['apology_bot_failed']);
    rig.time += HOUR;
    expect(await work()).to.deep.equal(['not_assigned {"queue":"Support"}']);
  });
});
