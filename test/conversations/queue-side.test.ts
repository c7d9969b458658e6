import { expect } from 'chai';
import { OF_A_PERSONS_TURN } from '../../src/conversations/commit.ts';
import { LEASE } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import {
  ANA,
  aConversation,
  anAnswer,
  CONVERSATION,
  createRig,
  handsOver,
  type Rig,
} from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('a customer who waits in a queue', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.queues.insertOne(aQueue());
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], presence: 'available' }));
    rig = createRig(store);
    await rig.handOver();
    await rig.send();
    rig.sent.length = 0;
    rig.bot = async ({ activity }) =>
      anAnswer({ texts: [activity.type === 'message' ? activity.text : activity.name] });
  });
  afterEach(() => dispose());

  const says = (text: string) => rig.says(text);

  describe('and asks where they are', () => {
    it('hears their place, and that nobody can say how long, also where positions are not told unasked', async () => {
      expect(rig.workstream.settings.messages.position).to.equal(undefined);
      expect(await says('where am I')).to.deep.equal(['position {"position":1,"wait":null}']);
      await store.conversations.insertOne(
        aConversation({ _id: 'before', state: 'open', queueId: 'support', queuedAt: 0, turnAt: 0 }),
      );
      expect(await says('where am I')).to.deep.equal(['position {"position":2,"wait":null}']);
    });

    it('hears how long it may take when there is ground to say', async () => {
      for (let n = 0; n < 10; n++) {
        const takenAt = rig.time - n * 120_000;
        await store.conversations.insertOne(
          aConversation({
            _id: `taken${n}`,
            takenFrom: 'support',
            takenAt,
            stretches: [
              { place: 'open', since: 0, reason: 'handed_off' },
              { place: 'agent', since: takenAt, reason: 'claimed' },
            ],
          }),
        );
      }
      expect(await says('where am I')).to.deep.equal(['position {"position":1,"wait":3}']);
    });

    it('has been answered: no agent owes them one for it', async () => {
      const before = await rig.conversation();
      await says('where am I');
      const after = await rig.conversation();
      expect(after).to.include({ state: 'open', queueId: 'support', turnAt: before.turnAt });
      expect(after.unansweredSince).to.equal(before.unansweredSince);
      expect(after.lastMessageAt).to.be.above(before.lastMessageAt);
    });
  });

  describe('and wants to leave', () => {
    it('is told so and is the bot’s again, which goes on as after a return', async () => {
      expect(await says('never mind')).to.deep.equal(['left {}', 'returned']);
      const conversation = await rig.conversation();
      expect(conversation).to.include({ state: 'active', handler: 'bot', session: 1 });
      expect(conversation).to.not.have.any.keys('queueId', 'turnAt', 'queuedAt', 'untakenAt', 'desk');
      expect(conversation).to.not.have.any.keys(...OF_A_PERSONS_TURN);
      expect(conversation.stretches.at(-1)).to.include({ place: 'bot', reason: 'customer_left' });
      expect(await says('hello')).to.deep.equal(['hello']);
    });

    it('leaves once, and hears of it once, when the process dies at any point of it', async () => {
      let points = 0;
      let deadly = Number.POSITIVE_INFINITY;
      rig = createRig(crashingStore(store, { crashes: () => points++ === deadly }));
      for (let point = 0; ; point++) {
        rig.bot = handsOver();
        await says('a person please');
        rig.bot = async ({ activity }) =>
          anAnswer({ texts: [activity.type === 'event' ? activity.name : ''] });
        await rig.textIn('never mind');
        rig.sent.length = 0;
        [points, deadly] = [0, point];
        const crash = await rig.turn().catch((error: unknown) => error);
        deadly = Number.POSITIVE_INFINITY;
        rig.time += LEASE + 1;
        await rig.turn();
        await rig.send();
        const heard = rig.texts();
        expect(heard, `crash at point ${point}`).to.deep.equal(['left {}', 'returned']);
        if (!(crash instanceof Crash)) {
          expect(crash).to.equal(undefined);
          expect(point).to.be.above(10);
          return;
        }
      }
    }).timeout(60_000);

    it('frees the agent whom the conversation was offered to', async () => {
      const offer = { agentId: 'ana', at: rig.time, until: rig.time + 60_000 };
      await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { offer }, $inc: { version: 1 } });
      await says('never mind');
      expect(await rig.conversation()).to.not.have.property('offer');
    });
  });

  it('writes everything else to whoever will answer', async () => {
    expect(await says('my order is 1042')).to.deep.equal([]);
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
    expect((await rig.conversation()).unansweredSince).to.be.a('number');
  });

  it('and has an agent by now says those words to the agent', async () => {
    await rig.desk.claim(CONVERSATION, ANA);
    expect(await says('never mind')).to.deep.equal([]);
    expect(await says('where am I')).to.deep.equal([]);
    expect(await rig.conversation()).to.include({ state: 'active', agentId: 'ana' });
  });

  it('is not asked of the bot, which knows these words for other things', async () => {
    await says('never mind');
    expect(await says('never mind')).to.deep.equal(['never mind']);
  });

  describe('in line with the workstream’s settings', () => {
    it('hears nothing of the leave where that is off', async () => {
      rig.set({ messages: { left: { on: false, texts: {} } } });
      expect(await says('never mind')).to.deep.equal(['returned']);
    });

    it('hears their place as they join where that is on', async () => {
      rig.turnOn('position');
      await says('never mind');
      await store.conversations.insertOne(
        aConversation({ _id: 'before', state: 'open', queueId: 'support', queuedAt: 0, turnAt: 0 }),
      );
      rig.bot = handsOver();
      expect(await says('a person please')).to.deep.equal([
        'A person will answer.',
        'position {"position":2,"wait":null}',
      ]);
    });
  });
});
