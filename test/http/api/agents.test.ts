import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { aWorkstream } from '../../support/workstreams.ts';
import { anAgent, handOver, openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

for (const engine of STAGE_ENGINES) {
  describe(`/api/agents on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
      await stage.store.workstreams.insertOne(aWorkstream());
    });
    afterEach(() => stage.close());

    const create = (body: unknown) => stage.call('POST /api/agents', { as: 'root', body });
    const change = (id: string, body: unknown) => stage.call(`PATCH /api/agents/${id}`, { as: 'root', body });
    const remove = (id: string) => stage.call(`DELETE /api/agents/${id}`, { as: 'root' });

    it('makes an agent whose token works, and is kept as a hash only', async () => {
      const given = {
        id: 'dan',
        name: 'Dan',
        role: 'supervisor',
        queues: ['sales'],
        languages: ['en', 'zh-TW'],
        skills: ['orders'],
        capacity: 3,
        limits: { default: 2 },
      };
      const { status, body } = await create(given);
      expect(status).to.equal(201);
      const rest = { presence: 'offline', presenceId: null, load: 0, rights: [], hasToken: true };
      expect(body.agent).to.deep.equal({ ...given, ...rest, tokenExpiresAt: null });
      const me = await stage.call('GET /api/me', {
        as: null,
        headers: { authorization: `Bearer ${body.token}` },
      });
      expect(me.body).to.deep.equal(body.agent);
      expect(JSON.stringify(await stage.store.agents.find({}).toArray())).not.to.contain(body.token);
      const { text } = await stage.call('GET /api/agents/dan', { as: 'root' });
      expect(text).not.to.contain(body.token).and.not.to.contain('tokenHash');
    });

    it('needs an id and a name; the rest has defaults', async () => {
      const { body } = await create({ id: 'dan', name: ' Dan ' });
      expect(body.agent).to.deep.equal({
        id: 'dan',
        name: 'Dan',
        role: 'agent',
        queues: [],
        languages: [],
        skills: [],
        capacity: 5,
        limits: {},
        presence: 'offline',
        presenceId: null,
        load: 0,
        rights: [],
        hasToken: true,
        tokenExpiresAt: null,
      });
    });

    it('lists agents, without tokens', async () => {
      const { body, text } = await stage.call('GET /api/agents', { as: 'root' });
      expect(body.items.map(({ id }: { id: string }) => id)).to.deep.equal([
        'ana',
        'ben',
        'eve',
        'root',
        'sam',
      ]);
      expect(text).not.to.match(/token-of|tokenHash/);
    });

    it('refuses an id that is taken', async () => {
      const { status, body } = await create({ id: 'ana', name: 'Another' });
      expect([status, body.code]).to.deep.equal([409, 'exists_already']);
    });

    for (const [what, body, paths] of [
      ['an id with a space', { id: 'a b', name: 'x' }, ['body.id']],
      ['a role that is none', { id: 'dan', name: 'x', role: 'king' }, ['body.role']],
      ['a capacity of none', { id: 'dan', name: 'x', capacity: 0 }, ['body.capacity']],
      [
        'a queue that is not there',
        { id: 'dan', name: 'x', queues: ['support', 'nothing'] },
        ['body.queues.1'],
      ],
      [
        'a limit for a workstream that is not there',
        { id: 'dan', name: 'x', limits: { no: 1 } },
        ['body.limits.no'],
      ],
      ['a limit below none', { id: 'dan', name: 'x', limits: { default: -1 } }, ['body.limits.default']],
      ['a token of one’s own', { id: 'dan', name: 'x', token: 'abc' }, ['body.token']],
      ['nothing', {}, ['body.id', 'body.name']],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const answer = await create(body);
        expect(answer.status).to.equal(400);
        expect(answer.body.problems.map(({ path }: { path: string }) => path)).to.have.members(paths);
      });
    }

    it('changes what is named, and nothing else', async () => {
      const { status, body } = await change('ana', { queues: ['sales'], capacity: 9 });
      expect(status).to.equal(200);
      expect(body).to.include({ id: 'ana', name: 'Ana', role: 'agent', capacity: 9 });
      expect(body.queues).to.deep.equal(['sales']);
      expect((await change('ana', {})).body).to.deep.equal(body);
      expect((await change('ana', { id: 'x' })).body.problems[0].path).to.equal('body.id');
      expect((await change('ana', { queues: ['nothing'] })).status).to.equal(400);
      expect((await change('ana', { limits: { default: 2 } })).body).to.deep.include({
        limits: { default: 2 },
      });
      expect((await change('ana', { limits: { nothing: 2 } })).status).to.equal(400);
      expect((await change('nobody', { name: 'x' })).status).to.equal(404);
    });

    it('takes back what was read, though queues and workstreams that it names are gone', async () => {
      await stage.store.workstreams.insertOne(aWorkstream({ _id: 'night.shift', numbers: [] }));
      const limits = { default: 2, 'night.shift': 1 };
      const { queues } = (await change('ana', { queues: ['sales', 'support'], limits })).body;
      const root = { as: 'root' };
      expect((await stage.call('DELETE /api/workstreams/night.shift', root)).status).to.equal(204);
      expect((await stage.call('DELETE /api/queues/sales', root)).status).to.equal(204);
      const { status, body } = await change('ana', { queues, limits });
      expect(status).to.equal(200);
      expect(body).to.deep.include({ queues, limits });
      await change('ben', { queues: [] });
      const { problems } = (await change('ben', { queues })).body;
      expect(problems.map(({ path }: { path: string }) => path)).to.deep.equal(['body.queues.0']);
      expect((await change('ben', { limits })).body.problems[0].path).to.equal('body.limits.night.shift');
      await change('ana', { queues: [], limits: {} });
      expect((await change('ana', { limits })).status, 'once taken away').to.equal(400);
    });

    it('takes new rights into account at once', async () => {
      expect((await stage.call('GET /api/messages?status=failed')).status).to.equal(403);
      await change('ana', { role: 'supervisor' });
      expect((await stage.call('GET /api/messages?status=failed')).status).to.equal(200);
    });

    it('deletes an agent, whose token is void at once', async () => {
      expect(await remove('ana')).to.include({ status: 204, text: '' });
      expect((await stage.call('GET /api/me')).status).to.equal(401);
      expect((await remove('ana')).status).to.equal(404);
    });

    it('deletes nobody who owns a conversation', async () => {
      await handOver(stage);
      await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
      const { status, body } = await remove('ana');
      expect(status).to.equal(409);
      expect(body).to.include({ code: 'in_use', conversations: 1 });
      await stage.call(`POST /api/conversations/${CONVERSATION}/close`);
      expect((await remove('ana')).status).to.equal(204);
    });

    it('keeps the last admin', async () => {
      for (const refused of [await remove('root'), await change('root', { role: 'agent' })]) {
        expect([refused.status, refused.body.code]).to.deep.equal([409, 'last_admin']);
      }
      expect((await change('root', { name: 'The root', role: 'admin' })).status).to.equal(200);
      await stage.store.agents.insertOne(anAgent('kim', 'admin', []));
      expect((await change('kim', { role: 'supervisor' })).status).to.equal(200);
      await change('kim', { role: 'admin' });
      expect((await remove('kim')).status).to.equal(204);
    });
  });
}

for (const engine of STAGE_ENGINES) {
  describe(`/api/me on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
    });
    afterEach(() => stage.close());

    it('says who I am', async () => {
      expect((await stage.call('GET /api/me')).body).to.include({
        id: 'ana',
        name: 'Ana',
        role: 'agent',
        presence: 'offline',
      });
    });

    it('takes my presence', async () => {
      for (const presence of ['available', 'busy', 'do_not_disturb', 'away', 'offline']) {
        const { status, body } = await stage.call('PUT /api/me/presence', { body: { presence } });
        expect([status, body.presence]).to.deep.equal([200, presence]);
      }
      const wrong = await stage.call('PUT /api/me/presence', { body: { presence: 'asleep' } });
      expect([wrong.status, wrong.body.problems[0].path]).to.deep.equal([400, 'body.presence']);
    });
  });
}

for (const engine of STAGE_ENGINES) {
  describe(`tokens and rights of agents on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
    });
    afterEach(() => stage.close());

    const create = (body: unknown) => stage.call('POST /api/agents', { as: 'root', body });
    const change = (id: string, body: unknown) => stage.call(`PATCH /api/agents/${id}`, { as: 'root', body });

    describe('tokens', () => {
      const withToken = (token: string) =>
        stage.call('GET /api/me', { as: null, headers: { authorization: `Bearer ${token}` } });

      it('are renewed: the new one is shown once, the one before is void at once', async () => {
        const { body } = await stage.call('POST /api/agents/ana/token', { as: 'root' });
        expect(body.agent).to.include({ id: 'ana', hasToken: true, tokenExpiresAt: null });
        expect((await withToken(body.token)).body.id).to.equal('ana');
        expect((await withToken('token-of-ana')).status).to.equal(401);
        expect(JSON.stringify(await stage.store.agents.find({}).toArray())).not.to.contain(body.token);
        const audit = JSON.stringify(await stage.store.audit.find({ target: 'ana' }).toArray());
        expect(audit).to.contain('renewToken').and.not.to.contain(body.token);
      });

      it('end when they were told to, at their making or renewal', async () => {
        const soon = new Date(stage.rig.time + 60_000).toISOString();
        const made = await create({ id: 'dan', name: 'Dan', tokenExpiresAt: soon });
        expect(made.body.agent.tokenExpiresAt).to.equal(soon);
        const renewed = await stage.call('POST /api/agents/ana/token', {
          as: 'root',
          body: { expiresAt: soon },
        });
        for (const { body } of [made, renewed]) expect((await withToken(body.token)).status).to.equal(200);
        stage.rig.time += 60_000;
        for (const { body } of [made, renewed]) expect((await withToken(body.token)).status).to.equal(401);
        const again = await stage.call('POST /api/agents/dan/token', { as: 'root' });
        expect(again.body.agent.tokenExpiresAt).to.equal(null);
        expect((await withToken(again.body.token)).status).to.equal(200);
        const past = await create({ id: 'eli', name: 'Eli', tokenExpiresAt: soon });
        expect(past.body.problems[0].path).to.equal('body.tokenExpiresAt');
      });

      it('are revoked, and the agent stays', async () => {
        expect((await stage.call('DELETE /api/agents/ana/token', { as: 'root' })).status).to.equal(204);
        expect((await withToken('token-of-ana')).status).to.equal(401);
        const { body } = await stage.call('GET /api/agents/ana', { as: 'root' });
        expect(body).to.include({ id: 'ana', hasToken: false });
        for (const request of ['POST /api/agents/no/token', 'DELETE /api/agents/no/token']) {
          expect((await stage.call(request, { as: 'root' })).status).to.equal(404);
        }
      });
    });

    describe('the right to write secrets', () => {
      beforeEach(async () => {
        await stage.store.agents.insertOne({ ...anAgent('adm', 'admin', []), rights: [] });
      });
      const as = 'adm';

      it('is given only by who has it, and so is the token of who has it', async () => {
        for (const [request, body] of [
          ['POST /api/agents', { id: 'x', name: 'X', role: 'admin', rights: ['secrets'] }],
          ['PATCH /api/agents/adm', { rights: ['secrets'] }],
          ['PATCH /api/agents/root', { rights: [] }],
          ['POST /api/agents/root/token', {}],
        ] as const) {
          expect((await stage.call(request, { as, body })).body, request).to.include({
            status: 403,
            code: 'forbidden',
          });
        }
        expect((await stage.call('POST /api/agents/ana/token', { as })).status).to.equal(200);
        expect((await change('adm', { rights: ['secrets'] })).body.rights).to.deep.equal(['secrets']);
        expect((await stage.call('POST /api/agents/root/token', { as })).status).to.equal(200);
      });

      it('is needed for API keys, what they are sent to, and webhooks’ secrets; not for the rest', async () => {
        const account = { id: 'a', name: 'A', customerId: 'ID' };
        const apiKey = Buffer.from('the key of an account').toString('base64');
        const url = 'https://crm.example.com/hook';
        expect(
          (await stage.call('POST /api/channels', { as, body: { ...account, apiKey } })).status,
        ).to.equal(403);
        expect((await stage.call('POST /api/channels', { as, body: account })).status).to.equal(201);
        expect((await stage.call('POST /api/webhooks', { as, body: { url } })).status).to.equal(403);
        const hook = (await stage.call('POST /api/webhooks', { as: 'root', body: { url } })).body.webhook.id;
        for (const [request, body] of [
          ['PATCH /api/channels/a', { apiKey }],
          ['PATCH /api/channels/a', { previousApiKey: null }],
          ['PATCH /api/channels/a', { apiUrl: 'https://evil.example.com' }],
          ['PATCH /api/channels/a', { customerId: 'OTHER' }],
          ['PATCH /api/channels/a', { auth: 'basic' }],
          [`POST /api/webhooks/${hook}/secret`, {}],
          [`PATCH /api/webhooks/${hook}`, { url: 'https://evil.example.com' }],
          [`PATCH /api/webhooks/${hook}`, { includeTexts: true }],
        ] as const) {
          expect((await stage.call(request, { as, body })).status, request).to.equal(403);
          const allowed = (await stage.call(request, { as: 'root', body })).status;
          expect(allowed, request).to.equal(200);
        }
        expect((await stage.call('PATCH /api/channels/a', { as, body: { name: 'B' } })).status).to.equal(200);
        expect(
          (await stage.call(`PATCH /api/webhooks/${hook}`, { as, body: { on: false } })).status,
        ).to.equal(200);
      });
    });
  });
}
