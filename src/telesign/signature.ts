import { createHmac, timingSafeEqual } from 'node:crypto';
import { SwitchboardError } from '../errors.ts';

/** A header as `node:http` hands it over. A repeated one (an array) is never taken for a signature. */
type HeaderValue = string | readonly string[] | undefined;

/** How a request says that it is signed: TeleSign's own scheme, which it calls "digest". */
export type AuthMethod = 'HMAC-SHA256' | 'HMAC-SHA1';

const HASHES = { 'HMAC-SHA256': 'sha256', 'HMAC-SHA1': 'sha1' } as const;

/**
 * The bytes behind an API key. Everything outside the base64 alphabet is dropped first: keys as TeleSign prints them
 * may hold dashes, which TeleSign's servers and Python skip and which Node would read as url-safe base64.
 */
function keyBytes(apiKey: string): Buffer {
  return Buffer.from(apiKey.replace(/[^A-Za-z0-9+/]/g, ''), 'base64');
}

/** Throws `settings_invalid`, since a signature made with an empty key could be made by anybody. */
function signingKey(apiKey: string): Buffer {
  const key = keyBytes(apiKey);
  if (key.length === 0) {
    throw new SwitchboardError(
      'settings_invalid',
      'The TeleSign API key is empty or not base64: copy it again.',
    );
  }
  return key;
}

/** Takes as long whether the first or the last character differs. The length of a signature is no secret. */
function sameText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * The signature of a callback: base64 HMAC-SHA256 over the body's raw bytes alone, keyed with the base64-decoded API
 * key ("Authenticate callbacks", developer.telesign.com). Throws `settings_invalid` for a key without bytes.
 */
export function signCallback(body: Uint8Array, apiKey: string): string {
  return createHmac('sha256', signingKey(apiKey)).update(body).digest('base64');
}

/** `TSA <customer id>:<signature>` or the bare signature, in either header. */
function claimedSignature(header: HeaderValue): string | null {
  if (typeof header !== 'string') return null;
  const value = header.trim();
  const bare = /^TSA\s/i.test(value) ? value.slice(value.lastIndexOf(':') + 1) : value;
  return bare === '' ? null : bare;
}

/**
 * Whether a callback was signed by somebody who holds one of the keys. `body` is the raw bytes as received: a body
 * that was parsed and written again gives another signature. One right signature in either header is enough, because
 * some proxies swallow or replace `Authorization`. The customer id beside a signature is not compared: it is not
 * signed, so it proves nothing, and an account's product-specific keys may come with another one.
 * Anything missing or malformed is false. Every key is tried even after a match, so the time taken does not tell which
 * of them is in use.
 */
export function verifyCallback(callback: {
  body: Uint8Array;
  authorization: HeaderValue;
  xTsAuthorization: HeaderValue;
  /** As TeleSign gave them, base64. More than one while a key is being rotated. */
  apiKeys: readonly string[];
}): boolean {
  const claimed = [claimedSignature(callback.authorization), claimedSignature(callback.xTsAuthorization)];
  let verified = false;
  for (const apiKey of callback.apiKeys) {
    const key = keyBytes(apiKey);
    const expected = createHmac('sha256', key).update(callback.body).digest('base64');
    for (const signature of claimed) {
      const same = signature !== null && sameText(signature, expected);
      if (same && key.length > 0) verified = true;
    }
  }
  return verified;
}

/** What a request's signature covers. */
export interface SignedRequest {
  method: string;
  /** Without host and query. */
  path: string;
  /** Exactly as sent; empty for GET and DELETE. */
  contentType: string;
  /** The `Date` header (RFC 1123), or empty when `xTsDate` is sent. */
  date: string;
  /** The `x-ts-date` header, when there is one. */
  xTsDate?: string;
  authMethod: AuthMethod;
  nonce: string;
  /** Exactly as sent, or empty. */
  body: string;
}

/** The text that a request's signature covers (telesignsdk 3.0.4 `RestClient.js`, `python/rest/shared/ts_auth.py`). */
export function stringToSign(request: SignedRequest): string {
  const lines = [
    request.method,
    request.contentType,
    request.date,
    `x-ts-auth-method:${request.authMethod}`,
    ...(request.xTsDate === undefined ? [] : [`x-ts-date:${request.xTsDate}`]),
    `x-ts-nonce:${request.nonce}`,
    ...(request.body === '' ? [] : [request.body]),
    request.path,
  ];
  return lines.join('\n');
}

function requestSignature(request: SignedRequest, key: Buffer): string {
  return createHmac(HASHES[request.authMethod], key).update(stringToSign(request)).digest('base64');
}

/**
 * The headers of a request signed with HMAC-SHA256. `body` must be the very text that is then sent, and `date` RFC 1123
 * in GMT. A nonce may be used once. Throws `settings_invalid` for a key without bytes.
 */
export function signRequest(
  request: Omit<SignedRequest, 'authMethod' | 'xTsDate'> & { customerId: string; apiKey: string },
): Record<string, string> {
  const signature = requestSignature({ ...request, authMethod: 'HMAC-SHA256' }, signingKey(request.apiKey));
  return {
    authorization: `TSA ${request.customerId}:${signature}`,
    date: request.date,
    ...(request.contentType === '' ? {} : { 'content-type': request.contentType }),
    'x-ts-auth-method': 'HMAC-SHA256',
    'x-ts-nonce': request.nonce,
  };
}

/** The `Authorization` header of the Basic way: the key goes as given, not decoded. */
export function basicAuthorization(customerId: string, apiKey: string): string {
  return `Basic ${Buffer.from(`${customerId}:${apiKey}`).toString('base64')}`;
}

/** TeleSign's codes for a request that it does not let in; each travels with HTTP 401. */
export type RequestRefusal =
  | 10003 // no nonce
  | 10005 // a date that cannot be read
  | 10006 // an unknown x-ts-auth-method
  | 10007 // no date
  | 10008 // a wrong signature
  | 10009 // no Authorization
  | 10015 // a wrong customer id
  | 10022 // a wrong API key
  | 10028; // a malformed Authorization

/**
 * Checks a request as TeleSign would, for the emulator. Dates out of range and nonces used again (10004, 10002) need a
 * clock and a memory, so they are left to the caller. `headers` in lower case, as `node:http` gives them; `path` without
 * query.
 */
export function verifyRequest(request: {
  method: string;
  path: string;
  headers: Readonly<Record<string, HeaderValue>>;
  body: string;
  customerId: string;
  apiKey: string;
}): { ok: true } | { ok: false; code: RequestRefusal } {
  const header = (name: string): string => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : '';
  };
  const authorization = header('authorization');
  if (authorization === '') return { ok: false, code: 10009 };

  const basic = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(authorization)?.[1];
  if (basic !== undefined) {
    const pair = Buffer.from(basic, 'base64').toString();
    const colon = pair.indexOf(':');
    if (colon === -1) return { ok: false, code: 10028 };
    if (pair.slice(0, colon) !== request.customerId) return { ok: false, code: 10015 };
    return sameText(pair.slice(colon + 1), request.apiKey) ? { ok: true } : { ok: false, code: 10022 };
  }

  const [, customerId, signature] = /^TSA ([^:\s]+):(\S+)$/.exec(authorization) ?? [];
  if (customerId === undefined || signature === undefined) return { ok: false, code: 10028 };
  if (customerId !== request.customerId) return { ok: false, code: 10015 };

  const authMethod = header('x-ts-auth-method');
  if (authMethod !== 'HMAC-SHA256' && authMethod !== 'HMAC-SHA1') return { ok: false, code: 10006 };
  const nonce = header('x-ts-nonce');
  if (nonce === '') return { ok: false, code: 10003 };
  const xTsDate = header('x-ts-date');
  const date = xTsDate === '' ? header('date') : xTsDate;
  if (date === '') return { ok: false, code: 10007 };
  if (Number.isNaN(Date.parse(date))) return { ok: false, code: 10005 };

  const hasBody = request.method === 'POST' || request.method === 'PUT';
  const expected = requestSignature(
    {
      method: request.method,
      path: request.path,
      contentType: hasBody ? header('content-type') : '',
      ...(xTsDate === '' ? { date } : { date: '', xTsDate }),
      authMethod,
      nonce,
      body: request.body,
    },
    signingKey(request.apiKey),
  );
  return sameText(signature, expected) ? { ok: true } : { ok: false, code: 10008 };
}
