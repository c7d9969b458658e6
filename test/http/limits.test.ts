import { expect } from 'chai';
import { createLimits } from '../../src/http/limits.ts';
import { openStage, type Stage } from './stage.ts';

describe('the limits of the API', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage(() => ({
      limits: createLimits({ trustedProxies: ['127.0.0.1'], requests: 5, wrongTokens: 3 }),
    }));
  });
  afterEach(() => stage.close());

  const from = (address: string, as: string) =>
    stage.call('GET /api/me', { as, headers: { 'x-forwarded-for': address } });

  it('let an agent ask so often, then say when to come back', async () => {
    for (let n = 0; n < 5; n++) expect((await stage.call('GET /api/me')).status).to.equal(200);
    const refused = await stage.call('GET /api/me');
    expect(refused.body).to.include({ status: 429, code: 'too_many_requests' });
    expect(Number(refused.headers.get('retry-after')))
      .to.be.within(1, 10)
      .and.to.equal(refused.body.retryAfter);
    expect((await stage.call('GET /api/me', { as: 'ben' })).status, 'another agent').to.equal(200);
  });

  it('end the guessing of tokens from one address, also once the right one is found', async () => {
    for (let n = 0; n < 3; n++) expect((await from('198.51.100.1', `guess-${n}`)).status).to.equal(401);
    const refused = await from('198.51.100.1', 'guess-3');
    expect(refused.status).to.equal(429);
    expect(Number(refused.headers.get('retry-after'))).to.be.within(1, 300);
    expect((await from('198.51.100.1', 'ana')).status, 'a right one').to.equal(429);
    expect((await from('198.51.100.2', 'ana')).status, 'from elsewhere').to.equal(200);
  });

  it('end the guessing also where people sign in', async () => {
    const signIn = (token: string) =>
      stage.call('POST /api/session', {
        as: null,
        body: { token },
        headers: { 'x-switchboard-console': '1' },
      });
    for (let n = 0; n < 3; n++) expect((await signIn(`guess-${n}`)).status).to.equal(401);
    expect((await signIn('token-of-ana')).status).to.equal(429);
    expect((await stage.call('GET /api/me')).status).to.equal(429);
  });

  it('count sign-ins among an agent’s requests, since each is kept', async () => {
    const signIn = () =>
      stage.call('POST /api/session', {
        ...{ as: null, body: { token: 'token-of-ana' }, headers: { 'x-switchboard-console': '1' } },
      });
    for (let n = 0; n < 5; n++) expect((await signIn()).status).to.equal(201);
    expect((await signIn()).status).to.equal(429);
    expect(await stage.store.signIns.countDocuments({ expiresAt: { $gte: 0 } })).to.equal(5);
  });

  it('leave alone who works at the same address already', async () => {
    expect((await from('198.51.100.1', 'ana')).status).to.equal(200);
    for (let n = 0; n < 6; n++) await from('198.51.100.1', 'guess');
    expect((await from('198.51.100.1', 'guess')).status).to.equal(429);
    expect((await from('198.51.100.1', 'ana')).status).to.equal(200);
    expect((await from('198.51.100.1', 'ben')).status, 'who was not there before').to.equal(429);
  });

  it('do not count requests without a token, nor the public pages', async () => {
    for (let n = 0; n < 6; n++) {
      expect((await stage.call('GET /api/me', { as: null })).status).to.equal(401);
      expect((await stage.call('GET /healthz', { as: null })).status).to.equal(200);
    }
    expect((await stage.call('GET /api/me')).status).to.equal(200);
  });
});
