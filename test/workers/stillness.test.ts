import { expect } from 'chai';
import type { Store } from '../../src/store/documents.ts';
import { createClockWatch } from '../../src/workers/clock-watch.ts';
import { createLoop, type Loop } from '../../src/workers/loop.ts';
import { createStillness, type Stillness } from '../../src/workers/stillness.ts';
import { aConversation } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the rest of a loop', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let time: number;
  let looks: number;
  let dueAt: number;
  let nextAt: () => Promise<number>;
  let duringLook: () => Promise<unknown>;
  /** The pauses between looks, and the rests. */
  let pauses: Sleeper;
  let rests: Sleeper;
  let stillness: Stillness;
  let loop: Loop;
  const { log } = recordedLog();

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    time = 1_800_000_000_000;
    looks = 0;
    dueAt = Number.POSITIVE_INFINITY;
    nextAt = async () => dueAt;
    duringLook = async () => {};
    pauses = createSleeper();
    rests = createSleeper();
    stillness = createStillness({ store, now: () => time, sleep: rests.sleep });
    loop = createLoop({
      name: 'test',
      slots: 3,
      interval: 1000,
      rest: stillness.restOf?.(['conversations'], () => nextAt()),
      async scan() {
        looks++;
        await duringLook();
        return [];
      },
      work: async () => {},
      log,
      sleep: pauses.sleep,
    });
  });
  afterEach(async () => {
    await loop.stop();
    await dispose();
  });

  /** Resolves once the loop pauses after its nth look. */
  async function looked(count: number): Promise<void> {
    while (looks < count || pauses.sleeps.length < count) await settle();
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  /** Starts the loop, and ends the pause after its first look. */
  async function start(): Promise<void> {
    loop.start();
    await looked(1);
    pauses.wakeUp();
    for (let n = 0; n < 20; n++) await settle();
  }

  it('lasts for a minute where nothing is due', async () => {
    await start();
    expect(looks).to.equal(1);
    expect(rests.sleeps).to.deep.equal([60_000]);
    rests.wakeUp();
    await looked(2);
  });

  it('is over to the millisecond when something is due', async () => {
    dueAt = time + 5_001;
    await start();
    expect(rests.sleeps).to.deep.equal([5_001]);
  });

  it('does not begin while something is due that could not be had', async () => {
    dueAt = time;
    loop.start();
    for (let n = 1; n < 4; n++) {
      await looked(n);
      pauses.wakeUp();
    }
    await looked(4);
    expect(rests.sleeps).to.deep.equal([]);
  });

  it('is over at once when a document changes that the look reads, however it changes', async () => {
    const { conversations } = store;
    await start();
    const changes = [
      () => conversations.insertOne(aConversation({ _id: '1-2' })),
      () => conversations.updateOne({ _id: '1-2' }, { $set: { dueAt: 5 } }),
      () =>
        conversations.findOneAndUpdate({ _id: '1-2' }, { $inc: { wake: 1 } }, { returnDocument: 'after' }),
      () => conversations.deleteOne({ _id: '1-2' }),
    ];
    for (const [n, change] of changes.entries()) {
      expect(rests.sleeps).to.have.length(n + 1);
      await change();
      await looked(n + 2);
      pauses.wakeUp();
      while (rests.sleeps.length === n + 1) await settle();
    }
  });

  it('goes on when another document changes, or nothing does', async () => {
    await start();
    await store.queues.insertOne({ _id: 'a', name: 'A', priority: 0, createdAt: 0, changedAt: 0 });
    await store.conversations.updateOne({ _id: 'none' }, { $set: { dueAt: 5 } });
    await store.conversations.deleteOne({ _id: 'none' });
    for (let n = 0; n < 20; n++) await settle();
    expect(looks).to.equal(1);
  });

  it('does not begin when something has changed since the look began', async () => {
    duringLook = async () => {
      if (looks === 1) await store.conversations.insertOne(aConversation({ _id: '1-2' }));
    };
    await start();
    await looked(2);
    expect(rests.sleeps).to.deep.equal([]);
  });

  it('does not begin when something changes while it is asked what is due next', async () => {
    nextAt = async () => {
      if (looks === 1) await store.conversations.insertOne(aConversation({ _id: '1-2' }));
      return dueAt;
    };
    await start();
    await looked(2);
    expect(rests.sleeps).to.deep.equal([]);
  });

  it('is left to a look when the store fails', async () => {
    nextAt = () => Promise.reject(new Error('store is away'));
    await start();
    await looked(2);
  });

  it('ends when the loop stops', async () => {
    await start();
    await loop.stop();
    expect(looks).to.equal(1);
  });

  it('is there only where no other process writes', () => {
    expect(createStillness({ store: {}, now: () => time, sleep: rests.sleep }).restOf).to.equal(undefined);
  });

  it('is over when the clock was set, but not when it is a little off', async () => {
    let steady = 0;
    const ticks = createSleeper();
    const watch = createClockWatch({
      now: () => time,
      steady: () => steady,
      stillness,
      log,
      sleep: ticks.sleep,
    });
    try {
      await start();
      watch.start();
      await ticks.asleep();
      time += 1_100;
      steady += 1_000;
      await ticks.asleep();
      for (let n = 0; n < 20; n++) await settle();
      expect(looks).to.equal(1);
      time += 3_600_000;
      steady += 1_000;
      await ticks.asleep();
      await looked(2);
    } finally {
      await watch.stop();
    }
  });
});
