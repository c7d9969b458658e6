import { expect } from 'chai';
import type { Bot } from '../../src/bot-turn.ts';
import { placeOf } from '../../src/conversations/state.ts';
import type { QueueDoc, Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { aQueue, rule } from '../support/queues.ts';
import { ENGINES } from '../support/stores.ts';

const AT_NIGHT = { hours: { timeZone: 'UTC', week: [], holidays: [] } };

const OUT_OF_HOURS = 'out_of_hours {"queue":"support","opens":null}';

for (const [engine, open] of ENGINES) {
  describe(`a text to a conversation whose agent has parked it and is gone (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let heard: unknown[];

    const bot: Bot = async ({ activity }) => {
      heard.push(activity.type === 'event' && activity.name === 'returned' ? activity.value : activity);
      return anAnswer({ texts: ['We are closed.'] });
    };

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      heard = [];
      await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
      for (const id of ['support', 'night']) await store.queues.insertOne(aQueue(id, { name: id }));
      rig.bot = handsOver('support', null, { skills: ['orders'] });
      await rig.says('a person please');
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'I will look.', key: 'reply' });
      await rig.send();
      await rig.desk.wait(CONVERSATION, ANA);
      await store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'offline' } });
      rig.bot = bot;
    });
    afterEach(() => dispose());

    const support = (fields: Partial<QueueDoc>) =>
      store.queues.updateOne({ _id: 'support' }, { $set: fields });
    const row = () => store.sessions.findOne({ _id: `${CONVERSATION}:1` });
    const places = async () =>
      (await rig.conversation()).stretches.slice(-2).map(({ place, reason }) => `${place} ${reason}`);

    it('brings it back to its queue, with what routing gave it', async () => {
      const { priority } = await rig.conversation();
      expect(await rig.says('found it')).to.deep.equal([]);
      const now = await rig.conversation();
      expect(now).to.deep.include({ state: 'open', queueId: 'support', priority, skills: ['orders'] });
      expect(now).to.include({ unansweredSince: rig.time, turnAt: rig.time, untakenAt: rig.time + 600_000 });
      expect(await places()).to.deep.equal(['waiting parked', 'open agent_gone']);
    });

    it('hears that the queue is closed', async () => {
      await support(AT_NIGHT);
      expect(await rig.says('found it')).to.deep.equal([OUT_OF_HOURS]);
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    });

    for (const step of ['resume', 'end'] as const) {
      it(`comes to the agent after all who is there, whatever the hours (${step})`, async () => {
        await support({ ...AT_NIGHT, overflow: [rule({ is: 'closed' }, { do: 'end' })] });
        await store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'busy' } });
        await rig.desk[step](CONVERSATION, ANA);
        expect(await rig.says('found it')).to.deep.equal([]);
        expect(await rig.conversation()).to.include({ state: 'active', agentId: 'ana' });
      });
    }

    it('is ended with a text where the closed queue ends what comes', async () => {
      await support({ ...AT_NIGHT, overflow: [rule({ is: 'closed' }, { do: 'end' })] });
      expect(await rig.says('found it')).to.deep.equal([OUT_OF_HOURS]);
      const stretches = ['waiting parked', 'open agent_gone', 'closed overflow'];
      expect(placeOf(await rig.conversation())).to.equal('closed');
      expect(await row()).to.include({ outcome: 'overflow' });
      expect((await row())?.stretches.slice(-3).map((one) => `${one.place} ${one.reason}`)).to.deep.equal(
        stretches,
      );
    });

    it('is given back to the bot where the closed queue does so, which hears why', async () => {
      await support({ ...AT_NIGHT, overflow: [rule({ is: 'closed' }, { do: 'bot' })] });
      expect(await rig.says('found it')).to.deep.equal([OUT_OF_HOURS, 'We are closed.']);
      expect(heard).to.deep.equal([{ outcome: 'overflow', answered: true }]);
      expect(await rig.conversation()).to.include({ handler: 'bot', session: 1 });
      expect(await rig.conversation()).to.not.have.any.keys('handoff', 'skills', 'untakenAt', 'queuedAt');
      expect(await places()).to.deep.equal(['open agent_gone', 'bot overflow']);
    });

    it('goes on to the queue that the closed one sends it to', async () => {
      await support({ ...AT_NIGHT, overflow: [rule({ is: 'closed' }, { do: 'queue', queueId: 'night' })] });
      expect(await rig.says('found it')).to.deep.equal([]);
      const { trace = '[]', ...now } = await rig.conversation();
      expect(now).to.include({ state: 'open', queueId: 'night' });
      expect(JSON.parse(trace).at(-1)).to.include({ step: 'overflow', queueId: 'support' });
    });

    it('is assigned anyway where the full queue does so', async () => {
      await support({ overflow: [rule({ is: 'full', waiting: 0 }, { do: 'assign' })] });
      await rig.says('found it');
      expect(await rig.conversation()).to.include({ state: 'open', assignAnyway: true });
    });

    it('does so after the end of the talk too, while its notes are written', async () => {
      await support({ ...AT_NIGHT, overflow: [rule({ is: 'closed' }, { do: 'end' })] });
      await rig.desk.end(CONVERSATION, ANA);
      expect(await rig.says('thanks')).to.deep.equal([OUT_OF_HOURS]);
      expect(placeOf(await rig.conversation())).to.equal('closed');
    });

    it('waits in it without a text or a rule where the customer texts without an end', async () => {
      await support({ ...AT_NIGHT, overflow: [rule({ is: 'closed' }, { do: 'end' })] });
      const pace = { level: 50, at: rig.time, mutedUntil: rig.time + 900_000 };
      await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { pace } });
      expect(await rig.says('found it')).to.deep.equal([]);
      expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    });
  });
}
