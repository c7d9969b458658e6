import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { Agent } from 'undici';
import { type StandaloneEmulator, startEmulator } from '../src/emulator/standalone.ts';
import { signCallback } from '../src/telesign/signature.ts';
import { freePort, type ServiceProcess, startProcess } from './support/processes.ts';
import { seeded } from './support/random.ts';
import { eventually } from './support/service.ts';
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
  let dispatcher: Agent;
  let telesign: StandaloneEmulator;
  let callbackPort: number;
  const running = new Set<ServiceProcess>();

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
    dispatcher = new Agent();
    callbackPort = await freePort();
    telesign = await startEmulator({
      port: 0,
      host: '127.0.0.1',
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      callbackUrl: () => `http://127.0.0.1:${callbackPort}/callbacks/telesign/default`,
      numbers: [{ number: NUMBER, label: 'Support' }],
      now: Date.now,
      random: Math.random,
      dispatcher,
    });
    telesign.emulator.setFaults({ receipts: { none: true } });
  });
  afterEach(async () => {
    await Promise.all([...running].map((process) => process.kill('SIGKILL')));
    running.clear();
    await telesign.stop();
    await dispatcher.close();
    await rm(dataDir, { recursive: true });
  });

  function settings(port: number, more: Record<string, string> = {}): Record<string, string> {
    return {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      TELESIGN_CUSTOMER_ID: CUSTOMER_ID,
      TELESIGN_API_KEY: API_KEY,
      TELESIGN_API_URL: telesign.url,
      TELESIGN_NUMBERS: NUMBER,
      ADMIN_TOKEN,
      SECRET_KEY: 'a secret key of the tests, long enough',
      DIALOGS_DIR: join(ECHO, 'dialogs'),
      LOCALES_DIR: join(ECHO, 'locales'),
      ...more,
    };
  }

  async function start(env: Record<string, string>): Promise<ServiceProcess> {
    const service = startProcess(env);
    running.add(service);
    await service.ready();
    return service;
  }

  /** Posts a text as TeleSign does, again until a 200 comes. */
  async function deliver(customer: string, text: string, port: () => number): Promise<void> {
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
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${port()}/callbacks/telesign/default`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `TSA ${CUSTOMER_ID}:${signature}`,
          'x-ts-authorization': signature,
        },
        body,
      }).catch(() => undefined);
      await answer?.arrayBuffer().catch(() => undefined);
      if (answer?.status === 200) return;
      await new Promise((done) => setTimeout(done, 20));
    }
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

  /** Every text that was answered with 200 was handled once, in order; every reply left once, in order, or is unknown. */
  async function judge(port: number, customer: string, texts: string[]): Promise<number> {
    const id = `${NUMBER}-${customer}`;
    const items = await eventually(
      () => transcript(port, id),
      (messages) =>
        messages.filter(({ direction }) => direction === 'in').every(({ status }) => status === 'handled') &&
        messages.every(({ status }) => status !== 'queued' && status !== 'sending'),
    );
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

  it(`handle every answered text once, though killed ${KILLS} times at random`, async () => {
    const env = settings(callbackPort);
    const random = seeded(20);
    let killing = true;
    const texts = new Map<string, string[]>();

    async function texting(customer: string): Promise<void> {
      const sent: string[] = [];
      texts.set(customer, sent);
      for (let n = 0; killing || n < 3; n++) {
        const text = `c${customer.slice(-3)}n${n}x`;
        await deliver(customer, text, () => callbackPort);
        sent.push(text);
      }
    }

    let service = await start(env);
    const customers = Array.from({ length: CUSTOMERS }, (_, n) => String(15550200000 + n));
    const load = Promise.all(customers.map(texting));
    for (let kill = 0; kill < KILLS; kill++) {
      await new Promise((done) => setTimeout(done, 50 + random() * 500));
      await service.kill('SIGKILL');
      running.delete(service);
      service = await start(env);
    }
    killing = false;
    await load;

    let unknown = 0;
    for (const customer of customers) unknown += await judge(callbackPort, customer, texts.get(customer)!);
    const all = [...texts.values()].flat().length;
    console.log(`        ${all} texts, ${KILLS} kills, ${unknown} replies unknown`);
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
