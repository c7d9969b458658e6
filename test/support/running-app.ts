import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, type AppOptions, createApp } from '../../src/app.ts';
import { eventually } from './eventually.ts';
import { recordedLog } from './log.ts';

export const ADMIN_TOKEN = 'an-admin-token-for-the-tests';
export const SUPPORT = { en: '15550109999', es: '15550109998', 'zh-TW': '15550109997' };

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape; each test looks at what it expects.
  body: any;
}

export interface RunningApp {
  app: App;
  url: string;
  dataDir: string;
  log: ReturnType<typeof recordedLog>;
  call(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Makes an agent and answers the token. */
  agent(id: string, given?: Record<string, unknown>): Promise<string>;
  textIn(from: string, text: string, to?: string): Promise<Answer>;
  /** The texts that a phone got, once there are at least `count`. */
  phone(customer: string, count: number): Promise<string[]>;
  stop(): Promise<void>;
}

/** The whole service in demo mode, on a free port and a folder of its own. */
export async function startApp(
  options: Partial<AppOptions> = {},
  given: { dataDir?: string } = {},
): Promise<RunningApp> {
  const dataDir = given.dataDir ?? (await mkdtemp(join(tmpdir(), 'switchboard-')));
  const log = recordedLog('debug');
  const app = await createApp({
    log: log.log,
    ...options,
    env: { PORT: '0', DATA_DIR: dataDir, ADMIN_TOKEN, ...options.env },
  });
  const { url } = await app.start();

  async function call(
    method: string,
    path: string,
    body?: unknown,
    token = ADMIN_TOKEN,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const json = answer.headers.get('content-type')?.includes('json');
    return { status: answer.status, headers: answer.headers, body: json ? JSON.parse(text) : text };
  }

  return {
    app,
    url,
    dataDir,
    log,
    call,
    async agent(id, fields = {}) {
      const made = await call('POST', '/api/agents', { id, name: id, queues: ['support'], ...fields });
      return made.body.token;
    },
    textIn: (from, text, to = SUPPORT.en) => call('POST', '/emulator/inbound', { from, to, text }),
    async phone(customer, count) {
      const { body } = await eventually(
        () => call('GET', `/emulator/messages?to=${customer}`),
        (answer) => answer.body.messages.length >= count,
      );
      return body.messages.map(({ text }: { text: string }) => text);
    },
    async stop() {
      await app.stop();
      if (given.dataDir === undefined) await rm(dataDir, { recursive: true });
    },
  };
}
