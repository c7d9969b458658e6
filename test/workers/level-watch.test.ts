import { expect } from 'chai';
import type { QueueDoc, Store } from '../../src/store/documents.ts';
import { createLevelWatch } from '../../src/workers/level-watch.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { aConversation } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the watch over service levels', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let watch: Loop;
  let time: number;
  let queues: QueueDoc[];
  let sleeper: Sleeper;
  let logged: ReturnType<typeof recordedLog>;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    time = 1_800_000_000_000;
    queues = [
      { _id: 'support', name: 'Support', priority: 0, levelSeconds: 60, createdAt: 0, changedAt: 0 },
      { _id: 'sales', name: 'Sales', priority: 0, createdAt: 0, changedAt: 0 },
    ];
    sleeper = createSleeper();
    logged = recordedLog();
    watch = createLevelWatch({
      store,
      settings: { queues: () => queues },
      now: () => time,
      log: logged.log,
      sleep: sleeper.sleep,
    });
  });
  afterEach(async () => {
    await watch.stop();
    await dispose();
  });

  const waits = (_id: string, queueId = 'support') =>
    store.conversations.insertOne(aConversation({ _id, state: 'open', queueId, queuedAt: time, turnAt: 0 }));
  const warnings = () =>
    logged.lines().map(({ msg, queue, waiting, levelSeconds }) => ({ msg, queue, waiting, levelSeconds }));

  it('warns once when the oldest has waited for longer, and again at the next time', async () => {
    await waits('1');
    await waits('2', 'sales');
    watch.start();
    await sleeper.asleep();
    time += 60_000;
    await sleeper.asleep();
    expect(warnings()).to.deep.equal([]);
    time += 1;
    await sleeper.asleep();
    await sleeper.asleep();
    const warning = {
      msg: 'a queue is over its service level',
      queue: 'support',
      waiting: 1,
      levelSeconds: 60,
    };
    expect(warnings()).to.deep.equal([warning]);
    await store.conversations.deleteOne({ _id: '1' });
    await sleeper.asleep();
    await waits('3');
    await sleeper.asleep();
    time += 60_001;
    await sleeper.asleep();
    expect(warnings()).to.deep.equal([warning, warning]);
  });

  it('forgets a queue that is gone', async () => {
    await waits('1');
    time += 60_001;
    watch.start();
    await sleeper.asleep();
    const before = queues;
    queues = [];
    await sleeper.asleep();
    queues = before;
    await sleeper.asleep();
    expect(warnings()).to.have.length(2);
  });
});
