import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { applyConfiguration, exportConfiguration, rotateKeys, validate } from '../src/admin-commands.ts';
import { writeDown } from '../src/conversations/consent.ts';
import { SwitchboardError } from '../src/errors.ts';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { type Account, startAccount } from './support/account.ts';
import { startCommand } from './support/command.ts';
import { rejection } from './support/rejection.ts';
import { ADMIN_TOKEN, type RunningApp, startApp } from './support/running-app.ts';

const OLD = 'the old secret key of these tests, long enough';
const NEW = 'the new secret key of these tests, long enough';
const KEY = Buffer.from('the key of the account').toString('base64');
const NUMBER = '15550108888';

/** Computed, so that no linter takes it for a promise. */
const THEN = 'then';
const overflow = (when: object, queueId: string) => ({ when, [THEN]: { do: 'queue', queueId } });

let printed: string[] = [];
const parts = (env: Record<string, string>) => ({
  env,
  now: Date.now,
  print: (line: string) => {
    printed.push(line);
  },
});
const codeOf = async (promise: Promise<unknown>) => {
  const error = await rejection(promise);
  return error instanceof SwitchboardError ? `${error.code}: ${error.message}` : String(error);
};

describe('the commands of administrators', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    printed = [];
    folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  describe('config export and apply', () => {
    let from: RunningApp;
    let to: RunningApp;
    beforeEach(async () => {
      from = await startApp();
      to = await startApp();
    });
    afterEach(async () => {
      await from.stop();
      await to.stop();
    });

    const at = (service: RunningApp, token = ADMIN_TOKEN) => ({
      ...parts({ SWITCHBOARD_TOKEN: token, ADMIN_TOKEN: 'another' }),
      url: service.url,
    });
    const exported = async (service: RunningApp, name: string) => {
      const file = join(folder, name);
      const { url, ...given } = at(service);
      await exportConfiguration(given, file, url);
      return file;
    };
    const apply = async (service: RunningApp, file: string, yes: boolean, token?: string) => {
      printed = [];
      const { url, ...given } = at(service, token);
      await applyConfiguration(given, file, { yes, url });
      return printed;
    };

    async function setUp(): Promise<void> {
      const made: [string, string, object][] = [
        ['POST', '/api/presences', { id: 'lunch', name: 'Lunch', base: 'away' }],
        ['POST', '/api/queues', { id: 'sales', name: 'Sales', levelSeconds: 60 }],
        [
          'POST',
          '/api/queues',
          {
            id: 'night',
            name: 'Night',
            overflow: [overflow({ is: 'closed' }, 'sales')],
          },
        ],
        ['PATCH', '/api/queues/sales', { overflow: [overflow({ is: 'full', waiting: 9 }, 'night')] }],
        [
          'POST',
          '/api/channels',
          { id: 'shop', name: 'Shop', customerId: 'SHOP', apiKey: KEY, numbers: [{ number: NUMBER }] },
        ],
        [
          'POST',
          '/api/workstreams',
          {
            id: 'shop',
            language: 'es',
            queueId: 'sales',
            numbers: [NUMBER],
            settings: {
              times: { remind: 90 },
              reopenSeconds: 600,
              messages: { survey: { on: true, texts: { en: 'Well?' } } },
              routes: [{ name: 'All', when: 'true', to: [{ queueId: 'night', percent: 100 }] }],
            },
          },
        ],
        ['POST', '/api/agents', { id: 'ana', name: 'Ana', queues: ['sales'], limits: { shop: 2 } }],
        ['POST', '/api/quick-replies', { slug: 'hello', texts: { en: 'Hello {{customer}}' } }],
        ['POST', '/api/quick-replies', { slug: 'mine', texts: { en: 'Mine' }, personal: true }],
        [
          'POST',
          '/api/macros',
          { id: 'bye', name: 'Bye', steps: [{ do: 'reply', quickReply: 'hello' }, { do: 'close' }] },
        ],
        ['POST', '/api/webhooks', { url: 'https://crm.example.com/hook', includeTexts: true }],
      ];
      for (const [method, path, body] of made) {
        const { status } = await from.call(method, path, body);
        expect(status, path).to.be.within(200, 201);
      }
    }

    it('move all of it to another service, and the second time change nothing', async () => {
      await setUp();
      const file = await exported(from, 'all.yaml');
      const text = await readFile(file, 'utf8');
      for (const secret of [KEY, 'whsec', 'tokenhash', 'mine', ADMIN_TOKEN])
        expect(text.toLowerCase()).not.to.include(secret);

      const shown = await apply(to, file, false);
      expect(shown).to.include.members([
        '+ queues/night',
        '+ channels/shop',
        '+ workstreams/shop',
        '+ agents/ana',
      ]);
      expect(shown.at(-1)).to.include('--yes');
      expect((await to.call('GET', '/api/channels')).body.items, 'nothing yet').to.have.length(1);

      const applied = await apply(to, file, true);
      expect(applied).to.include('Applied.');
      expect(applied.join('\n')).to.include('channels/shop: write its API key');
      const again = await apply(to, file, true);
      expect(again).to.have.length(1);
      expect(again[0]).to.match(/^= \d+ unchanged$/);
      expect(await readFile(await exported(to, 'there.yaml'), 'utf8')).to.equal(text);
      const { body } = await to.call('GET', '/api/workstreams/shop');
      expect(body).to.deep.include({ numbers: [NUMBER], language: 'es', queueId: 'sales' });
      expect(body.settings).to.include({ reopenSeconds: 600 });
      expect(body.settings.times.remind).to.equal(90);
      expect((await to.call('GET', '/api/channels/shop')).body).to.include({ hasKey: false });
    });

    it('show what differs field by field, and leave alone what the file does not name', async () => {
      await setUp();
      const file = join(folder, 'part.yaml');
      await writeFile(
        file,
        stringify({
          version: 1,
          queues: [{ id: 'sales', levelSeconds: 120 }],
          workstreams: [
            {
              id: 'shop',
              settings: {
                times: { remind: null },
                reopenSeconds: null,
                messages: { survey: { on: false }, queued: { on: true } },
              },
            },
          ],
        }),
      );
      const lines = await apply(from, file, true);
      expect(lines.slice(0, -2)).to.deep.equal([
        '~ queues/sales',
        '    levelSeconds: 60 → 120',
        '~ workstreams/shop',
        '    settings.times.remind: 90 → null',
        '    settings.messages.queued: nothing → {"on":true}',
        '    settings.messages.survey.on: true → false',
        '    settings.reopenSeconds: 600 → null',
      ]);
      const { settings, numbers } = (await from.call('GET', '/api/workstreams/shop')).body;
      expect(numbers).to.deep.equal([NUMBER]);
      expect(settings.messages.survey).to.deep.equal({ on: false, texts: { en: 'Well?' } });
      expect(settings.routes).to.have.length(1);
      expect((await from.call('GET', '/api/queues/sales')).body.overflow).to.have.length(1);
      expect(await apply(from, file, true)).to.deep.equal(['= 2 unchanged']);
    });

    it('move a number from one channel and workstream to another in one go', async () => {
      await setUp();
      await from.call('POST', '/api/channels', { id: 'a', name: 'A', customerId: 'A' });
      await from.call('POST', '/api/workstreams', { id: 'a', language: 'en', queueId: 'sales' });
      const file = await exported(from, 'all.yaml');
      const all = parse(await readFile(file, 'utf8'));
      for (const section of ['channels', 'workstreams']) {
        const [a, shop] = ['a', 'shop'].map((id) =>
          all[section].find((one: { id: string }) => one.id === id),
        );
        a.numbers = shop.numbers;
        shop.numbers = [];
      }
      await writeFile(file, stringify(all));
      expect(await apply(from, file, true)).to.include('Applied.');
      expect((await from.call('GET', '/api/workstreams/a')).body.numbers).to.deep.equal([NUMBER]);
      expect(await apply(from, file, true)).to.have.length(1);
    });

    it('leave what is after the ? of webhooks’ URLs out, say so, and know them again', async () => {
      const key = 'key=5b1d9c40';
      for (const url of [
        `https://crm.example.com/hook?${key}`,
        'https://crm.example.com/hook?key=another',
        'https://crm.example.com/plain',
      ]) {
        expect((await from.call('POST', '/api/webhooks', { url })).status).to.equal(201);
      }
      const file = await exported(from, 'all.yaml');
      const text = await readFile(file, 'utf8');
      expect(text).not.to.include('key=');
      expect(parse(text).webhooks.map(({ url }: { url: string }) => url)).to.deep.equal([
        'https://crm.example.com/hook?',
        'https://crm.example.com/hook?#2',
        'https://crm.example.com/plain',
      ]);
      const kept = '    what is after the ? of its URL is not in the file, and stays as it is';
      expect((await apply(from, file, true)).slice(0, 4), 'where they are').to.deep.equal([
        ...['= webhooks/https://crm.example.com/hook?', kept],
        ...['= webhooks/https://crm.example.com/hook?#2', kept],
      ]);

      const shown = await apply(to, file, false);
      expect(shown.slice(-6, -3).join('\n')).to.include('is not in the file');
      const applied = (await apply(to, file, true)).join('\n');
      expect(applied).to.include('webhooks/https://crm.example.com/hook?: write its URL whole: PATCH');
      expect(await apply(to, file, true), 'before it is written').to.have.length(1);
      const { items } = (await to.call('GET', '/api/webhooks')).body;
      expect(items.map(({ url }: { url: string }) => url)).to.deep.equal([
        'https://crm.example.com/hook',
        'https://crm.example.com/hook',
        'https://crm.example.com/plain',
      ]);
      await to.call('PATCH', `/api/webhooks/${items[0].id}`, { url: `https://crm.example.com/hook?${key}` });
      expect((await apply(to, file, true)).at(-1), 'and after').to.match(/^= \d+ unchanged$/);
      expect((await to.call('GET', '/api/webhooks')).body.items).to.have.length(3);
    });

    it('take a webhook’s URL that somebody has written whole into the file, and show no query', async () => {
      const file = join(folder, 'whole.yaml');
      const url = 'https://crm.example.com/hook?key=5b1d9c40';
      await writeFile(file, stringify({ version: 1, webhooks: [{ url, on: false }] }));
      const applied = await apply(to, file, true);
      expect(applied[0]).to.equal('+ webhooks/https://crm.example.com/hook?…');
      expect(applied.join('\n')).not.to.include('5b1d9c40');
      expect((await to.call('GET', '/api/webhooks')).body.items[0]).to.include({ url, on: false });
      expect(await apply(to, file, true)).to.deep.equal(['= 1 unchanged']);
    });

    it('keep the numbers of the settings where they are', async () => {
      const file = await exported(from, 'all.yaml');
      const all = parse(await readFile(file, 'utf8'));
      const demo = all.workstreams.find(({ id }: { id: string }) => id === 'demo-en');
      expect(demo.numbers).to.deep.equal([]);
      expect(await apply(to, file, true)).to.have.length(1);
      expect((await to.call('GET', '/api/workstreams/demo-en')).body.numbers).to.deep.equal(['15550109999']);
    });

    it('tell every mistake of a file before anything is changed', async () => {
      const file = join(folder, 'wrong.yaml');
      const said = async (value: unknown) => {
        await writeFile(file, typeof value === 'string' ? value : stringify(value));
        return codeOf(apply(from, file, true));
      };
      const mistakes = await said({
        version: 1,
        queues: [
          { id: 'good', name: 'Good' },
          { id: 'good', name: 'Twice' },
          { id: 'x', name: '', colour: 'red' },
          { name: 'No id' },
        ],
        channels: [{ id: 'c', name: 'C', apiKey: KEY }],
      });
      for (const line of [
        'queues.1.id: it is in the file',
        'queues.2.colour',
        'queues.3.id',
        'channels.0.apiKey',
      ]) {
        expect(mistakes).to.include(line);
      }
      expect(mistakes)
        .to.match(/^configuration_invalid/)
        .and.not.include(KEY);
      expect(await said({ version: 1, agents: [{ id: 'new' }] })).to.include('agents.0.name');
      expect(await said({ version: 2 })).to.include('version');
      expect(await said({ version: 1, __proto__x: [] })).to.include('configuration_invalid');
      expect(await said('version: 1\nqueues: [')).to.include('this is not YAML');
      expect(
        await said(
          `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'.replace(/./g, (c, n) => `${c}: &${c} [${`*${'abcdefghij'[n]},`.repeat(9)}]\n`)}`,
        ),
      ).to.include('configuration_invalid');
      expect(await codeOf(apply(from, join(folder, 'none.yaml'), true))).to.include('cannot be read');
      expect((await from.call('GET', '/api/queues/good')).status).to.equal(404);
    });

    it('say what the service refused, and who may not', async () => {
      const file = join(folder, 'x.yaml');
      await writeFile(
        file,
        stringify({
          version: 1,
          macros: [{ id: 'm', name: 'M', steps: [{ do: 'transfer', queueId: 'none' }] }],
        }),
      );
      const refused = await codeOf(apply(from, file, true));
      expect(refused)
        .to.match(/^service_refused: POST \/api\/macros: invalid_request/)
        .and.include('There is no such queue');
      expect(await codeOf(apply(from, file, true, 'a-wrong-token')))
        .to.include('unauthenticated')
        .and.not.include('a-wrong-token');
      const { url: _, ...given } = at(from);
      expect(
        await codeOf(applyConfiguration(given, file, { yes: true, url: 'http://127.0.0.1:9' })),
      ).to.include('service_away');
      expect(await codeOf(applyConfiguration(parts({}), file, { yes: true }))).to.include(
        'SWITCHBOARD_TOKEN',
      );
    });
  });

  describe('keys rotate', () => {
    const settings = (dataDir: string, keys: Record<string, string>) => ({
      ...{ DATA_DIR: dataDir, ADMIN_TOKEN, WEBHOOK_HOSTS: '127.0.0.1', ...keys },
    });

    it('works on a stopped service, and on one that runs', async () => {
      const start = (keys: Record<string, string>) =>
        startApp({ env: settings(folder, keys) }, { dataDir: folder });
      let service = await start({ SECRET_KEY: OLD });
      await service.call('POST', '/api/channels', {
        id: 'a',
        name: 'A',
        customerId: 'A',
        apiKey: KEY,
        apiUrl: service.url,
      });
      await service.call('POST', '/api/webhooks', { url: 'https://crm.example.com/hook' });
      await service.stop();

      const both = { SECRET_KEY: NEW, SECRET_KEY_PREVIOUS: OLD };
      await rotateKeys(parts(settings(folder, both)));
      expect(printed.shift()).to.equal('2 secrets are encrypted anew, 0 had been before.');
      service = await start({ SECRET_KEY: NEW });
      expect((await service.call('GET', '/api/channels/a')).body).to.include({ hasKey: true });
      await service.stop();

      // The service that runs has the store, and is asked: by a process, as an operator does it.
      service = await start({ SECRET_KEY: OLD, SECRET_KEY_PREVIOUS: NEW });
      const args = ['keys', 'rotate', '--url', service.url];
      for (const said of ['2 secrets are encrypted anew, 0 had', '0 secrets are encrypted anew, 2 had']) {
        const { code, output } = await startCommand('cli.ts', args, settings(folder, both)).ended;
        expect(output).to.include(said);
        expect(code).to.equal(0);
        expect(output).not.to.include(OLD).and.not.include(NEW);
      }
      await service.stop();
      const lost = { SECRET_KEY: 'some other key of these tests, long enough' };
      expect(await codeOf(rotateKeys(parts(settings(folder, lost))))).to.match(
        /^secrets_unreadable.*channels\/a, webhooks\//,
      );
      expect(await codeOf(rotateKeys(parts(settings(folder, {}))))).to.include('SECRET_KEY: needed');
      expect(printed.join()).not.to.include(OLD).and.not.include(NEW);
    });
  });

  describe('validate', () => {
    let telesign: Account;
    beforeEach(async () => {
      telesign = await startAccount({ customerId: 'ID', apiKey: KEY, number: NUMBER });
    });
    afterEach(async () => {
      await telesign.stop();
    });
    const account = (changes: Record<string, string> = {}) => ({
      ...parts({
        ...telesign.env,
        ...{ ADMIN_TOKEN, SECRET_KEY: OLD, DATA_DIR: folder, ...changes },
      }),
      randomId: () => crypto.randomUUID(),
    });

    it('asks about the account of the settings without a service, and sends nothing unasked', async () => {
      await validate(account(), {});
      expect(printed).to.deep.equal(['good (10017): TeleSign knows the customer id and the key.']);
      expect(await codeOf(validate(account({ TELESIGN_CUSTOMER_ID: 'OTHER' }), {}))).to.match(
        /^account_not_good: bad_id \(10015\)/,
      );
      expect(telesign.emulator.messages()).to.deep.equal([]);
      await validate(account(), { sendTo: '15550100001' });
      expect(printed.at(-1)).to.equal('text (290): TeleSign has taken the text.');
      expect(telesign.emulator.messages()[0]).to.include({ to: '15550100001', from: NUMBER });
      expect(telesign.emulator.messages()[0]?.text).to.match(/test/);
      expect(await codeOf(validate(account(), { sendTo: '+1 555' }))).to.include('--send-to');
      expect(await codeOf(validate({ ...parts({}), randomId: () => '' }, {}))).to.include(
        'TELESIGN_CUSTOMER_ID',
      );
    });

    it('sends no text to who has said STOP, nor beyond the limit', async () => {
      const store = await openEmbeddedStore({ dataDir: folder, onUnindexed: 'throw' });
      const stop = { cause: 'in:1', at: 1, state: 'out', source: 'customer', words: 'STOP' } as const;
      await writeDown(store, { number: NUMBER, customer: '15550100001' }, stop);
      await store.close();
      const said = await codeOf(validate(account(), { sendTo: '15550100001' }));
      expect(said).to.match(/^account_not_good: text \(opted_out\)/);
      expect(telesign.emulator.messages()).to.deep.equal([]);
      const slow = { TELESIGN_RATE: '0.01' };
      await validate(account(slow), { sendTo: '15550100002' });
      expect(await codeOf(validate(account(slow), { sendTo: '15550100002' }))).to.match(
        /^account_not_good: text \(send_limit\)/,
      );
      expect(telesign.emulator.messages()).to.have.length(1);
    });

    it('has a running service send the text that has the data', async () => {
      const service = await startApp({ env: account().env }, { dataDir: folder });
      try {
        const { url } = service;
        const parties = { number: NUMBER, customer: '15550100001' };
        await service.call('POST', '/api/optouts', { ...parties, reason: 'By phone.' });
        // By a process of its own, as an operator does it.
        const send = (to: string) =>
          startCommand('cli.ts', ['validate', '--send-to', to, '--url', url], account().env).ended;
        const held = await send(parties.customer);
        expect(held.output).to.include('opted_out');
        expect(held.code).to.equal(1);
        expect(telesign.emulator.messages()).to.deep.equal([]);
        expect((await send('15550100002')).code).to.equal(0);
        expect(telesign.emulator.messages()).to.have.length(1);
      } finally {
        await service.stop();
      }
    });

    it('asks a running service about its channels', async () => {
      const service = await startApp();
      try {
        await service.call('POST', '/api/channels', {
          id: 'shop',
          name: 'Shop',
          customerId: 'ID',
          apiKey: KEY,
          apiUrl: telesign.url,
          numbers: [{ number: NUMBER }],
        });
        await validate(account(), { channel: 'shop', sendTo: '15550100001', url: service.url });
        expect(printed).to.deep.equal([
          'good (10017): TeleSign knows the customer id and the key.',
          'text (290): TeleSign has taken the text.',
        ]);
        expect(await codeOf(validate(account(), { channel: 'none', url: service.url }))).to.include(
          'not_found',
        );
      } finally {
        await service.stop();
      }
    });
  });
});
