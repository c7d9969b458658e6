import { expect } from 'chai';
import { signCallback } from '../../../src/telesign/signature.ts';
import { type Account, startAccount } from '../../support/account.ts';
import { CONVERSATION } from '../../support/conversations.ts';
import { API_KEY, handOver, openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

const KEY = Buffer.from('the key of the sales account').toString('base64');
const NEXT_KEY = Buffer.from('the key of the sales account after it').toString('base64');
const SALES = { id: 'sales', name: 'Sales', customerId: 'SALES-ID', apiKey: KEY };
const NUMBER = { number: '15550108888', type: 'geo', description: '' };

const textTo = (to: string, reference = '0A1B2C3D4E5F60718293A4B5C6D7E8F9') =>
  JSON.stringify({
    status: { updated_on: '2026-11-24T12:00:05.120000Z', code: 1500, description: 'Delivered to customer' },
    submit_timestamp: '2026-11-24T12:00:04.900000Z',
    errors: [],
    user_response: { phone_number: '15550100001', sender_id: to, mo_message: 'Hello' },
    sub_resource: 'mo_sms',
    reference_id: reference,
  });

for (const engine of STAGE_ENGINES) {
  describe(`/api/channels on ${engine}`, () => {
    let stage: Stage;
    let taken: string[];
    beforeEach(async () => {
      taken = [];
      stage = await openStage(
        () => ({
          receive: async (channel, { to }) => {
            taken.push(`${to} by ${channel.id}`);
          },
        }),
        engine,
      );
    });
    afterEach(() => stage.close());

    const call = (request: string, body?: unknown) =>
      stage.call(request, { as: 'root', ...(body === undefined ? {} : { body }) });
    const callback = (channel: string, key: string, to = NUMBER.number) => {
      const body = textTo(to);
      return stage.call(`POST /callbacks/telesign/${channel}`, {
        as: null,
        body,
        headers: { 'X-TS-Authorization': signCallback(Buffer.from(body), key) },
      });
    };

    it('lists that of the environment first, which nobody changes', async () => {
      const { body } = await call('GET /api/channels');
      expect(body.items).to.deep.equal([
        {
          id: 'default',
          name: 'TeleSign',
          provider: 'telesign',
          source: 'environment',
          customerId: 'CUSTOMER',
          apiUrl: 'https://telesign.test',
          auth: 'hmac',
          numbers: [{ number: '15550109999', type: 'geo', description: '' }],
          hasKey: true,
          hasPreviousKey: false,
          callbackUrl: 'https://sms.example/callbacks/telesign/default',
          createdAt: null,
          changedAt: null,
        },
      ]);
      for (const request of ['PATCH /api/channels/default', 'DELETE /api/channels/default']) {
        expect((await call(request, {})).body).to.include({ status: 409, code: 'set_by_environment' });
      }
      expect((await call('POST /api/channels', { ...SALES, id: 'default' })).body.code).to.equal(
        'exists_already',
      );
    });

    it('takes a key and never gives it back, sealed in the store', async () => {
      const made = await call('POST /api/channels', { ...SALES, numbers: [NUMBER] });
      expect(made.status).to.equal(201);
      expect(made.body).to.deep.include({
        source: 'api',
        hasKey: true,
        hasPreviousKey: false,
        numbers: [NUMBER],
        callbackUrl: 'https://sms.example/callbacks/telesign/sales',
      });
      const changed = await call('PATCH /api/channels/sales', { apiKey: NEXT_KEY });
      expect(changed.body).to.include({ hasKey: true, hasPreviousKey: true });
      const stored = await stage.store.channels.findOne({ _id: 'sales' });
      expect(stored?.apiKey).to.match(/^v1:[0-9a-f]{8}:/);
      const audit = await stage.store.audit.find({ target: 'sales' }, { sort: { at: 1 } }).toArray();
      expect(audit.map(({ operation }) => operation).sort()).to.deep.equal([
        'changeChannel',
        'createChannel',
      ]);
      const said = [
        made.text,
        changed.text,
        (await call('GET /api/channels')).text,
        JSON.stringify([stored, audit]),
      ];
      for (const key of [KEY, NEXT_KEY]) for (const text of said) expect(text).not.to.contain(key);
      expect(stage.log.raw()).not.to.contain(KEY);
    });

    it('takes callbacks from the moment it is there, with both keys while one is being rotated', async () => {
      expect((await callback('sales', KEY)).status).to.equal(404);
      await call('POST /api/channels', { ...SALES, numbers: [NUMBER] });
      expect((await callback('sales', KEY)).status).to.equal(200);
      expect((await callback('sales', API_KEY)).status, 'the key of another').to.equal(401);
      expect((await callback('default', KEY)).status).to.equal(401);
      await call('PATCH /api/channels/sales', { apiKey: NEXT_KEY });
      expect((await callback('sales', KEY)).status).to.equal(200);
      expect((await callback('sales', NEXT_KEY)).status).to.equal(200);
      await call('PATCH /api/channels/sales', { previousApiKey: null });
      expect((await callback('sales', KEY)).status).to.equal(401);
      expect((await callback('sales', NEXT_KEY)).status).to.equal(200);
    });

    it('refuses callbacks while it has no key', async () => {
      const { apiKey: _, ...keyless } = SALES;
      expect((await call('POST /api/channels', keyless)).body).to.include({ hasKey: false });
      expect((await callback('sales', API_KEY)).status).to.equal(401);
      expect((await call('POST /api/channels/sales/validate', {})).body).to.include({ verdict: 'no_key' });
    });

    it('lets no channel speak for the numbers of another', async () => {
      await call('POST /api/channels', { ...SALES, numbers: [NUMBER] });
      const refused = await callback('sales', KEY, '15550109999');
      expect(refused.body).to.include({ status: 400, code: 'number_of_another_channel' });
      expect((await callback('default', API_KEY, NUMBER.number)).status).to.equal(400);
      expect((await callback('sales', KEY, '15550107777')).status, 'a number of nobody').to.equal(200);
      expect(taken).to.deep.equal(['15550107777 by sales']);
    });

    it('says of a number what is wrong with it', async () => {
      for (const [number, type, said] of [
        ['+15550108888', 'geo', 'leave out the +'],
        ['1555 010 8888', 'geo', 'leave out the spaces'],
        ['1555-010-8888', 'geo', 'digits only'],
        ['555123', 'geo', 'it has 6 digits'],
        ['1234567890123456', 'toll_free', 'it has 16 digits'],
        ['15550108888', 'short_code', 'a short code has 3 to 8'],
        ['0034911234567', 'geo', 'begin with the country code'],
        ['', 'geo', 'it has 0 digits'],
      ] as const) {
        const { body } = await call('POST /api/channels', { ...SALES, numbers: [{ number, type }] });
        expect(body.code, number).to.equal('invalid_request');
        expect(body.problems[0].path).to.equal('body.numbers.0.number');
        expect(body.problems[0].message, number).to.include(said);
      }
      const twice = await call('POST /api/channels', { ...SALES, numbers: [NUMBER, NUMBER] });
      expect(twice.body.problems).to.deep.equal([
        { path: 'body.numbers.1.number', message: 'it is in the list already' },
      ]);
    });

    it('gives a number to one channel only, and to the next once it is free', async () => {
      const make = (id: string, ...numbers: string[]) =>
        call('POST /api/channels', { ...SALES, id, numbers: numbers.map((number) => ({ number })) });
      expect((await make('a', '15550100010', '15550100011')).status).to.equal(201);
      const refused = await make('b', '15550100012', '15550100011', '15550109999');
      expect(refused.body).to.include({ status: 409, code: 'number_taken' });
      expect(refused.body.problems).to.deep.equal([
        { path: 'body.numbers.2.number', message: 'The channel default has it.' },
      ]);
      expect((await make('b', '15550100012', '15550100011')).body.problems).to.deep.equal([
        { path: 'body.numbers.1.number', message: 'The channel a has it.' },
      ]);
      await call('PATCH /api/channels/a', { numbers: [{ number: '15550100010' }] });
      expect((await make('b', '15550100012', '15550100011')).status).to.equal(201);
      const race = await Promise.all(['c', 'd', 'e'].map((id) => make(id, '15550100020')));
      expect(race.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409]);
    });

    it('lets a number go that a process claimed and died over', async () => {
      await stage.store.numberClaims.insertOne({
        _id: 'channel:15550108888',
        owner: 'gone',
        at: stage.rig.time,
      });
      expect((await call('POST /api/channels', { ...SALES, numbers: [NUMBER] })).status).to.equal(409);
      stage.rig.time += 30_001;
      expect((await call('POST /api/channels', { ...SALES, numbers: [NUMBER] })).status).to.equal(201);
    });

    it('refuses what is wrong, with its path', async () => {
      for (const [body, path] of [
        [{ ...SALES, id: '../default' }, 'body.id'],
        [{ ...SALES, apiKey: 'not base64!' }, 'body.apiKey'],
        [{ ...SALES, apiKey: 'c2hvcnQ=' }, 'body.apiKey'],
        [{ ...SALES, customerId: 'two words' }, 'body.customerId'],
        [{ ...SALES, customerId: 'a:b' }, 'body.customerId'],
        [{ ...SALES, apiUrl: 'http://rest.example' }, 'body.apiUrl'],
        [{ ...SALES, apiUrl: 'https://10.0.0.1' }, 'body.apiUrl'],
        [{ ...SALES, auth: 'digest' }, 'body.auth'],
        [{ ...SALES, provider: 'other' }, 'body.provider'],
        [{ ...SALES, previousApiKey: KEY }, 'body.previousApiKey'],
      ] as const) {
        const { body: answer } = await call('POST /api/channels', body);
        expect(answer.problems?.[0]?.path, path).to.equal(path);
      }
      expect((await call('PATCH /api/channels/none', { name: 'x' })).status).to.equal(404);
    });

    it('writes the mail for TeleSign, in the language asked for', async () => {
      await call('POST /api/channels', {
        ...SALES,
        numbers: [NUMBER, { number: '55512', type: 'short_code' }],
      });
      const mail = (await call('GET /api/channels/sales/callback-mail?language=es')).body;
      expect(mail.to).to.equal('support@telesign.com');
      expect(mail.subject).to.match(/^es callback_mail_subject .*SALES-ID/);
      expect(mail.body).to.match(/^es /).and.to.include('https://sms.example/callbacks/telesign/sales');
      expect(mail.body).to.include('15550108888, 55512');
      expect((await call('GET /api/channels/sales/callback-mail')).body.language).to.equal('en');
    });

    describe('deleting one', () => {
      beforeEach(async () => {
        await handOver(stage);
        await call('POST /api/channels', { ...SALES, numbers: [NUMBER] });
        // As if the conversation were one of this channel's.
        await stage.store.channels.updateOne({ _id: 'sales' }, { $set: { formerNumbers: ['15550109999'] } });
        await stage.store.conversations.updateOne({ _id: CONVERSATION }, { $set: { channelId: 'sales' } });
      });

      it('is refused while sessions are open', async () => {
        const refused = await call('DELETE /api/channels/sales');
        expect(refused.body).to.include({ status: 409, code: 'in_use', sessions: 1 });
        expect((await call('GET /api/channels/sales')).status).to.equal(200);
        await call(`POST /api/conversations/${CONVERSATION}/close`, { outcome: 'resolved' });
        expect((await call('DELETE /api/channels/sales')).status).to.equal(204);
      });

      it('closes them when it is told to; history stays, callbacks get 404, the number is free', async () => {
        expect((await call('DELETE /api/channels/sales?sessions=maybe')).status).to.equal(400);
        expect((await call('DELETE /api/channels/sales?sessions=close')).status).to.equal(204);
        const conversation = await call(`GET /api/conversations/${CONVERSATION}`);
        expect(conversation.body).to.include({ state: 'closed', channelId: 'sales' });
        expect((await call(`GET /api/conversations/${CONVERSATION}/messages`)).body.items).not.to.have.length(
          0,
        );
        expect((await callback('sales', KEY)).body).to.include({ status: 404, code: 'unknown_channel' });
        expect((await call('GET /api/channels/sales')).status).to.equal(404);
        expect((await call('DELETE /api/channels/sales')).status).to.equal(404);
        expect((await call('GET /api/channels')).body.items).to.have.length(1);
        expect(
          (await call('POST /api/channels', { ...SALES, id: 'next', numbers: [NUMBER] })).status,
        ).to.equal(201);
        expect((await call('POST /api/channels', { ...SALES })).status, 'the id is free too').to.equal(201);
      });

      it('keeps it for an hour for what is on its way, and then nothing of it', async () => {
        await call('DELETE /api/channels/sales?sessions=close');
        expect(stage.channels.client('sales')).to.not.equal(undefined);
        expect(stage.channels.sending('sales')?.numbers, 'its limits hold').to.deep.equal([NUMBER]);
        expect(stage.channels.listing(NUMBER.number), 'the number is nobody’s').to.equal(undefined);
        stage.rig.time += 3_600_001;
        await stage.channels.read();
        expect(await stage.store.channels.find({}).toArray()).to.deep.equal([]);
        await stage.channels.read();
        expect(stage.channels.client('sales')).to.equal(undefined);
      });
    });

    describe('validating one', () => {
      let telesign: Account;
      beforeEach(async () => {
        telesign = await startAccount({
          customerId: SALES.customerId,
          apiKey: KEY,
          number: NUMBER.number,
        });
      });
      afterEach(async () => {
        await telesign.stop();
      });

      const validate = async (fields: object, body: object = {}) => {
        await stage.store.channels.deleteOne({ _id: 'sales' });
        await call('POST /api/channels', { ...SALES, apiUrl: telesign.url, ...fields });
        return (await call('POST /api/channels/sales/validate', body)).body;
      };
      const fault = (refuse: number | null) => telesign.emulator.setFaults({ account: { refuse } });

      it('tells apart what is wrong, and sends nothing', async () => {
        expect(await validate({})).to.include({ verdict: 'good', sent: null });
        expect(await validate({ auth: 'basic' })).to.include({ verdict: 'good' });
        expect(await validate({ customerId: 'OTHER' })).to.include({ verdict: 'bad_id', code: '10015' });
        expect(await validate({ apiKey: NEXT_KEY })).to.include({ verdict: 'bad_key', code: '10008' });
        expect(await validate({ apiKey: NEXT_KEY, auth: 'basic' })).to.include({ verdict: 'bad_key' });
        for (const [code, verdict] of [
          [10010, 'suspended'],
          [10011, 'no_product'],
          [10035, 'wrong_host'],
          [10031, 'wrong_host'],
          [10014, 'address_refused'],
          [10004, 'clock_wrong'],
          [10019, 'rate_limited'],
          [10033, 'refused'],
        ] as const) {
          fault(code);
          expect(await validate({}), verdict).to.include({ verdict, code: String(code) });
        }
        fault(null);
        expect(await validate({ apiUrl: `${telesign.url}/elsewhere` }), 'another server').to.include({
          verdict: 'wrong_host',
        });
        expect(telesign.emulator.messages()).to.deep.equal([]);
        const { url } = telesign;
        await telesign.stop();
        expect(await validate({ apiUrl: url })).to.include({ verdict: 'not_reachable' });
      });

      it('sends a text when it is asked to, and only when the account is good', async () => {
        const bad = await validate({ apiKey: NEXT_KEY, numbers: [NUMBER] }, { sendTo: '15550100001' });
        expect(bad).to.include({ verdict: 'bad_key', sent: null });
        const none = await validate({}, { sendTo: '15550100001' });
        expect(none.problems[0].path).to.equal('body.sendTo');
        expect(telesign.emulator.messages()).to.deep.equal([]);
        await call('DELETE /api/channels/sales');
        const good = await validate({ numbers: [NUMBER] }, { sendTo: '15550100001' });
        expect(good.sent).to.deep.equal({
          accepted: true,
          code: '290',
          message: 'TeleSign has taken the text.',
        });
        const [sent] = telesign.emulator.messages();
        expect(sent).to.include({ to: '15550100001', from: NUMBER.number });
        expect(sent?.text).to.match(/channel_test/);
      });

      it('sends no text beyond the limits, which count it', async () => {
        const limits = [{ id: `number:${NUMBER.number}`, perSecond: 1 }];
        stage.parts.sendLimits = () => limits;
        const first = await validate({ numbers: [NUMBER] }, { sendTo: '15550100001' });
        expect(first.sent).to.include({ accepted: true });
        const again = () => call('POST /api/channels/sales/validate', { sendTo: '15550100001' });
        expect((await again()).body.sent).to.include({ accepted: false, code: 'send_limit' });
        expect(telesign.emulator.messages()).to.have.length(1);
        stage.rig.time += 2000;
        expect((await again()).body.sent).to.include({ accepted: true });
      });

      it('sends no text to who has said STOP to the number', async () => {
        const parties = { number: NUMBER.number, customer: '15550100001' };
        await call('POST /api/optouts', { ...parties, reason: 'By phone.' });
        const { verdict, sent } = await validate({ numbers: [NUMBER] }, { sendTo: parties.customer });
        expect([verdict, sent.accepted, sent.code]).to.deep.equal(['good', false, 'opted_out']);
        expect(telesign.emulator.messages()).to.deep.equal([]);
        expect(
          (await call('POST /api/channels/sales/validate', { sendTo: '15550100002' })).body.sent,
        ).to.include({
          accepted: true,
        });
      });
    });
  });
}
