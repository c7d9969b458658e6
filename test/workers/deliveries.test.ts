import { expect } from 'chai';
import { createSeal } from '../../src/seal.ts';
import type { EventDoc, Store } from '../../src/store/documents.ts';
import type { Post } from '../../src/webhooks/deliver.ts';
import { deliveryOf } from '../../src/webhooks/delivery.ts';
import { createSubscriptions, type Subscriptions } from '../../src/webhooks/subscriptions.ts';
import { createDeliveries } from '../../src/workers/deliveries.ts';
import { createHousekeeping } from '../../src/workers/housekeeping.ts';
import type { Loop } from '../../src/workers/loop.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper, type Sleeper } from '../support/sleeper.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';
import { aWebhook } from '../support/webhooks.ts';

const TIME = 1_800_000_000_000;

describe('the worker of webhooks', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let subscriptions: Subscriptions;
  let loop: Loop | undefined;
  let sleeper: Sleeper;
  let posted: string[];
  let post: Post;
  let time: number;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    sleeper = createSleeper();
    posted = [];
    time = TIME;
    post = async () => ({ status: 200 });
    for (const _id of ['fast', 'slow']) {
      await store.webhooks.insertOne(aWebhook({ _id, url: `https://${_id}.example.com/` }));
    }
    subscriptions = createSubscriptions(store);
    await subscriptions.read();
  });
  afterEach(async () => {
    await loop?.stop();
    await dispose();
  });

  function start(): Loop {
    loop = createDeliveries({
      store,
      subscriptions,
      seal: createSeal({ current: undefined }, 'webhook secrets'),
      post(request) {
        posted.push(`${new URL(request.url).hostname.split('.')[0]} ${request.headers['webhook-id']}`);
        return post(request);
      },
      now: () => time,
      random: () => 0.5,
      ended: () => {},
      gone: () => {},
      log: recordedLog().log,
      sleep: sleeper.sleep,
    });
    loop.start();
    return loop;
  }
  async function event(sequence: number, webhookIds: string[], expiresAt = TIME * 2): Promise<void> {
    const doc: EventDoc = {
      _id: `e${sequence}`,
      sequence,
      type: 'conversation.queued',
      at: TIME,
      conversationId: `c${sequence}`,
      channelId: 'default',
      number: '1',
      customer: '2',
      session: 1,
      priority: 0,
      place: 'open',
      expiresAt,
    };
    await store.events.insertOne(doc);
    for (const id of webhookIds) await store.deliveries.insertOne(deliveryOf(id, doc, TIME));
  }
  /** Has these requests go unanswered until what it gives back is called. */
  function hold(these: (request: Parameters<Post>[0]) => boolean): () => void {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    post = async (request) => {
      if (these(request)) await held;
      return { status: 200 };
    };
    return release;
  }
  const delivered = (webhookId: string) =>
    store.deliveries.countDocuments({ webhookId, status: 'delivered' });

  it('lets a webhook that hangs keep nobody else waiting, with eight requests to it at once', async () => {
    for (let n = 0; n < 20; n++) await event(n, ['fast', 'slow']);
    const release = hold(({ url }) => url.includes('slow'));
    start();
    while ((await delivered('fast')) < 20) await new Promise((resolve) => setImmediate(resolve));
    expect(posted.filter((one) => one.startsWith('slow'))).to.have.length(8);
    release();
    while ((await delivered('slow')) < 20) await new Promise((resolve) => setImmediate(resolve));
    expect(posted).to.have.length(40);
  });

  it('lets a conversation that hangs keep no other of its webhook waiting, also one that comes later', async () => {
    for (let n = 0; n < 20; n++) await event(n, ['slow']);
    const release = hold(({ headers }) => headers['webhook-id'] === 'e3');
    const running = start();
    while ((await delivered('slow')) < 19) await new Promise((resolve) => setImmediate(resolve));
    await event(20, ['slow']);
    running.hint('slow');
    while ((await delivered('slow')) < 20) await new Promise((resolve) => setImmediate(resolve));
    // Another process has published this one, so that nobody here hints at it.
    await event(21, ['slow']);
    while ((await delivered('slow')) < 21) await sleeper.asleep();
    release();
    while ((await delivered('slow')) < 22) await new Promise((resolve) => setImmediate(resolve));
    expect(posted).to.have.length(22);
  });

  it('never has one in hand twice, also when its lease is over', async () => {
    await event(1, ['slow']);
    const release = hold(() => true);
    const running = start();
    while (posted.length < 1) await new Promise((resolve) => setImmediate(resolve));
    time += 40_000;
    running.hint('slow');
    for (let looks = 0; looks < 3; looks++) await sleeper.asleep();
    expect(posted).to.deep.equal(['slow e1']);
    release();
    while ((await delivered('slow')) < 1) await new Promise((resolve) => setImmediate(resolve));
    expect(posted).to.deep.equal(['slow e1']);
  });

  it('takes nothing new once the store has failed a try, until the next look', async () => {
    for (let n = 0; n < 20; n++) await event(n, ['fast']);
    let broken = true;
    post = async () => {
      if (broken) throw new Error('no disk');
      return { status: 200 };
    };
    start();
    while (posted.length < 8) await new Promise((resolve) => setImmediate(resolve));
    for (let n = 0; n < 50; n++) await new Promise((resolve) => setImmediate(resolve));
    expect(posted).to.have.length(8);
    broken = false;
    time += 40_000;
    while ((await delivered('fast')) < 20) await sleeper.asleep();
  });

  it('rests when nothing is due, and sends nothing to one that is off', async () => {
    await store.webhooks.updateOne({ _id: 'slow' }, { $set: { on: false } });
    await subscriptions.read();
    await event(1, ['fast', 'slow']);
    start();
    await sleeper.asleep();
    while ((await delivered('fast')) < 1) await sleeper.asleep();
    await sleeper.asleep();
    expect(posted).to.deep.equal(['fast e1']);
    expect(sleeper.sleeps.at(-1)).to.equal(1000);
  });

  it('leaves a receiver alone for as long as it asks for, also with other events', async () => {
    for (let n = 0; n < 10; n++) await event(n, ['slow']);
    await event(20, ['fast']);
    post = async ({ url }) => (url.includes('slow') ? { status: 429, retryAfter: 60_000 } : { status: 200 });
    start();
    while ((await delivered('fast')) < 1) await new Promise((resolve) => setImmediate(resolve));
    await sleeper.asleep();
    await sleeper.asleep();
    expect(posted.filter((one) => one.startsWith('slow'))).to.have.length(8);
    time += 60_001;
    post = async () => ({ status: 200 });
    while ((await delivered('slow')) < 10) await sleeper.asleep();
    expect(posted.filter((one) => one.startsWith('slow'))).to.have.length(18);
  });

  it('is at work again once a pause was ended here or in another process, also with what was answered before', async () => {
    for (let n = 0; n < 10; n++) await event(n, ['slow']);
    post = async () => ({ status: 503, retryAfter: 3_600_000 });
    start();
    while (posted.length < 8) await sleeper.asleep();
    time += 10_000;
    for (let looks = 0; looks < 3; looks++) await sleeper.asleep();
    expect(posted).to.have.length(8);
    post = async () => ({ status: 200 });
    await store.webhooks.updateOne(
      { _id: 'slow' },
      { $set: { resumedAt: time }, $unset: { pausedUntil: true } },
    );
    await subscriptions.read();
    while ((await delivered('slow')) < 10) await sleeper.asleep();
    expect(posted).to.have.length(18);
  });

  it('stops by finishing what is in hand', async () => {
    for (let n = 0; n < 20; n++) await event(n, ['fast']);
    const release = hold(() => true);
    const running = start();
    while (posted.length < 8) await new Promise((resolve) => setImmediate(resolve));
    const stopped = running.stop();
    release();
    await stopped;
    expect(posted).to.have.length(8);
    expect(await delivered('fast')).to.equal(8);
  });

  it('of their expiry removes events and deliveries whose time is over, and no other', async () => {
    for (let n = 0; n < 12; n++) await event(n, ['fast'], TIME);
    await event(50, ['fast'], TIME + 1);
    const expiry = createHousekeeping({
      store,
      now: () => TIME,
      log: recordedLog().log,
      sleep: sleeper.sleep,
    });
    expiry.start();
    try {
      const left = () => store.events.find({ sequence: { $gte: 0 } }, { sort: { sequence: 1 } }).toArray();
      while ((await left()).length > 1) await sleeper.asleep();
      expect((await left()).map(({ _id }) => _id)).to.deep.equal(['e50']);
      const lane = { webhookId: 'fast', nextAt: { $gte: 0 } };
      expect(await store.deliveries.countDocuments(lane)).to.equal(1);
    } finally {
      await expiry.stop();
    }
  });
});
