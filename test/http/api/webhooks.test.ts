import { expect } from 'chai';
import { createSeal } from '../../../src/seal.ts';
import { deliveryOf } from '../../../src/webhooks/delivery.ts';
import { openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

const URL_ = 'https://crm.example.com/hook';

const seal = createSeal({ current: 'the secret key of the test stage, of some length' }, 'webhook secrets');

for (const engine of STAGE_ENGINES) {
  describe(`/api/webhooks on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
    });
    afterEach(() => stage.close());

    const call = (request: string, body?: unknown) =>
      stage.call(request, { as: 'root', ...(body === undefined ? {} : { body }) });
    const make = async (fields = {}) =>
      (await call('POST /api/webhooks', { url: URL_, ...fields })).body as {
        webhook: { id: string };
        secret: string;
      };

    it('shows the secret once, and the store does not show it', async () => {
      const { webhook, secret } = await make();
      expect(webhook).to.deep.include({
        url: URL_,
        events: null,
        on: true,
        offReason: null,
        includeTexts: false,
        replay: null,
      });
      expect(secret).to.match(/^whsec_[A-Za-z0-9+/]{43}=$/);
      const answers = [await call('GET /api/webhooks'), await call(`GET /api/webhooks/${webhook.id}`)];
      for (const { text } of answers) expect(text).not.to.contain('whsec_').and.not.to.contain('secret');
      const stored = await stage.store.webhooks.findOne({ _id: webhook.id });
      expect(JSON.stringify(stored)).not.to.contain(secret.slice(6));
    });

    it('keeps the secret before for a day when a new one is made', async () => {
      const { webhook, secret } = await make();
      const { body } = await call(`POST /api/webhooks/${webhook.id}/secret`);
      expect(body.secret).not.to.equal(secret);
      const stored = await stage.store.webhooks.findOne({ _id: webhook.id });
      expect(seal.open(stored?.secret ?? '')).to.equal(body.secret);
      expect(seal.open(stored?.previousSecret ?? '')).to.equal(secret);
      expect(stored?.previousUntil).to.equal(stage.rig.time + 86_400_000);
    });

    it('gives one new secret of two that are asked for at once, so that the one in use stays good', async () => {
      const { webhook, secret } = await make();
      let reads = 0;
      let go = () => {};
      const bothHaveRead = new Promise<void>((resolve) => {
        go = resolve;
      });
      const webhooks = new Proxy(stage.store.webhooks, {
        get: (collection, method) =>
          method === 'findOne'
            ? async (filter: { _id: string }) => {
                const found = await collection.findOne(filter);
                reads += 1;
                if (reads === 2) go();
                await bothHaveRead;
                return found;
              }
            : Reflect.get(collection, method).bind(collection),
      });
      const { durable } = stage.store;
      const store = { ...stage.store, webhooks, durable: durable.bind(stage.store) };
      const { url } = await stage.serve({ store });
      const ask = async () => {
        const path = `${url}/api/webhooks/${webhook.id}/secret`;
        const answer = await fetch(path, {
          method: 'POST',
          headers: { authorization: 'Bearer token-of-root' },
        });
        return (await answer.json()) as { code?: string; secret?: string };
      };
      const answers = await Promise.all([ask(), ask()]);
      expect(answers.map(({ code }) => code)).to.have.members([undefined, 'stale_version']);
      const stored = await stage.store.webhooks.findOne({ _id: webhook.id });
      expect([stored?.secret, stored?.previousSecret].map((sealed) => seal.open(sealed ?? ''))).to.deep.equal(
        [answers.find((answer) => answer.secret !== undefined)?.secret, secret],
      );
    });

    it('changes what is named, and forgets why it was off when it is turned on', async () => {
      const { webhook } = await make();
      await stage.store.webhooks.updateOne({ _id: webhook.id }, { $set: { on: false, offReason: 'gone' } });
      const path = `/api/webhooks/${webhook.id}`;
      expect((await call(`PATCH ${path}`, { events: ['message.failed'] })).body).to.deep.include({
        url: URL_,
        events: ['message.failed'],
        on: false,
        offReason: 'gone',
      });
      expect((await call(`PATCH ${path}`, { on: true })).body).to.include({ on: true, offReason: null });
      expect((await call(`DELETE ${path}`)).status).to.equal(204);
      for (const gone of [
        `GET ${path}`,
        `DELETE ${path}`,
        `POST ${path}/secret`,
        `POST ${path}/test`,
        `GET ${path}/deliveries`,
      ]) {
        expect((await call(gone)).body, gone).to.include({ status: 404, code: 'not_found' });
      }
    });

    it('ends what pause its receiver asked for when it is changed', async () => {
      const { webhook } = await make();
      for (const change of [{ url: `${URL_}/new` }, { on: true }]) {
        const pausedUntil = stage.rig.time + 3_600_000;
        await stage.store.webhooks.updateOne({ _id: webhook.id }, { $set: { pausedUntil } });
        expect((await call(`PATCH /api/webhooks/${webhook.id}`, change)).status).to.equal(200);
        const stored = await stage.store.webhooks.findOne({ _id: webhook.id });
        expect(stored).to.include({ resumedAt: stage.rig.time }).and.not.have.property('pausedUntil');
      }
    });

    it('refuses what is wrong, with its path', async () => {
      for (const [body, path] of [
        [{}, 'body.url'],
        [{ url: 'http://crm.example.com' }, 'body.url'],
        [{ url: URL_, events: [] }, 'body.events'],
        [{ url: URL_, events: ['conversation.dreamt'] }, 'body.events.0'],
        [{ url: URL_, secret: 'mine' }, 'body.secret'],
      ] as const) {
        const { status, body: answer } = await call('POST /api/webhooks', body);
        expect(status).to.equal(400);
        expect(answer.problems[0].path).to.equal(path);
      }
      const { webhook } = await make();
      const replay = await call(`POST /api/webhooks/${webhook.id}/replay`, { from: 0 });
      expect(replay.body.problems[0].path).to.equal('body.from');
    });

    it('takes fifty at most', async () => {
      for (let n = 0; n < 50; n++) await make();
      const { status } = await call('POST /api/webhooks', { url: URL_ });
      expect(status).to.equal(400);
    });

    it('lists deliveries by what became of them, a page at a time, and sends one again', async () => {
      const { webhook } = await make();
      for (let n = 1; n <= 5; n++) {
        const event = {
          _id: `e${n}`,
          sequence: n,
          type: 'conversation.queued' as const,
          at: n,
          conversationId: 'a',
          channelId: 'default',
          number: '1',
          customer: '2',
          session: 1,
          priority: 0,
          place: 'open' as const,
          expiresAt: 10,
        };
        const { nextAt: _, lane: __, ...dead } = deliveryOf(webhook.id, event, n);
        await stage.store.deliveries.insertOne({ ...dead, status: 'dead', attempts: 11, answer: '503' });
      }
      const list = `GET /api/webhooks/${webhook.id}/deliveries?limit=2`;
      const first = (await call(list)).body;
      expect(first.items.map(({ sequence }: { sequence: number }) => sequence)).to.deep.equal([5, 4]);
      expect(first.items[0]).to.deep.include({ status: 'dead', attempts: 11, answer: '503', nextAt: null });
      const second = (await call(`${list}&cursor=${first.cursor}`)).body;
      expect(second.items.map(({ sequence }: { sequence: number }) => sequence)).to.deep.equal([3, 2]);

      const again = await call(`POST /api/deliveries/${encodeURIComponent(first.items[0].id)}/retry`);
      expect(again.body).to.include({ status: 'queued', attempts: 0, sequence: 5 });
      const queued = (await call(`${list}&status=queued`)).body;
      expect(queued.items.map(({ sequence }: { sequence: number }) => sequence)).to.deep.equal([5]);
      expect(queued.items[0].nextAt).to.equal(new Date(stage.rig.time).toISOString());

      const pausedUntil = stage.rig.time + 3_600_000;
      await stage.store.webhooks.updateOne({ _id: webhook.id }, { $set: { pausedUntil } });
      const paused = (await call(`${list}&status=queued`)).body;
      expect(paused.items[0].nextAt).to.equal(new Date(pausedUntil).toISOString());
      await call(`POST /api/deliveries/${encodeURIComponent(first.items[0].id)}/retry`);
      const stored = await stage.store.webhooks.findOne({ _id: webhook.id });
      expect(stored).to.include({ resumedAt: stage.rig.time }).and.not.have.property('pausedUntil');
      expect((await call('POST /api/deliveries/nothing/retry')).body).to.include({ code: 'not_found' });

      await call(`DELETE /api/webhooks/${webhook.id}`);
      const [late] = second.items;
      const tooLate = await call(`POST /api/deliveries/${encodeURIComponent(late.id)}/retry`);
      expect(tooLate.body).to.include({ status: 404, code: 'not_found' });
      expect(await stage.store.deliveries.findOne({ _id: late.id })).to.include({ status: 'dead' });
    });
  });
}
