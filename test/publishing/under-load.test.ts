import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { type App, createApp } from '../../src/app.ts';
import { type Account, startAccount } from '../support/account.ts';
import { recordedLog } from '../support/log.ts';
import { mongoUri } from '../support/stores.ts';

const CUSTOMERS = Number(process.env.STRESS_CUSTOMERS ?? 48);
const ADMIN_TOKEN = 'an-admin-token-for-the-tests';
const NUMBER = '15550109999';
const CUSTOMER_ID = '12345678-ABCD-4EF0-9876-1234567890AB';
const API_KEY = Buffer.from('a key for the tests').toString('base64');

type Files = { [path: string]: string | object };

/** Each text says which set it is of. */
function mainOf(set: string, number: string, parcel: boolean): Files {
  const moves = number === 'number' ? '' : 'moves: { number: order_number }\n';
  const texts = {
    welcome: `welcome ${set}`,
    menu: `menu ${set}`,
    order: 'Order',
    parcel: 'Parcel',
    number: `number ${set}`,
    thanks: `thanks ${set}`,
    more: `more ${set}`,
    bye: `bye ${set}`,
  };
  return {
    'dialogs/main.yaml': `id: main
triggers: [start]
${moves}steps:
  - say: welcome
  - id: menu
    choice: menu
    options:
      - { value: order, label: order, goto: ${number} }
      - { value: parcel, label: parcel, goto: parcel }
  - id: ${number}
    ask: number
    as: number
  - say: thanks
  - goto: more
  - id: parcel
    ${parcel ? 'call: parcel' : 'say: thanks'}
  - id: more
    ask: more
    as: more
  - say: bye
  - end: resolved
`,
    'locales/en/main.json': texts,
    ...(parcel
      ? {
          'dialogs/parcel.yaml':
            'id: parcel\nsteps:\n  - id: code\n    ask: code\n    as: code\n  - say: found\n',
          'locales/en/parcel.json': { code: `code ${set}`, found: `found ${set}` },
        }
      : {}),
  };
}

const ONE = mainOf('one', 'number', true);
/** Other texts. */
const TWO = mainOf('two', 'number', true);
/** The step `number` has another name. */
const THREE = mainOf('three', 'order_number', true);
/** The dialog `parcel` is gone. */
const FOUR = mainOf('four', 'order_number', false);

describe('publishing on two processes, with conversations in the middle of dialogs', function () {
  this.timeout(300_000);
  let folder: string;
  let telesign: Account;
  let apps: { app: App; url: string }[];
  let texted = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-publishing-'));
    apps = [];
    telesign = await startAccount({
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      number: NUMBER,
      callbackUrl: () => `${apps[texted++ % apps.length]?.url}/callbacks/telesign/default`,
    });
    telesign.emulator.setFaults({ receipts: { none: true } });
    await save(ONE);
    const uri = await mongoUri();
    for (let n = 0; n < 2; n += 1) {
      const env = {
        PORT: '0',
        HOST: '127.0.0.1',
        MONGODB_URI: uri,
        DIALOGS_DIR: join(folder, 'dialogs'),
        LOCALES_DIR: join(folder, 'locales'),
        ADMIN_TOKEN,
        ...telesign.env,
        SECRET_KEY: 'a secret key of the tests, long enough',
      };
      const app = await createApp({ env, log: recordedLog('error').log });
      const { url } = await app.start();
      apps.push({ app, url });
    }
  });
  afterEach(async () => {
    await Promise.all(apps.map(({ app }) => app.stop()));
    await telesign.stop();
    await rm(folder, { recursive: true });
  });

  async function save(files: Files): Promise<void> {
    for (const part of ['dialogs', 'locales']) {
      await rm(join(folder, part), { recursive: true, force: true });
    }
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
  }

  async function call(n: number, path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    return fetch(`${apps[n]?.url}${path}`, { headers, ...init });
  }

  /** Publishes on one process, and waits until the other has followed. */
  async function publish(files: Files, n: number): Promise<void> {
    await save(files);
    const answer = await call(n, '/api/dialogs/publish', { method: 'POST', body: '{}' });
    expect(answer.status).to.equal(200);
    const { setId } = (await answer.json()) as { setId: string };
    for (;;) {
      const live = (await (await call(1 - n, '/api/dialogs')).json()) as { publication: { setId: string } };
      if (live.publication.setId === setId) return;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  const customerOf = (n: number) => String(15550200000 + n);
  const heard = (customer: string) => telesign.emulator.messages({ to: customer }).map(({ text }) => text);

  /** Texts, and waits for the answer. */
  async function says(customer: string, text: string): Promise<void> {
    const before = heard(customer).length;
    const answer = await fetch(`${telesign.url}/emulator/inbound`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ from: customer, to: NUMBER, text }),
    });
    await answer.arrayBuffer();
    const deadline = Date.now() + 60_000;
    while (heard(customer).length <= before) {
      if (Date.now() > deadline)
        throw new Error(`${customer} is stuck after ${JSON.stringify(heard(customer))}`);
      await new Promise((done) => setTimeout(done, 10));
    }
  }

  const allSay = (customers: readonly string[], text: string) =>
    Promise.all(customers.map((customer) => says(customer, text)));

  it(`leaves none of ${CUSTOMERS} stuck or restarted, each on its version`, async () => {
    const all = Array.from({ length: CUSTOMERS }, (_, n) => customerOf(n));
    const group = (n: number) => all.filter((_, index) => index % 4 === n);
    const [quick, slow, inCalled, atMenu] = [group(0), group(1), group(2), group(3)];
    const start = Date.now();
    await allSay(all, 'hi');
    await allSay([...quick, ...slow], 'order');
    await allSay(inCalled, 'parcel');

    // Other texts, while some go on: theirs stay as they were.
    await Promise.all([publish(TWO, 0), allSay(quick, '12345')]);
    // A step that is renamed, while those at another step go on; who stands at it moves.
    await Promise.all([publish(THREE, 1), allSay(atMenu, 'parcel')]);
    await allSay(slow, '12345');
    // A dialog that is gone, while those who are in it go on.
    await Promise.all([publish(FOUR, 0), allSay(inCalled, 'X1')]);
    await allSay(atMenu, 'X2');
    await allSay(all, 'no');
    const fresh = Array.from({ length: 4 }, (_, n) => customerOf(CUSTOMERS + n));
    await allSay(fresh, 'hi');

    const begun = 'welcome one\n\nmenu one\n1. Order\n2. Parcel';
    const order = [begun, 'number one'];
    const parcel = [begun, 'code one', 'found one\n\nmore one', 'bye one'];
    const expected = [
      [quick, [...order, 'thanks one\n\nmore one', 'bye one']],
      [slow, [...order, 'thanks three\n\nmore three', 'bye three']],
      [inCalled, parcel],
      [atMenu, parcel],
      [fresh, ['welcome four\n\nmenu four\n1. Order\n2. Parcel']],
    ] as const;
    for (const [customers, texts] of expected) {
      for (const customer of customers) expect(heard(customer)).to.deep.equal(texts);
    }
    for (const customer of all) {
      const answer = await call(0, `/api/conversations/${NUMBER}-${customer}`);
      expect(await answer.json()).to.include({ state: 'closed', session: 1 });
    }
    console.log(`        ${CUSTOMERS} conversations, 3 publications, ${Date.now() - start} ms`);
  });
});
