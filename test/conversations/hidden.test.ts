import { expect } from 'chai';
import type { Bot } from '../../src/bot-turn.ts';
import { LEASE } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import { MASK } from '../../src/store/message.ts';
import { anAnswer, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { ENGINES } from '../support/stores.ts';

/** A bot that asks for a secret first, keeps it, and then ends. */
const asksForSecret: Bot = async ({ activity, botState, hidden }) => {
  const text = activity.type === 'message' ? activity.text : '';
  if (botState === null) {
    return anAnswer({
      texts: ['secret?'],
      botState: 'asked',
      hidden: { text: false, next: true, state: null },
    });
  }
  if (text === 'throw') throw new Error('no');
  if (hidden === null) {
    const state = text;
    return anAnswer({ texts: ['more?'], botState: 'told', hidden: { text: true, next: false, state } });
  }
  return anAnswer({
    texts: [`${hidden.length} letters`],
    botState: 'done',
    ended: { outcome: 'resolved' },
    hidden: { text: false, next: false, state: hidden },
  });
};

for (const [engine, open] of ENGINES) {
  describe(`what is for the bot alone, on ${engine}`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      rig.bot = asksForSecret;
    });
    afterEach(() => dispose());

    const texts = async () => {
      const found = await store.messages
        .find({ conversationId: CONVERSATION }, { sort: { at: 1 } })
        .toArray();
      return found.filter(({ direction }) => direction === 'in').map(({ text }) => text);
    };
    const say = async (text: string) => {
      rig.time += 1000;
      await rig.textIn(text);
      await rig.turn();
    };

    it('masks the text, and keeps the state until the session ends', async () => {
      await say('hello');
      expect(await rig.conversation()).to.include({ hidesNext: true });
      await say('abracadabra');
      const conversation = await rig.conversation();
      expect(conversation).to.include({ hidden: 'abracadabra', botState: 'told' });
      expect(conversation).not.to.have.any.keys('hidesNext', 'masked');
      await say('go on');
      expect(await texts()).to.deep.equal(['hello', MASK, 'go on']);
      await rig.send();
      expect(rig.sent.at(-1)?.text).to.equal('11 letters');
      expect(JSON.stringify(await rig.conversation())).not.to.contain('abracadabra');
    });

    it('masks the text when the process dies after the commit', async () => {
      await say('hello');
      rig.time += 1000;
      await rig.textIn('abracadabra');
      let crashed = 0;
      for (let point = 1; point < 20; point += 1) {
        let left = point;
        const dying = createRig(crashingStore(store, { crashes: () => --left === 0 }));
        dying.bot = asksForSecret;
        dying.time = rig.time;
        await dying.turn().catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
          crashed += 1;
        });
        rig.time += LEASE + 1;
      }
      await rig.turn();
      expect(crashed).to.be.above(2);
      expect(await texts()).to.deep.equal(['hello', MASK]);
    });

    it('masks the text also where the bot is not asked about it', async () => {
      await say('hello');
      await say('stop texting 4242');
      expect(await texts()).to.deep.equal(['hello', MASK]);
      rig.set({ flood: { slowAfter: 1000, muteAfter: 1, muteSeconds: 60 } });
      await say('abracadabra');
      await say('STOP');
      expect(rig.muted).to.deep.equal([CONVERSATION]);
      expect(await texts()).to.deep.equal(['hello', MASK, MASK, 'STOP']);
      expect(await rig.conversation()).to.include({ hidesNext: true });
    });

    it('masks the text when the bot throws', async () => {
      await say('hello');
      await say('throw');
      expect(await texts()).to.deep.equal(['hello', MASK]);
      expect(await rig.conversation()).to.include({ state: 'open' });
      expect(await rig.conversation()).not.to.have.property('hidesNext');
    });
  });
}
