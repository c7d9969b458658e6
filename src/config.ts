import { join } from 'node:path';
import { z } from 'zod';
import { SwitchboardError } from './errors.ts';

export const NUMBER_TYPES = ['geo', 'short_code', 'toll_free'] as const;

export interface SupportNumber {
  /** Digits with country code, or a short code. */
  number: string;
  type: (typeof NUMBER_TYPES)[number];
}

const supportNumbers = z.string().transform((list, context): SupportNumber[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .flatMap((entry, n) => {
      const [number = '', type = number.length <= 6 ? 'short_code' : 'geo', ...rest] = entry.split(':');
      const known = NUMBER_TYPES.find((name) => name === type);
      if (!/^\d{3,15}$/.test(number)) {
        context.addIssue({
          code: 'custom',
          message: `entry ${n + 1}: write the number as 3 to 15 digits with country code, without + and spaces`,
        });
        return [];
      }
      if (!known || rest.length > 0) {
        context.addIssue({
          code: 'custom',
          message: `entry ${n + 1}: the type is one of ${NUMBER_TYPES.join(', ')}`,
        });
        return [];
      }
      return [{ number, type: known }];
    }),
);

const language = z.string().refine((tag) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}, 'write a language tag such as en or zh-TW');

const hosts = z.string().transform((list, context): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '')
    .map((entry, n) => {
      if (!/^([a-z0-9._-]+|[0-9a-f:.]+)$/.test(entry)) {
        context.addIssue({
          code: 'custom',
          message: `entry ${n + 1}: write a host name or an address, without https:// and without a port`,
        });
      }
      return entry;
    }),
);

const settings = z.object({
  PORT: z.coerce.number('a port from 0 to 65535').int().min(0).max(65535).default(3978),
  HOST: z.string().optional(),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'an http or https address' }).optional(),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'a mongodb:// or mongodb+srv:// address')
    .optional(),
  DATA_DIR: z.string().default('./data'),
  TELESIGN_CUSTOMER_ID: z.string().optional(),
  TELESIGN_API_KEY: z.base64('TeleSign’s API key is base64: copy it whole').optional(),
  TELESIGN_API_KEY_PREVIOUS: z.base64('TeleSign’s API key is base64: copy it whole').optional(),
  TELESIGN_API_URL: z
    .url({ protocol: /^https?$/, error: 'an http or https address' })
    .default('https://rest-ww.telesign.com'),
  TELESIGN_AUTH: z.enum(['hmac', 'basic'], 'hmac or basic').default('hmac'),
  TELESIGN_NUMBERS: supportNumbers.optional(),
  DEFAULT_LANGUAGE: language.default('en'),
  DIALOGS_DIR: z.string().default('./dialogs'),
  LOCALES_DIR: z.string().default('./locales'),
  ADMIN_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  SECRET_KEY: z.string().min(32, 'at least 32 characters').optional(),
  WEBHOOK_HOSTS: hosts.default([]),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** The names of all. */
export const SETTINGS: readonly string[] = Object.keys(settings.shape);

export interface Config {
  port: number;
  host: string;
  /** Undefined = `http://localhost:<port>`, known once the server listens. */
  publicUrl: string | undefined;
  mongodbUri: string | undefined;
  /** Comes after the name that the URI gives. Demo mode has a database of its own: else its texts could leave later. */
  databaseSuffix: string | undefined;
  /** The embedded store's folder, also one of its own in demo mode. */
  dataDir: string;
  /** Undefined = demo mode: the built-in emulator stands in for TeleSign. */
  telesign:
    | {
        customerId: string;
        apiKey: string;
        /** Callbacks signed with it count too, while the key is being rotated. Nothing is sent with it. */
        previousApiKey: string | undefined;
        apiUrl: string;
        auth: 'hmac' | 'basic';
        numbers: SupportNumber[];
      }
    | undefined;
  defaultLanguage: string;
  dialogsDir: string;
  localesDir: string;
  /** False: `localesDir` is where texts would be, and a program whose bot needs none may lack it. */
  localesDirIsSet: boolean;
  adminToken: string | undefined;
  /** Undefined in demo mode only: secrets are then stored as they are. */
  secretKey: string | undefined;
  /** Hosts in the operator's own network that webhooks may reach, also without TLS. */
  webhookHosts: string[];
  logLevel: string;
}

/**
 * What is wrong with settings or options, a line each: `NAME: what to do`. Never repeats a value, which may be a secret
 * or hold one.
 */
export function wrongSettings(problems: readonly string[]): SwitchboardError {
  const lines = problems.map((line) => `  ${line}`).join('\n');
  return new SwitchboardError('settings_invalid', `Settings are missing or wrong:\n${lines}`, {
    details: { problems },
  });
}

/** Reads the settings. An empty one counts as not set. Throws `settings_invalid` with every mistake at once. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = settings.safeParse(given);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const id = given.TELESIGN_CUSTOMER_ID;
  const demo = id === undefined && given.TELESIGN_API_KEY === undefined;
  if (demo && given.TELESIGN_NUMBERS !== undefined) {
    problems.push(
      'TELESIGN_NUMBERS: there is no account: set TELESIGN_CUSTOMER_ID and TELESIGN_API_KEY, or none of them',
    );
  }
  if (demo && given.TELESIGN_API_KEY_PREVIOUS !== undefined) {
    problems.push('TELESIGN_API_KEY_PREVIOUS: there is no account: set it only beside TELESIGN_API_KEY');
  }
  if (!demo) {
    for (const name of [
      'TELESIGN_CUSTOMER_ID',
      'TELESIGN_API_KEY',
      'TELESIGN_NUMBERS',
      'ADMIN_TOKEN',
      'SECRET_KEY',
    ]) {
      if (given[name] === undefined) problems.push(`${name}: needed as soon as a TeleSign account is set`);
    }
  }
  if (!parsed.success || problems.length > 0) {
    throw wrongSettings(problems);
  }
  const value = parsed.data;
  return {
    port: value.PORT,
    host: value.HOST ?? (demo ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: value.PUBLIC_URL?.replace(/\/+$/, ''),
    mongodbUri: value.MONGODB_URI,
    databaseSuffix: demo ? '_demo' : undefined,
    dataDir: demo ? join(value.DATA_DIR, 'demo') : value.DATA_DIR,
    telesign:
      value.TELESIGN_CUSTOMER_ID === undefined || value.TELESIGN_API_KEY === undefined
        ? undefined
        : {
            customerId: value.TELESIGN_CUSTOMER_ID,
            apiKey: value.TELESIGN_API_KEY,
            previousApiKey: value.TELESIGN_API_KEY_PREVIOUS,
            apiUrl: value.TELESIGN_API_URL,
            auth: value.TELESIGN_AUTH,
            numbers: value.TELESIGN_NUMBERS ?? [],
          },
    defaultLanguage: value.DEFAULT_LANGUAGE,
    dialogsDir: value.DIALOGS_DIR,
    localesDir: value.LOCALES_DIR,
    localesDirIsSet: given.LOCALES_DIR !== undefined,
    adminToken: value.ADMIN_TOKEN,
    secretKey: value.SECRET_KEY,
    webhookHosts: value.WEBHOOK_HOSTS,
    logLevel: value.LOG_LEVEL,
  };
}
