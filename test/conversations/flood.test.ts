import { expect } from 'chai';
import fc from 'fast-check';
import { paceAfter } from '../../src/conversations/flood.ts';
import type { Store } from '../../src/store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { ENGINES } from '../support/stores.ts';

const FLOOD = { slowAfter: 15, muteAfter: 45, muteSeconds: 900 };
const SECOND = 1000;

for (const [engine, open] of ENGINES) {
  describe(`a number that texts without an end (${engine})`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      rig = createRig(store);
      await store.queues.insertOne(aQueue());
    });
    afterEach(() => dispose());

    /** Texts `count` times, so many milliseconds apart; what is due meanwhile is done. */
    async function texts(count: number, apart: number, text = 'beep'): Promise<void> {
      for (let n = 0; n < count; n++) {
        rig.time += apart - 1;
        await rig.textIn(text);
        await rig.turn();
        await rig.send();
      }
    }
    /** Sets the clock forward, second by second. */
    async function pass(seconds: number): Promise<void> {
      for (let n = 0; n < seconds; n++) {
        rig.time += SECOND;
        await rig.turn();
      }
      await rig.send();
    }
    const notes = async () => (await rig.transcript()).filter(({ direction }) => direction === 'note');
    const handled = async () =>
      (await rig.transcript()).filter(({ direction, status }) => direction === 'in' && status === 'handled');

    it('is answered at once as long as it texts as people do', async () => {
      await texts(20, 6 * SECOND);
      expect(rig.sent).to.have.length(20);
      expect((await rig.conversation()).pace?.slowUntil).to.equal(undefined);
    });

    it('has nothing done to it for its silence while what it has written waits', async () => {
      rig.bot = handsOver('support');
      await texts(1, SECOND);
      await rig.desk.claim(CONVERSATION, ANA);
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello?', key: 'k' });
      rig.set({ times: { remind: 60, closeReminded: 2 } });
      await pass(59);
      const { pace } = await rig.conversation();
      // As one who has texted a lot just before is.
      const slowed = { level: 0, at: 0, ...pace, slowUntil: rig.time + 4 * SECOND };
      await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { pace: slowed } });
      await texts(1, 500);
      await pass(3);
      expect((await rig.conversation()).inbox, 'the text waits').to.have.length(1);
      expect((await rig.conversation()).remindedAt).to.equal(undefined);
      await pass(2);
      expect(await rig.conversation()).to.include({ state: 'active', agentId: 'ana' });
      expect((await rig.conversation()).unansweredSince).to.be.a('number');
    });

    it('is slowed: an answer every five seconds, and none is lost', async () => {
      await texts(30, 500);
      const before = rig.sent.length;
      expect(before).to.be.within(15, 19);
      await pass(5);
      expect(rig.sent.length - before).to.be.within(1, 2);
      await pass(70);
      expect(rig.sent).to.have.length(30);
      expect(await handled()).to.have.length(30);
    });

    it('is muted then, with one note to the desk, and its texts are kept', async () => {
      await texts(70, 500);
      await pass(400);
      expect(await handled(), 'all are in the transcript').to.have.length(70);
      expect(rig.sent.length).to.be.below(49);
      expect((await notes()).map(({ text, author }) => [author.kind, text])).to.deep.equal([
        ['system', 'note_muted'],
      ]);
      expect(rig.muted).to.deep.equal([CONVERSATION]);
      const answered = rig.sent.length;
      await texts(3, 60 * SECOND);
      expect(rig.sent).to.have.length(answered);
    });

    it('is answered again once the time is over', async () => {
      await texts(70, 500);
      await pass(400);
      rig.time += FLOOD.muteSeconds * SECOND;
      const answered = rig.sent.length;
      await texts(1, SECOND, 'hello');
      expect(rig.sent.slice(answered).map(({ text }) => text)).to.deep.equal(['echo hello']);
      expect((await rig.conversation()).pace).to.deep.equal({ level: 1, at: rig.time });
    });

    it('opens no session while it is muted', async () => {
      rig.bot = async () => anAnswer({ ended: { outcome: 'resolved' } });
      await texts(70, 500);
      await pass(400);
      const { session, state } = await rig.conversation();
      expect(state).to.equal('closed');
      await texts(5, SECOND);
      expect(await rig.conversation()).to.include({ session, state: 'closed' });
    });

    it('still reaches the agent who has the conversation, and gets no answer of the service’s own', async () => {
      rig.bot = handsOver();
      await texts(1, SECOND);
      await texts(60, 500, 'where am I');
      await pass(400);
      const answered = rig.sent.length;
      await texts(5, SECOND, 'where am I');
      expect(rig.sent).to.have.length(answered);
      await rig.desk.claim(CONVERSATION, ANA);
      await texts(1, SECOND, 'a question');
      expect((await rig.conversation()).unansweredSince).to.be.a('number');
      await rig.desk.reply(CONVERSATION, ANA, { text: 'an answer', key: 'k' });
      await rig.send();
      expect(rig.sent.at(-1)?.text).to.equal('an answer');
    });

    it('can still say STOP', async () => {
      await texts(70, 500);
      await pass(400);
      await texts(1, SECOND, 'STOP');
      expect(rig.sent.at(-1)?.text).to.equal('opted_out {}');
    });

    it('is slowed by nobody where the workstream says so', async () => {
      rig.set({ flood: null });
      await texts(80, 100);
      expect(rig.sent).to.have.length(80);
    });
  });
}

describe('the pace of a customer', () => {
  it('never mutes who sends six texts a minute, for however long', () => {
    let pace: ReturnType<typeof paceAfter>['pace'];
    for (let n = 0; n < 1000; n++) {
      const decided = paceAfter(pace, FLOOD, n * 10_000, n * 10_000);
      expect(decided.muted).to.equal(false);
      pace = decided.pace;
    }
    expect(pace?.level).to.equal(1);
  });

  it('is over after the mute, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 50, maxLength: 400 }), (gaps) => {
        let pace: ReturnType<typeof paceAfter>['pace'];
        let at = 1_000_000;
        for (const gap of gaps) {
          at += gap;
          pace = paceAfter(pace, FLOOD, at, at).pace;
        }
        at += (FLOOD.muteSeconds + 1) * SECOND;
        const fresh = { pace: { level: 1, at }, muted: false, begins: false };
        expect(paceAfter(pace, FLOOD, at, at)).to.deep.equal(fresh);
      }),
    );
  });

  it('does not go backwards with clocks that differ', () => {
    const { pace } = paceAfter({ level: 10, at: 5_000 }, FLOOD, 4_000, 5_000);
    expect(pace).to.deep.equal({ level: 11, at: 5_000 });
  });
});
