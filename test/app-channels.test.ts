import { expect } from 'chai';
import { type Account, startAccount } from './support/account.ts';
import { eventually } from './support/eventually.ts';
import { ADMIN_TOKEN, type RunningApp, SUPPORT, startApp } from './support/running-app.ts';
import { mongoUri } from './support/stores.ts';

const KEY = Buffer.from('the key of the account').toString('base64');
const SALES_KEY = Buffer.from('the key of the sales account').toString('base64');
const SALES_NUMBER = '15550108888';
const CUSTOMER = '15550100001';

for (const engine of ['embedded', 'MongoDB']) {
  describe(`channels beside that of the settings, on ${engine}`, function () {
    this.timeout(60_000);
    let first: Account;
    let sales: Account;
    let services: RunningApp[];

    const account = (customerId: string, apiKey: string, number: string, channel: string) =>
      startAccount({
        customerId,
        apiKey,
        number,
        callbackUrl: () => `${services.at(-1)?.url}/callbacks/telesign/${channel}`,
      });

    beforeEach(async () => {
      services = [];
      first = await account('FIRST', KEY, SUPPORT.en, 'default');
      sales = await account('SALES', SALES_KEY, SALES_NUMBER, 'sales');
      const env = {
        HOST: '127.0.0.1',
        TELESIGN_CUSTOMER_ID: 'FIRST',
        TELESIGN_API_KEY: KEY,
        TELESIGN_API_URL: first.url,
        TELESIGN_NUMBERS: SUPPORT.en,
        SECRET_KEY: 'a secret key of the tests, long enough',
        WEBHOOK_HOSTS: '127.0.0.1',
        ...(engine === 'MongoDB' && { MONGODB_URI: await mongoUri() }),
      };
      services.push(await startApp({ env }));
      if (engine === 'MongoDB') services.push(await startApp({ env }));
    });
    afterEach(async () => {
      for (const service of services) await service.stop();
      await first.stop();
      await sales.stop();
    });

    const admin = (method: string, path: string, body?: unknown) =>
      services[0]?.call(method, path, body, ADMIN_TOKEN) ?? Promise.reject(new Error('no service'));
    const make = () =>
      admin('POST', '/api/channels', {
        ...{ id: 'sales', name: 'Sales', customerId: 'SALES', apiKey: SALES_KEY, apiUrl: sales.url },
        numbers: [{ number: SALES_NUMBER, description: 'Sales' }],
      });

    it('take texts and answer through their own account, live and in every process', async () => {
      expect((await make()).status).to.equal(201);
      expect((await admin('POST', '/api/channels/sales/validate', {})).body).to.include({ verdict: 'good' });
      // The emulator brings them to the last process, which reads of the channel within a second.
      await eventually(
        async () => (await sales.emulator.textIn({ from: CUSTOMER, to: SALES_NUMBER, text: 'Hello' })).status,
        (status) => status === 'delivered',
      );
      await first.emulator.textIn({ from: CUSTOMER, to: SUPPORT.en, text: 'Hello' });
      await eventually(
        async () => [...sales.emulator.messages(), ...first.emulator.messages()],
        (messages) =>
          messages.some(({ from }) => from === SUPPORT.en) &&
          messages.some(({ from }) => from === SALES_NUMBER),
      );
      expect(sales.emulator.messages().map(({ from }) => from))
        .to.include(SALES_NUMBER)
        .and.not.include(SUPPORT.en);
      expect(first.emulator.messages().map(({ from }) => from)).to.deep.equal([SUPPORT.en]);
      const conversation = await admin('GET', `/api/conversations/${SALES_NUMBER}-${CUSTOMER}`);
      expect(conversation.body).to.include({ channelId: 'sales', locale: 'en' });
      const transcript = await eventually(
        async () =>
          (await admin('GET', `/api/conversations/${SALES_NUMBER}-${CUSTOMER}/messages`)).body.items,
        (items) => items.at(-1)?.status === 'delivered',
      );
      expect(transcript.at(-1)).to.include({ direction: 'out', status: 'delivered' });
      expect(services.map(({ log }) => log.raw()).join()).to.not.include(SALES_KEY);
    });

    it('have the mail for TeleSign in each language, and begin with the dialog, language and texts of their workstream from then on', async () => {
      await make();
      for (const [language, word] of [
        ['en', 'Numbers'],
        ['es', 'Números'],
        ['zh-TW', '號碼'],
      ] as const) {
        const mail = (await admin('GET', `/api/channels/sales/callback-mail?language=${language}`)).body;
        expect(mail.body).to.include(word).and.include('/callbacks/telesign/sales').and.include(SALES_NUMBER);
        expect(mail.subject).to.include('SALES');
        expect(`${mail.subject}${mail.body}`).not.to.match(/\{\{|SECRET/);
      }
      const settings = {
        dialog: 'opening-hours',
        messages: { greeting: { on: true, texts: { es: 'Somos ventas.' } } },
      };
      const workstream = {
        id: 'sales',
        language: 'es',
        queueId: 'support',
        numbers: [SALES_NUMBER],
        settings,
      };
      const unknown = await admin('POST', '/api/workstreams', {
        ...workstream,
        settings: { dialog: 'none' },
      });
      expect([unknown.status, unknown.body.problems[0].path]).to.deep.equal([400, 'body.settings.dialog']);
      expect((await admin('POST', '/api/workstreams', workstream)).status).to.equal(201);
      // The last process reads of it within a second; until then the number is the default's.
      let n = 0;
      const texts = async () =>
        sales.emulator
          .messages()
          .filter(({ to }) => to === `${CUSTOMER}${n}`)
          .map(({ text }) => text);
      const answered = async () => {
        n += 1;
        const hello = { from: `${CUSTOMER}${n}`, to: SALES_NUMBER, text: 'Hola' };
        const { status } = await sales.emulator.textIn(hello);
        return status === 'delivered' ? eventually(texts, ({ length }) => length > 0) : [];
      };
      await eventually(answered, ([first = '']) => first.includes('Abrimos de lunes a viernes'));
      await eventually(texts, (all) => all.includes('Somos ventas.'));
      // The other number begins where the dialogs say.
      await first.emulator.textIn({ from: CUSTOMER, to: SUPPORT.en, text: 'Hello' });
      const [answer] = await eventually(
        async () => first.emulator.messages(),
        ({ length }) => length > 0,
      );
      expect(answer?.text).to.include('1. ');
    });

    it('never reach into the own network by a name that nobody has trusted', async () => {
      const { port } = new URL(sales.url);
      const sly = { id: 'sly', name: 'Sly', customerId: 'SALES', apiKey: SALES_KEY };
      const made = await admin('POST', '/api/channels', { ...sly, apiUrl: `https://localhost:${port}` });
      expect(made.status).to.equal(201);
      const { body } = await admin('POST', '/api/channels/sly/validate', {});
      expect(body).to.include({ verdict: 'not_reachable' });
      expect(body.message).to.include('PRIVATE_ADDRESS');
      const named = await admin('POST', '/api/channels', {
        ...sly,
        id: 'x',
        apiUrl: 'https://169.254.169.254',
      });
      expect(named.body.problems[0].path).to.equal('body.apiUrl');
    });

    it('are gone at once when they are deleted, and what was written stays', async () => {
      await make();
      await eventually(
        async () => (await sales.emulator.textIn({ from: CUSTOMER, to: SALES_NUMBER, text: 'Hello' })).status,
        (status) => status === 'delivered',
      );
      const path = `/api/conversations/${SALES_NUMBER}-${CUSTOMER}`;
      await eventually(
        async () => (await admin('GET', `${path}/messages`)).body.items ?? [],
        (items) => items.at(-1)?.status === 'delivered',
      );
      expect((await admin('DELETE', '/api/channels/sales')).body).to.include({ code: 'in_use', sessions: 1 });
      expect((await admin('DELETE', '/api/channels/sales?sessions=close')).status).to.equal(204);
      expect((await admin('GET', path)).body).to.include({ state: 'closed' });
      expect((await admin('GET', `${path}/messages`)).body.items.length).to.be.above(1);
      for (const { url } of services) {
        const refused = await eventually(
          async () => (await fetch(`${url}/callbacks/telesign/sales`, { method: 'POST', body: '{}' })).status,
          (status) => status !== 401,
        );
        expect(refused).to.equal(404);
      }
    });
  });
}
