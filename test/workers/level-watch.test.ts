import { expect } from 'chai';
import type { QueueDoc, Store } from '../../src/store/documents.ts';
import { createLevelWatch } from '../../src/workers/level-watch.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { aConversation } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { aQueue } from '../support/queues.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the watch over service levels', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let watch: Loop;
  let time: number;
  let read: () => Promise<void>;
  let queues: QueueDoc[];
  let wanted: boolean;
  let ids: number;
  let sleeper: Sleeper;
  let logged: ReturnType<typeof recordedLog>;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    time = 1_800_000_000_000;
    for (const [_id, levelSeconds] of [['support', 60], ['sales']] as const) {
      const level = levelSeconds === undefined ? {} : { levelSeconds };
      await store.queues.insertOne(aQueue(_id, { name: _id, ...level }));
    }
    read = async () => {
      queues = await store.queues.find({}, { sort: { _id: 1 } }).toArray();
    };
    await read();
    wanted = true;
    ids = 0;
    sleeper = createSleeper();
    logged = recordedLog();
    watch = watching();
  });
  afterEach(async () => {
    await watch.stop();
    await dispose();
  });

  const watching = (sleep = sleeper.sleep) =>
    createLevelWatch({
      store,
      settings: { queues: () => queues },
      wants: () => wanted,
      randomId: () => `id-${ids++}`,
      now: () => time,
      log: logged.log,
      sleep,
    });
  /** The queues are read between two looks, as the settings are. */
  const looked = async (by = sleeper) => {
    await by.asleep();
    await read();
  };
  const waits = (_id: string, queueId = 'support') =>
    store.conversations.insertOne(aConversation({ _id, state: 'open', queueId, queuedAt: time, turnAt: 0 }));
  const warnings = () =>
    logged.lines().map(({ msg, queue, waiting, levelSeconds }) => ({ msg, queue, waiting, levelSeconds }));

  it('warns once when the oldest has waited for longer, and again at the next time', async () => {
    await waits('1');
    await waits('2', 'sales');
    watch.start();
    await looked();
    time += 60_000;
    await looked();
    expect(warnings()).to.deep.equal([]);
    time += 1;
    await looked();
    await looked();
    const warning = {
      msg: 'a queue is over its service level',
      queue: 'support',
      waiting: 1,
      levelSeconds: 60,
    };
    expect(warnings()).to.deep.equal([warning]);
    await store.conversations.deleteOne({ _id: '1' });
    await looked();
    await waits('3');
    await looked();
    time += 60_001;
    await looked();
    expect(warnings()).to.deep.equal([warning, warning]);
  });

  it('leaves webhooks the news of both, with how many have waited for longer', async () => {
    await waits('1');
    await waits('2');
    const since = time;
    time += 60_001;
    watch.start();
    await looked();
    await store.conversations.deleteOne({ _id: '1' });
    await looked();
    await store.conversations.deleteOne({ _id: '2' });
    await looked();
    expect(await store.queues.findOne({ _id: 'support' })).to.deep.include({
      news: [
        { id: 'id-0', type: 'queue.over_level', at: time, levelSeconds: 60, overLevel: 2 },
        { id: 'id-1', type: 'queue.within_level', at: time, levelSeconds: 60, overLevel: 0 },
      ],
      newsAt: since + 60_001,
    });
  });

  it('leaves none that no webhook wants', async () => {
    wanted = false;
    await waits('1');
    time += 60_001;
    watch.start();
    await looked();
    expect(warnings()).to.have.length(1);
    expect(await store.queues.findOne({ _id: 'support' })).not.to.have.any.keys('news', 'newsAt');
  });

  it('of several processes is told by one', async () => {
    await waits('1');
    time += 60_001;
    const other = createSleeper();
    const others = watching(other.sleep);
    watch.start();
    others.start();
    await sleeper.asleep();
    await other.asleep();
    await others.stop();
    expect(warnings()).to.have.length(1);
    expect((await store.queues.findOne({ _id: 'support' }))?.news).to.have.length(1);
  });
});
