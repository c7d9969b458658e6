import { connect } from 'node:net';
import { expect } from 'chai';
import type { InboundCallback, ReceiptCallback } from '../../src/telesign/callbacks.ts';
import { signCallback } from '../../src/telesign/signature.ts';
import { eventually } from '../support/eventually.ts';
import { type Answer, API_KEY, openStage, type Stage } from './stage.ts';

const OTHER_KEY = Buffer.from('a key that is new').toString('base64');

function inbound(changes: Record<string, unknown> = {}, user: Record<string, unknown> = {}): string {
  return JSON.stringify({
    status: { updated_on: '2026-11-24T12:00:05.120000Z', code: 1500, description: 'Delivered to customer' },
    submit_timestamp: '2026-11-24T12:00:04.900000Z',
    errors: [],
    user_response: {
      phone_number: '15550100001',
      sender_id: '15550109999',
      mo_message: 'Where is my order?',
      ...user,
    },
    sub_resource: 'mo_sms',
    reference_id: '0A1B2C3D4E5F60718293A4B5C6D7E8F9',
    ...changes,
  });
}

const RECEIPT = JSON.stringify({
  status: { updated_on: '2026-11-24T12:00:05.120000Z', code: 200, description: 'Delivered to handset' },
  sub_resource: 'sms',
  reference_id: '3A1B2C3D4E5F60718293A4B5C6D7E8F9',
  external_id: 'out:x:0',
});

describe('POST /callbacks/telesign/{channelId}', () => {
  let stage: Stage;
  let texts: InboundCallback[];
  let receipts: ReceiptCallback[];
  let receive: () => Promise<void>;

  beforeEach(async () => {
    texts = [];
    receipts = [];
    receive = async () => {};
    stage = await openStage(() => ({
      async receive(_, text) {
        await receive();
        texts.push(text);
      },
      async receipt(_, receipt) {
        receipts.push(receipt);
      },
    }));
  });
  afterEach(() => stage.close());

  function post(body: string, headers?: Record<string, string>, channel = 'default'): Promise<Answer> {
    return stage.call(`POST /callbacks/telesign/${channel}`, {
      as: null,
      body,
      headers: headers ?? { 'X-TS-Authorization': signCallback(Buffer.from(body), API_KEY) },
    });
  }

  it('answers {} once the text is taken in, not before', async () => {
    let stored: (() => void) | undefined;
    receive = () =>
      new Promise((resolve) => {
        stored = resolve;
      });
    let answered = false;
    const answer = post(inbound()).then((got) => {
      answered = true;
      return got;
    });
    await eventually(
      () => stored,
      (begun) => begun !== undefined,
    );
    expect(answered).to.equal(false);
    stored?.();
    expect(await answer).to.include({ status: 200, text: '{}' });
    expect(texts[0]).to.include({ from: '15550100001', to: '15550109999', text: 'Where is my order?' });
    expect(stage.outcomes).to.deep.equal(['inbound']);
  });

  it('takes an MMS for the only number of its channel; tells of each that could be for several', async () => {
    const mms = JSON.stringify({
      phone_number: '15550100001',
      content: { text_1: 'look', url_image_1: 'https://example.com/1.jpg' },
      sub_resource: 'mo_mms',
      reference_id: '4A1B2C3D4E5F60718293A4B5C6D7E8F9',
    });
    stage.channel.numbers.splice(0, Number.POSITIVE_INFINITY, '15550109999');
    expect((await post(mms)).status).to.equal(200);
    expect(texts.map(({ to, text }) => ({ to, text }))).to.deep.equal([
      { to: '15550109999', text: 'look\n📷' },
    ]);
    stage.channel.numbers.push('15550109998');
    for (let n = 0; n < 2; n += 1) expect((await post(mms)).status).to.equal(200);
    expect(texts).to.have.length(1);
    expect(stage.outcomes).to.deep.equal(['inbound', 'not_understood', 'not_understood']);
    const lost = stage.log
      .lines()
      .filter(({ referenceId }) => referenceId === '4A1B2C3D4E5F60718293A4B5C6D7E8F9');
    expect(lost).to.have.length(2);
    expect(JSON.stringify(lost)).not.to.match(/15550100001|look|example/);
  });

  it('takes the signature from either header', async () => {
    const signature = signCallback(Buffer.from(inbound()), API_KEY);
    expect((await post(inbound(), { Authorization: `TSA CUSTOMER:${signature}` })).status).to.equal(200);
    expect((await post(inbound(), { 'X-TS-Authorization': signature })).status).to.equal(200);
  });

  it('takes what any key of the channel has signed', async () => {
    const headers = { 'X-TS-Authorization': signCallback(Buffer.from(inbound()), OTHER_KEY) };
    expect((await post(inbound(), headers)).status).to.equal(401);
    stage.channel.apiKeys.push(OTHER_KEY);
    expect((await post(inbound(), headers)).status).to.equal(200);
  });

  it('checks the bytes as they came, not as they parse', async () => {
    const spaced = inbound({}, { mo_message: 'Grüße 😀' }).replaceAll(':', ' : ');
    expect((await post(spaced)).status).to.equal(200);
    const signature = signCallback(Buffer.from(JSON.stringify(JSON.parse(spaced))), API_KEY);
    expect((await post(spaced, { 'X-TS-Authorization': signature })).status).to.equal(401);
  });

  for (const [what, headers] of [
    ['no signature', {}],
    ['an empty one', { 'X-TS-Authorization': '' }],
    ['a wrong one', { 'X-TS-Authorization': 'AAAA', Authorization: 'TSA CUSTOMER:AAAA' }],
    ['a bearer token', { Authorization: 'Bearer token-of-root' }],
  ] as const) {
    it(`answers 401 to ${what}`, async () => {
      const answer = await post(inbound(), headers);
      expect(answer.status).to.equal(401);
      expect(answer.body.code).to.equal('bad_signature');
      expect(answer.headers.get('content-type')).to.equal('application/problem+json');
      expect(texts).to.deep.equal([]);
      expect(stage.outcomes).to.deep.equal(['bad_signature']);
    });
  }

  it('does not look into a body that is not signed', async () => {
    expect((await post('{{{', {})).status).to.equal(401);
  });

  it('answers 404 for a channel that is not there', async () => {
    for (const channel of ['nobody', '%00', 'default%2F', '__proto__']) {
      const answer = await post(inbound(), undefined, channel);
      expect([answer.status, answer.body.code], channel).to.deep.equal([404, 'unknown_channel']);
    }
    expect((await post(inbound(), undefined, 'default/more')).status).to.equal(404);
    expect((await stage.call('GET /callbacks/telesign/default')).status).to.equal(404);
  });

  for (const [what, body] of [
    ['nothing', ''],
    ['no JSON', '{"status":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no reference id', inbound({ reference_id: undefined })],
    ['no sender', inbound({}, { phone_number: undefined })],
    ['a wrong type', inbound({}, { mo_message: { a: 1 } })],
  ] as const) {
    it(`answers 400 to ${what}, though signed`, async () => {
      const answer = await post(body);
      expect([answer.status, answer.body.code]).to.deep.equal([400, 'callback_not_understood']);
      expect(answer.text).not.to.contain('15550100001');
      expect(stage.outcomes).to.deep.equal(['not_understood']);
    });
  }

  it('takes a body of 256 KiB, and answers 413 to one more byte', async () => {
    const frame = inbound({}, { mo_message: '' }).length;
    const fits = inbound({}, { mo_message: 'x'.repeat(256 * 1024 - frame) });
    expect((await post(fits)).status).to.equal(200);
    const answer = await post(`${fits} `);
    expect([answer.status, answer.body.code]).to.deep.equal([413, 'body_too_large']);
    expect(stage.outcomes).to.deep.equal(['inbound', 'too_large']);
  });

  it('answers 413 to a body of unknown length as soon as it is over, and cuts who sends on', async () => {
    const socket = connect(Number(new URL(stage.url).port), '127.0.0.1');
    socket.on('error', () => {});
    let heard = '';
    socket.on('data', (chunk) => {
      heard += chunk;
    });
    socket.write(
      'POST /callbacks/telesign/default HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = Buffer.from(`10000\r\n${'x'.repeat(0x10000)}\r\n`);
    for (let n = 0; n < 5; n++) socket.write(chunk);
    await eventually(
      () => heard,
      (text) => text.includes('body_too_large'),
    );
    expect(heard).to.match(/^HTTP\/1\.1 413 /);
    for (let n = 0; n < 32; n++) socket.write(chunk);
    await eventually(
      () => socket.destroyed,
      (cut) => cut,
    );
  });

  it('answers 503 when the store does not take it, so that TeleSign brings it again', async () => {
    receive = async () => {
      throw new Error('EIO: 15550100001 said Where is my order?');
    };
    const answer = await post(inbound());
    expect([answer.status, answer.body.code]).to.deep.equal([503, 'store_unavailable']);
    expect(answer.text).not.to.contain('EIO');
    expect(stage.outcomes).to.deep.equal(['failed']);
    receive = async () => {};
    expect((await post(inbound())).status).to.equal(200);
    expect(texts).to.have.length(1);
  });

  it('hands receipts on', async () => {
    expect(await post(RECEIPT)).to.include({ status: 200, text: '{}' });
    expect(receipts[0]).to.include({ externalId: 'out:x:0', code: 200 });
    expect(stage.outcomes).to.deep.equal(['receipt']);
  });

  it('accepts other kinds, counts them, and logs each kind once', async () => {
    for (let n = 0; n < 3; n++) {
      expect((await post(inbound({ sub_resource: 'mms', user_response: undefined }))).status).to.equal(200);
    }
    expect(texts).to.deep.equal([]);
    expect(stage.outcomes).to.deep.equal(['other', 'other', 'other']);
    expect(stage.log.lines().filter((line) => line.subResource === 'mms')).to.have.length(1);
  });

  it('takes in a text for a number that the channel does not list, and says so once', async () => {
    for (let n = 0; n < 2; n++) {
      expect((await post(inbound({}, { sender_id: '15550107777' }))).status).to.equal(200);
    }
    expect(texts.map(({ to }) => to)).to.deep.equal(['15550107777', '15550107777']);
    expect(stage.log.lines().filter(({ msg }) => String(msg).includes('does not list'))).to.have.length(1);
  });

  it('keeps numbers, texts and signatures out of the log', async () => {
    receive = async () => {
      throw new Error('no');
    };
    await post(inbound({}, { sender_id: '15550107777' }));
    await post(inbound(), { 'X-TS-Authorization': 'c2lnbmF0dXJl' });
    await post('{"phone_number":"15550100001"}');
    expect(stage.log.raw()).not.to.match(/1555010|Where is my order|c2lnbmF0dXJl/);
    expect(stage.log.lines()).not.to.have.length(0);
  });

  it('names a callback that it refuses, or cannot take in, by the same id in the log and in the answer', async () => {
    receive = async () => {
      throw new Error('no');
    };
    const answers = [await post(inbound()), await post(inbound(), { 'X-TS-Authorization': 'c2lnbmF0dXJl' })];
    expect(answers.map(({ status }) => status)).to.deep.equal([503, 401]);
    const ids = answers.map(({ headers }) => headers.get('x-correlation-id'));
    expect(ids[0]).to.match(/^[0-9a-f]{32}$/);
    expect(stage.log.lines().map(({ correlationId }) => correlationId)).to.deep.equal(ids);
  });

  it('takes nothing from a client that breaks off', async () => {
    const body = inbound();
    const socket = connect(Number(new URL(stage.url).port), '127.0.0.1');
    socket.write(
      `POST /callbacks/telesign/default HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\nX-TS-Authorization: ${signCallback(Buffer.from(body), API_KEY)}\r\n\r\n${body.slice(0, 50)}`,
    );
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    await eventually(
      () => stage.outcomes,
      (outcomes) => outcomes.length === 1,
    );
    expect(stage.outcomes).to.deep.equal(['broken_off']);
    expect(texts).to.deep.equal([]);
  });
});
