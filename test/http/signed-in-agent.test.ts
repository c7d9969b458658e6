import { expect } from 'chai';
import { createOpenId } from '../../src/sign-in/open-id.ts';
import { eventually } from '../support/eventually.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../support/issuer.ts';
import { openStage, STAGE_ENGINES, type Stage } from './stage.ts';

for (const engine of STAGE_ENGINES) {
  describe(`agents who sign in by OpenID Connect on ${engine}`, () => {
    let stage: Stage;
    let issuer: Issuer;
    beforeEach(async () => {
      issuer = await startIssuer(() => stage.rig.time);
      stage = await openStage(
        ({ rig }) => ({
          openId: createOpenId({
            ...{
              issuer: issuer.url,
              audience: AUDIENCE,
              roleClaim: 'roles',
              fetch,
              now: () => rig.time,
              cooldown: 0,
            },
            grants: new Map([
              ['agent', 'agent'],
              ['boss', 'admin'],
              ['keys', 'secrets'],
            ]),
          }),
        }),
        engine,
      );
    });
    afterEach(async () => {
      await stage.close();
      await issuer.stop();
    });

    const call = (request: string, token: string, body?: unknown) =>
      stage.call(request, {
        as: null,
        headers: { authorization: `Bearer ${token}` },
        ...(body === undefined ? {} : { body }),
      });

    it('are made at their first request, once, without queues and without a token of ours', async () => {
      const token = await issuer.token();
      const all = await Promise.all([1, 2, 3, 4].map(() => call('GET /api/me', token)));
      expect(all.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200]);
      expect(all[0]?.body).to.deep.include({
        ...{ name: 'Ana of the provider', role: 'agent', queues: [], hasToken: false, rights: [] },
      });
      expect(new Set(all.map(({ body }) => body.id)).size).to.equal(1);
      expect(await stage.store.agents.countDocuments({})).to.equal(6);
    });

    it('have the role that the provider gives them now', async () => {
      const { body: agent } = await call('GET /api/me', await issuer.token({ roles: ['boss', 'keys'] }));
      expect(agent).to.deep.include({ role: 'admin', rights: ['secrets'] });
      expect((await call('GET /api/agents', await issuer.token({ roles: ['boss'] }))).status).to.equal(200);
      expect(
        (
          await call('POST /api/webhooks', await issuer.token({ roles: ['boss'] }), {
            url: 'https://a.example',
          })
        ).status,
      ).to.equal(403);
      expect((await call('GET /api/agents', await issuer.token())).status).to.equal(403);
      const nobody = await call('GET /api/me', await issuer.token({ roles: [] }));
      expect(nobody.body).to.include({ status: 403, code: 'forbidden' });
    });

    describe('in the audit', () => {
      const entries = async (agentId: string) => {
        const path = `GET /api/audit?operation=signIn&target=${agentId}`;
        const { items } = (await stage.call(path, { as: 'root' })).body;
        return items.map((entry: { agentId: string; changes: { field: string; value: unknown }[] }) => [
          entry.agentId,
          ...entry.changes.map(({ field, value }) => `${field}=${value}`),
        ]);
      };
      const next = () => {
        stage.rig.time += 1000;
      };

      it('are noted once when they are made, with their role', async () => {
        const token = await issuer.token();
        const [one] = await Promise.all([1, 2, 3, 4].map(() => call('GET /api/me', token)));
        next();
        await call('GET /api/me', token);
        const { id } = one?.body ?? {};
        expect(await entries(id)).to.deep.equal([[id, 'role=agent', 'rights=null']]);
      });

      it('are noted when a role or right comes, and when it goes', async () => {
        const { id } = (await call('GET /api/me', await issuer.token())).body;
        for (const roles of [['boss', 'keys'], ['boss'], ['agent'], [], []]) {
          next();
          await call('GET /api/me', await issuer.token({ roles }));
        }
        expect(await entries(id)).to.deep.equal([
          [id, 'role=null'],
          [id, 'role=agent', 'rights=null'],
          [id, 'role=admin', 'rights=null'],
          [id, 'role=admin', 'rights.0=secrets'],
          [id, 'role=agent', 'rights=null'],
        ]);
      });

      it('are noted when they come back after they were deleted, and nobody who never had a role', async () => {
        await call('GET /api/me', await issuer.token({ roles: [] }));
        expect(
          await stage.store.audit.find({ operation: 'signIn', at: { $gte: 0 } }).toArray(),
        ).to.deep.equal([]);
        const { id } = (await call('GET /api/me', await issuer.token())).body;
        next();
        await stage.call(`DELETE /api/agents/${id}`, { as: 'root' });
        await call('GET /api/me', await issuer.token());
        expect(await entries(id)).to.have.length(2);
      });

      it('have the entry before the change: where it cannot be written nothing changes', async () => {
        const { url } = await stage.serve({
          openId: stage.parts.openId,
          store: {
            ...stage.store,
            audit: { ...stage.store.audit, insertOne: () => Promise.reject(new Error('disk full')) } as never,
          },
        });
        const headers = { authorization: `Bearer ${await issuer.token({ roles: ['boss'] })}` };
        expect((await fetch(`${url}/api/me`, { headers })).status).to.equal(500);
        expect(await stage.store.agents.countDocuments({})).to.equal(5);
      });
    });

    it('keep what an administrator gave them', async () => {
      const { body: agent } = await call('GET /api/me', await issuer.token());
      await stage.call(`PATCH /api/agents/${agent.id}`, {
        as: 'root',
        body: { queues: ['sales'], name: 'Ana' },
      });
      const { body } = await call('GET /api/me', await issuer.token({ roles: ['boss'] }));
      expect(body).to.deep.include({ id: agent.id, name: 'Ana', queues: ['sales'], role: 'admin' });
    });

    it('are out when their token is over, also on a stream', async () => {
      const token = await issuer.token({ exp: stage.rig.time / 1000 + 60 });
      const aborted = new AbortController();
      const stream = await fetch(`${stage.url}/api/events`, {
        headers: { authorization: `Bearer ${token}` },
        signal: aborted.signal,
      });
      expect(stream.status).to.equal(200);
      let ended = false;
      void stream.text().finally(() => {
        ended = true;
      });
      stage.rig.time += 91_000;
      expect((await call('GET /api/me', token)).body.code).to.equal('unauthenticated');
      await eventually(
        () => {
          stage.changes.wake();
          return ended;
        },
        (hasEnded) => hasEnded,
      );
    });

    describe('with the console', () => {
      const CONSOLE = { 'x-switchboard-console': '1' };
      const signIn = (token: string) =>
        stage.call('POST /api/session', { as: null, headers: CONSOLE, body: { token } });
      const withCookie = (request: string, cookie: string) =>
        stage.call(request, { as: null, headers: { ...CONSOLE, cookie } });

      it('get a cookie for their token, which ends when that would', async () => {
        const exp = stage.rig.time / 1000 + 600;
        const answer = await signIn(await issuer.token({ exp, sub: 'x'.repeat(3000) }));
        expect([answer.status, answer.body.agent.name]).to.deep.equal([201, 'Ana of the provider']);
        expect(answer.body.expiresAt).to.equal(new Date(exp * 1000).toISOString());
        expect(answer.headers.get('set-cookie')).to.include('; Max-Age=600;');
        const [cookie = ''] = answer.headers.get('set-cookie')?.split(';') ?? [];
        expect((await withCookie('GET /api/me', cookie)).body.id).to.equal(answer.body.agent.id);
        stage.rig.time = exp * 1000 - 1;
        expect((await withCookie('GET /api/me', cookie)).status).to.equal(200);
        stage.rig.time += 1;
        expect((await withCookie('GET /api/me', cookie)).status).to.equal(401);
      });

      it('are signed in for twelve hours at most, whatever their token says', async () => {
        const { body } = await signIn(await issuer.token({ exp: stage.rig.time / 1000 + 365 * 86_400 }));
        expect(body.expiresAt).to.equal(new Date(stage.rig.time + 12 * 3_600_000).toISOString());
      });

      it('have there, too, the role that the provider gave last, and are out once they are deleted', async () => {
        const { headers, body } = await signIn(await issuer.token({ roles: ['boss'] }));
        const [cookie = ''] = headers.get('set-cookie')?.split(';') ?? [];
        expect((await withCookie('GET /api/agents', cookie)).status).to.equal(200);
        await call('GET /api/me', await issuer.token({ roles: ['agent'] }));
        expect((await withCookie('GET /api/agents', cookie)).status).to.equal(403);
        await stage.call(`DELETE /api/agents/${body.agent.id}`, { as: 'root' });
        expect((await withCookie('GET /api/me', cookie)).status).to.equal(401);
      });

      it('are refused with a token that is not good, gives no role, or is over but for the difference of clocks', async () => {
        const seconds = stage.rig.time / 1000;
        for (const [changes, status] of [
          [{ aud: 'somebody else' }, 401],
          [{ exp: seconds - 3600 }, 401],
          [{ exp: seconds - 10 }, 401],
          [{ roles: [] }, 403],
        ] as const) {
          const answer = await signIn(await issuer.token({ ...changes }));
          expect([answer.status, answer.headers.get('set-cookie')], JSON.stringify(changes)).to.deep.equal([
            status,
            null,
          ]);
        }
      });
    });

    it('get no token of ours, nor a role, since either would outlast what the provider says', async () => {
      const { body: agent } = await call('GET /api/me', await issuer.token());
      const path = `/api/agents/${agent.id}`;
      for (const [request, body] of [
        [`POST ${path}/token`, {}],
        [`PATCH ${path}`, { role: 'admin' }],
        [`PATCH ${path}`, { rights: ['secrets'] }],
      ] as const) {
        const answer = await stage.call(request, { as: 'root', body });
        expect(answer.body, request).to.include({ status: 409, code: 'set_by_provider' });
      }
      const same = await stage.call(`PATCH ${path}`, { as: 'root', body: { role: 'agent', capacity: 2 } });
      expect([same.status, same.body.capacity, same.body.hasToken]).to.deep.equal([200, 2, false]);
      const squatted = await stage.call('POST /api/agents', { as: 'root', body: { id: 'sso-1', name: 'S' } });
      expect([squatted.status, squatted.body.problems?.[0].path]).to.deep.equal([400, 'body.id']);
    });

    it('get 503, not 401, while the provider is away', async () => {
      issuer.up = false;
      const { body, headers } = await call('GET /api/me', await issuer.token());
      expect(body).to.include({ status: 503, code: 'sign_in_unavailable' });
      expect(headers.get('retry-after')).to.equal('1');
      const signIn = await stage.call('POST /api/session', {
        ...{ as: null, headers: { 'x-switchboard-console': '1' }, body: { token: await issuer.token() } },
      });
      expect(signIn.body).to.include({ status: 503, code: 'sign_in_unavailable' });
      expect((await stage.call('GET /api/me')).status, 'tokens of agents do').to.equal(200);
    });
  });
}
