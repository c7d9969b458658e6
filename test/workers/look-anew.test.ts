import { expect } from 'chai';
import { lookingAnew } from '../../src/conversations/look-anew.ts';
import type { Store } from '../../src/store/documents.ts';
import { createLookAnew } from '../../src/workers/look-anew.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { aConversation } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { aQueue } from '../support/queues.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the looks after changed settings', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let looks: Loop;
  let time: number;
  let sleeper: Sleeper;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    time = 1_800_000_000_000;
    sleeper = createSleeper();
    looks = createLookAnew({ store, now: () => time, log: recordedLog().log, sleep: sleeper.sleep });
    await store.queues.insertOne(aQueue('support'));
    await store.queues.updateOne({ _id: 'support' }, { $set: lookingAnew(time) });
    looks.start();
    await sleeper.asleep();
  });
  afterEach(async () => {
    await looks.stop();
    await dispose();
  });

  const waits = (_id: string) =>
    store.conversations.insertOne(
      aConversation({
        _id,
        state: 'open',
        queueId: 'support',
        queuedAt: time,
        turnAt: time,
        dueAt: time + 86_400_000,
      }),
    );
  const dueAt = async (_id: string) => (await store.conversations.findOne({ _id }))?.dueAt;

  async function passed(milliseconds: number): Promise<void> {
    time += milliseconds;
    await sleeper.asleep();
  }

  async function ended(): Promise<void> {
    while (await isMarked()) await new Promise((resolve) => setImmediate(resolve));
  }

  const isMarked = async () => (await store.queues.findOne({ _id: 'support' }))?.lookAnewAt !== undefined;

  it('find who came in before this process knew of the change', async () => {
    await passed(1000);
    await waits('1-1');
    await passed(999);
    expect(await dueAt('1-1')).to.equal(time - 999 + 86_400_000);
    await passed(1);
    await ended();
    expect(await dueAt('1-1')).to.equal(time);
  });

  it('are done once', async () => {
    await passed(2000);
    await ended();
    await waits('1-1');
    await passed(60_000);
    expect(await dueAt('1-1')).to.equal(time - 60_000 + 86_400_000);
  });
});
