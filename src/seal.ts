import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { SwitchboardError } from './errors.ts';

/** What the store holds that is sealed. Each kind has a key of its own, so one cannot be put in another's place. */
export type Purpose = 'webhook secrets' | 'channel keys';

/** The SECRET_KEY of now, and the one before it while what it sealed is being sealed anew. */
export interface SecretKeys {
  /** Undefined in demo mode only. */
  current: string | undefined;
  previous?: string | undefined;
}

/** Makes secrets unreadable to whoever reads the store alone. */
export interface Seal {
  seal(secret: string): string;
  /** Throws `settings_invalid` for what was sealed with a key that is neither the current nor the previous one. */
  open(sealed: string): string;
  /** False for what `keys rotate` has to seal anew. */
  isCurrent(sealed: string): boolean;
}

const SEALED = /^v1:([0-9a-f]{8}):(.*)$/;
const NONCE = 12;
const TAG = 16;

/**
 * AES-256-GCM with keys made from SECRET_KEY: `v1:<key id>:<base64>`. The id says with which key it was sealed, and
 * nothing of the key. Without a key, which only demo mode goes without, secrets are stored as they are.
 */
export function createSeal({ current, previous }: SecretKeys, purpose: Purpose): Seal {
  const keys = new Map<string, Buffer>();
  for (const secretKey of [current, previous]) {
    if (secretKey === undefined) continue;
    const key = Buffer.from(hkdfSync('sha256', secretKey, '', `switchboard ${purpose}`, 32));
    keys.set(keyId(key), key);
  }
  const [first] = current === undefined ? [] : keys;

  function open(stored: string): string {
    const [, id = '', body = ''] = SEALED.exec(stored) ?? [];
    if (id === '') return stored;
    try {
      const key = keys.get(id);
      if (key === undefined) throw new Error('another key');
      const sealed = Buffer.from(body, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE), {
        authTagLength: TAG,
      });
      decipher.setAuthTag(sealed.subarray(-TAG));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString();
    } catch (error) {
      throw new SwitchboardError(
        'settings_invalid',
        `SECRET_KEY is not the one that one of the ${purpose} was stored with: set that one as SECRET_KEY_PREVIOUS, ` +
          'or write the secret anew.',
        { cause: error },
      );
    }
  }

  if (first === undefined) {
    return { seal: (secret) => secret, open, isCurrent: (stored) => !SEALED.test(stored) };
  }
  const [id, key] = first;
  return {
    seal(secret) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = [nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `v1:${id}:${Buffer.concat(sealed).toString('base64')}`;
    },
    open,
    isCurrent: (stored) => SEALED.exec(stored)?.[1] === id,
  };
}

function keyId(key: Buffer): string {
  return createHash('sha256').update('key id').update(key).digest('hex').slice(0, 8);
}
