import { expect } from 'chai';
import { type Account, startAccount } from './support/account.ts';
import { eventually } from './support/eventually.ts';
import { type RunningApp, SUPPORT, startApp } from './support/running-app.ts';

const CUSTOMER = '15550100001';
const CUSTOMER_ID = 'CUSTOMER';
const API_KEY = Buffer.from('the key of the account').toString('base64');

describe('consent, from a text to the end', () => {
  const phone = (service: RunningApp, from: string) => ({
    text: (text: string) => service.textIn(from, text),
    shows: (count: number) => service.phone(from, count),
  });

  it('is taken away and given back in demo mode, in the customer’s language', async () => {
    const service = await startApp();
    try {
      const customer = phone(service, CUSTOMER);
      await customer.text('Hello');
      await customer.shows(1);
      await customer.text('stop!');
      expect((await customer.shows(2))[1]).to.match(/no more messages.*START/);
      await customer.text('4');
      await eventually(
        async () =>
          (await service.call('GET', `/api/conversations/${SUPPORT.en}-${CUSTOMER}/messages`)).body.items,
        (items) => items.at(-1).status === 'held',
      );
      await customer.text('START');
      expect((await customer.shows(3))[2]).to.match(/again.*STOP/);
      const spanish = phone(service, '15550100002');
      await service.textIn('15550100002', 'BAJA', SUPPORT.es);
      expect((await spanish.shows(1))[0]).to.match(/Ya no le enviaremos mensajes.*ALTA/);
      const { body } = await service.call('GET', '/api/optouts?state=out');
      expect(body.items.map((item: { customer: string }) => item.customer)).to.deep.equal(['15550100002']);
    } finally {
      await service.stop();
    }
  });

  describe('with an account', () => {
    let telesign: Account;
    let service: RunningApp;

    async function start(env: Record<string, string> = {}) {
      telesign = await startAccount({
        customerId: CUSTOMER_ID,
        apiKey: API_KEY,
        number: SUPPORT.en,
        callbackUrl: () => `${service.url}/callbacks/telesign/default`,
      });
      service = await startApp({
        env: {
          HOST: '127.0.0.1',
          ...telesign.env,
          SECRET_KEY: 'a secret key of the tests, long enough',
          ...env,
        },
      });
    }
    afterEach(async () => {
      await service.stop();
      await telesign.stop();
    });

    const textIn = (text: string) => telesign.emulator.textIn({ from: CUSTOMER, to: SUPPORT.en, text });
    const sent = () => telesign.emulator.messages().map(({ text }) => text);
    const optouts = async () => (await service.call('GET', '/api/optouts')).body.items;

    for (const failCode of [510, 10031, 10032]) {
      it(`holds what comes after TeleSign has reported ${failCode}`, async () => {
        await start();
        telesign.emulator.setFaults({ receipts: { failCode, delay: 1 } });
        await textIn('Hello');
        const [entry] = await eventually(optouts, (items) => items.length === 1);
        expect(entry).to.deep.include({ customer: CUSTOMER, state: 'out', source: 'provider' });
        const { body } = await service.call('GET', `/api/optouts/${entry.id}`);
        expect(body.history[0].code).to.equal(String(failCode));
        expect(
          (await service.call('GET', `/api/conversations/${SUPPORT.en}-${CUSTOMER}`)).body.optedOutAt,
        ).to.equal(entry.since);
        await textIn('4');
        await eventually(
          async () =>
            (await service.call('GET', `/api/conversations/${SUPPORT.en}-${CUSTOMER}/messages`)).body.items,
          (items) => items.at(-1).status === 'held',
        );
        expect(sent()).to.have.length(1);
      });
    }

    it('says nothing where TeleSign answers, and holds all the same', async () => {
      await start({ TELESIGN_ANSWERS: 'stop,start,help' });
      await textIn('STOP');
      await eventually(optouts, (items) => items.length === 1);
      await textIn('HELP');
      await textIn('Hello');
      await eventually(
        async () =>
          (await service.call('GET', `/api/conversations/${SUPPORT.en}-${CUSTOMER}/messages`)).body.items,
        (items) => items.at(-1).status === 'held',
      );
      expect(sent()).to.deep.equal([]);
    });
  });
});
