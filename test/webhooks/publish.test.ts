import { expect } from 'chai';
import type { News, Store } from '../../src/store/documents.ts';
import { hasNews, type PublishParts, publish } from '../../src/webhooks/publish.ts';
import { createSubscriptions, type Subscriptions } from '../../src/webhooks/subscriptions.ts';
import { aConversation } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { seeded } from '../support/random.ts';
import { mongoStore, type TemporaryStore, temporaryEmbeddedStore } from '../support/stores.ts';

const ENGINES: [string, () => Promise<TemporaryStore>][] = [
  ['the embedded engine', temporaryEmbeddedStore],
  ['MongoDB', mongoStore],
];

for (const [engine, open] of ENGINES) {
  describe(`events on ${engine}`, function () {
    this.timeout(60_000);
    let store: Store;
    let dispose: () => Promise<void>;
    let subscriptions: Subscriptions;
    let time: number;
    let ids: number;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      time = 1_800_000_000_000;
      ids = 0;
      await store.webhooks.insertOne({
        _id: 'hook',
        url: 'https://example.com/',
        events: null,
        secret: 'whsec_',
        on: true,
        includeTexts: false,
        createdAt: 0,
        changedAt: 0,
      });
      subscriptions = createSubscriptions(store);
      await subscriptions.read();
    });
    afterEach(() => dispose());

    const parts = (seen = store): PublishParts => ({
      store: seen,
      subscriptions,
      now: () => time,
      randomId: () => `lease-${ids++}`,
      published: () => {},
    });
    const happened = (id: string, at: number, type: News['type'] = 'conversation.queued'): News => ({
      id,
      type,
      at,
      place: 'open',
      queueId: 'support',
      session: 1,
    });
    const conversation = (_id: string, ...news: News[]) =>
      store.conversations.insertOne(
        aConversation({ _id, state: 'open', queueId: 'support', news, newsAt: news[0]?.at ?? 0 }),
      );
    const say = (_id: string, news: News) =>
      store.conversations.updateOne({ _id }, { $push: { news }, $min: { newsAt: news.at } });
    const events = () => store.events.find({ sequence: { $gte: 0 } }, { sort: { sequence: 1 } }).toArray();
    const deliveries = () =>
      store.deliveries.find({ webhookId: 'hook', nextAt: { $gte: 0 } }, { sort: { nextAt: 1 } }).toArray();

    it('get numbers in order of time, and of commits within a conversation, and one delivery each', async () => {
      await conversation('a', happened('a1', 10), happened('a2', 30), happened('a3', 30));
      await conversation('b', happened('b1', 20));
      expect(await hasNews(store)).to.equal(true);
      expect(await publish(parts())).to.equal(false);
      expect((await events()).map(({ _id, sequence }) => [_id, sequence])).to.deep.equal([
        ['a1', 1],
        ['b1', 2],
        ['a2', 3],
        ['a3', 4],
      ]);
      expect((await deliveries()).map(({ eventId }) => eventId)).to.have.members(['a1', 'a2', 'a3', 'b1']);
      expect(await hasNews(store)).to.equal(false);
      const left = await store.conversations.findOne({ _id: 'a' });
      expect(left).not.to.have.any.keys('news', 'newsAt');
    });

    it('of queues are among them, each queue’s in a lane of its own', async () => {
      await conversation('a', happened('a1', 20));
      const over = { id: 'q1', type: 'queue.over_level', at: 10, levelSeconds: 60, overLevel: 2 } as const;
      const within = {
        id: 'q2',
        type: 'queue.within_level',
        at: 30,
        levelSeconds: 60,
        overLevel: 0,
      } as const;
      const queue = aQueue();
      await store.queues.insertOne({ ...queue, news: [over, within], newsAt: 10 });
      expect(await hasNews(store)).to.equal(true);
      await publish(parts());
      expect((await events()).map(({ _id }) => _id)).to.deep.equal(['q1', 'a1', 'q2']);
      expect((await events())[0]).to.deep.include({ queueId: 'support', name: 'Support', overLevel: 2 });
      expect((await deliveries()).map(({ eventId, lane }) => `${eventId} ${lane}`)).to.have.members([
        'q1 hook:queue:support',
        'q2 hook:queue:support',
        'a1 hook:a',
      ]);
      expect(await store.queues.findOne({ _id: 'support' })).to.deep.equal(queue);
      expect(await hasNews(store)).to.equal(false);
    });

    it('go on from the number before, and leave what comes while they are made', async () => {
      await conversation('a', happened('a1', 10));
      const busy = crashingStore(store, {
        crashes: () => false,
        wrote: (collection, method) => {
          if (collection === 'events' && method === 'insertOne') void say('a', happened('a2', 11));
        },
      });
      await publish(parts(busy));
      await publish(parts());
      expect((await events()).map(({ _id, sequence }) => `${_id} ${sequence}`)).to.deep.equal([
        'a1 1',
        'a2 2',
      ]);
    });

    it('of one publisher at a time: another waits for its lease, and then finishes its batch first', async () => {
      await conversation('a', happened('a1', 10));
      const dying = crashingStore(store, { crashes: (point) => point === 'events.insertOne before' });
      await publish(parts(dying)).catch(() => {});
      await conversation('b', happened('b1', 5));
      await publish(parts());
      expect(await events()).to.deep.equal([]);
      time += 60_000;
      await publish(parts());
      expect((await events()).map(({ _id, sequence }) => `${_id} ${sequence}`)).to.deep.equal([
        'a1 1',
        'b1 2',
      ]);
    });

    it('survive a death at any point: each is there once, and none comes before one that was seen', async () => {
      const points = new Set<string>();
      const survey = crashingStore(store, {
        crashes: (point) => {
          points.add(point);
          return false;
        },
      });
      await conversation('first', happened('first', 1));
      await publish(parts());
      await conversation('survey', happened('survey', 1));
      await publish(parts(survey));
      const before = (await events()).length;
      let n = 0;
      for (const point of points) {
        n += 1;
        await conversation(`c${n}`, happened(`${n}-1`, n), happened(`${n}-2`, n));
        let dead = false;
        const dying = crashingStore(store, {
          crashes: (at) => {
            if (dead || at !== point) return false;
            dead = true;
            return true;
          },
        });
        await publish(parts(dying)).catch((error) => expect(error).to.be.instanceOf(Crash));
        expect(dead, point).to.equal(true);
        time += 60_000;
        while (await hasNews(store)) await publish(parts());
      }
      const all = await events();
      expect(all).to.have.length(before + 2 * points.size);
      expect(await deliveries()).to.have.length(all.length);
    });

    it('keep their order on four processes that die at random', async () => {
      const random = seeded(7);
      let seen = 0;
      const highest: number[] = [];
      const watched = (dies: boolean) =>
        crashingStore(store, {
          crashes: () => dies && random() < 0.03,
          wrote: (collection, method, [doc]) => {
            // Whoever reads in order has seen the highest number so far: nothing new may come below it.
            if (collection !== 'events' || method !== 'insertOne') return;
            const { sequence } = doc as { sequence: number };
            if (sequence < seen) highest.push(sequence);
            seen = Math.max(seen, sequence);
          },
        });
      const told: string[] = [];
      for (let round = 0; round < 40; round++) {
        const id = `c${round % 7}`;
        if (round < 7) await conversation(id);
        for (let k = 0; k < 3; k++) {
          told.push(`${id}-${round}-${k}`);
          await say(id, happened(`${id}-${round}-${k}`, time));
        }
        await Promise.all(
          [1, 2, 3, 4].map(() =>
            publish(parts(watched(true))).catch((e) => expect(e).to.be.instanceOf(Crash)),
          ),
        );
        time += random() < 0.5 ? 4_000 : 11_000;
      }
      time += 60_000;
      while (await hasNews(store)) await publish(parts(watched(false)));
      const all = await events();
      expect(all.map(({ _id }) => _id)).to.have.members(told);
      expect(highest).to.deep.equal([]);
      for (const id of ['c0', 'c3']) {
        const mine = all
          .filter((event) => 'conversationId' in event && event.conversationId === id)
          .map(({ _id }) => _id);
        expect(mine).to.deep.equal(told.filter((one) => one.startsWith(`${id}-`)));
      }
    });
  });
}
