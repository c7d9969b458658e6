import { expect } from 'chai';
import type { Store } from '../../src/store/documents.ts';
import { createOffers } from '../../src/workers/offers.ts';
import { createStillness } from '../../src/workers/stillness.ts';
import { anAgent } from '../store/documents.ts';
import { aConversation, createRig } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { aQueue } from '../support/queues.ts';
import { createSleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the loop of offers', () => {
  let store: Store;
  let dispose: () => Promise<void>;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
  });
  afterEach(() => dispose());

  it('looks further into a long queue every second, without a rest and without haste', async () => {
    const rig = createRig(store);
    rig.set({ distribution: { mode: 'push', skills: 'exact' } });
    rig.queues = [aQueue()];
    await store.agents.insertOne(anAgent({ _id: 'eve', queues: ['support'] }));
    const waiting = { state: 'open', queueId: 'support', queuedAt: 0 } as const;
    for (let n = 0; n < 1001; n++) {
      const skills = n < 1000 ? ['klingon'] : [];
      await store.conversations.insertOne(aConversation({ _id: `c${n}`, ...waiting, turnAt: n, skills }));
    }
    const last = async () => (await store.conversations.findOne({ _id: 'c1000' }))?.offer?.agentId;
    const sleeper = createSleeper();
    const rests = createSleeper();
    const { restOf } = createStillness({ store, now: () => rig.time, sleep: rests.sleep });
    const { log } = recordedLog();
    const offers = createOffers({ ...rig.turns, store, due: () => {}, restOf, log, sleep: sleeper.sleep });
    offers.start();
    while ((await last()) === undefined && sleeper.sleeps.length < 10) await sleeper.asleep();
    await offers.stop();
    expect(await last()).to.equal('eve');
    expect(sleeper.sleeps.length, 'looks').to.be.at.most(4);
    expect(new Set(sleeper.sleeps)).to.deep.equal(new Set([1000]));
    expect(rests.sleeps).to.deep.equal([]);
  });
});
