import { expect } from 'chai';
import fc from 'fast-check';
import { moodsAfter, SENTIMENTS, sentimentOf } from '../../src/conversations/sentiment.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { aQueue } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the sentiment of the last texts', () => {
  it('is one of seven, by the sum of what they say', () => {
    const cases: [moods: number[], sentiment: string][] = [
      [[-2, -2], 'very_negative'],
      [[-1, -1, -1], 'negative'],
      [[-2], 'negative'],
      [[0, -1], 'slightly_negative'],
      [[], 'neutral'],
      [[-1, 1], 'neutral'],
      [[1, 0, 0], 'slightly_positive'],
      [[2, 1], 'positive'],
      [[2, 2, 0], 'very_positive'],
    ];
    for (const [moods, sentiment] of cases) expect(sentimentOf(moods), `${moods}`).to.equal(sentiment);
  });

  it('never falls for a better text', () => {
    const mood = fc.integer({ min: -2, max: 2 });
    const property = fc.property(fc.array(mood, { maxLength: 8 }), mood, mood, (before, one, other) => {
      const rank = (last: number) => SENTIMENTS.indexOf(sentimentOf(moodsAfter(before, last)));
      expect(rank(Math.max(one, other))).to.be.at.least(rank(Math.min(one, other)));
    });
    fc.assert(property);
  });

  it('forgets all but the last six, and what says nothing takes no room', () => {
    expect(moodsAfter([-2, 0, 0, 0, 0, 0], 0)).to.equal(undefined);
    expect(moodsAfter([-2, 1, 0, 0, 0, 0], 0)).to.deep.equal([1, 0, 0, 0, 0, 0]);
    expect(moodsAfter(undefined, 0)).to.equal(undefined);
  });
});

describe('the sentiment of a conversation', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.queues.insertOne(aQueue('support'));
    rig = createRig(store);
  });
  afterEach(() => dispose());

  const moods = async () => (await rig.conversation()).moods;

  async function says(text: string): Promise<void> {
    await rig.textIn(text);
    await rig.turn();
  }

  it('carries over from the bot to who takes it, and to the queue', async () => {
    await says('annoying');
    rig.bot = handsOver();
    await says('a person');
    await says('awful');
    await rig.desk.claim(CONVERSATION, { id: 'ana', role: 'agent', queues: ['support'] });
    await says('lovely');
    expect(await moods()).to.deep.equal([-1, 0, -2, 2]);
  });

  it('begins afresh with each session', async () => {
    rig.bot = async () => anAnswer({ texts: ['bye'], ended: { outcome: 'resolved' } });
    await says('awful');
    expect(await moods()).to.deep.equal([-2]);
    await says('hello');
    expect(await moods()).to.equal(undefined);
    await says('lovely');
    expect(await moods()).to.deep.equal([2]);
  });

  it('takes nothing from a text that the bot alone may read', async () => {
    rig.bot = async () =>
      anAnswer({ texts: ['Your code?'], hidden: { text: true, next: true, state: null } });
    await says('hello');
    await says('awful');
    expect(await moods()).to.equal(undefined);
    expect((await rig.transcript()).map(({ text }) => text)).not.to.include('awful');
  });
});
