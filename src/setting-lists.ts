import { isIP } from 'node:net';
import { z } from 'zod';

/** What an entry of a list is, or what it has to be. */
type Entry<T> = { value: T } | { wanted: string };

/** A setting that is a comma list. Its mistakes name entries by their place, and never repeat one. */
function listOf<T>(read: (entry: string) => Entry<T>) {
  return z.string().transform((list, context): T[] =>
    list
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .flatMap((entry, n) => {
        const found = read(entry);
        if ('value' in found) return [found.value];
        context.addIssue({ code: 'custom', message: `entry ${n + 1}: ${found.wanted}` });
        return [];
      }),
  );
}

export const NUMBER_TYPES = ['geo', 'short_code', 'toll_free'] as const;

export interface SupportNumber {
  /** Digits with country code, or a short code. */
  number: string;
  type: (typeof NUMBER_TYPES)[number];
}

/** `number[:type]` */
export const supportNumbers = listOf<SupportNumber>((entry) => {
  const [number = '', type = number.length <= 6 ? 'short_code' : 'geo', ...rest] = entry.split(':');
  const known = NUMBER_TYPES.find((name) => name === type);
  if (!/^\d{3,15}$/.test(number)) {
    return { wanted: 'write the number as 3 to 15 digits with country code, without + and spaces' };
  }
  if (!known || rest.length > 0) return { wanted: `the type is one of ${NUMBER_TYPES.join(', ')}` };
  return { value: { number, type: known } };
});

const HOST = /^([a-z0-9._-]+|[0-9a-f:.]+)$/;
const NETWORK = /^[0-9a-f:.]+\/\d{1,3}$/;

function isNetwork(entry: string): boolean {
  const [address = '', prefix] = entry.split('/');
  return NETWORK.test(entry) && isIP(address) !== 0 && Number(prefix) <= (isIP(address) === 4 ? 32 : 128);
}

export const hosts = listOf<string>((entry) => {
  const value = entry.toLowerCase();
  if (HOST.test(value)) return { value };
  return { wanted: 'write a host name or an address, without https:// and without a port' };
});

export const hostsAndNetworks = listOf<string>((entry) => {
  const value = entry.toLowerCase();
  if (HOST.test(value) || isNetwork(value)) return { value };
  return {
    wanted:
      'write a host name, an address, or a network such as 10.0.0.0/8, without https:// and without a port',
  };
});

export const networks = listOf<string>((entry) => {
  const value = entry.toLowerCase();
  if (isIP(value) !== 0 || isNetwork(value)) return { value };
  return { wanted: 'write an address or a network such as 10.0.0.0/8' };
});

const CONSENT_WORDS = ['stop', 'start', 'help'] as const;
export type ConsentWord = (typeof CONSENT_WORDS)[number];

export const consentWords = listOf<ConsentWord>((entry) => {
  const value = CONSENT_WORDS.find((word) => word === entry.toLowerCase());
  return value === undefined ? { wanted: `write one of ${CONSENT_WORDS.join(', ')}` } : { value };
});

export const GRANTS = ['agent', 'supervisor', 'admin', 'secrets'] as const;
/** What a value of a sign-in provider's claim gives: a role, or the right to write secrets beside one. */
export type Grant = (typeof GRANTS)[number];

/** `value=role`, so that values of a claim that a provider makes up, such as ids of groups, come to roles. */
export const grants = listOf<[value: string, grant: Grant]>((entry) => {
  const at = entry.lastIndexOf('=');
  const grant = GRANTS.find((name) => name === entry.slice(at + 1).trim());
  if (at > 0 && grant) return { value: [entry.slice(0, at).trim(), grant] };
  return { wanted: `write value=role, with one of ${GRANTS.join(', ')} as the role` };
});
