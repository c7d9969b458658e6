import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import type { Bot } from '../../src/bot-turn.ts';
import { LEASE, TURN_DEADLINE } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import { createTurns, type Turns } from '../../src/workers/turns.ts';
import { aConversation, anAnswer, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { recordedLog } from '../support/log.ts';
import { rejection } from '../support/rejection.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const says =
  (...texts: string[]): Bot =>
  async () =>
    anAnswer({ texts });

describe('the loop of turns', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let turns: Turns;
  let sleeper: Sleeper;

  const loopOn = (seen: Store): Turns =>
    createTurns({
      ...rig.turns,
      store: seen,
      log: recordedLog().log,
      sleep: sleeper.sleep,
    });

  const asleep = () => sleeper.asleep();

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    sleeper = createSleeper();
    rig = createRig(store);
    turns = loopOn(store);
  });
  afterEach(async () => {
    await turns.stop();
    await dispose();
  });

  const texts = async () =>
    (await rig.transcript()).filter(({ direction }) => direction === 'out').map(({ text }) => text);

  /** Resolves once the conversation has nothing to do yet and nobody has it. */
  async function worked(): Promise<void> {
    for (;;) {
      const { dueAt, leaseId } = await rig.conversation();
      if ((dueAt ?? Number.POSITIVE_INFINITY) > rig.time && leaseId === undefined) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('finds what another process left in the store at its next look', async () => {
    turns.start();
    await asleep();
    await rig.textIn('hello');
    await asleep();
    await worked();
    expect(await texts()).to.deep.equal(['echo hello']);
  });

  it('works on a hint at once', async () => {
    turns.start();
    await asleep();
    await rig.textIn('hello');
    const before = sleeper.sleeps.length;
    turns.hint(CONVERSATION);
    await worked();
    expect(await texts()).to.deep.equal(['echo hello']);
    expect(sleeper.sleeps).to.have.length(before);
  });

  it('leaves what another process has until its lease runs out', async () => {
    await rig.textIn('hello');
    await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { leaseUntil: rig.time + LEASE } });
    turns.start();
    await asleep();
    await asleep();
    expect(await texts()).to.deep.equal([]);
    rig.time += LEASE + 1;
    await asleep();
    await worked();
    expect(await texts()).to.deep.equal(['echo hello']);
  });

  it('cuts a bot that hangs, before its lease runs out, and calls a person', async () => {
    expect(TURN_DEADLINE).to.be.lessThan(LEASE);
    let begun = false;
    rig.bot = () => {
      begun = true;
      return new Promise(() => {});
    };
    await rig.textIn('hello');
    await store.durable();
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    try {
      turns.start();
      turns.hint(CONVERSATION);
      while (!begun) await new Promise((resolve) => setImmediate(resolve));
      clock.tick(TURN_DEADLINE - 1000);
      await new Promise((resolve) => setImmediate(resolve));
      expect(rig.botErrors).to.deep.equal([]);
      clock.tick(1000);
      await worked();
      await store.durable();
    } finally {
      clock.restore();
    }
    expect(rig.botErrors[0]).to.include({ code: 'bot_failed' });
    expect((await rig.conversation()).handoff?.reason).to.equal('bot_failed');
  });

  describe('asked for a turn', () => {
    beforeEach(async () => {
      await rig.textIn('hello');
      await rig.turn();
    });

    it('takes it in the conversation’s order and resolves once what the bot says is committed', async () => {
      turns.start();
      await turns.ask(CONVERSATION, says('your order has left'));
      await worked();
      expect(await texts()).to.deep.equal(['echo hello', 'your order has left']);
      await rig.send();
      expect(rig.texts()).to.deep.equal(['echo hello', 'your order has left']);
    });

    it('takes several of one conversation one after the other, as they were asked', async () => {
      turns.start();
      let running = 0;
      const heard = await Promise.all(
        ['one', 'two', 'three'].map((text) =>
          turns.ask(CONVERSATION, async ({ botState }) => {
            expect(++running).to.equal(1);
            await new Promise((resolve) => setImmediate(resolve));
            running--;
            return anAnswer({ texts: [text], botState: `${botState ?? ''}${text} ` });
          }),
        ),
      );
      expect(heard).to.have.length(3);
      await worked();
      expect(await texts()).to.deep.equal(['echo hello', 'one', 'two', 'three']);
      expect((await rig.conversation()).botState).to.equal('one two three ');
    });

    it('takes it with nothing else due, and before the texts that wait', async () => {
      await rig.textIn('and now?');
      const asked = turns.ask(CONVERSATION, says('by the way'));
      await new Promise((resolve) => setImmediate(resolve));
      turns.start();
      await asked;
      await worked();
      expect(await texts()).to.deep.equal(['echo hello', 'by the way', 'echo and now?']);
    });

    it('opens the next session when the conversation is closed', async () => {
      rig.bot = async () => anAnswer({ texts: ['bye'], ended: { outcome: 'resolved' } });
      await rig.textIn('thanks');
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'closed', session: 1 });
      turns.start();
      let session = 0;
      await turns.ask(CONVERSATION, async ({ conversation }) => {
        session = conversation.session;
        return anAnswer({ texts: ['news'] });
      });
      await worked();
      expect(session).to.equal(2);
      expect(await rig.conversation()).to.include({ state: 'active', handler: 'bot', session: 2 });
      expect((await rig.transcript()).at(-1)).to.include({ text: 'news', session: 2 });
    });

    it('hands on what the bot throws, and changes nothing: no apology, no session, no person', async () => {
      rig.bot = async () => anAnswer({ ended: { outcome: 'resolved' } });
      await rig.textIn('thanks');
      await rig.turn();
      turns.start();
      const broken = new Error('broken');
      expect(await rejection(turns.ask(CONVERSATION, () => Promise.reject(broken)))).to.equal(broken);
      await worked();
      expect(await texts()).to.deep.equal(['echo hello']);
      expect(await rig.conversation()).to.include({ state: 'closed', session: 1 });
      expect(rig.botErrors).to.deep.equal([]);
    });

    it('refuses it while a person has the conversation', async () => {
      await rig.handOver();
      turns.start();
      const asked = turns.ask(CONVERSATION, async () => expect.fail('the bot was asked'));
      expect(await rejection(asked)).to.include({ code: 'wrong_state' });
    });

    it('refuses it for a customer who has not written yet', async () => {
      turns.start();
      expect(await rejection(turns.ask('15550109999-15550100002', says('hi')))).to.include({
        code: 'not_found',
      });
    });

    it('waits while another process has the conversation', async () => {
      await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { leaseUntil: rig.time + LEASE } });
      turns.start();
      const asked = turns.ask(CONVERSATION, says('at last'));
      await asleep();
      await asleep();
      expect(await texts()).to.deep.equal(['echo hello']);
      rig.time += LEASE + 1;
      await asleep();
      await asked;
      await worked();
      expect(await texts()).to.deep.equal(['echo hello', 'at last']);
    });

    it('rests between looks, however many wait for what another process has', async () => {
      const held = Array.from({ length: 100 }, (_, n) => `held-${n}`);
      for (const _id of held) {
        await store.conversations.insertOne(aConversation({ _id, leaseUntil: rig.time + LEASE }));
      }
      turns.start();
      const asked = held.map((id) => turns.ask(id, says('late')));
      const refusals = Promise.all(asked.map(rejection));
      await asleep();
      await asleep();
      await turns.stop();
      for (const reason of await refusals) expect(reason).to.include({ code: 'not_ready' });
    });

    it('asks the bot anew when a person’s write came between, and says what was said last', async () => {
      turns.start();
      let runs = 0;
      await turns.ask(CONVERSATION, async () => {
        runs++;
        if (runs === 1)
          await rig.desk.note(
            CONVERSATION,
            { id: 'boss', role: 'admin', queues: [] },
            { text: 'a note', key: 'n' },
          );
        return anAnswer({ texts: [`run ${runs}`] });
      });
      await worked();
      expect(await texts()).to.deep.equal(['echo hello', 'run 2']);
    });

    it('refuses at its stop those that it has not begun, and ends the one in hand', async () => {
      let finish = () => {};
      const begun = new Promise<void>((resolve) => {
        turns.start();
        void turns
          .ask(CONVERSATION, async () => {
            resolve();
            await new Promise<void>((end) => {
              finish = end;
            });
            return anAnswer({ texts: ['in hand'] });
          })
          .catch(() => expect.fail('the one in hand was refused'));
      });
      await begun;
      const second = rejection(turns.ask(CONVERSATION, says('not begun')));
      await new Promise((resolve) => setImmediate(resolve));
      const stopped = turns.stop();
      finish();
      await stopped;
      expect(await second).to.include({ code: 'not_ready' });
      expect(await texts()).to.deep.equal(['echo hello', 'in hand']);
    });

    it('refuses it once it stops', async () => {
      turns.start();
      await turns.stop();
      expect(await rejection(turns.ask(CONVERSATION, says('too late')))).to.include({ code: 'not_ready' });
    });

    /** The store fails at `point` once the bot has run, and works again when the one who asked has heard `outcome`. */
    async function takenOnceThoughFailingAt(
      point: string,
      outcome: (asked: Promise<void>) => Promise<void>,
    ): Promise<void> {
      let broken = false;
      turns = loopOn(crashingStore(store, { crashes: (at) => broken && at === point }));
      turns.start();
      let runs = 0;
      const asked = turns.ask(CONVERSATION, async () => {
        runs++;
        broken = true;
        return anAnswer({ texts: ['once'], botState: String(runs) });
      });
      await outcome(asked);
      broken = false;
      rig.time += LEASE + 1;
      await asleep();
      await asleep();
      await worked();
      expect(runs).to.equal(1);
      expect(await texts()).to.deep.equal(['echo hello', 'once']);
    }

    it('does not take it twice when the store fails after the commit', () =>
      takenOnceThoughFailingAt('messages.insertOne before', (asked) => asked));

    it('rejects with the store’s error when it is not known whether the commit took place', () =>
      takenOnceThoughFailingAt('conversations.findOneAndUpdate after', async (asked) => {
        expect(await rejection(asked)).to.be.instanceOf(Crash);
      }));

    it('tries again when the store failed before the bot ran', async () => {
      let broken = true;
      turns = loopOn(
        crashingStore(store, {
          crashes: (point) => broken && point === 'conversations.findOneAndUpdate before',
        }),
      );
      turns.start();
      const asked = turns.ask(CONVERSATION, says('all the same'));
      await asleep();
      broken = false;
      await asleep();
      await asked;
      await worked();
      expect(await texts()).to.deep.equal(['echo hello', 'all the same']);
    });
  });
});
