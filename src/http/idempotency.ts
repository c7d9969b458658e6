import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { SwitchboardError } from '../errors.ts';
import { insertOnce } from '../store/collection.ts';
import type { IdempotencyDoc, Store } from '../store/documents.ts';
import { invalidRequest } from './problem.ts';
import type { Keyed } from './route.ts';

/** How long an answer is kept. */
const KEPT = 24 * 60 * 60 * 1000;

/** How long a request has, until a repetition takes it for dead and does it again. Far above any write's time. */
const LOCK = 30_000;

const TRIES = 5;

export interface KeyedRequest {
  agentId: string;
  /** The caller's bearer token or cookie; what is stored can be read with it only. */
  token: string;
  /** The `Idempotency-Key` header. */
  key: string;
  method: string;
  url: string;
  body: Buffer;
}

export interface Answer {
  status: number;
  /** Empty for 204. */
  body: string;
}

/**
 * What to do with a request: answer as before, or do it. `effectKey` is then the same for each attempt at this
 * request, so that what one attempt did before it died is not done twice.
 */
export type Begun =
  | { kind: 'replay'; answer: Answer }
  | {
      kind: 'first';
      effectKey: string;
      keyed: Keyed;
      finish: (answer: Answer) => Promise<void>;
      /** The attempt failed without an answer worth keeping: the next one may start at once. */
      abandon: () => Promise<void>;
    };

/** The header's value, or null. Throws `invalid_request`. */
export function idempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && /^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$/.test(header))
    return header;
  throw invalidRequest([
    { path: 'header.Idempotency-Key', message: 'Write 1 to 255 printable ASCII characters.' },
  ]);
}

/**
 * Takes the request's key, or finds the answer that it got. One that cannot be read, since it was given to another token
 * of this agent, is made again, under the same key for its effects. Throws `idempotency_key_reused` when the key came with
 * another request within a day, `idempotency_in_progress` while the first is being worked on.
 */
export async function beginKeyed(
  store: Pick<Store, 'idempotency'>,
  request: KeyedRequest,
  now: () => number,
): Promise<Begun> {
  const _id = `${request.agentId}:${sha256(request.key)}`;
  const requestHash = sha256(request.method, request.url, request.body);
  for (let tries = 0; tries < TRIES; tries++) {
    const at = now();
    const mine: IdempotencyDoc = { _id, requestHash, lockedUntil: at + LOCK, expiresAt: at + KEPT };
    if (await insertOnce(store.idempotency, mine)) return first(store, request, mine, false);
    const known = await store.idempotency.findOne({ _id });
    if (known === null) continue;
    if (known.expiresAt <= at) {
      const { matchedCount } = await store.idempotency.updateOne(
        { _id, expiresAt: known.expiresAt },
        {
          $set: { requestHash, lockedUntil: at + LOCK, expiresAt: at + KEPT },
          $unset: { response: true },
        },
      );
      if (matchedCount === 1) return first(store, request, mine, false);
      continue;
    }
    if (known.requestHash !== requestHash) throw new SwitchboardError('idempotency_key_reused');
    if (known.response) {
      const answer = unsealed(request, known, known.response);
      if (answer) return { kind: 'replay', answer };
      const lockedUntil = at + LOCK;
      const { matchedCount } = await store.idempotency.updateOne(
        { _id, expiresAt: known.expiresAt, lockedUntil: { $exists: false } },
        { $set: { lockedUntil }, $unset: { response: true } },
      );
      if (matchedCount === 1) return first(store, request, { ...known, lockedUntil }, true);
      continue;
    }
    if (known.lockedUntil === undefined || known.lockedUntil > at) break;
    // Whoever had the lock is gone. The first attempt's expiry stays, and with it the key of its effects.
    const { matchedCount } = await store.idempotency.updateOne(
      { _id, lockedUntil: known.lockedUntil },
      { $set: { lockedUntil: at + LOCK } },
    );
    if (matchedCount === 1) return first(store, request, { ...known, lockedUntil: at + LOCK }, true);
  }
  throw new SwitchboardError('idempotency_in_progress');
}

function first(
  store: Pick<Store, 'idempotency'>,
  request: KeyedRequest,
  held: IdempotencyDoc,
  again: boolean,
): Begun {
  const { _id } = held;
  const lock = held.lockedUntil ?? 0;
  return {
    kind: 'first',
    effectKey: effectKeyOf(held),
    keyed: { since: held.expiresAt - KEPT, again },
    async finish(answer) {
      await store.idempotency.updateOne(
        { _id, lockedUntil: lock },
        { $set: { response: seal(request, held, answer) }, $unset: { lockedUntil: true } },
      );
    },
    async abandon() {
      await store.idempotency.updateOne({ _id, lockedUntil: lock }, { $set: { lockedUntil: 0 } });
    },
  };
}

/** The expiry is in it, so that a key used again after a day makes something new. 128 bits: it ends up in message ids. */
function effectKeyOf(doc: IdempotencyDoc): string {
  return sha256(doc._id, doc.requestHash, String(doc.expiresAt)).slice(0, 32);
}

/**
 * Answers hold texts and, for a new agent, a token, of which the store must keep a hash only. So they are encrypted
 * with a key that takes the caller's own token.
 */
function seal(request: KeyedRequest, doc: IdempotencyDoc, answer: Answer): { status: number; body: string } {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', sealKey(request, doc), nonce);
  const sealed = [nonce, cipher.update(answer.body, 'utf8'), cipher.final(), cipher.getAuthTag()];
  return { status: answer.status, body: Buffer.concat(sealed).toString('base64') };
}

/** Null when another token sealed it. */
function unsealed(
  request: KeyedRequest,
  doc: IdempotencyDoc,
  stored: { status: number; body: string },
): Answer | null {
  const sealed = Buffer.from(stored.body, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', sealKey(request, doc), sealed.subarray(0, NONCE));
  decipher.setAuthTag(sealed.subarray(-TAG));
  try {
    const body = Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]);
    return { status: stored.status, body: body.toString() };
  } catch {
    return null;
  }
}

/** Bytes. */
const NONCE = 12;
const TAG = 16;

function sealKey(request: KeyedRequest, doc: IdempotencyDoc): Buffer {
  return createHash('sha256')
    .update(`${effectKeyOf(doc)}\0${request.token}`)
    .digest();
}

function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
