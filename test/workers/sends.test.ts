import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { restore, stub } from 'sinon';
import { SEND_LEASE } from '../../src/conversations/outbox.ts';
import type { Store } from '../../src/store/documents.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { createSends } from '../../src/workers/sends.ts';
import { anAnswer, createRig, type Rig } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { type RunningApp, SUPPORT, startApp } from '../support/running-app.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const turnOfTheLoop = () => new Promise((resolve) => setImmediate(resolve));

describe('the loop of sends', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let sends: Loop;
  let sleeper: Sleeper;
  let log: ReturnType<typeof recordedLog>;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    sleeper = createSleeper();
    // Each line long after the one before, so that none is left out as alike.
    let lines = 0;
    log = recordedLog('trace', { now: () => ++lines * 60_000 });
    rig = createRig(store);
    sends = createSends({
      ...rig.outbox,
      queued: (ids) => {
        for (const id of ids) sends.hint(id);
      },
      log: log.log,
      sleep: sleeper.sleep,
    });
  });
  afterEach(async () => {
    await sends.stop();
    await dispose();
  });

  const asleep = () => sleeper.asleep();
  /** Resolves once no message waits or is being sent, or only for a later time. */
  async function worked(): Promise<void> {
    for (;;) {
      const open = await store.messages.find({ nextAt: { $gte: 0 } }).toArray();
      if (open.every(({ status, nextAt }) => status === 'queued' && (nextAt ?? 0) > rig.time)) return;
      await turnOfTheLoop();
    }
  }
  async function answered(...texts: string[]): Promise<void> {
    rig.bot = async () => anAnswer({ texts });
    await rig.textIn('hello');
    await rig.turn();
  }

  it('finds what is due at its next look, and goes from part to part without another', async () => {
    sends.start();
    await asleep();
    await answered('one', 'two', 'three');
    await asleep();
    const looks = sleeper.sleeps.length;
    await worked();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    expect(sleeper.sleeps).to.have.length(looks);
  });

  it('sends what it gets a hint of at once, and the parts after it', async () => {
    sends.start();
    await asleep();
    await answered('one', 'two', 'three');
    const looks = sleeper.sleeps.length;
    sends.hint('out:in:REF0:0');
    await worked();
    expect(rig.texts()).to.deep.equal(['one', 'two', 'three']);
    expect(sleeper.sleeps).to.have.length(looks);
  });

  it('waits for a second between looks, and tries again what has become due', async () => {
    rig.answer = () => ({ outcome: 'rate_limited', code: '10019', retryAfter: null });
    sends.start();
    await answered('one');
    await asleep();
    await worked();
    expect(rig.texts()).to.deep.equal(['one']);
    await asleep();
    expect(rig.texts()).to.deep.equal(['one']);
    rig.time += 1000;
    await asleep();
    await worked();
    expect(rig.texts()).to.deep.equal(['one', 'one']);
    expect(new Set(sleeper.sleeps)).to.deep.equal(new Set([1000]));
  });

  it('has no more than 64 requests open at once, of as many conversations', async () => {
    let open = 0;
    let most = 0;
    const ends: (() => void)[] = [];
    rig.answer = async ({ externalId }) => {
      most = Math.max(most, ++open);
      await new Promise<void>((resolve) => ends.push(resolve));
      open--;
      return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    };
    await answered('hello');
    const first = await store.messages.findOne({ _id: 'out:in:REF0:0' });
    const conversation = await rig.conversation();
    if (!first) expect.fail('the bot has answered');
    for (let n = 1; n < 100; n++) {
      const conversationId = `c${n}`;
      await store.conversations.insertOne({ ...conversation, _id: conversationId });
      await store.messages.insertOne({
        ...first,
        _id: `out:c${n}:0`,
        conversationId,
        outstanding: conversationId,
      });
    }
    sends.start();
    while (ends.length < 64) await turnOfTheLoop();
    for (let n = 0; n < 20; n++) await turnOfTheLoop();
    expect(open).to.equal(64);
    while (rig.sent.length < 100 || open > 0) {
      ends.shift()?.();
      await turnOfTheLoop();
    }
    await worked();
    expect(most).to.equal(64);
    expect(new Set(rig.sent.map(({ externalId }) => externalId))).to.have.property('size', 100);
  });

  it('calls unknown what another process was sending when it died', async () => {
    await answered('one', 'two');
    await store.messages.updateOne(
      { _id: 'out:in:REF0:0' },
      { $set: { status: 'sending', attempts: 1, nextAt: rig.time + SEND_LEASE } },
    );
    sends.start();
    await asleep();
    await asleep();
    expect(rig.texts()).to.deep.equal([]);
    rig.time += SEND_LEASE;
    await asleep();
    await worked();
    expect(rig.texts()).to.deep.equal(['two']);
    expect((await rig.transcript()).map(({ status }) => status)).to.deep.equal([
      'handled',
      'unknown',
      'sent',
    ]);
  });

  it('stops once the send in hand is noted, and begins no other', async () => {
    let end = () => {};
    rig.answer = async ({ externalId }) => {
      await new Promise<void>((resolve) => {
        end = resolve;
      });
      return { outcome: 'accepted', referenceId: externalId, code: 290, description: '' };
    };
    await answered('one', 'two');
    sends.start();
    while (rig.sent.length === 0) await turnOfTheLoop();
    let stopped = false;
    const stopping = sends.stop().then(() => {
      stopped = true;
    });
    for (let n = 0; n < 5; n++) await turnOfTheLoop();
    expect(stopped).to.equal(false);
    end();
    await stopping;
    expect((await rig.transcript()).map(({ status }) => status)).to.deep.equal(['handled', 'sent', 'queued']);
    expect(rig.texts()).to.deep.equal(['one']);
  });

  describe('on a full disk', () => {
    const limitFiles = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${bytes}:`]);

    beforeEach(async () => {
      stub(console, 'error'); // lmdb writes of it there
      await answered('one', 'two');
      await store.durable();
      limitFiles(1);
      sends.start();
      await refused(1);
    });
    afterEach(() => {
      limitFiles('unlimited');
      restore();
    });

    /** Resolves once so many attempts have failed. */
    async function refused(count: number): Promise<void> {
      while (log.lines().filter(({ msg }) => msg === 'work failed').length < count) await turnOfTheLoop();
    }
    const statuses = async () => (await rig.transcript()).slice(1).map(({ status }) => status);

    it('sends what was claimed and has not left at the first look at which there is room', async () => {
      limitFiles('unlimited');
      await asleep();
      await worked();
      expect(rig.texts()).to.deep.equal(['one', 'two']);
      expect(await statuses()).to.deep.equal(['sent', 'sent']);
    });

    it('sends it also when the claim has run out', async () => {
      rig.time += SEND_LEASE;
      await asleep();
      await refused(2);
      expect(await statuses()).to.deep.equal(['sending', 'queued']);
      limitFiles('unlimited');
      await asleep();
      await worked();
      expect(rig.texts()).to.deep.equal(['one', 'two']);
      expect(await statuses()).to.deep.equal(['sent', 'sent']);
    });

    it('leaves it queued when it stops once there is room', async () => {
      limitFiles('unlimited');
      await sends.stop();
      expect(rig.texts()).to.deep.equal([]);
      expect(await statuses()).to.deep.equal(['queued', 'queued']);
    });

    it('stops and says so when there is no room at the end', async () => {
      await sends.stop();
      expect(await statuses()).to.deep.equal(['sending', 'queued']);
      expect(log.lines().at(-1)).to.include({ msg: 'a text that has not left could not be queued again' });
    });
  });
});

describe('the sends of the service', () => {
  let service: RunningApp;

  beforeEach(async () => {
    service = await startApp();
  });
  afterEach(() => service.stop());

  it('go on at once with what a receipt lets go, while the send before it has no answer yet', async () => {
    const customer = '15550100001';
    const parts = 10;
    const ana = await service.agent('ana');
    await service.textIn(customer, 'agent');
    await service.phone(customer, 1);
    const conversation = `/api/conversations/${SUPPORT.en}-${customer}`;
    await service.call('POST', `${conversation}/claim`, {}, ana);
    const faults = { send: { mode: 'slow', delay: 60_000 }, receipts: { delay: 0 } };
    await service.call('PUT', '/emulator/faults', faults);
    const text = Array.from({ length: parts * 1500 }, (_, n) => (n % 10 === 9 ? ' ' : 'x')).join('');
    await service.call('POST', `${conversation}/messages`, { text }, ana);
    // A look a second for each part would take longer than the phone is waited for.
    const got = await service.phone(customer, 1 + parts);
    expect(got.slice(1).map((part) => part.slice(0, 4))).to.deep.equal(
      Array.from({ length: parts }, (_, n) => `(${n + 1}/${parts})`.slice(0, 4)),
    );
  });
});
