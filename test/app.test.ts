import { expect } from 'chai';
import { signCallback } from '../src/telesign/signature.ts';
import { type Account, startAccount } from './support/account.ts';
import { eventually } from './support/eventually.ts';
import { ADMIN_TOKEN, type RunningApp, SUPPORT, startApp } from './support/running-app.ts';

const CUSTOMER = '15550100001';

describe('the service, from a text to the end', () => {
  let service: RunningApp;

  beforeEach(async () => {
    service = await startApp();
  });
  afterEach(() => service.stop());

  const conversationId = `${SUPPORT.en}-${CUSTOMER}`;
  const conversation = async (token?: string) =>
    (await service.call('GET', `/api/conversations/${conversationId}`, undefined, token)).body;

  it('answers a text in the language of the number that it came to', async () => {
    await service.textIn('15550100001', 'Hi', SUPPORT.en);
    await service.textIn('15550100002', 'Hola', SUPPORT.es);
    await service.textIn('15550100003', '你好', SUPPORT['zh-TW']);
    expect((await service.phone('15550100001', 1))[0]).to.match(/Hello!.*\n\n[\s\S]*1/);
    expect((await service.phone('15550100002', 1))[0]).to.match(/¡Hola!/);
    expect((await service.phone('15550100003', 1))[0]).to.match(/[\u4e00-\u9fff]/);
  });

  it('goes from the bot to a person and back to closed, as agents see it', async () => {
    const ana = await service.agent('ana');
    const ben = await service.agent('ben');
    await service.textIn(CUSTOMER, 'Hello');
    await service.phone(CUSTOMER, 1);
    await service.textIn(CUSTOMER, '4');
    await service.textIn(CUSTOMER, 'My parcel is wet');
    await service.phone(CUSTOMER, 3);

    const waiting = await eventually(
      async () =>
        (await service.call('GET', '/api/conversations?state=open&queue=support', undefined, ana)).body,
      ({ items }) => items.length === 1,
    );
    expect(waiting.items[0]).to.deep.include({
      id: conversationId,
      state: 'open',
      handler: null,
      queueId: 'support',
      session: 1,
    });
    expect(waiting.items[0].handoff).to.deep.include({
      reason: 'customer_asked',
      summary: 'Needs help: My parcel is wet',
    });
    expect(waiting.items[0].handoff.context).to.include({ about: 'My parcel is wet' });

    const claims = await Promise.all(
      [ana, ben].map((token) =>
        service.call('POST', `/api/conversations/${conversationId}/claim`, {}, token),
      ),
    );
    expect(claims.map(({ status }) => status)).to.have.members([200, 409]);
    const owner = claims[0]?.status === 200 ? ana : ben;
    const other = owner === ana ? ben : ana;

    const reply = (token: string, text: string) =>
      service.call('POST', `/api/conversations/${conversationId}/messages`, { text }, token);
    expect(await reply(other, 'Me too')).to.include({ status: 403 });
    const sent = await reply(owner, 'So sorry! We will send a new one.');
    expect(sent).to.include({ status: 201 });
    expect(sent.body).to.include({ direction: 'out', text: 'So sorry! We will send a new one.' });
    expect((await service.phone(CUSTOMER, 4)).at(-1)).to.equal('So sorry! We will send a new one.');

    await service.textIn(CUSTOMER, 'Thank you');
    await eventually(
      async () =>
        (await service.call('GET', `/api/conversations/${conversationId}/messages`, undefined, owner)).body,
      ({ items }) => items.at(-1).text === 'Thank you' && items.at(-1).status === 'handled',
    );
    expect(await conversation(owner)).to.include({ state: 'active', handler: 'agent' });

    expect(await service.call('POST', `/api/conversations/${conversationId}/end`, {}, owner)).to.include({
      status: 200,
    });
    const closed = await service.call(
      'POST',
      `/api/conversations/${conversationId}/close`,
      { outcome: 'resolved', disposition: 'damaged', note: 'New parcel sent' },
      owner,
    );
    expect(closed.body).to.include({ state: 'closed' });
    expect(await reply(owner, 'One more thing')).to.include({ status: 409 });

    await service.textIn(CUSTOMER, 'Hello again');
    expect((await service.phone(CUSTOMER, 5)).at(-1)).to.match(/^Hello!/);
    expect(await conversation()).to.include({ session: 2, state: 'active', handler: 'bot' });
  });

  it('has a customer who writes soon after the close back with the agent of before', async () => {
    const settings = { reopenSeconds: 3600, times: { closeActive: null } };
    expect(await service.call('PATCH', '/api/workstreams/demo-en', { settings })).to.include({ status: 200 });
    const ana = await service.agent('ana');
    await service.call('PUT', '/api/me/presence', { presence: 'available' }, ana);
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    const act = (action: string, body = {}) =>
      service.call('POST', `/api/conversations/${conversationId}/${action}`, body, ana);
    await act('claim');
    // Settings are read once a second: its timer is gone once they were.
    await eventually(
      () => conversation(ana),
      ({ timers }) => timers.length === 0,
    );
    await act('close', { outcome: 'resolved', disposition: 'delivery' });
    await service.textIn(CUSTOMER, 'One more thing');
    await eventually(
      () => conversation(ana),
      ({ session }) => session === 2,
    );
    const now = await conversation(ana);
    expect(now).to.include({ state: 'active', handler: 'agent', agentId: 'ana', queueId: 'support' });
    expect(now.reopens).to.equal(1);
    expect(now.handoff).to.include({ reason: 'reopened', summary: 'The customer asked for a person.' });
    expect(now.stretches).to.have.length(1);
    expect(now.stretches[0]).to.include({ place: 'agent', reason: 'reopened', agentId: 'ana' });
    const trace = await service.call('GET', `/api/conversations/${conversationId}/trace`, undefined, ana);
    expect(trace.body.items).to.have.length(1);
    expect(trace.body.items[0]).to.include({ step: 'reopened', session: 1, why: 'same_agent' });

    await act('close');
    expect(await service.phone(CUSTOMER, 1), 'the bot has said nothing').to.have.length(1);
    const [from, to] = [-60_000, 60_000].map((ms) => new Date(Date.now() + ms).toISOString());
    const report = await service.call('GET', `/api/reports/handling?from=${from}&to=${to}&by=agent`);
    expect(report.body.total).to.include({ sessions: 2, reopened: 1 });
    const card = await service.call('GET', `/api/contacts/${CUSTOMER}`, undefined, ana);
    const [last, before] = card.body.sessions;
    expect(last).to.include({ session: 2, reopens: 1, reason: 'reopened' });
    expect(before).to.include({ disposition: 'delivery', reopens: null });
  });

  it('shows what became of each message, down to the receipt', async () => {
    await service.textIn(CUSTOMER, 'Hello');
    const transcript = await eventually(
      async () => (await service.call('GET', `/api/conversations/${conversationId}/messages`)).body,
      ({ items }) => items?.at(-1)?.status === 'delivered',
    );
    expect(
      transcript.items.map(({ direction, status }: Record<string, string>) => `${direction} ${status}`),
    ).to.deep.equal(['in handled', 'out delivered']);
  });

  it('gives the conversation back to the bot, which goes on by itself', async () => {
    const ana = await service.agent('ana');
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    await service.call('POST', `/api/conversations/${conversationId}/claim`, {}, ana);
    const returned = await service.call(
      'POST',
      `/api/conversations/${conversationId}/return`,
      { step: 'menu' },
      ana,
    );
    expect(returned.body).to.include({ state: 'active', handler: 'bot' });
    expect((await service.phone(CUSTOMER, 2)).at(-1)).to.include('1');
  });

  it('hands out what is kept of a customer, with what the dialogs have noted', async () => {
    await service.textIn(CUSTOMER, 'Hello');
    await service.phone(CUSTOMER, 1);
    const { status, body } = await service.call('GET', `/api/contacts/${CUSTOMER}/export`);
    expect(status).to.equal(200);
    expect(body.conversations[0].botState).to.include.keys('dialogStack');
  });

  it('keeps numbers, texts and secrets out of the log', async () => {
    await service.textIn(CUSTOMER, 'my secret wish');
    await service.phone(CUSTOMER, 1);
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 2);
    expect(service.log.raw()).to.not.match(/15550100001|15550109999|secret wish|an-admin-token/);
  });

  it('answers texts that no phone should send', async () => {
    for (const [n, text] of [
      'x'.repeat(20_000),
      '\u0000\u0007\u001b[31m',
      '\ud800 lone',
      '😀'.repeat(50),
      '',
    ].entries()) {
      const customer = `1555010002${n}`;
      expect(await service.textIn(customer, text), JSON.stringify(text.slice(0, 10))).to.include({
        status: 200,
      });
      for (const part of await service.phone(customer, 1)) expect(part.length).to.be.at.most(1600);
    }
  });

  it('sends a long answer of an agent in parts of at most 1600 characters, in order', async () => {
    const ana = await service.agent('ana');
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    await service.call('POST', `/api/conversations/${conversationId}/claim`, {}, ana);
    const text = Array.from({ length: 700 }, (_, n) => `word${n}`).join(' ');
    await service.call('POST', `/api/conversations/${conversationId}/messages`, { text }, ana);
    const parts = (await service.phone(CUSTOMER, 5)).slice(1);
    expect(parts.map((part) => part.slice(0, 5))).to.deep.equal(['(1/4)', '(2/4)', '(3/4)', '(4/4)']);
    expect(Math.max(...parts.map((part) => part.length))).to.be.at.most(1600);
    expect(parts.map((part) => part.slice(5).trim()).join(' ')).to.equal(text);
  });

  it('says what it does in numbers for Prometheus', async () => {
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    const { body } = await service.call('GET', '/metrics');
    expect(body).to.match(/switchboard_callbacks_total\{outcome="inbound"\} 1/);
    expect(body).to.match(/switchboard_queue_waiting\{queue="support"\} 1/);
    expect(body).to.match(/switchboard_send_duration_seconds_count\{status="sent"\} 1/);
  });
});

describe('the service with an account', () => {
  const API_KEY = Buffer.from('the key of the account').toString('base64');
  const PREVIOUS_KEY = Buffer.from('the key before it').toString('base64');
  const CUSTOMER_ID = 'CUSTOMER';
  let telesign: Account;
  let service: RunningApp;

  beforeEach(async () => {
    telesign = await startAccount({
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      number: SUPPORT.en,
      callbackUrl: () => `${service.url}/callbacks/telesign/default`,
    });
    telesign.emulator.setFaults({ receipts: { none: true } });
    service = await startApp({
      env: {
        HOST: '127.0.0.1',
        ...telesign.env,
        TELESIGN_API_KEY_PREVIOUS: PREVIOUS_KEY,
        SECRET_KEY: 'a secret key of the tests, long enough',
      },
    });
  });
  afterEach(async () => {
    await service.stop();
    await telesign.stop();
  });

  async function callback(fields: Record<string, unknown>, apiKey: string): Promise<number> {
    const body = JSON.stringify({ reference_id: 'A1', ...fields });
    const answer = await fetch(`${service.url}/callbacks/telesign/default`, {
      method: 'POST',
      headers: { 'x-ts-authorization': signCallback(Buffer.from(body), apiKey) },
      body,
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  const transcript = async () =>
    (
      await service.call(
        'GET',
        `/api/conversations/${SUPPORT.en}-${CUSTOMER}/messages`,
        undefined,
        ADMIN_TOKEN,
      )
    ).body.items ?? [];

  it('takes in an MMS as a text, which is answered and which agents read', async () => {
    const mms = {
      sub_resource: 'mo_mms',
      phone_number: CUSTOMER,
      sender_id: SUPPORT.en,
      content: { text_1: 'Hello, look', url_image_1: 'https://example.com/1.jpg' },
    };
    expect(await callback(mms, API_KEY)).to.equal(200);
    const items = await eventually(transcript, (messages) => messages.at(-1)?.status === 'sent');
    expect(
      items.map(({ direction, status }: Record<string, string>) => `${direction} ${status}`),
    ).to.deep.equal(['in handled', 'out sent']);
    expect(items[0].text).to.equal('Hello, look\n📷');
  });

  it('takes what the previous key has signed while keys are rotated, and sends with the new one', async () => {
    const text = {
      sub_resource: 'mo_sms',
      user_response: { phone_number: CUSTOMER, sender_id: SUPPORT.en, mo_message: 'Hello' },
    };
    expect(await callback(text, Buffer.from('no key of ours').toString('base64'))).to.equal(401);
    expect(await callback(text, PREVIOUS_KEY)).to.equal(200);
    // The emulator refuses what any other key than the new one has signed.
    await eventually(transcript, (messages) => messages.at(-1)?.status === 'sent');
    expect(telesign.emulator.messages()).to.have.length(1);
    expect(await callback({ ...text, reference_id: 'A2' }, API_KEY)).to.equal(200);
  });
});
