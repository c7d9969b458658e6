import { expect } from 'chai';
import { createSeal } from '../../src/seal.ts';
import type { DeliveryDoc, EventDoc, Store } from '../../src/store/documents.ts';
import { type DeliverParts, deliver, MAX_ATTEMPTS, type Post } from '../../src/webhooks/deliver.ts';
import { deliveryOf } from '../../src/webhooks/delivery.ts';
import { replayStep } from '../../src/webhooks/replay.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';
import { aWebhook } from '../support/webhooks.ts';

const START = 1_800_000_000_000;
const WEBHOOK = aWebhook();

describe('a delivery', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let time: number;
  let answer: (eventId: string) => Awaited<ReturnType<Post>>;
  /** Ids of the events that the receiver was sent, in order. */
  let sent: string[];
  let gone: string[];
  let outcomes: string[];
  let looks: number;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.webhooks.insertOne(WEBHOOK);
    time = START;
    answer = () => ({ status: 204 });
    sent = [];
    gone = [];
    outcomes = [];
    looks = 0;
  });
  afterEach(() => dispose());

  const parts = (seen = store): DeliverParts => ({
    store: seen,
    subscriptions: { read: async () => {} },
    seal: createSeal({ current: undefined }, 'webhook secrets'),
    async post({ headers }) {
      const id = headers['webhook-id'] ?? '';
      sent.push(id);
      return answer(id);
    },
    now: () => time,
    random: () => 0.5,
    ended: (outcome) => outcomes.push(outcome),
    gone: ({ _id }) => gone.push(_id),
  });

  async function event(sequence: number, conversationId = 'a'): Promise<string> {
    const doc: EventDoc = {
      _id: `${conversationId}${sequence}`,
      sequence,
      type: 'conversation.queued',
      at: START,
      conversationId,
      channelId: 'default',
      number: '1',
      customer: '2',
      session: 1,
      priority: 0,
      place: 'open',
      expiresAt: START * 2,
    };
    await store.events.insertOne(doc);
    await store.deliveries.insertOne(deliveryOf('hook', doc, time));
    return doc._id;
  }

  /** Tries all that is due, as the worker does, until nothing is. */
  async function run(using = parts()): Promise<void> {
    for (;;) {
      const due = await store.deliveries
        .find({ webhookId: 'hook', nextAt: { $lte: time } }, { sort: { nextAt: 1 }, limit: 8 })
        .toArray();
      if (due.length === 0) return;
      looks += due.length;
      await Promise.all(due.map(({ _id }) => deliver(using, WEBHOOK, _id)));
    }
  }
  const find = (eventId: string): Promise<DeliveryDoc | null> =>
    store.deliveries.findOne({ _id: `hook:${eventId}` });

  it('comes in order within a conversation, one at a time', async () => {
    for (const sequence of [1, 2, 3]) await event(sequence);
    await run();
    expect(sent).to.deep.equal(['a1', 'a2', 'a3']);
    expect(await find('a3')).to.deep.include({ status: 'delivered', answer: '204', attempts: 1 });
    expect(await find('a3')).not.to.have.any.keys('lane', 'nextAt');
  });

  it('that fails keeps back the later ones of its conversation, and nobody else’s', async () => {
    await event(1);
    await event(2);
    await event(3, 'b');
    answer = (id) =>
      id === 'a1' && sent.filter((one) => one === 'a1').length < 3 ? { failed: 'timeout' } : { status: 200 };
    await run();
    expect(sent).to.deep.equal(['a1', 'b3']);
    expect(await find('a1')).to.deep.include({ status: 'queued', answer: 'timeout', attempts: 1 });
    while ((await find('a2'))?.status !== 'delivered') {
      time += 1000;
      await run();
      if (time > START + 300_000) expect.fail('it never came');
    }
    expect(sent).to.deep.equal(['a1', 'b3', 'a1', 'a1', 'a2']);
  });

  it('pauses its webhook for as long as the receiver asks for, and keeps its own time', async () => {
    await event(1);
    answer = () => ({ status: 429, retryAfter: 60_000 });
    await run();
    const webhook = await store.webhooks.findOne({ _id: 'hook' });
    expect(webhook).to.include({ on: true, pausedUntil: START + 60_000 });
    expect(await find('a1')).to.deep.include({ status: 'queued', nextAt: START + 5_000, answer: '429' });
    expect(outcomes).to.deep.equal(['failed']);
  });

  it('does not pause a webhook again that was resumed since the request was made', async () => {
    await event(1);
    await event(2, 'b');
    await store.webhooks.updateOne({ _id: 'hook' }, { $set: { resumedAt: START } });
    answer = () => ({ status: 429, retryAfter: 60_000 });
    await deliver(parts(), WEBHOOK, 'hook:a1');
    expect(await store.webhooks.findOne({ _id: 'hook' })).not.to.have.property('pausedUntil');
    await deliver(parts(), { ...WEBHOOK, resumedAt: START }, 'hook:b2');
    expect(await store.webhooks.findOne({ _id: 'hook' })).to.include({ pausedUntil: START + 60_000 });
  });

  it('is given up after about a day of tries, further and further apart, and then the next one goes', async () => {
    await event(1);
    await event(2);
    const tries: number[] = [];
    answer = (id) => {
      if (id !== 'a1') return { status: 200 };
      tries.push(time);
      return { status: 500 };
    };
    while ((await find('a1'))?.status === 'queued') {
      await run();
      time += 1000;
    }
    await run();
    expect(tries).to.have.length(MAX_ATTEMPTS);
    const gaps = tries.slice(1).map((at, n) => at - (tries[n] ?? 0));
    expect(gaps).to.deep.equal([...gaps].sort((a, b) => a - b));
    const hours = ((tries.at(-1) ?? 0) - (tries[0] ?? 0)) / 3_600_000;
    expect(hours).to.be.within(20, 26);
    expect(await find('a1')).to.deep.include({ status: 'dead', answer: '500' });
    expect(await find('a2')).to.deep.include({ status: 'delivered' });
    expect(looks, 'a line that waits costs a look for each try').to.be.below(5 * MAX_ATTEMPTS);
  });

  it('that is answered 410 turns the webhook off, once', async () => {
    await event(1);
    await event(2, 'b');
    answer = () => ({ status: 410 });
    await run();
    expect(gone).to.deep.equal(['hook']);
    expect(await store.webhooks.findOne({ _id: 'hook' })).to.include({ on: false, offReason: 'gone' });
    expect(await find('a1')).to.include({ status: 'dead', answer: '410' });
  });

  it('waits for SECRET_KEY to be put right when the secret cannot be opened', async () => {
    await event(1);
    const sealed = {
      ...WEBHOOK,
      secret: createSeal({ current: 'a key of the store before this one' }, 'webhook secrets').seal(
        'whsec_c2VjcmV0',
      ),
    };
    await deliver(parts(), sealed, 'hook:a1');
    expect(sent).to.deep.equal([]);
    expect(await find('a1')).to.include({ status: 'queued', answer: 'secret_unreadable', attempts: 1 });
  });

  it('survives a death at any point: it comes at least once, in order, and is never lost', async () => {
    const points = new Set<string>();
    await event(1);
    await event(2);
    await run(
      parts(
        crashingStore(store, {
          crashes: (point) => {
            points.add(point);
            return false;
          },
        }),
      ),
    );
    let sequence = 10;
    for (const point of points) {
      sent = [];
      const [one, two] = [await event(sequence++), await event(sequence++)];
      const dying = crashingStore(store, { crashes: (at) => at === point });
      await run(parts(dying)).catch((error) => expect(error).to.be.instanceOf(Crash));
      while ((await find(two))?.status !== 'delivered') {
        time += 10_000;
        await run();
        if (time > START + 100 * 60_000 * 60) expect.fail(`lost at ${point}`);
      }
      expect(await find(one), point).to.include({ status: 'delivered' });
      expect(sent.lastIndexOf(one), point).to.be.below(sent.indexOf(two));
      expect(sent.filter((id) => id === one).length, point).to.be.within(1, 2);
    }
  });

  it('can be asked for again from a number on, in steps that a death does not break', async () => {
    for (let sequence = 1; sequence <= 250; sequence++) await event(sequence, `c${sequence % 5}`);
    await run();
    sent = [];
    await store.webhooks.updateOne({ _id: 'hook' }, { $set: { replay: { from: 51, to: 240 } } });
    const dying = crashingStore(store, { crashes: (point) => point === 'webhooks.updateOne before' });
    await replayStep(dying, 'hook', time).catch((error) => expect(error).to.be.instanceOf(Crash));
    while (await replayStep(store, 'hook', time)) await run();
    expect(new Set(sent).size).to.equal(190);
    expect(sent).to.have.length(190);
    for (let c = 0; c < 5; c++) {
      const mine = sent.filter((id) => id.startsWith(`c${c}`)).map((id) => Number(id.slice(2)));
      expect(mine).to.deep.equal([...mine].sort((a, b) => a - b));
    }
    expect(await store.webhooks.findOne({ _id: 'hook' })).not.to.have.property('replay');
  });
});
