import { expect } from 'chai';
import type { Bot } from '../../src/bot-turn.ts';
import { LEASE, workOff } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { ENGINES } from '../support/stores.ts';

const DAY = 86_400_000;

/** A bot that wants to be woken `after` milliseconds after each text, and then speaks. */
const wakesAfter =
  (after: number): Bot =>
  async ({ activity }) =>
    activity.type === 'message'
      ? anAnswer({ texts: [`echo ${activity.text}`], wakeAt: activity.at + after })
      : anAnswer({ texts: [`${activity.name} ${activity.at}`] });

for (const [engine, open] of ENGINES) {
  describe(`a bot that wants to be woken, on ${engine}`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      await store.queues.insertOne(aQueue());
      await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
      rig = createRig(store);
      rig.bot = wakesAfter(60_000);
    });
    afterEach(() => dispose());

    const said = async () => {
      await rig.send();
      return rig.texts();
    };

    it('is woken at its time, once, whichever process looks', async () => {
      await rig.textIn('hello');
      await rig.turn();
      const at = rig.time + 60_000;
      expect(await rig.conversation()).to.include({ wakeAt: at, dueAt: at });
      rig.time = at - 1;
      await rig.turn();
      expect(await said()).to.deep.equal(['echo hello']);
      rig.time = at;
      await Promise.all([1, 2, 3].map(() => rig.turn()));
      rig.time += DAY;
      await rig.turn();
      expect(await said()).to.deep.equal(['echo hello', `wakeUp ${at}`]);
      expect(await rig.conversation()).to.not.have.property('wakeAt');
    });

    it('is woken once though the process dies at any write of that turn', async () => {
      for (let last = 1; ; last++) {
        await rig.textIn(`hello ${last}`);
        await rig.turn();
        const at = rig.time + 60_000;
        rig.time = at;
        let points = 0;
        const dying = crashingStore(store, { crashes: () => ++points === last });
        const crashed = await workOff({ ...rig.turns, store: dying }, CONVERSATION).then(
          () => false,
          (error) => error instanceof Crash,
        );
        rig.time += LEASE + 1;
        await rig.turn();
        expect((await said()).filter((text) => text === `wakeUp ${at}`)).to.have.length(1);
        if (!crashed) break;
      }
    });

    it('is asked anew by each text, and not woken when it does not ask again', async () => {
      await rig.textIn('hello');
      await rig.turn();
      rig.time += 50_000;
      await rig.textIn('still here');
      await rig.turn();
      rig.time += 59_000;
      await rig.turn();
      expect(await said()).to.deep.equal(['echo hello', 'echo still here']);
      rig.bot = async () => anAnswer({ texts: ['enough'] });
      await rig.textIn('and again');
      await rig.turn();
      rig.time += DAY;
      await rig.turn();
      expect((await said()).slice(2)).to.deep.equal(['enough']);
    });

    it('is not woken once a person has the conversation, nor after its end', async () => {
      await rig.textIn('hello');
      await rig.turn();
      await rig.send();
      await rig.desk.claim(CONVERSATION, ANA);
      expect(await rig.conversation()).to.not.have.property('wakeAt');
      await rig.desk.return(CONVERSATION, ANA, { key: 'k' });
      rig.time += DAY;
      await rig.turn();
      expect((await said()).map((text) => text.split(' ')[0])).to.deep.equal(['echo', 'returned']);
      rig.bot = async () =>
        anAnswer({ texts: ['bye'], ended: { outcome: 'done' }, wakeAt: rig.time + 60_000 });
      await rig.textIn('thanks');
      await rig.turn();
      expect(await rig.conversation()).to.not.have.any.keys('wakeAt', 'dueAt');
    });

    it('is no more idle than it said, and never kept from resting', async () => {
      rig.set({ times: { closeActive: 30 } });
      await rig.textIn('hello');
      await rig.turn();
      rig.time += 60_000;
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'active' });
      rig.bot = async ({ activity }) => anAnswer({ wakeAt: activity.at - DAY });
      await rig.textIn('hello');
      await rig.turn();
      expect((await rig.conversation()).wakeAt).to.equal(rig.time + 1000);
    });
  });
}
