import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { signCallback } from '../../src/telesign/signature.ts';
import { type Account, startAccount } from '../support/account.ts';
import { eventually } from '../support/eventually.ts';
import { type RunningApp, startApp } from '../support/running-app.ts';

const KEY = Buffer.from('the key of the account').toString('base64');
const OTHER_KEY = Buffer.from('the key of another account').toString('base64');
const NUMBER = '15550109999';
const OTHER_NUMBER = '15550108888';
const CUSTOMER = '15550100001';

const text = (fields: object = {}, user: object = {}) =>
  JSON.stringify({
    status: { updated_on: '2026-11-24T12:00:05.120000Z', code: 1500, description: 'Delivered to customer' },
    submit_timestamp: '2026-11-24T12:00:04.900000Z',
    errors: [],
    user_response: { phone_number: CUSTOMER, sender_id: NUMBER, mo_message: 'Hello', ...user },
    sub_resource: 'mo_sms',
    reference_id: '0A1B2C3D4E5F60718293A4B5C6D7E8F9',
    ...fields,
  });

describe('attacks on callbacks', function () {
  this.timeout(30_000);
  let telesign: Account;
  let service: RunningApp;
  beforeEach(async () => {
    telesign = await startAccount({ customerId: 'ID', apiKey: KEY, number: NUMBER });
    service = await startApp({
      env: {
        ...telesign.env,
        ...{ HOST: '127.0.0.1', SECRET_KEY: 'a secret key of the tests, long enough' },
      },
    });
    await service.call('POST', '/api/channels', {
      ...{ id: 'other', name: 'Other', customerId: 'OTHER', apiKey: OTHER_KEY },
      numbers: [{ number: OTHER_NUMBER }],
    });
  });
  afterEach(async () => {
    await service.stop();
    await telesign.stop();
  });

  const post = async (body: string, headers: Record<string, string>, channel = 'default') => {
    const answer = await fetch(`${service.url}/callbacks/telesign/${channel}`, {
      method: 'POST',
      headers,
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const signed = (body: string, key = KEY) => ({
    'x-ts-authorization': signCallback(Buffer.from(body), key),
  });
  const conversations = async () => (await service.call('GET', '/api/conversations')).body.items;
  const transcript = async (number = NUMBER) =>
    (await service.call('GET', `/api/conversations/${number}-${CUSTOMER}/messages`)).body.items ?? [];

  it('refuses what is forged, stripped or signed for other bytes, and takes nothing in', async () => {
    const body = text();
    const signature = signed(body)['x-ts-authorization'];
    const sha1 = createHmac('sha1', Buffer.from(KEY, 'base64')).update(body).digest('base64');
    const withText = createHmac('sha256', KEY).update(body).digest('base64');
    const empty = createHmac('sha256', '').update(body).digest('base64');
    const forgeries: Record<string, string>[] = [
      {},
      { 'x-ts-authorization': '' },
      { 'x-ts-authorization': 'TSA ID:' },
      { authorization: 'TSA ID:' },
      { authorization: 'Basic SUQ6a2V5' },
      { authorization: `Bearer ${signature}` },
      { 'x-ts-authorization': signature.slice(0, -2) },
      { 'x-ts-authorization': `${signature}A` },
      { 'x-ts-authorization': signature.toLowerCase() },
      { 'x-ts-authorization': Buffer.from(signature, 'base64').toString('hex') },
      { 'x-ts-authorization': sha1 },
      { 'x-ts-authorization': withText },
      { 'x-ts-authorization': empty },
      { 'x-ts-authorization': `${signature}, ${signature}` },
      { 'x-authorization': signature },
      signed(text({}, { mo_message: 'hello' })),
      signed(body, OTHER_KEY),
    ];
    for (const headers of forgeries) expect(await post(body, headers), JSON.stringify(headers)).to.equal(401);
    for (const changed of [` ${body}`, `${body}\n`, body.replace('Hello', 'Hell0'), '']) {
      expect(await post(changed, signed(body))).to.equal(401);
    }
    expect(await post(body, signed(body, OTHER_KEY), 'default')).to.equal(401);
    expect(await post(body, signed(body), 'other')).to.equal(401);
    expect(await conversations()).to.deep.equal([]);
  });

  it('takes a replay for the text that it is: once, whenever it comes, and by whichever channel', async () => {
    const body = text();
    for (let n = 0; n < 5; n++) expect(await post(body, signed(body))).to.equal(200);
    const before = await eventually(transcript, (items) => items.at(-1)?.status === 'sent');
    await Promise.all(Array.from({ length: 10 }, () => post(body, signed(body))));
    await service.call('POST', `/api/conversations/${NUMBER}-${CUSTOMER}/close`, {});
    expect(await post(body, signed(body))).to.equal(200);
    expect(await transcript()).to.deep.equal(before);
    expect(telesign.emulator.messages()).to.have.length(1);
  });

  it('lets no account speak for another’s customers, nor report on another’s texts', async () => {
    const stolen = text();
    expect(await post(stolen, signed(stolen, OTHER_KEY), 'other')).to.equal(400);
    expect(await conversations()).to.deep.equal([]);
    const body = text();
    await post(body, signed(body));
    const sent = (await eventually(transcript, (items) => items.at(-1)?.status === 'sent')).at(-1);
    const receipt = JSON.stringify({
      status: { updated_on: '2026-11-24T12:00:05.120000Z', code: 207, description: 'Error' },
      ...{ sub_resource: 'sms', reference_id: '3A1B2C3D4E5F60718293A4B5C6D7E8F9', external_id: sent.id },
    });
    expect(await post(receipt, signed(receipt, OTHER_KEY), 'other')).to.equal(200);
    const blocked = receipt.replace('"code":207', '"code":510');
    expect(await post(blocked, signed(blocked, OTHER_KEY), 'other')).to.equal(200);
    expect((await transcript()).at(-1).status).to.equal('sent');
    expect((await service.call('GET', '/api/optouts')).body.items, 'nor what they want').to.deep.equal([]);
    expect(await post(receipt, signed(receipt))).to.equal(200);
    expect((await transcript()).at(-1).status).to.equal('failed');
  });

  it('makes no other conversation, message or channel of ids that were thought up', async () => {
    for (const reference_id of [
      '../x',
      'in:A',
      'a b',
      '$ne',
      '__proto__',
      'x'.repeat(65),
      '',
      { $ne: 1 },
      ['A'],
    ]) {
      const body = text({ reference_id });
      // `__proto__` is a plain token, and a plain id.
      expect(await post(body, signed(body)), String(reference_id)).to.equal(
        reference_id === '__proto__' ? 200 : 400,
      );
    }
    for (const phone_number of ['1555-15550100001', '1; DROP', { $gt: '' }, '', '12', '1'.repeat(21)]) {
      const body = text({ reference_id: 'B1' }, { phone_number });
      const status = await post(body, signed(body));
      if (phone_number === '1555-15550100001') continue; // punctuation is left out, as for any number
      expect(status, String(phone_number)).to.equal(400);
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).not.to.include('sub_resource');
    for (const channel of [
      '__proto__',
      'constructor',
      'toString',
      '..',
      '%2e%2e',
      'default%00',
      'DEFAULT',
      '$ne',
    ]) {
      const body = text();
      const path = await post(body, signed(body), channel);
      expect(path, channel).to.equal(404);
    }
  });
});
