import { expect } from 'chai';
import { basicAuthorization, signRequest } from '../../src/telesign/signature.ts';
import { API_KEY, ask, CUSTOMER, CUSTOMER_ID, HELLO, type Stage, SUPPORT, setStage } from './stage.ts';

const FORM_TYPE = 'application/x-www-form-urlencoded';

function signed(body: string, nonce: string): RequestInit {
  const headers = signRequest({
    method: 'POST',
    path: '/v1/messaging',
    contentType: FORM_TYPE,
    date: 'Tue, 24 Nov 2026 12:00:00 GMT',
    nonce,
    body,
    customerId: CUSTOMER_ID,
    apiKey: API_KEY,
  });
  return { method: 'POST', headers, body };
}

describe('/v1/messaging of the emulator', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage();
  });
  afterEach(() => stage.stop());

  it('accepts a message with 290 and a reference id, and lists it', async () => {
    const { status, body: answer } = await stage.send({
      ...HELLO,
      message: 'Grüße\n😀',
      external_id: 'out:t1:0',
    });
    expect(status).to.equal(200);
    expect(answer.reference_id).to.match(/^[0-9A-F]{32}$/);
    expect(answer).to.deep.equal({
      reference_id: answer.reference_id,
      external_id: 'out:t1:0',
      status: { code: 290, description: 'Message in progress', updated_on: '2026-11-24T12:00:00.000000Z' },
    });
    expect(await stage.call('GET', `/emulator/messages?to=%2B${CUSTOMER}`)).to.deep.equal({
      status: 200,
      body: {
        messages: [
          {
            id: answer.reference_id,
            to: CUSTOMER,
            from: SUPPORT,
            text: 'Grüße\n😀',
            externalId: 'out:t1:0',
            segments: 1,
            encoding: 'UCS-2',
            status: 290,
            description: 'Message in progress',
            at: stage.time.now(),
          },
        ],
      },
    });
  });

  it('sends from the first support number when no sender id is given, and echoes no external id as null', async () => {
    const { sender_id, ...form } = HELLO;
    const { body } = await stage.send(form);
    expect(body.external_id).to.equal(null);
    expect(stage.emulator.messages()[0]).to.include({ from: SUPPORT, externalId: null });
  });

  it('refuses what TeleSign refuses, with its code, and keeps nothing of it', async () => {
    const { status, body } = await stage.send({ ...HELLO, message: 'a'.repeat(1601) });
    expect([status, body.status.code]).to.deep.equal([400, 11009]);
    expect(stage.emulator.messages()).to.deep.equal([]);
  });

  it('tells the status of a message by its reference id, in either case', async () => {
    const id = (await stage.send({ ...HELLO, external_id: 'x' })).body.reference_id;
    const headers = { authorization: basicAuthorization(CUSTOMER_ID, API_KEY) };
    const get = (reference: string) => ask(`${stage.url}/v1/messaging/${reference}`, { headers });
    const known = await get(id.toLowerCase());
    expect(known.status).to.equal(200);
    expect(known.body).to.include({ reference_id: id, external_id: 'x' });
    expect(known.body.status.code).to.equal(290);
    const unknown = await get('0'.repeat(32));
    expect([unknown.status, unknown.body.status.code]).to.deep.equal([404, 10017]);
    const malformed = await get('17');
    expect([malformed.status, malformed.body.status.code]).to.deep.equal([400, 11011]);
  });

  describe('lets nobody in', () => {
    const refused: [string, Record<string, string>, number][] = [
      ['without Authorization', { authorization: '' }, 10009],
      ['with an Authorization that is neither', { authorization: 'Bearer 1' }, 10028],
      ['with another customer id', { authorization: basicAuthorization('somebody', API_KEY) }, 10015],
      ['with another API key', { authorization: basicAuthorization(CUSTOMER_ID, 'bm8=') }, 10022],
    ];
    for (const [who, headers, code] of refused) {
      it(`${who}: 401 and ${code}`, async () => {
        const { status, body } = await stage.send(HELLO, headers);
        expect(status).to.equal(401);
        expect(body).to.have.all.keys('status');
        expect(body.status.code).to.equal(code);
        expect(stage.emulator.messages()).to.deep.equal([]);
      });
    }

    it('whose signature is wrong: 10008, with the text that should have been signed', async () => {
      const request = signed('message=Hello', 'nonce-1');
      const url = `${stage.url}/v1/messaging`;
      const { status, body } = await ask(url, { ...request, body: 'message=Changed' });
      expect([status, body.status.code]).to.deep.equal([401, 10008]);
      expect(body.signature_string).to.match(
        /^POST\napplication\/x-www-form-urlencoded\nTue, 24 Nov 2026 12:00:00 GMT\nx-ts-auth-method:HMAC-SHA256\nx-ts-nonce:nonce-1\nmessage=Changed\n\/v1\/messaging$/,
      );
    });

    it('who uses a nonce a second time: 10002', async () => {
      const request = signed(new URLSearchParams(HELLO).toString(), 'nonce-2');
      expect((await ask(`${stage.url}/v1/messaging`, request)).status).to.equal(200);
      const { status, body } = await ask(`${stage.url}/v1/messaging`, request);
      expect([status, body.status.code]).to.deep.equal([401, 10002]);
      expect(stage.emulator.messages()).to.have.length(1);
    });

    it('who asks for a status', async () => {
      const { status, body } = await ask(`${stage.url}/v1/messaging/${'0'.repeat(32)}`);
      expect([status, body.status.code]).to.deep.equal([401, 10009]);
    });
  });

  describe('under a fault', () => {
    const setFaults = (send: object) => stage.call('PUT', '/emulator/faults', { send });

    for (const [mode, http, code] of [
      ['429', 429, 10019],
      ['500', 500, 10000],
      ['503', 503, 10000],
    ] as const) {
      it(`${mode} answers ${http} with ${code}, as often as asked, and accepts nothing meanwhile`, async () => {
        await setFaults({ mode, times: 2 });
        for (let n = 0; n < 2; n += 1) {
          const { status, body } = await stage.send(HELLO);
          expect([status, body.status.code]).to.deep.equal([http, code]);
        }
        expect(stage.emulator.messages()).to.deep.equal([]);
        expect((await stage.send(HELLO)).status).to.equal(200);
      });
    }

    it('drop accepts and then cuts the connection', async () => {
      await setFaults({ mode: 'drop', times: 1 });
      expect(await stage.send(HELLO).catch((error: Error) => error.name)).to.equal('TypeError');
      expect(stage.emulator.messages()).to.have.length(1);
    });

    it('refuse cuts the connection and accepts nothing', async () => {
      await setFaults({ mode: 'refuse', times: 1 });
      expect(await stage.send(HELLO).catch((error: Error) => error.name)).to.equal('TypeError');
      expect(stage.emulator.messages()).to.deep.equal([]);
    });

    it('slow accepts at once and answers late', async () => {
      await setFaults({ mode: 'slow', delay: 7_000, times: 1 });
      let answered = false;
      const answer = stage.send(HELLO).then((response) => {
        answered = true;
        return response.status;
      });
      await stage.timer(7_000);
      expect(stage.emulator.messages()).to.have.length(1);
      stage.time.advance(6_999);
      expect(answered).to.equal(false);
      stage.time.advance(1);
      expect(await answer).to.equal(200);
    });

    it('slow ends with a cut connection when the emulator stops', async () => {
      await setFaults({ mode: 'slow', delay: 7_000 });
      const answer = stage.send(HELLO).catch((error: Error) => error.name);
      await stage.timer(7_000);
      await stage.emulator.stop();
      expect(await answer).to.equal('TypeError');
    });
  });
});
