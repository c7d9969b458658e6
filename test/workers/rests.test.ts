import { expect } from 'chai';
import type { Settings } from '../../src/conversations/settings.ts';
import { NOTHING_ERASED } from '../../src/privacy/erase.ts';
import { createSeal } from '../../src/seal.ts';
import type { QueueDoc, Store } from '../../src/store/documents.ts';
import { createSubscriptions, type Subscriptions } from '../../src/webhooks/subscriptions.ts';
import { createAbsences } from '../../src/workers/absences.ts';
import { createDeliveries } from '../../src/workers/deliveries.ts';
import { createErasures } from '../../src/workers/erasures.ts';
import { createLevelWatch } from '../../src/workers/level-watch.ts';
import { createLookAnew } from '../../src/workers/look-anew.ts';
import type { WorkerParts } from '../../src/workers/loop.ts';
import { createOffers } from '../../src/workers/offers.ts';
import { createPublisher } from '../../src/workers/publisher.ts';
import { createRetention } from '../../src/workers/retention.ts';
import { createNotices, createSends } from '../../src/workers/sends.ts';
import { createSettingsReader } from '../../src/workers/settings-reader.ts';
import { createTurns } from '../../src/workers/turns.ts';
import { aMessage, anAgent } from '../store/documents.ts';
import { aConversation, createRig, type Rig, WORKSTREAM } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';
import { aWebhook } from '../support/webhooks.ts';

const QUEUE: QueueDoc = { _id: 'support', name: 'Support', priority: 0, createdAt: 0, changedAt: 0 };

describe('a loop of the embedded store', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let settings: Settings;
  let subscriptions: Subscriptions;
  let nextAt: () => Promise<number>;
  let parts: WorkerParts & { now: () => number };

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    rig = createRig(store);
    settings = { ...rig.turns.settings, queues: () => [QUEUE] };
    subscriptions = createSubscriptions(store);
    nextAt = () => Promise.reject(new Error('it never rests'));
    parts = {
      log: recordedLog().log,
      now: () => rig.time,
      sleep: (_, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
      restOf(_, told) {
        nextAt = told;
        return { begin() {}, over: () => Promise.resolve() };
      },
    };
  });
  afterEach(() => dispose());

  const NEVER = Number.POSITIVE_INFINITY;
  const forSale = () => ({
    store,
    subscriptions,
    randomId: () => 'id',
    ...parts,
  });

  it('of turns rests until the first conversation is due', async () => {
    createTurns({ ...rig.turns, ...parts, store });
    expect(await nextAt()).to.equal(NEVER);
    await store.conversations.insertOne(aConversation({ _id: '1-1', dueAt: rig.time + 7 }));
    await store.conversations.insertOne(aConversation({ _id: '1-2', dueAt: rig.time + 3, leaseUntil: 5 }));
    expect(await nextAt()).to.equal(rig.time + 3);
  });

  it('of turns does not rest while a turn waits that was asked for', async () => {
    const turns = createTurns({ ...rig.turns, ...parts, store });
    await store.conversations.insertOne(aConversation({ _id: '1-1' }));
    const asked = turns.ask('1-1', rig.turns.bot).catch((error: { code: string }) => error.code);
    while ((await nextAt()) > rig.time) await new Promise((resolve) => setImmediate(resolve));
    await turns.stop();
    expect(await asked).to.equal('not_ready');
  });

  it('of sends and of notices rests until the first of its texts is due', async () => {
    createSends({ ...rig.outbox, ...parts, store });
    const answerAt = nextAt;
    createNotices({ ...rig.outbox, ...parts, store });
    expect([await answerAt(), await nextAt()]).to.deep.equal([NEVER, NEVER]);
    await store.messages.insertOne(aMessage({ _id: 'out:1:1', status: 'queued', nextAt: rig.time + 9 }));
    await store.messages.insertOne(aMessage({ _id: 'out:2:1', status: 'queued', noticeAt: rig.time + 4 }));
    expect([await answerAt(), await nextAt()]).to.deep.equal([rig.time + 9, rig.time + 4]);
  });

  it('of settings rests until they change', async () => {
    createSettingsReader({ ...parts, read: async () => {} });
    expect(await nextAt()).to.equal(NEVER);
  });

  it('of looks after changed settings rests until the first is due', async () => {
    createLookAnew({ ...parts, store });
    await store.queues.insertOne(QUEUE);
    expect(await nextAt()).to.equal(NEVER);
    await store.queues.updateOne({ _id: 'support' }, { $set: { lookAnewAt: rig.time + 5 } });
    expect(await nextAt()).to.equal(rig.time + 5);
  });

  it('of offers rests while nobody waits whom it may place', async () => {
    const mode = (distribution: 'push' | 'pick') => {
      const workstream = {
        ...WORKSTREAM,
        settings: {
          ...WORKSTREAM.settings,
          distribution: { ...WORKSTREAM.settings.distribution, mode: distribution },
        },
      };
      settings = { ...settings, workstreams: () => [workstream], workstream: () => workstream };
      createOffers({ ...rig.turns, ...parts, store, settings, due: () => {} });
    };
    mode('push');
    expect(await nextAt()).to.equal(NEVER);
    const waiting = { queueId: 'support', queuedAt: 0, turnAt: 0 };
    await store.conversations.insertOne(aConversation({ _id: '1-1', state: 'open', ...waiting }));
    expect(await nextAt()).to.equal(rig.time);
    mode('pick');
    expect(await nextAt()).to.equal(NEVER);
    mode('push');
    const offer = { agentId: 'ana', at: 0, until: 1 };
    await store.conversations.updateOne({ _id: '1-1' }, { $set: { offer } });
    expect(await nextAt()).to.equal(NEVER);
  });

  it('of absences rests until a grace is over, and never for so long that it would seem to have been away', async () => {
    const loop = createAbsences({ ...rig.turns, ...parts, store, due: () => {} });
    loop.start();
    await store.agents.insertOne(anAgent({ _id: 'ana' }));
    expect(await nextAt()).to.equal(rig.time + 25_000);
    await store.agents.updateOne({ _id: 'ana' }, { $set: { graceUntil: rig.time + 6 } });
    expect(await nextAt()).to.equal(rig.time + 6);
    await loop.stop();
  });

  it('of service levels rests while nobody waits in a queue that has one', async () => {
    let queue: QueueDoc = QUEUE;
    createLevelWatch({
      ...parts,
      store,
      settings: { queues: () => [queue] },
      wants: () => false,
      randomId: () => 'id',
    });
    const waiting = { queueId: 'support', queuedAt: rig.time, turnAt: 0 };
    await store.conversations.insertOne(aConversation({ _id: '1-1', state: 'open', ...waiting }));
    expect(await nextAt()).to.equal(NEVER);
    queue = { ...QUEUE, levelSeconds: 60 };
    expect(await nextAt()).to.equal(rig.time);
    await store.conversations.updateOne({ _id: '1-1' }, { $unset: { queuedAt: true } });
    expect(await nextAt()).to.equal(NEVER);
    queue = { ...QUEUE, levelSeconds: 60, overLevelAt: rig.time };
    expect(await nextAt(), 'that it is over is to be told').to.equal(rig.time);
  });

  it('of erasures rests until one goes on', async () => {
    createErasures({ ...rig.turns, ...parts, store });
    expect(await nextAt()).to.equal(NEVER);
    const erasure = { _id: 'one', at: 0, agentId: 'root', erased: NOTHING_ERASED };
    await store.erasures.insertOne({ ...erasure, dueAt: rig.time + 45_000 });
    expect(await nextAt()).to.equal(rig.time + 45_000);
  });

  it('of retention rests until its next round', async () => {
    createRetention({ dueAt: () => 5, step: async () => {} }, parts);
    expect(await nextAt()).to.equal(5);
  });

  const WEBHOOK = aWebhook({ _id: 'crm' });

  it('of news rests while no webhook is on, and while there is none', async () => {
    createPublisher({ ...forSale(), published: () => {} });
    await store.conversations.insertOne(aConversation({ _id: '1-1', news: [], newsAt: 1 }));
    expect(await nextAt()).to.equal(NEVER);
    await store.webhooks.insertOne(WEBHOOK);
    await subscriptions.read();
    expect(await nextAt()).to.equal(rig.time);
    await store.conversations.updateOne({ _id: '1-1' }, { $unset: { newsAt: true } });
    expect(await nextAt()).to.equal(NEVER);
  });

  it('of webhooks rests until the first try of one that is on', async () => {
    createDeliveries({
      ...forSale(),
      seal: createSeal({ current: undefined }, 'webhook secrets'),
      post: async () => ({ status: 200 }),
      random: () => 0,
      ended: () => {},
      gone: () => {},
    });
    await store.deliveries.insertOne({
      _id: 'crm:1',
      webhookId: 'crm',
      eventId: '1',
      type: 'message.sent',
      conversationId: '1-1',
      lane: 'crm 1-1',
      sequence: 1,
      status: 'queued',
      attempts: 0,
      nextAt: rig.time + 30,
      changedAt: 0,
      expiresAt: rig.time,
    });
    expect(await nextAt()).to.equal(NEVER);
    await store.webhooks.insertOne(WEBHOOK);
    await subscriptions.read();
    expect(await nextAt()).to.equal(rig.time + 30);
    await store.webhooks.updateOne({ _id: 'crm' }, { $set: { replay: { from: 0, to: 1 } } });
    await subscriptions.read();
    expect(await nextAt()).to.equal(0);
  });
});
