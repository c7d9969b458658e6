import { tokenHash } from '../../src/http/auth.ts';
import type { CallbackOutcome, Channel, HttpParts } from '../../src/http/parts.ts';
import { createServer, type HttpServer } from '../../src/http/server.ts';
import { newStaffing } from '../../src/store/agent.ts';
import type { AgentDoc, Role, Store } from '../../src/store/documents.ts';
import type { Wake } from '../../src/wake.ts';
import { LOOPBACK } from '../../src/webhooks/address.ts';
import { createSeal } from '../../src/webhooks/seal.ts';
import { createSubscriptions } from '../../src/webhooks/subscriptions.ts';
import { createWebhooks } from '../../src/webhooks/webhooks.ts';
import { CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { recordedLog } from '../support/log.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

export const API_KEY = Buffer.from('the key of the test channel').toString('base64');

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
  rig: Rig;
  http: HttpServer;
  url: string;
  channel: Channel;
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

/** The real server on a free port, with the real desk and the embedded store; the clock is `rig.time`. */
export async function openStage(
  overrides: (stage: Stage) => Partial<HttpParts> = () => ({}),
): Promise<Stage> {
  const { store, dispose } = await temporaryEmbeddedStore();
  for (const [_id, priority] of [
    ['support', 0],
    ['sales', 5],
  ] as const) {
    await store.queues.insertOne({ _id, name: _id, priority, createdAt: 0, changedAt: 0 });
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
  const stage: Stage = {
    store,
    rig,
    changes,
    log,
    outcomes: [],
    channel: { id: 'default', customerId: 'CUSTOMER', apiKeys: [API_KEY], numbers: ['15550109999'] },
    http: undefined as never,
    url: '',
    async call(request, { as = 'ana', body, headers = {} } = {}) {
      const [method, path] = request.split(' ');
      const answer = await fetch(`${stage.url}${path}`, {
        method: method!,
        headers: { ...(as === null ? {} : { authorization: `Bearer token-of-${as}` }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') && text !== '';
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        body: isJson ? JSON.parse(text) : undefined,
      };
    },
    async serve(given = {}, before = () => {}) {
      const http = createServer({
        store,
        desk: rig.desk,
        settings: rig.turns.settings,
        webhooks: createWebhooks({
          subscriptions: createSubscriptions(store),
          seal: createSeal('the secret key of the test stage, of some length'),
          post: async () => ({ status: 204 }),
          trusted: LOOPBACK,
          now: () => rig.time,
          randomId: () => `webhook-${tokens++}`,
          randomBytes: (count) => Buffer.alloc(count, tokens++),
          due: () => {},
        }),
        channel: (id) => (id === stage.channel.id ? stage.channel : undefined),
        receive: async () => {},
        receipt: async () => {},
        now: () => rig.time,
        // Time passes when a test says so; what rests goes on once everything else has had its turn.
        sleep: () => new Promise((resolve) => setImmediate(resolve)),
        randomToken: () => `random-token-${tokens++}`,
        log: log.log,
        metrics: {
          contentType: 'text/plain; version=0.0.4',
          text: async () => 'up 1\n',
          callback: (outcome) => stage.outcomes.push(outcome),
        },
        ready: async () => true,
        changes,
        ...given,
      });
      before(http);
      servers.push(http);
      await new Promise<void>((resolve) => http.server.listen(0, '127.0.0.1', resolve));
      return { http, url: `http://127.0.0.1:${http.server.address().port}` };
    },
    async close() {
      for (const http of servers) await http.close();
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
  stage.rig.bot = handsOver();
  await stage.rig.textIn('a person please');
  await stage.rig.turn();
  await stage.rig.send();
  return CONVERSATION;
}

/** Asks again until the answer is there. */
export async function eventually<T>(ask: () => T | Promise<T>, enough: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + 5000;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`Waited in vain; last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
