import { expect } from 'chai';
import type { Bot, TurnActivity } from '../../src/bot-turn.ts';
import { LEASE } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import type { Hours, OverflowRule } from '../../src/store/queue.ts';
import { anAgent } from '../store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { crashingStore } from '../support/crashing-store.ts';
import { aQueue, rule } from '../support/queues.ts';
import { ENGINES } from '../support/stores.ts';

/** Never open but on Mondays from nine; the rig's time is a Friday. */
const HOURS: Hours = { timeZone: 'UTC', week: [{ day: 1, from: 540, to: 1080 }], holidays: [] };
const OPENS = { at: Date.UTC(2027, 0, 18, 9), timeZone: 'UTC' };

for (const [engine, open] of ENGINES) {
  describe(`what the bot hears of its handoff, on ${engine}`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let heard: TurnActivity[];

    beforeEach(async () => {
      ({ store, dispose } = await open());
      await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
      rig = createRig(store);
      heard = [];
    });
    afterEach(() => dispose());

    async function withQueue(fields: { hours?: Hours; overflow?: OverflowRule[] } = {}): Promise<void> {
      await rig.addQueues(aQueue('support', { priority: 2, ...fields }));
    }

    /** Hands over at each text, and writes down what else it hears. */
    const handingOver = (more: Parameters<typeof handsOver>[2]): Bot => {
      const handOver = handsOver('support', null, more);
      return async (input) => {
        if (input.activity.type === 'message') return handOver(input);
        heard.push(input.activity);
        return anAnswer({ texts: [input.activity.name] });
      };
    };

    async function asks(): Promise<void> {
      await rig.textIn('a person please');
      await rig.turn();
    }

    it('hears that the queue is closed instead, and keeps the conversation', async () => {
      await withQueue({ hours: HOURS, overflow: [rule({ is: 'closed' }, { do: 'end' })] });
      rig.bot = handingOver({ unlessClosed: true });
      await asks();
      expect(heard.map((activity) => 'value' in activity && activity.value)).to.deep.equal([
        { queue: 'support', opens: OPENS },
      ]);
      expect(await rig.conversation()).to.include({ state: 'active', handler: 'bot', session: 1 });
      await rig.send();
      expect(rig.texts()).to.deep.equal(['A person will answer.', 'closed']);
    });

    it('hears so once though the process dies at any point', async () => {
      await withQueue({ hours: HOURS });
      let points = 0;
      let deadly = Number.POSITIVE_INFINITY;
      rig = createRig(crashingStore(store, { crashes: () => points++ === deadly }));
      rig.bot = handingOver({ unlessClosed: true });
      for (let point = 0; ; point++) {
        await rig.textIn('a person please');
        [points, deadly] = [0, point];
        const crash = await rig.turn().catch((error: unknown) => error);
        deadly = Number.POSITIVE_INFINITY;
        rig.time += LEASE + 1;
        await rig.turn();
        await rig.send();
        expect(rig.sent.splice(0).map(({ text }) => text)).to.deep.equal(['A person will answer.', 'closed']);
        if (!crash) break;
      }
    });

    it('hears nothing while the queue is open, or of one that it did not ask about', async () => {
      await withQueue();
      rig.bot = handingOver({ unlessClosed: true });
      await asks();
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.close(CONVERSATION, ANA, { key: 'k' });
      await store.queues.updateOne({ _id: 'support' }, { $set: { hours: HOURS } });
      rig.bot = handingOver({});
      await asks();
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
      expect(heard).to.deep.equal([]);
    });

    it('has told of a closed queue itself, so the service does not, or has it told', async () => {
      rig.turnOn('out_of_hours');
      await withQueue({ hours: HOURS });
      rig.bot = handingOver({ knowsClosed: true });
      await asks();
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.close(CONVERSATION, ANA, { key: 'k' });
      await rig.send();
      rig.sent.length = 0;
      rig.bot = handingOver({});
      await asks();
      await rig.send();
      const told = rig.sent.map(({ text }) => text.split(' ')[0]);
      expect(told).to.deep.equal(['A', 'out_of_hours']);
    });

    it('has told of a closed queue itself, but not that we write when somebody is free', async () => {
      const on = { on: true, texts: {} };
      const { settings } = rig.workstream;
      const messages = { ...settings.messages, out_of_hours: on, call_back: on };
      rig.workstream = { ...rig.workstream, settings: { ...settings, messages } };
      // biome-ignore lint/suspicious/noThenProperty: the API's own word.
      const overflow = [{ when: { is: 'closed' as const }, then: { do: 'call_back' as const } }];
      await withQueue({ hours: HOURS, overflow });
      rig.bot = handingOver({ knowsClosed: true });
      await asks();
      await rig.send();
      expect(rig.sent.map(({ text }) => text.split(' ')[0])).to.deep.equal(['A', 'call_back']);
    });

    it('has the skills and the priority that it asked for', async () => {
      await withQueue();
      rig.bot = handingOver({ skills: ['billing'], priority: 7 });
      await asks();
      expect(await rig.conversation()).to.deep.include({ skills: ['billing'], priority: 7 });
    });

    it('goes to the queue of the number when there is none as it names, which is told of', async () => {
      await withQueue();
      rig.bot = handsOver('nowhere');
      await asks();
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
      expect(rig.lackedQueues).to.deep.equal([CONVERSATION]);
    });

    it('hears what an agent did before they gave it back', async () => {
      await withQueue();
      rig.bot = handingOver({});
      await asks();
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Done.', key: 'k1' });
      await rig.desk.return(CONVERSATION, ANA, { step: 'again', disposition: 'refunded', key: 'k2' });
      await rig.turn();
      expect(heard).to.have.length(1);
      expect(heard[0]).to.deep.include({
        name: 'returned',
        value: { step: 'again', disposition: 'refunded', outcome: 'returned', answered: true },
      });
    });

    it('hears that the customer left the queue, or that the queue gave the conversation back', async () => {
      await withQueue({ overflow: [rule({ is: 'age', seconds: 60 }, { do: 'bot' })] });
      rig.bot = handingOver({});
      await asks();
      await rig.textIn('never mind');
      await rig.turn();
      await asks();
      rig.time += 60_000;
      await rig.turn();
      expect(heard.map((activity) => 'value' in activity && activity.value)).to.deep.equal([
        { outcome: 'cancelled', answered: false },
        { outcome: 'overflow', answered: false },
      ]);
    });
  });
}
