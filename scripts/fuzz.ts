import { spawn } from 'node:child_process';
import dns from 'node:dns';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { createApp } from '../src/app.ts';
import { createLog } from '../src/log.ts';

/**
 * Asks every operation of `/openapi.json` with made-up requests, right ones and wrong ones, and fails for a 5xx and for any
 * answer that the document does not describe: `npm run fuzz`, with options of `schemathesis run` after `--`, such as
 * `--include-operation-id listQueues`. Needs python3 and PyPI. `fuzz.toml` says what is asked of whom.
 */

const SCHEMATHESIS = 'schemathesis==4.32.5';
const SEED = '20260302';
const TOKEN = 'a-token-for-the-fuzz-run';
const SUPPORT = '15550109999';
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

type Body = Record<string, unknown>;
type Call = (method: string, path: string, body?: Body | Buffer) => Promise<Body>;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Addresses are made up as well: nothing that a run invents is to reach anybody. */
function closeNetwork(): void {
  const { lookup } = dns;
  const local = new Set(['127.0.0.1', '::1', 'localhost']);
  Object.assign(dns, {
    lookup: (hostname: string, options: dns.LookupOptions, answer: (error: Error) => void) => {
      if (local.has(hostname)) return Reflect.apply(lookup, dns, [hostname, options, answer]);
      answer(Object.assign(new Error('There is no network in a fuzz run.'), { code: 'ENOTFOUND' }));
    },
  });
  syncBuiltinESMExports();
}

function callsTo(url: string): Call {
  return async (method, path, body) => {
    const bytes = Buffer.isBuffer(body);
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        'content-type': bytes ? 'image/png' : 'application/json',
      },
      ...(body === undefined ? {} : { body: bytes ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text.startsWith('{') ? JSON.parse(text) : {};
  };
}

/** What is there once the service has come so far. Rejects with the last error when that takes ten seconds. */
async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  let failed: unknown = new Error('What the run needs never comes.');
  for (let tries = 0; tries < 200; tries++) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      failed = error;
    }
    await pause(50);
  }
  throw failed;
}

/** Some of everything that a path can name; the answer is what `fuzz.toml` calls it. */
async function fill(url: string): Promise<Record<string, string>> {
  const call = callsTo(url);
  const conversation = (n: number) => `${SUPPORT}-1555010000${n}`;
  /** The first of a list that is as wanted, once there is one. */
  const first = (path: string, wanted: (item: Body) => boolean) =>
    eventually(async () => {
      const { items } = await call('GET', path);
      return Array.isArray(items) ? items.find(wanted) : undefined;
    });
  const textIn = async (n: number, text: string) => {
    await call('POST', '/emulator/inbound', { from: `1555010000${n}`, to: SUPPORT, text });
    const path = `/api/conversations/${conversation(n)}/messages`;
    return first(path, (message) => message.text === text && message.status === 'handled');
  };

  await call('PATCH', '/api/workstreams/demo-en', { settings: { attachments: { agents: true } } });
  const made = await call('POST', '/api/webhooks', { url: `${url}/nowhere` });
  const webhookId = z.object({ webhook: z.object({ id: z.string() }) }).parse(made).webhook.id;
  for (const id of ['second', 'spare']) await call('POST', '/api/queues', { id, name: id });
  for (const id of ['agent-1', 'spare']) {
    await call('POST', '/api/agents', {
      id,
      name: id,
      role: 'agent',
      queues: ['support'],
      languages: ['en'],
    });
  }
  for (const id of ['lunch', 'spare']) await call('POST', '/api/presences', { id, name: id, base: 'away' });
  for (const slug of ['sorry', 'spare']) {
    await call('POST', '/api/quick-replies', { slug, texts: { en: 'We are sorry.' } });
  }
  for (const id of ['done', 'spare']) {
    await call('POST', '/api/macros', { id, name: id, steps: [{ do: 'reply', quickReply: 'sorry' }] });
  }
  for (const id of ['sales', 'spare']) {
    await call('POST', '/api/channels', {
      id,
      name: id,
      customerId: id,
      apiKey: 'c29tZSBrZXkgb2YgdGhlIGFjY291bnQ=',
      apiUrl: url,
    });
  }
  const spare = { id: 'spare', language: 'en', queueId: 'support', numbers: [] };
  await call('POST', '/api/workstreams', spare);

  await textIn(1, 'Hello');
  for (const n of [2, 3, 4, 5]) await textIn(n, 'agent');
  for (const n of [3, 4, 5]) await call('POST', `/api/conversations/${conversation(n)}/claim`, {});
  const owned = `/api/conversations/${conversation(3)}`;
  const { id: message } = await call('POST', `${owned}/messages`, { text: 'How can I help?' });
  await call('PUT', '/emulator/faults', { receipts: { failCode: 503, delay: 0 } });
  await call('POST', `${owned}/messages`, { text: 'Are you there?' });
  const deadLetter = await first('/api/messages?status=failed', () => true);
  await call('PUT', '/emulator/faults', {});
  // The service has read by then that its agents may give files.
  const file = await eventually(() => call('POST', `${owned}/files`, Buffer.from(PIXEL, 'base64')));
  await call('POST', `/api/conversations/${conversation(4)}/close`, { outcome: 'resolved' });
  const consent = { number: SUPPORT, customer: '15550100008', reason: 'Asked for it by phone.' };
  const { id: optout } = await call('POST', '/api/optouts', consent);
  const set = await first('/api/dialogs/publications', () => true);
  const delivery = await first(`/api/webhooks/${webhookId}/deliveries?status=queued`, () => true);
  return {
    FUZZ_TOKEN: TOKEN,
    FUZZ_WITH_BOT: conversation(1),
    FUZZ_WAITING: conversation(2),
    FUZZ_OWNED: conversation(3),
    FUZZ_CLOSED: conversation(4),
    FUZZ_SPARE: conversation(5),
    FUZZ_MESSAGE: String(message),
    FUZZ_DEAD_LETTER: String(deadLetter.id),
    FUZZ_WEBHOOK: webhookId,
    FUZZ_DELIVERY: String(delivery.id),
    FUZZ_OPTOUT: String(optout),
    FUZZ_DIALOG_SET: String(set.setId),
    FUZZ_FILE: String(file.url).slice(`${url}/f/`.length),
  };
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

/** Resolves with the exit code; rejects when the run is stopped. */
async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env },
    signal: stopping.signal,
  });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

const folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
const venv = join(folder, 'venv');
try {
  if ((await run('python3', ['-m', 'venv', venv])) !== 0) throw new Error('python3 makes no venv.');
  if ((await run(join(venv, 'bin/pip'), ['install', '--quiet', SCHEMATHESIS])) !== 0) {
    throw new Error(`${SCHEMATHESIS} cannot be installed.`);
  }
  closeNetwork();
  const app = await createApp({
    env: { PORT: '0', DATA_DIR: folder, ADMIN_TOKEN: TOKEN },
    log: createLog('error', { foreignMessages: true }),
  });
  const { url } = await app.start();
  try {
    const variables = await fill(url);
    const options = [
      ...['--config-file', join(import.meta.dirname, 'fuzz.toml')],
      'run',
      `${url}/openapi.json`,
    ];
    options.push(
      '--seed',
      SEED,
      '--no-color',
      '--exclude-operation-id',
      'streamEvents',
      ...process.argv.slice(2),
    );
    process.exitCode = await run(join(venv, 'bin/schemathesis'), options, {
      ...variables,
      NO_PROXY: '127.0.0.1',
    });
    // Otherwise the rest of it was refused for its token, and has shown nothing.
    await callsTo(url)('GET', '/api/me');
  } finally {
    await app.stop();
  }
} finally {
  await rm(folder, { recursive: true });
}
