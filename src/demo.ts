import type { Server } from 'restify';
import type { Dispatcher } from 'undici';
import { createEmulator, type Emulator } from './emulator/emulator.ts';
import type { ServiceBehind } from './emulator/service-behind.ts';
import type { Logger } from './log.ts';
import type { Seed } from './seed.ts';
import type { ChannelNumber } from './store/documents.ts';

/** One support number for each language of the sample dialogs. Reserved for fiction. */
const NUMBERS = [
  { number: '15550109999', label: 'Support (English)', language: 'en' },
  { number: '15550109998', label: 'Atención al cliente (español)', language: 'es' },
  { number: '15550109997', label: '客服專線（繁體中文）', language: 'zh-TW' },
];
const QUEUE = 'support';
const AGENT = 'sample-agent';
/** What is said instead of a token of which only the hash is left. */
const KEPT = 'has the token that an earlier start printed; set ADMIN_TOKEN to have the same at each start';

export interface Demo {
  account: { customerId: string; apiKey: string; auth: 'hmac'; numbers: ChannelNumber[] };
  emulator: Emulator;
  seed: Pick<Seed, 'workstreams' | 'agents'>;
  mount(server: Server): void;
  /** What somebody who has just started the service wants to know. `kept`: ids of agents with a token from before. */
  notes(url: string, kept: ReadonlySet<string>): string[];
}

export interface DemoParts {
  randomToken: () => string;
  now: () => number;
  random: () => number;
  dispatcher: Dispatcher;
  log: Logger;
  adminToken: string;
  agentToken: string;
  /** What the phone page shows of the service; undefined = nothing. */
  service: ServiceBehind | undefined;
  /** Known once the server listens. */
  callbackUrl: () => string;
}

/** Everything that demo mode has instead of a TeleSign account: an emulator, a phone, a sample agent. */
export function createDemo(parts: DemoParts): Demo {
  const { randomToken, now, random, dispatcher, log, adminToken, agentToken, service, callbackUrl } = parts;
  const customerId = '00000000-0000-4000-8000-000000000000';
  // Made anew at each start: nothing from outside can have signed with it.
  const apiKey = Buffer.from(randomToken()).toString('base64');
  const emulator = createEmulator({
    customerId,
    apiKey,
    callbackUrl,
    numbers: NUMBERS,
    now,
    random,
    dispatcher,
    log,
    service,
  });
  return {
    account: {
      ...{ customerId, apiKey, auth: 'hmac' },
      numbers: NUMBERS.map(({ number, label }) => ({ number, type: 'geo', description: label })),
    },
    emulator,
    seed: {
      workstreams: NUMBERS.map(({ number, language }) => ({
        _id: `demo-${language}`,
        numbers: [number],
        language,
        queueId: QUEUE,
      })),
      agents: [
        {
          agent: {
            _id: AGENT,
            name: 'Sample agent',
            role: 'agent',
            queues: [QUEUE],
            languages: NUMBERS.map(({ language }) => language),
          },
          token: agentToken,
        },
      ],
    },
    mount: (server) => emulator.mount(server),
    notes: (url, kept) => [
      '',
      'switchboard runs in demo mode: a TeleSign emulator stands in for the real one.',
      '',
      `  Console    ${url}/console/${kept.has(AGENT) ? '' : `  (token ${agentToken})`}`,
      `  Phone      ${url}/emulator/phone`,
      `  API        ${url}/docs/`,
      `  Agent      ${kept.has(AGENT) ? KEPT : `curl -H 'Authorization: Bearer ${agentToken}' ${url}/api/me`}`,
      `  Admin      ${kept.has('admin') ? KEPT : `token ${adminToken}`}`,
      '',
    ],
  };
}
