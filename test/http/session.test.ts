import { expect } from 'chai';
import { openStage, STAGE_ENGINES, type Stage } from './stage.ts';

const HEADER = { 'x-switchboard-console': '1' };
const HOUR = 60 * 60_000;

for (const engine of STAGE_ENGINES) {
  describe(`signing in to the console on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
    });
    afterEach(() => stage.close());

    const signIn = (token: string, headers: Record<string, string> = HEADER) =>
      stage.call('POST /api/session', { as: null, body: { token }, headers });

    async function signedIn(id = 'ana'): Promise<Record<string, string>> {
      const cookie = (await signIn(`token-of-${id}`)).headers.get('set-cookie') ?? '';
      return { cookie: cookie.split(';')[0]! };
    }

    it('answers a token with a cookie that scripts cannot read, and that is not the token', async () => {
      const answer = await signIn('token-of-ana');
      expect([answer.status, answer.body.agent.id]).to.deep.equal([201, 'ana']);
      expect(answer.body.expiresAt).to.equal(new Date(stage.rig.time + 12 * HOUR).toISOString());
      const cookie = answer.headers.get('set-cookie');
      expect(cookie).to.match(
        /^switchboard_session=[\w-]{12,}; Path=\/api; Max-Age=43200; HttpOnly; SameSite=Strict$/,
      );
      expect(cookie).not.to.contain('token-of-ana');
      const [stored] = await stage.store.signIns.find({ expiresAt: { $gte: 0 } }).toArray();
      expect(cookie).not.to.contain(stored!._id);
    });

    it('is Secure where the service is reached by https', async () => {
      const console = { secure: true, texts: () => ({ language: 'en', languages: [], texts: {} }) };
      const { url } = await stage.serve({ console });
      const body = JSON.stringify({ token: 'token-of-ana' });
      const answer = await fetch(`${url}/api/session`, { method: 'POST', headers: HEADER, body });
      expect(answer.headers.get('set-cookie')).to.match(/; Secure$/);
    });

    it('refuses a token that is none, and a body that is none', async () => {
      const refused = await signIn('nonsense');
      expect([refused.status, refused.body.code]).to.deep.equal([401, 'unauthenticated']);
      expect(refused.headers.get('set-cookie')).to.equal(null);
      expect(
        (await stage.call('POST /api/session', { as: null, body: '{', headers: HEADER })).status,
      ).to.equal(400);
      expect(
        (await stage.call('POST /api/session', { as: null, body: {}, headers: HEADER })).status,
      ).to.equal(400);
    });

    it('lets the cookie read, and write with the header only', async () => {
      const cookie = await signedIn();
      expect((await stage.call('GET /api/me', { as: null, headers: cookie })).body.id).to.equal('ana');
      const body = { presence: 'available' };
      const forged = await stage.call('PUT /api/me/presence', { as: null, headers: cookie, body });
      expect([forged.status, forged.body.code]).to.deep.equal([403, 'forbidden']);
      expect((await stage.store.agents.findOne({ _id: 'ana' }))?.presence).to.equal('offline');
      const own = await stage.call('PUT /api/me/presence', {
        as: null,
        headers: { ...cookie, ...HEADER },
        body,
      });
      expect([own.status, own.body.presence]).to.deep.equal([200, 'available']);
    });

    it('lets no other site sign anybody in or out', async () => {
      const cookie = await signedIn();
      expect((await signIn('token-of-ana', {})).status).to.equal(403);
      expect((await stage.call('DELETE /api/session', { as: null, headers: cookie })).status).to.equal(403);
      expect((await stage.call('GET /api/me', { as: null, headers: cookie })).status).to.equal(200);
    });

    it('ends by signing out, for this cookie alone', async () => {
      const [here, elsewhere] = [await signedIn(), await signedIn()];
      const out = await stage.call('DELETE /api/session', { as: null, headers: { ...here, ...HEADER } });
      expect(out.status).to.equal(204);
      expect(out.headers.get('set-cookie')).to.match(/^switchboard_session=; Path=\/api; Max-Age=0;/);
      expect((await stage.call('GET /api/me', { as: null, headers: here })).status).to.equal(401);
      expect((await stage.call('GET /api/me', { as: null, headers: elsewhere })).status).to.equal(200);
    });

    it('ends by itself after twelve hours', async () => {
      const cookie = await signedIn();
      stage.rig.time += 12 * HOUR - 1;
      expect((await stage.call('GET /api/me', { as: null, headers: cookie })).status).to.equal(200);
      stage.rig.time += 1;
      expect((await stage.call('GET /api/me', { as: null, headers: cookie })).status).to.equal(401);
    });

    it('ends with the token', async () => {
      const cookie = await signedIn();
      await stage.store.agents.updateOne({ _id: 'ana' }, { $set: { tokenHash: 'that of another token' } });
      expect((await stage.call('GET /api/me', { as: null, headers: cookie })).status).to.equal(401);
    });

    it('lets a stream of events go on for no longer than it holds itself', async () => {
      const cookie = await signedIn();
      const answer = await fetch(`${stage.url}/api/events`, { headers: cookie });
      expect(answer.status).to.equal(200);
      const heard = answer.text();
      stage.rig.time += 12 * HOUR;
      expect(await heard).to.include('retry: 2000');
    });

    it('does a keyed write once', async () => {
      const headers = { ...(await signedIn()), ...HEADER, 'idempotency-key': 'one' };
      const ask = () => stage.call('PUT /api/me/presence', { as: null, headers, body: { presence: 'busy' } });
      expect((await ask()).headers.get('idempotency-replayed')).to.equal(null);
      expect((await ask()).headers.get('idempotency-replayed')).to.equal('true');
    });

    it('counts the bearer token where there are both', async () => {
      const headers = await signedIn('ana');
      expect((await stage.call('GET /api/me', { as: 'ben', headers })).body.id).to.equal('ben');
      expect((await stage.call('GET /api/me', { as: 'nobody', headers })).status).to.equal(401);
    });
  });
}
