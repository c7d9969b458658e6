import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { SwitchboardError } from '../errors.ts';

/** Makes secrets unreadable to whoever reads the store alone. */
export interface Seal {
  seal(secret: string): string;
  /** Throws `settings_invalid` for what was sealed with another key. */
  open(sealed: string): string;
}

const SEALED = 'v1:';
const NONCE = 12;
const TAG = 16;

/**
 * AES-256-GCM with a key made from SECRET_KEY, for webhooks alone. Without a key, which only demo mode goes without,
 * secrets are stored as they are.
 */
export function createSeal(secretKey: string | undefined): Seal {
  if (secretKey === undefined) return { seal: (secret) => secret, open: openWith(undefined) };
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'switchboard webhook secrets', 32));
  return {
    seal(secret) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([
        nonce,
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      return SEALED + sealed.toString('base64');
    },
    open: openWith(key),
  };
}

function openWith(key: Buffer | undefined): Seal['open'] {
  return (stored) => {
    if (!stored.startsWith(SEALED)) return stored;
    try {
      if (!key) throw new Error('no key');
      const sealed = Buffer.from(stored.slice(SEALED.length), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE));
      decipher.setAuthTag(sealed.subarray(-TAG));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE, -TAG)), decipher.final()]).toString();
    } catch (error) {
      throw new SwitchboardError(
        'settings_invalid',
        'SECRET_KEY is not the one that a webhook’s secret was stored with: set that one, or rotate the secret.',
        { cause: error },
      );
    }
  };
}
