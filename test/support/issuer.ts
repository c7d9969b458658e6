import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** A small OpenID Connect provider: its discovery document, its keys, and tokens signed with them. */
export interface Issuer {
  url: string;
  /** How often its keys were read. */
  reads(): number;
  /** Whether it answers; 500 when not. */
  up: boolean;
  /** A new key signs from now on; the one before is gone. */
  rotate(): Promise<void>;
  /** `changes` over a good token's claims; undefined takes one away. */
  token(changes?: JWTPayload, header?: { alg?: string; kid?: string }): Promise<string>;
  stop(): Promise<void>;
}

export const AUDIENCE = 'switchboard-tests';

export async function startIssuer(now: () => number = Date.now): Promise<Issuer> {
  let reads = 0;
  let number = 0;
  const make = async () => {
    number += 1;
    const pair = await generateKeyPair('ES256');
    return { ...pair, kid: `key-${number}`, jwk: await exportJWK(pair.publicKey) };
  };
  let key = await make();
  const server = createServer((req, res) => {
    if (!issuer.up) {
      res.statusCode = 500;
      return res.end();
    }
    if (req.url === '/.well-known/openid-configuration') {
      return res.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    }
    reads += 1;
    res.end(JSON.stringify({ keys: [{ ...key.jwk, kid: key.kid, alg: 'ES256', use: 'sig' }] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer: Issuer = {
    url: `http://127.0.0.1:${port}`,
    reads: () => reads,
    up: true,
    async rotate() {
      key = await make();
    },
    token(changes = {}, header = {}) {
      const seconds = Math.floor(now() / 1000);
      const claims = {
        ...{ iss: issuer.url, aud: AUDIENCE, sub: 'user-1', iat: seconds, exp: seconds + 600 },
        ...{ name: 'Ana of the provider', roles: ['agent'] },
        ...changes,
      };
      const given = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
      return new SignJWT(given)
        .setProtectedHeader({ alg: 'ES256', kid: key.kid, ...header })
        .sign(key.privateKey);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}
