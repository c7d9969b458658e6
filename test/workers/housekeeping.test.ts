import { expect } from 'chai';
import { stub } from 'sinon';
import type { Store } from '../../src/store/documents.ts';
import { createHousekeeping } from '../../src/workers/housekeeping.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('housekeeping', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let housekeeping: Loop | undefined;
  let time: number;
  let sleeper: Sleeper;
  let logged: ReturnType<typeof recordedLog>;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    time = 1_800_000_000_000;
    sleeper = createSleeper();
    logged = recordedLog();
  });
  afterEach(async () => {
    await housekeeping?.stop();
    await dispose();
  });

  function start(): void {
    housekeeping = createHousekeeping({
      store,
      now: () => time,
      log: logged.log,
      sleep: sleeper.sleep,
    });
    housekeeping.start();
  }
  const asleep = () => sleeper.asleep();
  const answered = (_id: string, expiresAt: number) =>
    store.idempotency.insertOne({
      _id,
      requestHash: 'hash',
      response: { status: 201, body: '{}' },
      expiresAt,
    });
  const kept = async () =>
    (await store.idempotency.find({ expiresAt: { $gte: 0 } }, { sort: { expiresAt: 1 } }).toArray()).map(
      ({ _id }) => _id,
    );

  it('removes sign-ins to the console that are over, and keeps the others', async () => {
    for (const [_id, expiresAt] of [
      ['over', time],
      ['later', time + 1],
    ] as const) {
      await store.signIns.insertOne({ _id, tokenHash: 'hash', createdAt: 0, expiresAt });
    }
    start();
    await asleep();
    const left = await store.signIns.find({ expiresAt: { $gte: 0 } }).toArray();
    expect(left.map(({ _id }) => _id)).to.deep.equal(['later']);
  });

  it('removes first answers whose key has expired, and keeps the others', async () => {
    await answered('past', time - 1);
    await answered('now', time);
    await answered('later', time + 1);
    start();
    await asleep();
    expect(await kept()).to.deep.equal(['later']);
    time += 1;
    await asleep();
    expect(await kept()).to.deep.equal([]);
  });

  it('removes all of many in one go, and looks once a minute then', async () => {
    for (let n = 0; n < 50; n++) await answered(`past-${n}`, time - n);
    start();
    await asleep();
    expect(await kept()).to.deep.equal([]);
    expect(sleeper.sleeps).to.deep.equal([60_000]);
  });

  it('removes drafts that nobody has written on for long, also in a flood of answers', async () => {
    const draft = (agentId: string, expiresAt: number) =>
      store.drafts.insertOne({
        _id: `c:${agentId}`,
        conversationId: 'c',
        agentId,
        text: 'Hel',
        changedAt: 0,
        expiresAt,
      });
    for (let n = 0; n < 50; n++) await answered(`past-${n}`, time - n);
    await draft('ana', time);
    await draft('ben', time + 1);
    start();
    await asleep();
    expect((await store.drafts.find({ conversationId: 'c' }).toArray()).map(({ _id }) => _id)).to.deep.equal([
      'c:ben',
    ]);
    expect(await kept()).to.deep.equal([]);
  });

  it('leaves a key that was used anew between the look and the removal', async () => {
    await answered('again', time - 1);
    const find = store.idempotency.find.bind(store.idempotency);
    stub(store.idempotency, 'find').callsFake((...query) => ({
      toArray: async () => {
        const expired = await find(...query).toArray();
        await store.idempotency.updateOne({ _id: 'again' }, { $set: { expiresAt: time + 1000 } });
        return expired;
      },
    }));
    start();
    await asleep();
    expect(await store.idempotency.findOne({ _id: 'again' })).to.not.equal(null);
  });

  it('outlives a store that is away, and logs that it was', async () => {
    await answered('past', time - 1);
    const away = stub(store.idempotency, 'find').throws(new Error('store is away'));
    start();
    await asleep();
    expect(logged.lines()).to.have.length(1);
    away.restore();
    await asleep();
    expect(await kept()).to.deep.equal([]);
  });
});
