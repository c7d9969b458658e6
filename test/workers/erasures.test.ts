import { expect } from 'chai';
import { beginErasure } from '../../src/privacy/erasures.ts';
import { createErasures } from '../../src/workers/erasures.ts';
import { aConversation, CONVERSATION, CUSTOMER, SETTINGS } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper } from '../support/sleeper.ts';
import { ENGINES } from '../support/stores.ts';

describe('erasures', () => {
  for (const [engine, open] of ENGINES) {
    it(`are brought to their end by whoever is there, on ${engine}`, async () => {
      const { store, dispose } = await open();
      let time = 1_800_000_000_000;
      const parts = { store, settings: SETTINGS, now: () => time };
      const sleeper = createSleeper();
      const loop = createErasures({ ...parts, log: recordedLog().log, sleep: sleeper.sleep });
      try {
        await store.conversations.insertOne(aConversation({ _id: CONVERSATION, state: 'closed' }));
        for (const id of ['one', 'two']) {
          await beginErasure({ ...parts, randomId: () => id }, CUSTOMER, 'root');
        }
        expect(await store.conversations.countDocuments({})).to.equal(0);
        loop.start();
        await sleeper.asleep();
        expect(await store.erasures.countDocuments({ dueAt: { $gte: 0 } })).to.equal(2);
        time += 60_000;
        await sleeper.asleep();
        await loop.stop();
        for (const _id of ['one', 'two']) {
          const done = await store.erasures.findOne({ _id });
          expect(done).to.include({ doneAt: time, agentId: 'root' });
          expect(done).not.to.have.any.keys('customer', 'conversationIds', 'dueAt');
        }
      } finally {
        await loop.stop();
        await dispose();
      }
    }).timeout(10_000);
  }
});
