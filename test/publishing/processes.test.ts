import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runLintCommand } from '../../src/cli/lint.ts';
import { type Account, startAccount } from '../support/account.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, type ServiceProcess, startProcess } from '../support/processes.ts';

const ADMIN_TOKEN = 'an-admin-token-for-the-tests';
const NUMBER = '15550109999';
const CUSTOMER_ID = '12345678-ABCD-4EF0-9876-1234567890AB';
const API_KEY = Buffer.from('a key for the tests').toString('base64');

describe('dialogs that are published while the service runs', function () {
  this.timeout(60_000);
  let folder: string;
  let port: number;
  let service: ServiceProcess | undefined;
  let telesign: Account | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-publishing-'));
    port = await freePort();
    await save('Hello.');
  });
  afterEach(async () => {
    await service?.kill('SIGKILL');
    service = undefined;
    await telesign?.stop();
    telesign = undefined;
    await rm(folder, { recursive: true });
  });

  async function save(greeting: string, last = 'goto: hear'): Promise<void> {
    await mkdir(join(folder, 'dialogs'), { recursive: true });
    await mkdir(join(folder, 'locales/en'), { recursive: true });
    const steps = `  - say: greeting\n  - id: hear\n    ask: question\n    as: heard\n  - ${last}\n`;
    const texts = { greeting, question: 'Say something.' };
    await writeFile(join(folder, 'locales/en/main.json'), JSON.stringify(texts));
    await writeFile(join(folder, 'dialogs/main.yaml'), `id: main\ntriggers: [start]\nsteps:\n${steps}`);
  }

  const settings = () => ({
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: join(folder, 'data'),
    DIALOGS_DIR: join(folder, 'dialogs'),
    LOCALES_DIR: join(folder, 'locales'),
    ADMIN_TOKEN,
  });

  async function start(env: Record<string, string>): Promise<ServiceProcess> {
    service = startProcess(env);
    await service.ready();
    return service;
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape; each test looks at what it expects.
  async function ask(path: string, init: RequestInit = {}): Promise<any> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers, ...init });
    return answer.json();
  }

  const publications = async (): Promise<{ setId: string; by: string }[]> =>
    (await ask('/api/dialogs/publications')).items;

  /** What sessions begin with now; the list above has it a moment earlier. */
  const live = async (): Promise<{ setId: string; by: string }> => (await ask('/api/dialogs')).publication;

  /** The first answer to a customer who has not texted before. */
  async function greetingFor(customer: string, textIn: (from: string) => Promise<unknown>): Promise<string> {
    await textIn(customer);
    const { items } = await eventually(
      () => ask(`/api/conversations/${NUMBER}-${customer}/messages`),
      ({ items: messages }) => messages?.some((one: { direction: string }) => one.direction === 'out'),
    );
    return items.find((one: { direction: string }) => one.direction === 'out').text;
  }

  const byEmulator = (from: string) =>
    ask('/emulator/inbound', {
      method: 'POST',
      body: JSON.stringify({ from, to: NUMBER, text: 'hi' }),
    });

  it('go live as they are saved, in demo mode; a set with a mistake never does', async () => {
    const running = await start(settings());
    expect(await greetingFor('15550100001', byEmulator)).to.match(/^Hello\./);
    await save('Good day.');
    const second = await eventually(live, ({ by }) => by === 'change');
    expect(await greetingFor('15550100002', byEmulator)).to.match(/^Good day\./);

    await save('Nobody sees this.', 'goto: nowhere');
    await eventually(
      async () => running.output(),
      (output) => output.includes('The last set of dialogs without a mistake stays live.'),
    );
    expect(running.output()).to.match(/dialogs\/main\.yaml:8:11 no step of this dialog has the id .*nowhere/);
    expect(await greetingFor('15550100003', byEmulator)).to.match(/^Good day\./);
    expect(await publications()).to.have.length(2);

    await save('Good evening.');
    await eventually(live, ({ setId }) => setId !== second.setId);
    expect(await greetingFor('15550100004', byEmulator)).to.match(/^Good evening\./);
  });

  it('go live at SIGHUP; a set with a mistake never does', async () => {
    telesign = await startAccount({
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      number: NUMBER,
      callbackUrl: () => `http://127.0.0.1:${port}/callbacks/telesign/default`,
    });
    const { url } = telesign;
    const running = await start({
      ...settings(),
      TELESIGN_CUSTOMER_ID: CUSTOMER_ID,
      TELESIGN_API_KEY: API_KEY,
      TELESIGN_API_URL: url,
      TELESIGN_NUMBERS: NUMBER,
      SECRET_KEY: 'a secret key of the tests, long enough',
    });
    const byPhone = (from: string) =>
      fetch(`${url}/emulator/inbound`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ from, to: NUMBER, text: 'hi' }),
      });
    const { publication: first } = await ask('/api/dialogs');
    await save('Good day.');
    running.signal('SIGHUP');
    const second = await eventually(live, ({ setId }) => setId !== first.setId);
    expect(second.by).to.equal('signal');
    expect(await greetingFor('15550100001', byPhone)).to.match(/^Good day\./);

    await save('Nobody sees this.', 'goto: nowhere');
    running.signal('SIGHUP');
    await eventually(
      async () => running.output(),
      (output) => output.includes('the dialogs in the folder are not published'),
    );
    expect(await greetingFor('15550100002', byPhone)).to.match(/^Good day\./);
    expect(await publications()).to.have.length(2);
  });

  it('are compared with those in the folder by switchboard lint --live', async () => {
    await start(settings());
    await greetingFor('15550100001', byEmulator);
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(join(elsewhere, 'locales/en'), { recursive: true });
    await mkdir(join(elsewhere, 'dialogs'));
    const steps = '  - say: greeting\n  - id: listen\n    ask: question\n    as: heard\n';
    await writeFile(
      join(elsewhere, 'dialogs/main.yaml'),
      `id: main\ntriggers: [start]\nmoves: { hear: listen }\nsteps:\n${steps}`,
    );
    const texts = { greeting: 'Hello.', question: 'Say something.' };
    await writeFile(join(elsewhere, 'locales/en/main.json'), JSON.stringify(texts));
    const printed: string[] = [];
    const env = { PORT: String(port), SWITCHBOARD_TOKEN: ADMIN_TOKEN };
    const folders = { DIALOGS_DIR: join(elsewhere, 'dialogs'), LOCALES_DIR: join(elsewhere, 'locales') };
    const fine = await runLintCommand(
      { ...env, ...folders },
      { live: true },
      {
        print: (line) => printed.push(line),
      },
    );
    expect(fine).to.equal(true);
    expect(printed).to.deep.equal([
      'step main/hear is gone, and moves to main/listen: 1 conversation there',
      'step main/goto:hear is gone: 0 conversations there',
      'step main/listen is new: 0 conversations there',
      '1 conversation in dialogs: 0 in this set, 1 to be moved to it, 0 to go on with the set that they began with',
      '0 errors, 0 warnings',
    ]);
  });
});
