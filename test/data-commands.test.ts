import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../src/store/open.ts';
import { type Account, startAccount } from './support/account.ts';
import { startCommand } from './support/command.ts';
import { eventually } from './support/eventually.ts';
import { freePort, type ServiceProcess, startProcess } from './support/processes.ts';
import { mongoUri } from './support/stores.ts';

const NUMBER = '15550109999';
const CUSTOMER_ID = '12345678-ABCD-4EF0-9876-1234567890AB';
const API_KEY = Buffer.from('a key for the tests').toString('base64');
const ECHO = resolve(import.meta.dirname, 'fixtures/echo');

describe('the commands for data', function () {
  this.timeout(120_000);
  let folder: string;
  let telesign: Account;
  let port: number;
  const running = new Set<ServiceProcess>();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
    port = await freePort();
    telesign = await startAccount({
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      number: NUMBER,
      callbackUrl: () => `http://127.0.0.1:${port}/callbacks/telesign/default`,
    });
    telesign.emulator.setFaults({ receipts: { none: true } });
  });
  afterEach(async () => {
    await Promise.all([...running].map((process) => process.kill('SIGKILL')));
    running.clear();
    await telesign.stop();
    await rm(folder, { recursive: true });
  });

  function settings(dataDir: string, more: Record<string, string> = {}): Record<string, string> {
    return {
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: join(folder, dataDir),
      ...telesign.env,
      ADMIN_TOKEN: 'an-admin-token-for-the-tests',
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

  async function end(service: ServiceProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await service.kill(signal);
    running.delete(service);
  }

  function command(
    args: string[],
    env: Record<string, string>,
  ): Promise<{ code: number | null; output: string }> {
    return startCommand('cli.ts', args, env).ended;
  }

  /** The ids of what customers have texted, as a store has them. */
  async function inboundIn(dataDir: string, mongodbUri?: string): Promise<Map<string, string>> {
    const store = await openStore({ dataDir: join(folder, dataDir), mongodbUri, onUnindexed: 'warn' });
    try {
      const inbound = await store.messages.find({ direction: 'in' }).toArray();
      return new Map(inbound.map(({ _id, text }) => [_id, text]));
    } finally {
      await store.close();
    }
  }

  for (const engine of ['embedded', 'MongoDB'] as const) {
    it(`back up under load and restore what was acknowledged before, on ${engine}`, async () => {
      const more: Record<string, string> = engine === 'MongoDB' ? { MONGODB_URI: await mongoUri() } : {};
      const env = settings('data', more);
      const service = await start(env);
      let texting = true;
      const acknowledged: string[] = [];
      const load = Promise.all(
        Array.from({ length: 8 }, async (_, c) => {
          // Each from somebody else: who texts on and on is slowed.
          for (let n = 0; texting; n++) {
            const from = `155502${c}${String(n).padStart(4, '0')}`;
            const text = `c${c}n${n}`;
            await telesign.emulator.textIn({ from, to: NUMBER, text });
            await eventually(
              async () => telesign.emulator.messages({ to: from }).length,
              (count) => count > 0,
            );
            acknowledged.push(text);
          }
        }),
      );
      await eventually(
        async () => acknowledged.length,
        (count) => count > 12,
      );
      const before = [...acknowledged];
      const made = await command(['backup', folder], env);
      expect(made.code, made.output).to.equal(0);
      expect(made.output).to.match(/\d+ documents, read again and whole/);
      texting = false;
      await load;
      await end(service, 'SIGKILL');

      const name = (await readdir(folder)).find((file) => file.startsWith('switchboard-'))!;
      const file = join(folder, name);
      expect((await stat(file)).mode & 0o777).to.equal(0o600);
      const elsewhere: Record<string, string> = engine === 'MongoDB' ? { MONGODB_URI: await mongoUri() } : {};
      const restored = await command(['restore', file], settings('restored', elsewhere));
      expect(restored.code, restored.output).to.equal(0);
      expect(restored.output).to.include('compared with the backup');
      const texts = new Set((await inboundIn('restored', elsewhere.MONGODB_URI)).values());
      expect(before.filter((text) => !texts.has(text))).to.deep.equal([]);

      const again = await command(['restore', file], settings('restored', elsewhere));
      expect(again.code).to.equal(1);
      expect(again.output).to.include('There is data in it already');

      // The service goes on with it.
      const left = telesign.emulator.messages({ to: '15550200000' }).length;
      await start(settings('restored', elsewhere));
      await telesign.emulator.textIn({ from: '15550200000', to: NUMBER, text: 'after' });
      const messages = await eventually(
        async () => telesign.emulator.messages({ to: '15550200000' }),
        (all) => all.some(({ text }) => text.includes('after')),
      );
      expect(messages.length - left, 'answers').to.be.within(1, 2);
    });
  }

  it('copy a folder to a MongoDB, once, while the service is stopped', async () => {
    const env = settings('data');
    const service = await start(env);
    for (let n = 0; n < 5; n++) {
      await telesign.emulator.textIn({ from: '15550200001', to: NUMBER, text: `n${n}` });
      await eventually(
        async () => telesign.emulator.messages({ to: '15550200001' }).length,
        (count) => count > n,
      );
    }
    const uri = await mongoUri();
    const to = settings('data', { MONGODB_URI: uri });
    const busy = await command(['copy'], to);
    expect([busy.code, busy.output]).to.deep.equal([
      1,
      'Another process uses this data folder: stop it, or give this one a DATA_DIR of its own.\n',
    ]);
    await end(service, 'SIGTERM');
    expect((await command(['copy'], env)).output).to.include('MONGODB_URI');
    const copied = await command(['copy'], to);
    expect(copied.code, copied.output).to.equal(0);
    expect(copied.output).to.match(/\d+ documents are copied, and compared/);
    expect(await inboundIn('data', uri)).to.deep.equal(await inboundIn('data'));
    const again = await command(['copy'], to);
    expect([again.code, again.output]).to.deep.equal([
      0,
      'It is there already: both have the same contents.\n',
    ]);

    await start(to);
    await telesign.emulator.textIn({ from: '15550200001', to: NUMBER, text: 'n5' });
    await eventually(
      async () => telesign.emulator.messages({ to: '15550200001' }).length,
      (count) => count === 6,
    );
  });

  it('refuse what is no backup, and change nothing', async () => {
    const file = join(folder, 'no.gz');
    await writeFile(file, 'no');
    const { code, output } = await command(['restore', file], settings('restored'));
    expect([code, output.split('\n')[0]]).to.deep.equal([
      1,
      'The backup is not whole, or not as it was written: take another one.',
    ]);
    expect(await readdir(folder)).to.deep.equal(['no.gz']);
    const missing = await command(['restore', join(folder, 'nowhere.gz')], settings('restored'));
    expect(missing.output).to.include('cannot be opened').and.to.include('ENOENT');
  });
});
