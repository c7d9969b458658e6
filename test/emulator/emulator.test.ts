import { expect } from 'chai';
import { type SinonSpy, spy } from 'sinon';
import { Agent } from 'undici';
import { createEmulator } from '../../src/emulator/emulator.ts';
import { API_KEY, CUSTOMER, CUSTOMER_ID, HELLO, type Stage, SUPPORT, setStage, until } from './stage.ts';

const codes = (stage: Stage) => stage.receiver.callbacks.map(({ body }) => body.status.code);

describe('the emulator', () => {
  let stage: Stage;
  let warn: SinonSpy;

  beforeEach(async () => {
    warn = spy();
    stage = await setStage({ log: { warn, error: spy() } });
  });
  afterEach(() => stage.stop());

  const received = (n: number) =>
    until(() => stage.receiver.callbacks.length >= n, `callback ${n}`).then(() => stage.receiver.callbacks);

  describe('posts receipts', () => {
    it('203 and then 200, signed, with the external id, and moves the message along', async () => {
      const id = (await stage.send({ ...HELLO, external_id: 'out:t1:0' })).body.reference_id;
      stage.time.advance(100);
      await received(1);
      expect(stage.emulator.messages()[0]).to.include({ id, status: 203 });
      stage.time.advance(100);
      const [first, second] = await received(2);
      expect(stage.emulator.messages()[0]).to.include({ status: 200, description: 'Delivered to handset' });
      expect(first!.verified).to.equal(true);
      expect(second!.verified).to.equal(true);
      expect(first!.headers.authorization).to.equal(
        `TSA ${CUSTOMER_ID}:${first!.headers['x-ts-authorization']}`,
      );
      expect(first!.headers['content-type']).to.equal('application/json');
      expect(second!.body).to.deep.equal({
        reference_id: id,
        sub_resource: 'sms',
        external_id: 'out:t1:0',
        status: {
          code: 200,
          description: 'Delivered to handset',
          updated_on: '2026-11-24T12:00:00.200000Z',
        },
        submit_timestamp: '2026-11-24T12:00:00.000000Z',
        errors: [],
      });
      expect(codes(stage)).to.deep.equal([203, 200]);
    });

    it('to the callback URL of the message, when it has one', async () => {
      await stage.send({ ...HELLO, callback_url: `${stage.receiver.url}?own=1` });
      stage.emulator.setFaults({});
      const path = new URL(stage.receiver.url).pathname;
      stage.time.advance(100);
      const [callback] = await received(1);
      expect(callback!.path).to.equal(`${path}?own=1`);
    });

    it('each twice when they are to be duplicated', async () => {
      stage.emulator.setFaults({ receipts: { duplicate: true } });
      await stage.send(HELLO);
      stage.time.advance(100);
      await received(2);
      stage.time.advance(100);
      await received(4);
      expect(codes(stage)).to.deep.equal([203, 203, 200, 200]);
    });

    it('the last one first when they are to be reordered', async () => {
      stage.emulator.setFaults({ receipts: { reorder: true, delay: 50 } });
      await stage.send(HELLO);
      stage.time.advance(50);
      await until(() => stage.time.pending().includes(50));
      stage.time.advance(50);
      await received(2);
      expect(codes(stage)).to.deep.equal([200, 203]);
      expect(stage.emulator.messages()[0]).to.include({ status: 200 });
    });

    it('with a failure when one is asked for', async () => {
      stage.emulator.setFaults({ receipts: { failCode: 510, delay: 5 } });
      await stage.send(HELLO);
      stage.time.advance(5);
      await received(1);
      stage.time.advance(5);
      await received(2);
      expect(codes(stage)).to.deep.equal([203, 510]);
      expect(stage.emulator.messages()[0]).to.include({
        status: 510,
        description: 'Blocked by the subscriber, or by the carrier on their behalf.',
      });
    });

    it('not before their delay has passed', async () => {
      stage.emulator.setFaults({ receipts: { delay: 30_000 } });
      await stage.send(HELLO);
      stage.time.advance(29_999);
      expect(stage.emulator.messages()[0]).to.include({ status: 290 });
      expect(codes(stage)).to.deep.equal([]);
      stage.time.advance(1);
      await received(1);
    });

    it('none when there are to be none', async () => {
      stage.emulator.setFaults({ receipts: { none: true } });
      await stage.send(HELLO);
      expect(stage.time.pending()).to.deep.equal([]);
      stage.emulator.setFaults({});
      await stage.send(HELLO);
      stage.time.advance(100);
      await received(1);
      expect(stage.emulator.messages().map(({ status }) => status)).to.deep.equal([290, 203]);
    });

    it('again when one was not answered with 200, without holding up the next', async () => {
      stage.receiver.answer = (n) => (n === 0 ? 503 : 200);
      await stage.send(HELLO);
      stage.time.advance(100);
      await until(() => warn.called, 'the refusal');
      stage.time.advance(100);
      await received(2);
      stage.time.advance(4_900);
      await received(3);
      expect(codes(stage)).to.deep.equal([203, 200, 203]);
      expect(warn.args.map(([details]) => details)).to.deep.equal([{ reason: 'HTTP 503' }]);
    });
  });

  describe('posts texts', () => {
    const textIn = (text: object) => stage.call('POST', '/emulator/inbound', text);
    const HI = { from: CUSTOMER, to: SUPPORT, text: 'where is my order? 😀' };

    it('signed, in the shape of an inbound SMS, and says what became of the first attempt', async () => {
      const { status, body } = await textIn({ ...HI, from: `+${CUSTOMER}` });
      expect(status).to.equal(200);
      expect(body.referenceId).to.match(/^[0-9A-F]{32}$/);
      expect(body.status).to.equal('delivered');
      const [callback] = stage.receiver.callbacks;
      expect(callback!.verified).to.equal(true);
      expect(callback!.headers.authorization).to.equal(
        `TSA ${CUSTOMER_ID}:${callback!.headers['x-ts-authorization']}`,
      );
      expect(callback!.body).to.deep.equal({
        status: {
          updated_on: '2026-11-24T12:00:00.000000Z',
          code: 1500,
          description: 'Delivered to customer',
        },
        submit_timestamp: '2026-11-24T12:00:00.000000Z',
        errors: [],
        user_response: {
          phone_number: CUSTOMER,
          sender_id: SUPPORT,
          mo_message: 'where is my order? 😀',
          action: 'generic',
          keyword: '',
        },
        sub_resource: 'mo_sms',
        reference_id: body.referenceId,
      });
      const list = await stage.call('GET', `/emulator/inbound?from=${CUSTOMER}&to=${SUPPORT}`);
      expect(list.body.texts).to.have.length(1);
      expect(list.body.texts[0]).to.include({ ...HI, status: 'delivered', attempts: 1, encoding: 'UCS-2' });
    });

    for (const [text, action, keyword] of [
      [' STOP ', 'stop', 'stop'],
      ['Arrêt', 'stop', 'arrêt'],
      ['help', 'help', 'help'],
      ['Start', 'start', 'start'],
      ['stop it', 'generic', ''],
    ]) {
      it(`tagging ${JSON.stringify(text)} with the action ${action}`, async () => {
        await textIn({ ...HI, text });
        expect(stage.receiver.callbacks[0]!.body.user_response).to.include({ action, keyword });
      });
    }

    it('of any length and with any characters', async () => {
      const text = `\0\u0007\uD800${'ä😀'.repeat(10_000)}`;
      expect((await textIn({ ...HI, text })).status).to.equal(200);
      expect(stage.receiver.callbacks[0]!.body.user_response.mo_message).to.equal(text);
    });

    it('with a reference id that is given, so that a text can come twice', async () => {
      const referenceId = '0A1B2C3D4E5F60718293A4B5C6D7E8F9';
      for (let n = 0; n < 2; n += 1) {
        expect((await textIn({ ...HI, referenceId })).body).to.deep.equal({
          referenceId,
          status: 'delivered',
        });
      }
      expect(stage.receiver.callbacks.map(({ body }) => body.reference_id)).to.deep.equal([
        referenceId,
        referenceId,
      ]);
    });

    it('four times at most, 5, 10 and 15 seconds after an answer that is not 200', async () => {
      const answers = [503, 404, 201, 500];
      stage.receiver.answer = (n) => answers[n] ?? 200;
      const { status, body } = await textIn(HI);
      expect([status, body.status]).to.deep.equal([202, 'retrying']);
      for (const [n, wait] of [5_000, 10_000, 15_000].entries()) {
        await stage.timer(wait);
        stage.time.advance(wait - 1);
        expect(stage.receiver.callbacks).to.have.length(n + 1);
        stage.time.advance(1);
        await received(n + 2);
      }
      await until(() => stage.emulator.texts()[0]!.status === 'failed', 'giving up');
      expect(stage.emulator.texts()[0]).to.include({ attempts: 4 });
      expect(stage.time.pending()).to.deep.equal([]);
    });

    it('no more once one attempt was answered with 200', async () => {
      stage.receiver.answer = (n) => (n < 2 ? 503 : 200);
      await textIn(HI);
      for (const wait of [5_000, 10_000]) {
        await stage.timer(wait);
        stage.time.advance(wait);
      }
      await until(() => stage.emulator.texts()[0]!.status === 'delivered', 'the third attempt');
      expect(stage.emulator.texts()[0]).to.include({ attempts: 3 });
      expect(stage.time.pending()).to.deep.equal([]);
      expect(new Set(stage.receiver.callbacks.map(({ body }) => JSON.stringify(body))).size).to.equal(1);
    });

    it('again when five seconds brought no answer', async () => {
      stage.receiver.answer = (n) => (n === 0 ? 'hang' : 200);
      const outcome = textIn(HI);
      await received(1);
      stage.time.advance(4_999);
      expect(stage.emulator.texts()[0]).to.include({ status: 'sending', attempts: 0 });
      stage.time.advance(1);
      expect((await outcome).body.status).to.equal('retrying');
      stage.time.advance(5_000);
      await received(2);
    });

    it('again when nobody listens', async () => {
      await stage.receiver.stop();
      expect((await textIn(HI)).body.status).to.equal('retrying');
      expect(stage.time.pending()).to.deep.equal([5_000]);
    });

    it('twice with one reference id when they are to be duplicated', async () => {
      stage.emulator.setFaults({ inbound: { duplicate: true } });
      const { body } = await textIn(HI);
      await received(2);
      expect(stage.receiver.callbacks.map((callback) => callback.body.reference_id)).to.deep.equal([
        body.referenceId,
        body.referenceId,
      ]);
    });

    it('in swapped pairs when they are to be reordered', async () => {
      stage.emulator.setFaults({ inbound: { reorder: true } });
      const outcomes = [];
      for (const text of ['one', 'two', 'three', 'four']) {
        outcomes.push(textIn({ ...HI, text }));
        await until(() => stage.emulator.texts().length === outcomes.length, text);
        if (outcomes.length % 2 === 0) await received(outcomes.length);
      }
      await Promise.all(outcomes);
      expect(stage.receiver.callbacks.map(({ body }) => body.user_response.mo_message)).to.deep.equal([
        'two',
        'one',
        'four',
        'three',
      ]);
    });

    it('after a second when none comes to overtake it', async () => {
      stage.emulator.setFaults({ inbound: { reorder: true } });
      const outcome = textIn(HI);
      await stage.timer(1_000);
      expect(stage.receiver.callbacks).to.deep.equal([]);
      stage.time.advance(1_000);
      expect((await outcome).body.status).to.equal('delivered');
    });

    it('late when they are to be delayed', async () => {
      stage.emulator.setFaults({ inbound: { delay: 8_000 } });
      const outcome = textIn(HI);
      await stage.timer(8_000);
      stage.time.advance(7_999);
      expect(stage.receiver.callbacks).to.deep.equal([]);
      stage.time.advance(1);
      expect((await outcome).body.status).to.equal('delivered');
    });

    it('but none that does not fit the schema', async () => {
      for (const [text, path] of [
        [{ ...HI, from: 'me' }, 'from'],
        [{ ...HI, to: undefined }, 'to'],
        [{ ...HI, text: 5 }, 'text'],
        [{ ...HI, referenceId: 'A' }, 'referenceId'],
        [{ ...HI, reference: 'A' }, ''],
      ] as const) {
        const { status, body } = await textIn(text);
        expect(status).to.equal(400);
        expect(body.code).to.equal('invalid_request');
        expect(body.problems.map((problem: { path: string }) => problem.path)).to.deep.equal([path]);
      }
      const notJson = await fetch(`${stage.url}/emulator/inbound`, { method: 'POST', body: 'hello' });
      expect(notJson.status).to.equal(400);
      expect(notJson.headers.get('content-type')).to.equal('application/problem+json');
      const huge = await textIn({ ...HI, text: 'a'.repeat(1024 * 1024) });
      expect([huge.status, huge.body.code]).to.deep.equal([413, 'body_too_large']);
      expect(stage.receiver.callbacks).to.deep.equal([]);
    });
  });

  it('shows its faults, takes new ones whole, and refuses what it does not know', async () => {
    const put = await stage.call('PUT', '/emulator/faults', { send: { mode: '429', times: 3 } });
    expect(put.status).to.equal(200);
    expect((await stage.call('GET', '/emulator/faults')).body).to.deep.equal(put.body);
    expect(put.body.send).to.deep.equal({ mode: '429', delay: 2_000, times: 3, share: 1, perSecond: null });
    const refused = await stage.call('PUT', '/emulator/faults', { send: { mode: 'angry' } });
    expect(refused.status).to.equal(400);
    expect(refused.body.problems[0].path).to.equal('send.mode');
    expect((await stage.call('PUT', '/emulator/faults', {})).body.send.mode).to.equal('ok');
  });

  it('lists its messages by number, and those after one of them', async () => {
    const ids = [];
    for (const phone_number of [CUSTOMER, '15550100002', CUSTOMER]) {
      ids.push((await stage.send({ ...HELLO, phone_number })).body.reference_id);
    }
    const listed = async (query: string) =>
      (await stage.call('GET', `/emulator/messages${query}`)).body.messages.map(
        (message: { id: string }) => message.id,
      );
    expect(await listed('')).to.deep.equal(ids);
    expect(await listed(`?to=${CUSTOMER}`)).to.deep.equal([ids[0], ids[2]]);
    expect(await listed(`?to=${CUSTOMER}&after=${ids[0]}`)).to.deep.equal([ids[2]]);
    expect(await listed('?from=somebody')).to.deep.equal([]);
    expect((await stage.call('GET', '/emulator/messages?too=1')).status).to.equal(400);
  });

  it('tells every open page what happens', async () => {
    const response = await fetch(`${stage.url}/emulator/events`);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let stream = '';
    const readUntil = async (part: string) => {
      while (!stream.includes(part)) {
        const { value, done } = await reader.read();
        if (done) throw new Error('the stream ended');
        stream += value;
      }
    };
    await readUntil(': open');
    await stage.send(HELLO);
    await readUntil('"status":290');
    await stage.call('POST', '/emulator/inbound', { from: CUSTOMER, to: SUPPORT, text: 'Hi' });
    await readUntil('"status":"delivered"');
    expect(stream).to.match(/event: message\ndata: \{"id":"[0-9A-F]{32}"/);
    expect(stream).to.match(/event: inbound\ndata: \{"id":"[0-9A-F]{32}"/);
    await stage.emulator.stop();
    for (;;) if ((await reader.read()).done) break;
  });

  it('leaves no timer and no post behind when it stops in the middle of everything', async () => {
    stage.receiver.answer = () => 'hang';
    stage.emulator.setFaults({ inbound: { duplicate: true } });
    await stage.send(HELLO);
    const hanging = stage.emulator.textIn({ from: CUSTOMER, to: SUPPORT, text: 'Hi' });
    await received(2);
    await stage.emulator.stop();
    expect((await hanging).status).to.not.equal('delivered');
    expect(stage.time.pending()).to.deep.equal([]);
    const after = await stage.emulator.textIn({ from: CUSTOMER, to: SUPPORT, text: 'Hi' });
    expect(after.status).to.equal('failed');
  });

  it('posts any number of texts at once, and Node sees no leak in it', async () => {
    const warned = spy();
    process.on('warning', warned);
    try {
      stage.receiver.answer = () => 'hang';
      const outcomes = Array.from({ length: 20 }, (_, n) =>
        stage.emulator.textIn({ from: `155501001${n + 10}`, to: SUPPORT, text: 'Hello' }),
      );
      await received(20);
      await stage.emulator.stop();
      await Promise.all(outcomes);
      expect(warned.args.map(([warning]) => String(warning))).to.deep.equal([]);
    } finally {
      process.off('warning', warned);
    }
  });

  it('takes a callback URL that is known only later', async () => {
    let url = '';
    const dispatcher = new Agent();
    const emulator = createEmulator({
      customerId: CUSTOMER_ID,
      apiKey: API_KEY,
      callbackUrl: () => url,
      numbers: [],
      now: stage.time.now,
      random: Math.random,
      dispatcher,
    });
    url = stage.receiver.url;
    const outcome = await emulator.textIn({ from: CUSTOMER, to: SUPPORT, text: 'Hi' });
    expect(outcome.status).to.equal('delivered');
    await emulator.stop();
    await dispatcher.close();
  });
});
