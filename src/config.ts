import { join } from 'node:path';
import { z } from 'zod';
import { SwitchboardError } from './errors.ts';
import type { SecretKeys } from './seal.ts';
import {
  type ConsentWord,
  consentWords,
  GRANTS,
  type Grant,
  grants,
  hosts,
  hostsAndNetworks,
  type NUMBER_TYPES,
  networks,
  type SupportNumber,
  supportNumbers,
} from './setting-lists.ts';

const language = z.string().refine((tag) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}, 'write a language tag such as en or zh-TW');

const SECRET = /^DIALOG_SECRET_([A-Z][A-Z0-9_]*)$/;

/** What headers of dialogs' requests may name, by the name that they use. */
function dialogSecretsOf(given: { [name: string]: string | undefined }): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const [, secret] = SECRET.exec(name) ?? [];
      return secret === undefined || value === undefined ? [] : [[secret, value]];
    }),
  );
}

/** Tokens are worth what the issuer's keys are, so those have to come over TLS; a test's issuer is on this machine. */
const issuer = z
  .url({ error: 'an https address', abort: true })
  .refine((url) => /^https:|^http:\/\/(localhost|127\.0\.0\.1)(:|\/|$)/.test(url), 'an https address');

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** Texts a second. */
const rate = z.coerce.number('texts a second, such as 50 or 0.5; 0 = no limit').min(0).max(10_000).optional();

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
  TELESIGN_ANSWERS: consentWords.default([]),
  TELESIGN_RATE: rate,
  TELESIGN_RATE_GEO: rate,
  TELESIGN_RATE_SHORT_CODE: rate,
  TELESIGN_RATE_TOLL_FREE: rate,
  DEFAULT_LANGUAGE: language.default('en'),
  DIALOGS_DIR: z.string().default('./dialogs'),
  LOCALES_DIR: z.string().default('./locales'),
  ADMIN_TOKEN: z.string().min(16, 'at least 16 characters').optional(),
  SECRET_KEY: z.string().min(32, 'at least 32 characters').optional(),
  SECRET_KEY_PREVIOUS: z.string().min(32, 'at least 32 characters').optional(),
  WEBHOOK_HOSTS: hosts.default([]),
  MEDIA_HOSTS: hosts.default([]),
  DIALOG_HTTP_HOSTS: hostsAndNetworks.default([]),
  TRUSTED_PROXIES: networks.default([]),
  TRANSLATE_URL: z.url({ protocol: /^https?$/, error: 'an http or https address' }).optional(),
  TRANSLATE_API_KEY: z.string().optional(),
  OIDC_ISSUER: issuer.optional(),
  OIDC_AUDIENCE: z.string().optional(),
  OIDC_ROLE_CLAIM: z.string().default('roles'),
  OIDC_ROLES: grants.optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`).default('info'),
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
  /** Words that TeleSign itself answers on this account, where it marks texts as such. */
  telesignAnswers: ConsentWord[];
  /** Texts a second, for an account and for a number of each type; 0 = no limit, undefined = TeleSign’s own. */
  rates: { [K in 'account' | (typeof NUMBER_TYPES)[number]]: number | undefined };
  defaultLanguage: string;
  dialogsDir: string;
  localesDir: string;
  /** False: `localesDir` is where texts would be, and a program whose bot needs none may lack it. */
  localesDirIsSet: boolean;
  adminToken: string | undefined;
  /** No current one in demo mode only: secrets are then stored as they are. */
  secretKeys: SecretKeys;
  /** Hosts in the operator's own network that webhooks may reach, also without TLS. */
  webhookHosts: string[];
  /** Hosts beside TeleSign's that pictures of an MMS may come from. */
  mediaHosts: string[];
  /** Hosts that requests of dialogs may go to; and addresses and networks, private ones too. */
  dialogHttpHosts: string[];
  dialogSecrets: { [name: string]: string };
  /** Addresses and networks whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  /** Undefined = nothing translates, unless the program brings a function. */
  translation: { url: string; apiKey: string | undefined } | undefined;
  /** Undefined = only tokens of agents count. */
  openId:
    | { issuer: string; audience: string; roleClaim: string; grants: ReadonlyMap<string, Grant> }
    | undefined;
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
  if (given.SECRET_KEY_PREVIOUS !== undefined && given.SECRET_KEY === undefined) {
    problems.push('SECRET_KEY_PREVIOUS: set it only beside the SECRET_KEY that comes after it');
  }
  if (given.TRANSLATE_API_KEY !== undefined && given.TRANSLATE_URL === undefined) {
    problems.push('TRANSLATE_API_KEY: set it only beside TRANSLATE_URL');
  }
  if ((given.OIDC_ISSUER === undefined) !== (given.OIDC_AUDIENCE === undefined)) {
    const missing = given.OIDC_ISSUER === undefined ? 'OIDC_ISSUER' : 'OIDC_AUDIENCE';
    problems.push(`${missing}: OIDC_ISSUER and OIDC_AUDIENCE are set together, or none of them`);
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
    telesignAnswers: value.TELESIGN_ANSWERS,
    rates: {
      account: value.TELESIGN_RATE,
      geo: value.TELESIGN_RATE_GEO,
      short_code: value.TELESIGN_RATE_SHORT_CODE,
      toll_free: value.TELESIGN_RATE_TOLL_FREE,
    },
    defaultLanguage: value.DEFAULT_LANGUAGE,
    dialogsDir: value.DIALOGS_DIR,
    localesDir: value.LOCALES_DIR,
    localesDirIsSet: given.LOCALES_DIR !== undefined,
    adminToken: value.ADMIN_TOKEN,
    secretKeys: { current: value.SECRET_KEY, previous: value.SECRET_KEY_PREVIOUS },
    webhookHosts: value.WEBHOOK_HOSTS,
    mediaHosts: value.MEDIA_HOSTS,
    dialogHttpHosts: value.DIALOG_HTTP_HOSTS,
    dialogSecrets: dialogSecretsOf(given),
    trustedProxies: value.TRUSTED_PROXIES,
    translation:
      value.TRANSLATE_URL === undefined
        ? undefined
        : { url: value.TRANSLATE_URL, apiKey: value.TRANSLATE_API_KEY },
    openId:
      value.OIDC_ISSUER === undefined || value.OIDC_AUDIENCE === undefined
        ? undefined
        : {
            issuer: value.OIDC_ISSUER,
            audience: value.OIDC_AUDIENCE,
            roleClaim: value.OIDC_ROLE_CLAIM,
            grants: new Map(value.OIDC_ROLES ?? GRANTS.map((name) => [name, name])),
          },
    logLevel: value.LOG_LEVEL,
  };
}
