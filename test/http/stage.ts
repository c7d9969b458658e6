import { randomUUID } from 'node:crypto';
import { Agent } from 'undici';
import { z } from 'zod';
import { type Channel, type Channels, createChannels } from '../../src/channels/channels.ts';
import { resealAll } from '../../src/channels/reseal.ts';
import { tokenHash } from '../../src/http/auth.ts';
import { createLimits } from '../../src/http/limits.ts';
import { problem } from '../../src/http/openapi.ts';
import type { CallbackOutcome, HttpParts } from '../../src/http/parts.ts';
import { createServer, type HttpServer } from '../../src/http/server.ts';
import { createSeal } from '../../src/seal.ts';
import { newStaffing } from '../../src/store/agent.ts';
import type { AgentDoc, Role, Store } from '../../src/store/documents.ts';
import { createTeleSignClient } from '../../src/telesign/client.ts';
import type { Wake } from '../../src/wake.ts';
import { LOOPBACK } from '../../src/webhooks/address.ts';
import { createSubscriptions } from '../../src/webhooks/subscriptions.ts';
import { createWebhooks } from '../../src/webhooks/webhooks.ts';
import { CONVERSATION, createRig, type Rig } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { aQueue } from '../support/queues.ts';
import { mongoStore, temporaryEmbeddedStore } from '../support/stores.ts';

export const API_KEY = Buffer.from('the key of the test channel').toString('base64');

const SECRET_KEY = 'the secret key of the test stage, of some length';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape; each test looks at what it expects.
  body: any;
}

export interface Call {
  /** Whose token; none when null. */
  as?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Stage {
  store: Store;
  /** The folder of an embedded store. */
  dataDir: string;
  rig: Rig;
  http: HttpServer;
  /** What the last server was made of. */
  parts: HttpParts;
  url: string;
  channel: Channel;
  channels: Channels;
  changes: Hints;
  log: ReturnType<typeof recordedLog>;
  outcomes: CallbackOutcome[];
  /** `call('POST /api/…', { as: 'ana', body })` */
  call(request: string, options?: Call): Promise<Answer>;
  /** Another process, so to speak: a server with the same store. `before` sees it before it listens. */
  serve(
    overrides?: Partial<HttpParts>,
    before?: (http: HttpServer) => void,
  ): Promise<{ http: HttpServer; url: string }>;
  close(): Promise<void>;
}

/** Hints without a clock: a wait ends at a hint and never by itself, and a hint that nobody waits for is kept. */
export interface Hints extends Wake {
  /** Whether every hint has been taken and worked on: whoever waits for them waits again. */
  resting(): boolean;
}

export function createHints(): Hints {
  let hinted = false;
  let resume: (() => void) | undefined;
  return {
    wake() {
      if (resume) resume();
      else hinted = true;
    },
    wait(_timeout, signal) {
      return new Promise((resolve) => {
        const end = () => {
          resume = undefined;
          hinted = false;
          signal?.removeEventListener('abort', end);
          resolve();
        };
        if (hinted || signal?.aborted) return end();
        resume = end;
        signal?.addEventListener('abort', end);
      });
    },
    resting: () => resume !== undefined,
  };
}

export const STAGE_ENGINES = ['embedded', 'MongoDB'] as const;

const STORES = { embedded: () => temporaryEmbeddedStore(), MongoDB: () => mongoStore() };

/** The real server on a free port, with the real desk and a store, the embedded one if left out; the clock is `rig.time`. */
export async function openStage(
  overrides: (stage: Stage) => Partial<HttpParts> = () => ({}),
  engine: (typeof STAGE_ENGINES)[number] = 'embedded',
): Promise<Stage> {
  const { store, dispose, ...opened } = await STORES[engine]();
  const dataDir = 'dataDir' in opened ? opened.dataDir : '';
  for (const [_id, priority] of [
    ['support', 0],
    ['sales', 5],
  ] as const) {
    await store.queues.insertOne(aQueue(_id, { name: _id, priority }));
  }
  for (const [id, role, queues] of [
    ['root', 'admin', []],
    ['sam', 'supervisor', []],
    ['ana', 'agent', ['support']],
    ['ben', 'agent', ['support', 'sales']],
    ['eve', 'agent', ['sales']],
  ] as const) {
    await store.agents.insertOne(anAgent(id, role, [...queues]));
  }
  const log = recordedLog('debug');
  const rig = createRig(store);
  const changes = createHints();
  let tokens = 0;
  const servers: HttpServer[] = [];
  const dispatcher = new Agent();
  const channels = createChannels({
    store,
    seal: createSeal({ current: SECRET_KEY }, 'channel keys'),
    environment: () => ({
      ...{ id: 'default', name: 'TeleSign', source: 'environment', customerId: 'CUSTOMER', apiKey: API_KEY },
      ...{ previousApiKey: undefined, apiUrl: 'https://telesign.test', auth: 'hmac' },
      numbers: [{ number: '15550109999', type: 'geo', description: '' }],
      ...{ createdAt: undefined, changedAt: undefined },
    }),
    callbackUrl: (id) => `https://sms.example/callbacks/telesign/${id}`,
    now: () => rig.time,
    randomId: randomUUID,
    clientOf: ({ customerId, apiKey, apiUrl, auth }) =>
      createTeleSignClient({
        ...{ customerId, apiKey, apiUrl, auth, dispatcher },
        now: () => rig.time,
        nonce: randomUUID,
      }),
    unreadable: () => {},
  });
  const stage: Stage = {
    channels,
    store,
    dataDir,
    rig,
    changes,
    log,
    outcomes: [],
    channel: channels.channel('default')!,
    http: undefined as never,
    parts: undefined as never,
    url: '',
    async call(request, { as = 'ana', body, headers = {} } = {}) {
      const [method, path] = request.split(' ');
      const answer = await fetch(`${stage.url}${path}`, {
        method: method!,
        headers: { ...(as === null ? {} : { authorization: `Bearer token-of-${as}` }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const mediaType = answer.headers.get('content-type');
      const answered = mediaType?.includes('json') && text !== '' ? JSON.parse(text) : undefined;
      // What the document does not describe, programs made from it refuse to read.
      if (mediaType === 'application/problem+json') z.strictObject(problem.shape).parse(answered);
      return { status: answer.status, headers: answer.headers, text, body: answered };
    },
    async serve(given = {}, before = () => {}) {
      const parts: HttpParts = {
        store,
        desk: rig.desk,
        optouts: rig.optouts,
        settings: rig.turns.settings,
        dialogs: undefined,
        notesIn: (botState) => JSON.parse(botState),
        drawDialogs: undefined,
        console: { secure: false, texts: () => ({ language: 'en', languages: [], texts: {} }) },
        webhooks: createWebhooks({
          subscriptions: createSubscriptions(store),
          seal: createSeal({ current: SECRET_KEY }, 'webhook secrets'),
          post: async () => ({ status: 204 }),
          trusted: LOOPBACK,
          now: () => rig.time,
          randomId: () => `webhook-${tokens++}`,
          randomBytes: (count) => Buffer.alloc(count, tokens++),
          due: () => {},
        }),
        channels,
        sendLimits: () => [],
        words: {
          systemText: (language, key, values = {}) => `${language} ${key} ${JSON.stringify(values)}`,
        },
        defaultLanguage: 'en',
        media: {
          fetch: async () => ({ failed: 'not_allowed' }),
          linkOf: (token) => `https://sms.example.com/f/${token}`,
        },
        // Tests ask as fast as they can, with wrong tokens too.
        limits: createLimits({ trustedProxies: [], requests: 1e6, wrongTokens: 1e6 }),
        openId: undefined,
        translate: undefined,
        reseal: () => resealAll(store, (purpose) => createSeal({ current: SECRET_KEY }, purpose)),
        receive: async () => {},
        receipt: async () => {},
        now: () => rig.time,
        // Time passes when a test says so; what rests goes on once everything else has had its turn.
        sleep: () => new Promise((resolve) => setImmediate(resolve)),
        randomToken: () => `random-token-${tokens++}`,
        randomId: () => `random-id-${tokens++}`,
        log: log.log,
        metrics: {
          contentType: 'text/plain; version=0.0.4',
          text: async () => 'up 1\n',
          callback: (outcome) => stage.outcomes.push(outcome),
        },
        ready: async () => true,
        changes,
        ...given,
      };
      stage.parts = parts;
      const http = createServer(parts);
      before(http);
      servers.push(http);
      await new Promise<void>((resolve) => http.server.listen(0, '127.0.0.1', resolve));
      return { http, url: `http://127.0.0.1:${http.server.address().port}` };
    },
    async close() {
      for (const http of servers) await http.close();
      await dispatcher.close();
      await dispose();
    },
  };
  Object.assign(stage, await stage.serve(overrides(stage)));
  return stage;
}

export function anAgent(id: string, role: Role, queues: string[]): AgentDoc {
  return {
    _id: id,
    name: `${id[0]?.toUpperCase()}${id.slice(1)}`,
    role,
    queues,
    languages: ['en'],
    skills: [],
    capacity: 5,
    ...newStaffing(0),
    ...(role === 'admin' && { rights: ['secrets'] }),
    tokenHash: tokenHash(`token-of-${id}`),
    createdAt: 0,
    changedAt: 0,
  };
}

/** These agents have come. */
export async function comeIn({ store }: Pick<Stage, 'store'>, ...ids: string[]): Promise<void> {
  for (const _id of ids) await store.agents.updateOne({ _id }, { $set: { presence: 'available' } });
}

/** A customer has asked for a person: the conversation waits in `support`. */
export async function handOver(stage: Stage): Promise<string> {
  await stage.rig.handOver();
  await stage.rig.send();
  return CONVERSATION;
}
