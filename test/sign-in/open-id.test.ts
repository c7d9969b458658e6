import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { SwitchboardError } from '../../src/errors.ts';
import type { Grant } from '../../src/setting-lists.ts';
import { createOpenId, type OpenId } from '../../src/sign-in/open-id.ts';
import { AUDIENCE, type Issuer, startIssuer } from '../support/issuer.ts';
import { rejection } from '../support/rejection.ts';

const GRANTS = new Map<string, Grant>([
  ['agent', 'agent'],
  ['supervisor', 'supervisor'],
  ['admin', 'admin'],
  ['secrets', 'secrets'],
]);

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('sign-in by OpenID Connect', () => {
  let issuer: Issuer;
  let openId: OpenId;
  let time: number;

  const create = (changes: Partial<Parameters<typeof createOpenId>[0]> = {}) =>
    createOpenId({
      ...{ issuer: issuer.url, audience: AUDIENCE, roleClaim: 'roles', grants: GRANTS },
      ...{ fetch, now: () => time, cooldown: 0 },
      ...changes,
    });
  const code = async (token: string) => {
    const error = await rejection(openId.verify(token));
    return error instanceof SwitchboardError ? error.code : error;
  };

  beforeEach(async () => {
    time = Date.parse('2026-03-02T09:30:00Z');
    issuer = await startIssuer(() => time);
    openId = create();
  });
  afterEach(() => issuer.stop());

  it('takes a token of the issuer for us, and reads who it is and until when', async () => {
    expect(await openId.verify(await issuer.token())).to.deep.include({
      name: 'Ana of the provider',
      role: 'agent',
      secrets: false,
      until: time + 600_000,
    });
    const first = await openId.verify(await issuer.token());
    const renamed = await openId.verify(
      await issuer.token({ name: 'Ana Married', roles: ['admin', 'agent', 'secrets'] }),
    );
    expect(renamed).to.include({ agentId: first.agentId, role: 'admin', secrets: true });
    expect(first.agentId).to.match(/^sso-[0-9a-f]{24}$/);
    expect((await openId.verify(await issuer.token({ sub: 'user-2' }))).agentId).not.to.equal(first.agentId);
    expect(issuer.reads()).to.equal(1);
  });

  it('refuses what is expired, not yet good, for others, of others, or names nobody', async () => {
    const seconds = time / 1000;
    for (const changes of [
      { exp: seconds - 31 },
      { exp: undefined },
      { nbf: seconds + 31 },
      { aud: 'another-service' },
      { aud: undefined },
      { iss: 'https://other.example' },
      { iss: undefined },
      { sub: undefined },
    ]) {
      expect(await code(await issuer.token(changes)), JSON.stringify(changes)).to.equal('unauthenticated');
    }
    await openId.verify(await issuer.token({ exp: seconds - 29 }));
    await openId.verify(await issuer.token({ aud: ['x', AUDIENCE] }));
  });

  it('refuses tokens that anybody could have signed', async () => {
    const good = await issuer.token();
    const [, payload = '', signature = ''] = good.split('.');
    const admin = part({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), roles: ['admin'] });
    const none = part({ alg: 'none' });
    const stranger = await generateKeyPair('ES256', { extractable: true });
    const hs = part({ alg: 'HS256', kid: 'key-1' });
    const publicKey = await exportSPKI(stranger.publicKey);
    const hmac = createHmac('sha256', publicKey).update(`${hs}.${admin}`).digest('base64url');
    for (const token of [
      `${none}.${admin}.`,
      `${none}.${admin}.${signature}`,
      `${part({ alg: 'ES256', kid: 'key-1' })}.${admin}.${signature}`,
      `${hs}.${admin}.${hmac}`,
      await new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
        .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
        .sign(stranger.privateKey),
      `${part({ alg: 'ES256', jwk: {} })}.${payload}.${signature}`,
      `${part({ alg: 'ES256', kid: 'key-9' })}.${payload}.${signature}`,
      'a.b.c',
      good.slice(0, -4),
    ]) {
      expect(await code(token), token.slice(0, 60)).to.equal('unauthenticated');
    }
  });

  it('follows the issuer to a new key, and drops the old one', async () => {
    const before = await issuer.token();
    await openId.verify(before);
    await issuer.rotate();
    await openId.verify(await issuer.token());
    expect(await code(before)).to.equal('unauthenticated');
  });

  it('reads keys again at most once in the cooldown, however many tokens name keys that there are not', async () => {
    openId = create({ cooldown: 30_000 });
    await openId.verify(await issuer.token());
    for (let n = 0; n < 5; n++)
      expect(await code(await issuer.token({}, { kid: `k${n}` }))).to.equal('unauthenticated');
    expect(issuer.reads()).to.equal(1);
  });

  it('says that it does not know while the issuer is away, and is back by itself', async () => {
    issuer.up = false;
    expect(await code(await issuer.token())).to.equal('sign_in_unavailable');
    issuer.up = true;
    await openId.verify(await issuer.token());
    openId = create({ issuer: `${issuer.url}/other` });
    expect(await code(await issuer.token())).to.equal('sign_in_unavailable');
  });

  it('gives the highest role that the claim names, and none without one', async () => {
    for (const [roles, role] of [
      ['supervisor', 'supervisor'],
      [['agent', 'supervisor'], 'supervisor'],
      [['other', 'admin'], 'admin'],
    ] as const) {
      expect((await openId.verify(await issuer.token({ roles }))).role).to.equal(role);
    }
    for (const roles of [[], ['owner'], 'Admin', undefined, { admin: true }, 7, ['secrets'], ['__proto__']]) {
      const { role } = await openId.verify(await issuer.token({ roles }));
      expect(role, JSON.stringify(roles)).to.equal(undefined);
    }
  });

  it('finds the claim by its whole name or by a path, and maps its values', async () => {
    openId = create({ roleClaim: 'realm_access.roles', grants: new Map([['group-7', 'admin']]) });
    expect((await openId.verify(await issuer.token({ realm_access: { roles: ['group-7'] } }))).role).to.equal(
      'admin',
    );
    expect((await openId.verify(await issuer.token({ realm_access: null }))).role).to.equal(undefined);
    openId = create({ roleClaim: 'https://example.com/roles' });
    expect((await openId.verify(await issuer.token({ 'https://example.com/roles': 'agent' }))).role).to.equal(
      'agent',
    );
  });
});
