import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { SEND_LEASE } from '../src/conversations/outbox.ts';
import { LEASE } from '../src/conversations/turn.ts';
import { signCallback } from '../src/telesign/signature.ts';
import { type Account, startAccount } from './support/account.ts';
import { eventually } from './support/eventually.ts';
import { freePort, type ServiceProcess, startProcess } from './support/processes.ts';
import { seeded } from './support/random.ts';
import { mongoUri } from './support/stores.ts';

const NUMBER = '15550109999';
const CUSTOMER_ID = '12345678-ABCD-4EF0-9876-1234567890AB';
const API_KEY = Buffer.from('a key for the tests').toString('base64');
const ADMIN_TOKEN = 'an-admin-token-for-the-tests';
const ECHO = resolve(import.meta.dirname, 'fixtures/echo');

interface Page {
  items: Record<string, string>[];
  cursor: string | null;
}

const CUSTOMERS = Number(process.env.STRESS_CUSTOMERS ?? 24);
const KILLS = Number(process.env.STRESS_KILLS ?? 20);

describe('processes of the service', function () {
  this.timeout(180_000);
  let dataDir: string;
  let telesign: Account;
  let callbackPort: number;
  const running = new Set<ServiceProcess>();

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
    callbackPort = await freePort();
    telesign = await startAccount({
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      number: NUMBER,
      callbackUrl: () => `http://127.0.0.1:${callbackPort}/callbacks/telesign/default`,
    });
    telesign.emulator.setFaults({ receipts: { none: true } });
  });
  afterEach(async () => {
    await Promise.all([...running].map((process) => process.kill('SIGKILL')));
    running.clear();
    await telesign.stop();
    await rm(dataDir, { recursive: true });
  });

  function settings(port: number, more: Record<string, string> = {}): Record<string, string> {
    return {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      ...telesign.env,
      ADMIN_TOKEN,
      SECRET_KEY: 'a secret key of the tests, long enough',
      DIALOGS_DIR: join(ECHO, 'dialogs'),
      LOCALES_DIR: join(ECHO, 'locales'),
      ...more,
    };
  }

  async function start(env: Record<string, string>, before?: string): Promise<ServiceProcess> {
    const service = startProcess(env, before);
    running.add(service);
    await service.ready();
    return service;
  }

  /**
   * These customers text without an end, as programs do: nobody is to be slowed. Other settings are as they were. It holds
   * of the processes that start after it, which read it before they listen.
   */
  async function slowNobody(env: Record<string, string>, port: number): Promise<void> {
    const service = await start(env);
    const answer = await fetch(`http://127.0.0.1:${port}/api/workstreams/default`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ settings: { flood: null } }),
    });
    expect(answer.status).to.equal(200);
    await answer.arrayBuffer();
    await service.kill('SIGTERM');
    running.delete(service);
  }

  /** A text as TeleSign posts it. */
  function textOf(customer: string, text: string): RequestInit {
    const body = Buffer.from(
      JSON.stringify({
        status: { updated_on: new Date().toISOString(), code: 1500, description: 'Delivered to customer' },
        submit_timestamp: new Date().toISOString(),
        errors: [],
        user_response: { phone_number: customer, sender_id: NUMBER, mo_message: text },
        sub_resource: 'mo_sms',
        reference_id: randomBytes(16).toString('hex').toUpperCase(),
      }),
    );
    const signature = signCallback(body, API_KEY);
    const headers = {
      'content-type': 'application/json',
      authorization: `TSA ${CUSTOMER_ID}:${signature}`,
      'x-ts-authorization': signature,
    };
    return { method: 'POST', headers, body };
  }

  /** The status that it is answered with, or 0. */
  async function post(request: RequestInit, port: number): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${port}/callbacks/telesign/default`, request).catch(
      () => undefined,
    );
    await answer?.arrayBuffer().catch(() => undefined);
    return answer?.status ?? 0;
  }

  /** Posts a text again until a 200 comes. */
  async function deliver(customer: string, text: string, port: () => number): Promise<void> {
    const request = textOf(customer, text);
    while ((await post(request, port())) !== 200) await new Promise((done) => setTimeout(done, 20));
  }

  async function ask(port: number, path: string): Promise<Page> {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    expect(answer.status).to.equal(200);
    return (await answer.json()) as Page;
  }

  async function transcript(port: number, id: string): Promise<Record<string, string>[]> {
    const items: Record<string, string>[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const path = `/api/conversations/${id}/messages?limit=200${cursor && `&cursor=${cursor}`}`;
      const page: Page = await ask(port, path);
      items.push(...page.items);
      cursor = page.cursor;
    }
    return items;
  }

  /** The transcript once all is handled and sent. Fails when nothing comes of it for five seconds. */
  async function worked(port: number, id: string): Promise<Record<string, string>[]> {
    let items = await transcript(port, id);
    while (!isDone(items)) {
      const before = JSON.stringify(items);
      items = await eventually(
        () => transcript(port, id),
        (messages) => JSON.stringify(messages) !== before,
      );
    }
    return items;
  }

  const isDone = (messages: Record<string, string>[]) =>
    messages.every(({ direction, status = '' }) =>
      direction === 'in' ? status === 'handled' : !['queued', 'sending'].includes(status),
    );

  /** Every text that was answered with 200 was handled once, in order; every reply left once, in order, or is unknown. */
  async function judge(port: number, customer: string, texts: string[]): Promise<number> {
    const id = `${NUMBER}-${customer}`;
    const items = await worked(port, id);
    const heard = items.filter(({ direction }) => direction === 'in').map(({ text }) => text);
    expect(heard, 'texts in the transcript').to.deep.equal(texts);
    const replies = items.filter(({ direction }) => direction === 'out');
    const wanted = texts.map((text, n) => (n === 0 ? /^Hello\./ : new RegExp(`^You said ${text}\\.`)));
    expect(replies).to.have.length(texts.length);
    for (const [n, reply] of replies.entries()) expect(reply.text).to.match(wanted[n]!);

    const left = telesign.emulator.messages({ to: customer }).map(({ text }) => text);
    const certain = replies.filter(({ status }) => status === 'sent').map(({ text }) => text);
    const unknown = replies.filter(({ status }) => status === 'unknown');
    expect(certain.length + unknown.length, 'each reply is sent or unknown').to.equal(replies.length);
    expect(new Set(left).size, 'no reply left twice').to.equal(left.length);
    expect(left, 'replies left in order').to.deep.equal(
      replies.map(({ text }) => text).filter((text) => left.includes(text!)),
    );
    expect(
      certain.filter((text) => !left.includes(text!)),
      'each that is sent did leave',
    ).to.deep.equal([]);
    return unknown.length;
  }

  /**
   * Customers text one process or another, each as many times as said at most, while one after the other is killed at a random
   * moment and started anew. Answers the texts of each customer that were answered with 200.
   */
  async function killedUnderLoad(
    envs: Record<string, string>[],
    { kills, first, most }: { kills: number; first: number; most: number },
  ): Promise<Map<string, string[]>> {
    const random = seeded(20);
    let killing = true;
    let turn = 0;
    const nextPort = () => Number(envs[turn++ % envs.length]!.PORT);
    const texts = new Map<string, string[]>();
    async function texting(customer: string): Promise<void> {
      const sent: string[] = [];
      texts.set(customer, sent);
      for (let n = 0; n < most && (killing || n < 3); n++) {
        const text = `c${customer.slice(-3)}n${n}x`;
        await deliver(customer, text, nextPort);
        sent.push(text);
      }
    }
    const services = await Promise.all(envs.map((env) => start(env)));
    const load = Promise.all(Array.from({ length: CUSTOMERS }, (_, n) => texting(String(first + n))));
    for (let kill = 0; kill < kills; kill++) {
      await new Promise((done) => setTimeout(done, 50 + random() * 500));
      const which = kill % envs.length;
      await services[which]!.kill('SIGKILL');
      running.delete(services[which]!);
      services[which] = await start(envs[which]!);
    }
    killing = false;
    await load;
    return texts;
  }

  async function judgeAll(port: number, texts: Map<string, string[]>): Promise<void> {
    let unknown = 0;
    for (const [customer, sent] of texts) unknown += await judge(port, customer, sent);
    console.log(`        ${[...texts.values()].flat().length} texts, ${unknown} replies unknown`);
  }

  it(`handle every answered text once, though killed ${KILLS} times at random`, async () => {
    const env = settings(callbackPort);
    await slowNobody(env, callbackPort);
    const texts = await killedUnderLoad([env], { kills: KILLS, first: 15550200000, most: Infinity });
    await judgeAll(callbackPort, texts);
  });

  it('share one MongoDB: two of them, callbacks to either', async () => {
    const uri = await mongoUri();
    const ports = [callbackPort, await freePort()];
    await Promise.all(ports.map((port) => start(settings(port, { MONGODB_URI: uri }))));
    const customers = Array.from({ length: CUSTOMERS }, (_, n) => String(15550300000 + n));
    const texts = Array.from({ length: 8 }, (_, n) => `n${n}x`);
    let turn = 0;
    await Promise.all(
      customers.map(async (customer) => {
        for (const text of texts) await deliver(customer, text, () => ports[turn++ % 2]!);
      }),
    );
    for (const [n, customer] of customers.entries()) {
      expect(await judge(ports[n % 2]!, customer, texts)).to.equal(0);
    }
  });

  it(`keep the same promises on one MongoDB, though one of two is killed ${KILLS / 4} times at random`, async () => {
    const uri = await mongoUri();
    const envs = [callbackPort, await freePort()].map((port) => settings(port, { MONGODB_URI: uri }));
    await slowNobody(envs[0]!, callbackPort);
    const texts = await killedUnderLoad(envs, { kills: KILLS / 4, first: 15550500000, most: 25 });

    // Both die, and what they had in hand is free once their leases are over: for one that starts after that.
    await Promise.all([...running].map((service) => service.kill('SIGKILL')));
    running.clear();
    const later = Math.max(LEASE, SEND_LEASE) + 1;
    await start(envs[0]!, `const now = Date.now; Date.now = () => now() + ${later};`);
    await judgeAll(callbackPort, texts);
  });

  it('finish what is in hand at SIGTERM and end with 0', async () => {
    const service = await start(settings(callbackPort));
    telesign.emulator.setFaults({ receipts: { none: true }, send: { mode: 'slow', delay: 1500 } });
    await deliver('15550400000', 'hello', () => callbackPort);
    await eventually(
      async () => telesign.emulator.messages({ to: '15550400000' }),
      (messages) => messages.length === 1,
    );
    const { code, output } = await service.kill('SIGTERM');
    expect(code, output).to.equal(0);

    await start(settings(callbackPort));
    expect(await judge(callbackPort, '15550400000', ['hello'])).to.equal(0);
  });

  it('answer 503 while the disk is full, and take the same text once there is room', async () => {
    const { pid } = await start(settings(callbackPort));
    /** As the system would answer when the disk is full. */
    const limitFiles = (bytes: number | 'unlimited') =>
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:`]);
    const text = 'x'.repeat(5000);
    const request = textOf('15550500000', text);

    limitFiles(1000);
    for (let n = 0; n < 3; n++) expect(await post(request, callbackPort)).to.equal(503);
    const ready = await fetch(`http://127.0.0.1:${callbackPort}/readyz`);
    expect(await ready.json()).to.include({ status: 503 });
    expect(telesign.emulator.messages({ to: '15550500000' })).to.deep.equal([]);

    limitFiles('unlimited');
    await deliver('15550500001', 'hello', () => callbackPort);
    expect(await post(request, callbackPort)).to.equal(200);
    expect(await judge(callbackPort, '15550500000', [text])).to.equal(0);
  });

  it('log an error that nobody handles, without what it says, and end with 1', async () => {
    const service = startProcess(
      settings(callbackPort),
      `process.on('SIGUSR2', () => void Promise.reject(new TypeError('Elm Street')));`,
    );
    running.add(service);
    await service.ready();
    const { code, output } = await service.kill('SIGUSR2');
    expect(code).to.equal(1);
    expect(output).to.include('unhandled error').and.to.include('TypeError').and.to.not.include('Elm');
  });

  it('refuse a data folder that another one has', async () => {
    await start(settings(callbackPort));
    const second = startProcess(settings(await freePort()));
    running.add(second);
    const { code, output } = await second.ended;
    expect(code).to.equal(1);
    expect(output).to.include('Another process uses this data folder');
  });

  it('list every wrong setting and exit with 78', async () => {
    const service = startProcess({ PORT: 'x', LOG_LEVEL: 'loud', TELESIGN_API_KEY: '***' });
    running.add(service);
    const { code, output } = await service.ended;
    expect(code).to.equal(78);
    for (const name of [
      'PORT',
      'LOG_LEVEL',
      'TELESIGN_API_KEY',
      'TELESIGN_CUSTOMER_ID',
      'ADMIN_TOKEN',
      'SECRET_KEY',
    ]) {
      expect(output).to.include(`${name}:`);
    }
  });

  it('name file, line and remedy of a mistake in a dialog and exit with 78', async () => {
    const broken = join(dataDir, 'main.yaml');
    await writeFile(broken, 'id: main\ntriggers: [start]\nsteps:\n  - say: greeting\n  - goto: nowhere\n');
    const service = startProcess(
      settings(callbackPort, { DIALOGS_DIR: dataDir, DATA_DIR: join(dataDir, 'data') }),
    );
    running.add(service);
    const { code, output } = await service.ended;
    expect(code).to.equal(78);
    expect(output).to.match(/main\.yaml:5:\d+ .*nowhere/);
  });
});
