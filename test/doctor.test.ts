import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { Agent } from 'undici';
import { type App, createApp } from '../src/app.ts';
import { examine } from '../src/doctor.ts';
import { type Finding, linesOf } from '../src/doctor-finding.ts';
import { createLog } from '../src/log.ts';
import { type Account, startAccount } from './support/account.ts';
import { startCommand } from './support/command.ts';
import { freePort } from './support/processes.ts';

const API_KEY = Buffer.from('a key for the tests').toString('base64');
const ECHO = resolve(import.meta.dirname, 'fixtures/echo');

describe('the doctor', function () {
  this.timeout(30_000);
  let folder: string;
  let telesign: Account;
  let dispatcher: Agent;
  let env: Record<string, string>;
  let app: App | undefined;
  let other: Server | undefined;
  let time: () => number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
    time = Date.now;
    dispatcher = new Agent();
    telesign = await startAccount({
      customerId: '12345678-ABCD-4EF0-9876-1234567890AB',
      apiKey: API_KEY,
      number: '15550109999',
    });
    const port = String(await freePort());
    env = {
      PORT: port,
      HOST: '127.0.0.1',
      PUBLIC_URL: `http://127.0.0.1:${port}`,
      DATA_DIR: join(folder, 'data'),
      ...telesign.env,
      ADMIN_TOKEN: 'an-admin-token-for-the-tests',
      SECRET_KEY: 'a secret key of the tests, long enough',
      DIALOGS_DIR: join(ECHO, 'dialogs'),
      LOCALES_DIR: join(ECHO, 'locales'),
    };
  });
  afterEach(async () => {
    await app?.stop();
    app = undefined;
    await new Promise((done) => (other ? other.close(done) : done(undefined)));
    other = undefined;
    await telesign.stop();
    await dispatcher.close();
    await rm(folder, { recursive: true });
  });

  async function findings(): Promise<Finding[]> {
    const found: Finding[] = [];
    const parts = { env, now: () => time(), randomId: randomUUID, dispatcher };
    for await (const finding of examine(parts)) found.push(finding);
    return found;
  }

  async function levels(): Promise<{ [what: string]: Finding['level'] }> {
    return Object.fromEntries((await findings()).map(({ what, level }) => [what, level]));
  }

  async function startService(): Promise<void> {
    app = await createApp({ env, log: createLog('silent') });
    await app.start();
  }

  const ALONE = {
    settings: 'ok',
    dialogs: 'ok',
    service: 'warn',
    store: 'ok',
    disk: 'ok',
    'account default': 'ok',
    clock: 'ok',
    'callback URL': 'warn',
  };

  it('finds everything well before a first start, but that nothing runs yet', async () => {
    expect(await levels()).to.deep.equal(ALONE);
  });

  it('looks beside a running service, whose folder it leaves alone, and sends nothing', async () => {
    await startService();
    const found = await findings();
    expect(Object.fromEntries(found.map(({ what, level }) => [what, level]))).to.deep.equal({
      settings: 'ok',
      dialogs: 'ok',
      service: 'ok',
      store: 'ok',
      clock: 'ok',
      'callback URL': 'warn', // no TLS on this machine
    });
    expect(found.find(({ what }) => what === 'callback URL')?.text).to.include('reaches the service');
    expect(telesign.emulator.messages({})).to.deep.equal([]);
  });

  it('tells a wrong key from a wrong id and from a host that does not answer', async () => {
    const account = async () => (await findings()).find(({ what }) => what === 'account default');
    env.TELESIGN_API_KEY = Buffer.from('another key').toString('base64');
    expect((await account())?.text).to.include('bad_key');
    expect(JSON.stringify(await findings())).not.to.include(env.TELESIGN_API_KEY);
    env.TELESIGN_API_KEY = API_KEY;
    env.TELESIGN_CUSTOMER_ID = '00000000-0000-4000-8000-000000000000';
    expect((await account())?.text).to.include('bad_id');
    env.TELESIGN_API_URL = `http://127.0.0.1:${await freePort()}`;
    expect((await account())?.text).to.include('not_reachable');
    expect((await levels()).clock).to.equal('fail');
  });

  it('compares the clock with TeleSign’s', async () => {
    for (const [off, level] of [
      [1000, 'ok'],
      [-20_000, 'warn'],
      [20_000, 'warn'],
      [-120_000, 'fail'],
      [120_000, 'fail'],
    ] as const) {
      time = () => Date.now() + off;
      expect((await levels()).clock, `${off}`).to.equal(level);
    }
  });

  it('tells another program at the callback URL or on the port', async () => {
    other = createServer((_, response) => response.end('hello'));
    await new Promise<void>((done) => other?.listen(Number(env.PORT), '127.0.0.1', done));
    expect(await levels()).to.include({ 'callback URL': 'fail' });
    other.close();
    delete env.PUBLIC_URL;
    expect(await levels()).to.include({ 'callback URL': 'warn' });
  });

  it('has a word translated where something is to translate, and tells neither key nor answer', async () => {
    const translation = async () => (await findings()).find(({ what }) => what === 'translation');
    expect(await translation()).to.equal(undefined);
    let status = 200;
    other = createServer((_, response) => {
      response.statusCode = status;
      response.end('{"translatedText":"Bonjour"}');
    });
    await new Promise<void>((done) => other?.listen(0, '127.0.0.1', done));
    env.TRANSLATE_URL = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    env.TRANSLATE_API_KEY = 'the key of the engine';
    expect(await translation()).to.include({ level: 'ok' });
    status = 403;
    expect(await translation()).to.include({ level: 'fail' });
    expect((await translation())?.text).to.include('403');
    env.TRANSLATE_URL = `http://127.0.0.1:${await freePort()}`;
    expect((await translation())?.text)
      .to.include('ECONNREFUSED')
      .and.not.include('the log');
    expect(JSON.stringify(await findings())).not.to.match(/the key of|Bonjour/);
  });

  it('names the mistakes of settings, and looks no further', async () => {
    env.PORT = 'x';
    delete env.SECRET_KEY;
    const [finding, ...others] = await findings();
    expect(others).to.deep.equal([]);
    expect(finding?.level).to.equal('fail');
    expect(finding?.text).to.include('PORT:').and.to.include('SECRET_KEY:');
  });

  it('names the mistakes of dialogs, and a store that cannot be opened', async () => {
    await writeFile(join(folder, 'main.yaml'), 'id: main\ntriggers: [start]\nsteps:\n  - goto: nowhere\n');
    await writeFile(join(folder, 'file'), '');
    Object.assign(env, { DIALOGS_DIR: folder, DATA_DIR: join(folder, 'file', 'data') });
    const found = await findings();
    expect(found.find(({ what }) => what === 'dialogs')?.text).to.match(/main\.yaml:4:\d+ .*nowhere/);
    expect(found.find(({ what }) => what === 'store')).to.include({ level: 'fail' });
  });

  it('has little to say of demo mode', async () => {
    env = { PORT: env.PORT!, DATA_DIR: env.DATA_DIR! };
    expect(await levels()).to.deep.equal({
      settings: 'ok',
      dialogs: 'ok',
      service: 'warn',
      store: 'ok',
      disk: 'ok',
    });
  });

  it('prints a line for each, with what to do, and ends with 1 where something fails', async () => {
    const well = await startCommand('cli.ts', ['doctor'], env).ended;
    expect(well.code, well.output).to.equal(0);
    expect(well.output)
      .to.match(/^ok {4}settings: complete$/m)
      .and.to.match(/^warn {2}service: .*\n {8}→ Start it/m);
    env.TELESIGN_API_KEY = Buffer.from('another key').toString('base64');
    const ill = await startCommand('cli.ts', ['doctor'], env).ended;
    expect(ill.code, ill.output).to.equal(1);
    expect(ill.output).to.match(/^fail {2}account default: /m);
  });

  it('prints a text of several lines below each other', () => {
    expect(
      linesOf({ level: 'fail', what: 'settings', text: 'wrong:\n  PORT: x', todo: 'Mend it.' }),
    ).to.deep.equal(['fail  settings: wrong:', '          PORT: x', '        → Mend it.']);
  });
});
