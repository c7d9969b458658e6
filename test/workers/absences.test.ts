import { expect } from 'chai';
import { stub } from 'sinon';
import { GRACE, RENEW_EVERY, renewGrace } from '../../src/conversations/grace.ts';
import type { Store } from '../../src/store/documents.ts';
import { createAbsences } from '../../src/workers/absences.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { anAgent } from '../store/documents.ts';
import { aConversation, CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { eventually } from '../support/eventually.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('the loop of absences', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let sleeper: Sleeper;
  let logged: ReturnType<typeof recordedLog>;
  let loop: Loop;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    sleeper = createSleeper();
    logged = recordedLog();
    loop = createAbsences({
      ...rig.turns,
      store,
      due: () => {},
      log: logged.log,
      sleep: sleeper.sleep,
    });
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
    await store.conversations.insertOne(
      aConversation({
        _id: CONVERSATION,
        state: 'active',
        handler: 'agent',
        agentId: 'ana',
        queueId: 'support',
      }),
    );
    await renewGrace(store, 'ana', rig.time);
    loop.start();
    await sleeper.asleep();
  });
  afterEach(async () => {
    await loop.stop();
    await dispose();
  });

  /** Time passes, in steps of the loop’s own. */
  async function pass(milliseconds: number): Promise<void> {
    const end = rig.time + milliseconds;
    while (rig.time < end) {
      rig.time = Math.min(rig.time + 20_000, end);
      await sleeper.asleep();
    }
  }
  /** What a look began is worked on beside it, and ends with the grace. */
  async function worked(): Promise<void> {
    await eventually(ana, ({ graceUntil = Number.POSITIVE_INFINITY }) => graceUntil > rig.time);
  }
  async function isOpen(): Promise<boolean> {
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    return (await store.conversations.findOne({ _id: CONVERSATION }))?.state === 'open';
  }
  const ana = async () => (await store.agents.findOne({ _id: 'ana' })) ?? expect.fail('she is gone');

  it('takes back what an agent has at the look after their grace is over, and not before', async () => {
    await pass(GRACE - 1);
    expect(await isOpen()).to.equal(false);
    rig.time += 1;
    await sleeper.asleep();
    await worked();
    expect(await isOpen()).to.equal(true);
    expect((await ana()).presence).to.equal('offline');
    await pass(30_000);
    await worked();
    expect(await ana()).to.not.have.property('graceUntil');
    expect(sleeper.sleeps.every((milliseconds) => milliseconds === 1000)).to.equal(true);
  });

  it('leaves who is renewed', async () => {
    for (let n = 0; n < 6; n++) {
      await pass(RENEW_EVERY);
      await renewGrace(store, 'ana', rig.time);
    }
    expect(await isOpen()).to.equal(false);
    expect((await ana()).presence).to.equal('available');
  });

  it('gives all a grace anew when it comes back to a store that was away, or from a sleep', async () => {
    const away = stub(store.agents, 'find').throws(new Error('the store is away'));
    await pass(2 * GRACE);
    away.restore();
    await sleeper.asleep();
    expect(await isOpen(), 'nobody could renew').to.equal(false);
    await pass(GRACE - 1);
    expect(await isOpen()).to.equal(false);
    await pass(1);
    await worked();
    expect(await isOpen()).to.equal(true);
    expect(logged.lines().every(({ msg }) => msg === 'look for work failed')).to.equal(true);
  });

  it('gives a grace anew after a start', async () => {
    await loop.stop();
    rig.time += 2 * GRACE;
    sleeper = createSleeper();
    loop = createAbsences({ ...rig.turns, store, due: () => {}, log: logged.log, sleep: sleeper.sleep });
    loop.start();
    await sleeper.asleep();
    await pass(GRACE - 1);
    expect(await isOpen()).to.equal(false);
    await pass(1);
    await worked();
    expect(await isOpen()).to.equal(true);
  });
});
