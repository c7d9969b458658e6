import type { createRemoteJWKSet, errors, JWTPayload } from 'jose';
import { SwitchboardError } from '../errors.ts';
import type { Grant } from '../setting-lists.ts';
import { providerId } from './provider-id.ts';

export interface OpenIdParts {
  /** As its tokens name it: compared letter by letter. */
  issuer: string;
  /** Who a token has to be for. */
  audience: string;
  /** A claim's name, or a path such as `realm_access.roles`. */
  roleClaim: string;
  /** What each value of the claim gives; others give nothing. */
  grants: ReadonlyMap<string, Grant>;
  fetch: typeof fetch;
  now: () => number;
  /** Milliseconds between two readings of the issuer's keys; 30 s when left out. */
  cooldown?: number;
}

/** Whom a token names. */
export interface SignedIn {
  /** See `providerId`: names and addresses change, it does not. */
  agentId: string;
  name: string;
  /** Undefined: the provider gives none here (any more). */
  role: 'agent' | 'supervisor' | 'admin' | undefined;
  secrets: boolean;
  /** Milliseconds since 1970. */
  until: number;
}

export interface OpenId {
  /**
   * Rejects with `unauthenticated` for a token that is not good, and `sign_in_unavailable` when the issuer's keys cannot
   * be had, so that nobody knows.
   */
  verify(token: string): Promise<SignedIn>;
}

/** Signatures that only the issuer can make. With a shared secret (HS256) whoever checks could, and `none` is none. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Seconds that clocks may differ by. */
const CLOCK_TOLERANCE = 30;

/** Milliseconds. */
const COOLDOWN = 30_000;
const TIMEOUT = 5_000;

const RANKS = ['agent', 'supervisor', 'admin'] as const;

/** With the first token: who signs in with tokens of switchboard's own needs none of it. */
const loaded = () => import('jose');

/** Sign-in by tokens of an OpenID Connect provider (OpenID Connect Discovery 1.0, RFC 7519, RFC 8725). */
export function createOpenId(parts: OpenIdParts): OpenId {
  const { issuer, audience, now, cooldown = COOLDOWN } = parts;
  let keys: Promise<ReturnType<typeof createRemoteJWKSet>> | undefined;

  async function discover(): Promise<ReturnType<typeof createRemoteJWKSet>> {
    const at = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await parts.fetch(at, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) });
    const found: unknown = answer.ok ? await answer.json() : undefined;
    const { issuer: named, jwks_uri: uri } = asRecord(found);
    if (named !== issuer || typeof uri !== 'string' || !URL.canParse(uri)) {
      throw new Error('This is not the discovery document of the issuer.');
    }
    // Keys over plain http could be anybody's; an issuer that is reached so itself is a test's.
    if (!uri.startsWith('https://') && issuer.startsWith('https://'))
      throw new Error('Its keys are not at https.');
    const { createRemoteJWKSet, customFetch } = await loaded();
    return createRemoteJWKSet(new URL(uri), {
      cooldownDuration: cooldown,
      timeoutDuration: TIMEOUT,
      [customFetch]: parts.fetch,
    });
  }

  async function payloadOf(token: string): Promise<JWTPayload> {
    const jose = await loaded();
    keys ??= discover();
    try {
      const known = await keys;
      const { payload } = await jose.jwtVerify(token, known, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: CLOCK_TOLERANCE,
        currentDate: new Date(now()),
      });
      return payload;
    } catch (error) {
      if (isNo(error, jose.errors))
        throw new SwitchboardError('unauthenticated', undefined, { cause: error });
      keys = undefined;
      throw new SwitchboardError('sign_in_unavailable', undefined, { cause: error });
    }
  }

  return {
    async verify(token) {
      const payload = await payloadOf(token);
      const { sub = '', exp = 0 } = payload;
      const granted = new Set(
        valuesOf(payload, parts.roleClaim).flatMap((value) => parts.grants.get(value) ?? []),
      );
      return {
        agentId: providerId(issuer, sub),
        name: nameOf(payload),
        role: RANKS.findLast((rank) => granted.has(rank)),
        secrets: granted.has('secrets'),
        until: exp * 1000,
      };
    },
  };
}

/** Whether a token can be one of a provider's: three parts with dots between (RFC 7515). */
export function isJwt(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/** What says no to this token, and does not come of not getting the keys. */
function isNo(error: unknown, codes: typeof errors): boolean {
  return (
    error instanceof codes.JWTExpired ||
    error instanceof codes.JWTClaimValidationFailed ||
    error instanceof codes.JWTInvalid ||
    error instanceof codes.JWSInvalid ||
    error instanceof codes.JWSSignatureVerificationFailed ||
    error instanceof codes.JOSEAlgNotAllowed ||
    error instanceof codes.JOSENotSupported ||
    error instanceof codes.JWKSNoMatchingKey ||
    error instanceof codes.JWKSMultipleMatchingKeys
  );
}

/** The strings of a claim: one, or a list. */
function valuesOf(payload: JWTPayload, claim: string): string[] {
  const whole = payload[claim];
  const value =
    whole === undefined
      ? claim.split('.').reduce<unknown>((part, name) => asRecord(part)[name], payload)
      : whole;
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one) => typeof one === 'string');
}

function nameOf({ name, preferred_username: userName, email }: JWTPayload): string {
  const named = [name, userName, email].find((one) => typeof one === 'string' && one.trim() !== '');
  return typeof named === 'string' ? named.trim().slice(0, 100) : 'Agent';
}

function asRecord(value: unknown): { [name: string]: unknown } {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value));
}
