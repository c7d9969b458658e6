import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Agent, MockAgent } from 'undici';
import { createTeleSignClient, type TeleSignClientParts } from '../../src/telesign/client.ts';
import { verifyRequest } from '../../src/telesign/signature.ts';

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/telesign-vectors.json', import.meta.url), 'utf8'),
);
const customerId: string = vectors.customer_id;
const apiKey: string = vectors.api_key_base64;
const apiUrl = 'https://rest-ww.telesign.com';
const NOW = Date.UTC(2026, 10, 24, 12, 0, 0);
const REFERENCE = '0A1B2C3D4E5F60718293A4B5C6D7E8F9';
const message = {
  to: '15550100001',
  from: '15550109999',
  text: 'Grüße & 1+1=2 😀\n',
  externalId: 'out:in:A1:0',
};

interface Seen {
  path: string;
  body: string;
  headers: Record<string, string>;
}

describe('telesign/client', () => {
  let telesign: MockAgent;
  let nonces: number;

  beforeEach(() => {
    telesign = new MockAgent();
    telesign.disableNetConnect();
    nonces = 0;
  });
  afterEach(() => telesign.close());

  function client(change: Partial<TeleSignClientParts> = {}) {
    const nonce = () => {
      nonces += 1;
      return `nonce-${nonces}`;
    };
    return createTeleSignClient({
      ...{ customerId, apiKey, apiUrl, auth: 'hmac', dispatcher: telesign, now: () => NOW, nonce },
      ...change,
    });
  }

  /** Answers one request, whatever it is, and keeps what was sent. */
  function answer(status: number, body: unknown, headers: Record<string, string> = {}): Seen[] {
    const seen: Seen[] = [];
    for (const method of ['POST', 'GET']) {
      telesign
        .get(apiUrl)
        .intercept({ path: () => true, method })
        .reply(
          status,
          (sent) => {
            seen.push({
              path: sent.path,
              body: String(sent.body ?? ''),
              headers: sent.headers as Record<string, string>,
            });
            return typeof body === 'string' ? body : JSON.stringify(body);
          },
          { headers },
        );
    }
    return seen;
  }

  const accepted = {
    reference_id: REFERENCE.toLowerCase(),
    external_id: message.externalId,
    status: { code: 290, description: 'Message in progress', updated_on: '2026-31-24T12:00:01.123456Z' },
  };

  describe('a send', () => {
    it('posts the text as a form, signed as it is sent', async () => {
      const seen = answer(200, accepted);
      await client().send(message);
      expect(seen).to.have.lengthOf(1);
      const [{ path, body, headers }] = seen as [Seen];
      expect(path).to.equal('/v1/messaging');
      expect(Object.fromEntries(new URLSearchParams(body))).to.deep.equal({
        phone_number: '15550100001',
        message: message.text,
        message_type: 'ARN',
        sender_id: '15550109999',
        external_id: 'out:in:A1:0',
      });
      expect(headers).to.include({
        'content-type': 'application/x-www-form-urlencoded',
        date: 'Tue, 24 Nov 2026 12:00:00 GMT',
        'x-ts-nonce': 'nonce-1',
      });
      expect(verifyRequest({ method: 'POST', path, headers, body, customerId, apiKey })).to.deep.equal({
        ok: true,
      });
    });

    it('tells a customer who wants no texts from an account that may not send', async () => {
      const optOut = async (status: number, code: number) => {
        answer(status, { reference_id: REFERENCE, status: { code } });
        const result = await client().send(message);
        return result.outcome === 'rejected' && result.optOut === true;
      };
      expect(await optOut(200, 510)).to.equal(true);
      expect(await optOut(200, 10031)).to.equal(true);
      expect(await optOut(400, 10032)).to.equal(true);
      expect(await optOut(401, 10031), 'the host is not allowed').to.equal(false);
      expect(await optOut(200, 504)).to.equal(false);
    });

    it('takes a new nonce each time', async () => {
      const first = answer(200, accepted);
      const sender = client();
      await sender.send(message);
      const second = answer(200, accepted);
      await sender.send(message);
      expect([first[0]?.headers['x-ts-nonce'], second[0]?.headers['x-ts-nonce']]).to.deep.equal([
        'nonce-1',
        'nonce-2',
      ]);
    });

    it('goes with Basic when the account is set so', async () => {
      const seen = answer(200, accepted);
      await client({ auth: 'basic' }).send(message);
      const [{ path, body, headers }] = seen as [Seen];
      expect(headers.authorization).to.equal(vectors.request_signature.vectors[2].authorization);
      expect(headers).not.to.have.property('x-ts-nonce');
      expect(verifyRequest({ method: 'POST', path, headers, body, customerId, apiKey })).to.deep.equal({
        ok: true,
      });
    });

    it('goes below the path of the API URL, if that has one', async () => {
      const seen = answer(200, accepted);
      await client({ apiUrl: `${apiUrl}/emulator/` }).send(message);
      const [{ path, body, headers }] = seen as [Seen];
      expect(path).to.equal('/emulator/v1/messaging');
      expect(verifyRequest({ method: 'POST', path, headers, body, customerId, apiKey })).to.deep.equal({
        ok: true,
      });
    });

    it('is accepted with TeleSign’s reference in upper case', async () => {
      answer(200, accepted);
      expect(await client().send(message)).to.deep.equal({
        outcome: 'accepted',
        referenceId: REFERENCE,
        code: 290,
        description: 'In progress.',
      });
    });

    for (const code of [200, 203, 250, 292, 599]) {
      it(`is accepted with status ${code}`, async () => {
        answer(200, { ...accepted, status: { code: String(code) } });
        expect(await client().send(message)).to.include({ outcome: 'accepted', code });
      });
    }

    for (const [code, retryable] of [
      [503, true],
      [505, true],
      [504, false],
      [510, false],
      [10032, false],
    ] as const) {
      it(`is rejected with status ${code}, though HTTP says 200`, async () => {
        answer(200, { ...accepted, status: { code } });
        expect(await client().send(message)).to.include({
          outcome: 'rejected',
          code: String(code),
          retryable,
        });
      });
    }

    const rejections: [number, unknown, string, boolean][] = [
      [400, { status: { code: 11000 } }, '11000', false],
      [400, { status: { code: 11009 } }, '11009', false],
      [401, { status: { code: 10008 } }, '10008', false],
      [401, { status: { code: 10002 } }, '10002', true],
      [401, { status: { code: '10004' } }, '10004', true],
      [402, { status: { code: 10030 } }, '10030', false],
      [429, { status: { code: 10020 } }, '10020', false],
      [500, { status: { code: 10000 } }, '10000', true],
      [503, { status: { code: 10000 } }, '10000', true],
      [400, { status: { code: 500 }, errors: [{ code: -40008, description: 'cap' }] }, '-40008', false],
      [400, { status: { code: 500 }, errors: [{ code: -30006 }] }, '500', false],
      [400, { status: { code: 99999 } }, '99999', false],
      [200, { status: { code: 10022 } }, '10022', false],
      [403, '<html>no</html>', 'http_403', false],
      [404, '', 'http_404', false],
      [302, '', 'http_302', false],
    ];
    for (const [status, body, code, retryable] of rejections) {
      it(`is rejected${retryable ? ' for now' : ''} with HTTP ${status} and ${JSON.stringify(body)}`, async () => {
        answer(status, body);
        const result = await client().send(message);
        expect(result).to.include({ outcome: 'rejected', code, retryable });
        expect(result).to.have.property('description').that.matches(/\.$/);
      });
    }

    const limits: [number, unknown, Record<string, string>, string, number | null][] = [
      [429, { status: { code: 10019 } }, {}, '10019', null],
      [429, { status: { code: 10019 } }, { 'retry-after': '7' }, '10019', 7000],
      [429, { status: { code: 10019 } }, { 'Retry-After': 'Tue, 24 Nov 2026 12:00:03 GMT' }, '10019', 3000],
      [429, { status: { code: 10019 } }, { 'retry-after': 'Tue, 24 Nov 2026 11:00:00 GMT' }, '10019', 0],
      [429, { status: { code: 10019 } }, { 'retry-after': '999999999' }, '10019', 3_600_000],
      [429, { status: { code: 10019 } }, { 'retry-after': 'soon' }, '10019', null],
      [429, { status: { code: 501 }, errors: [{ code: -40007 }] }, {}, '-40007', null],
      [429, 'slow down', { 'retry-after': '1' }, 'http_429', 1000],
      [400, { status: { code: 10019 } }, {}, '10019', null],
    ];
    for (const [status, body, headers, code, retryAfter] of limits) {
      it(`is rate-limited with HTTP ${status}, ${JSON.stringify(body)} and ${JSON.stringify(headers)}`, async () => {
        answer(status, body, headers);
        expect(await client().send(message)).to.deep.equal({ outcome: 'rate_limited', code, retryAfter });
      });
    }

    const unknowns: [number, unknown, string][] = [
      [200, '', 'answer_not_understood'],
      [200, '<html>ok</html>', 'answer_not_understood'],
      [200, 'null', 'answer_not_understood'],
      [200, {}, 'answer_not_understood'],
      [200, { status: { code: 290 } }, 'answer_not_understood'],
      [200, { ...accepted, reference_id: '../../x' }, 'answer_not_understood'],
      [200, { ...accepted, status: { code: 77777 } }, 'answer_not_understood'],
      [200, { ...accepted, status: { code: null } }, 'answer_not_understood'],
      [200, `{"pad":"${'x'.repeat(70_000)}"}`, 'answer_not_understood'],
      [204, '', 'answer_not_understood'],
      [408, '', 'http_408'],
      [500, '', 'http_500'],
      [500, { status: { code: 500 } }, 'http_500'],
      [502, '<html>bad gateway</html>', 'http_502'],
      [503, '', 'http_503'],
      [504, { message: 'timed out' }, 'http_504'],
    ];
    for (const [status, body, reason] of unknowns) {
      it(`is unknown with HTTP ${status} and ${JSON.stringify(body).slice(0, 60)}`, async () => {
        answer(status, body);
        expect(await client().send(message)).to.deep.equal({ outcome: 'unknown', reason });
      });
    }

    it('is rejected for now when TeleSign is not reachable', async () => {
      telesign
        .get(apiUrl)
        .intercept({ path: '/v1/messaging', method: 'POST' })
        .replyWithError(Object.assign(new Error('connect 10.1.2.3:443'), { code: 'ECONNREFUSED' }));
      expect(await client().send(message)).to.deep.equal({
        outcome: 'rejected',
        code: 'not_reachable',
        description: 'TeleSign could not be reached (ECONNREFUSED): check the API URL and the network.',
        retryable: true,
      });
    });

    it('is unknown when no answer comes within the time', async () => {
      telesign
        .get(apiUrl)
        .intercept({ path: '/v1/messaging', method: 'POST' })
        .reply(200, accepted)
        .delay(60_000);
      expect(await client({ timeout: 20 }).send(message)).to.deep.equal({
        outcome: 'unknown',
        reason: 'timeout',
      });
    });

    it('is unknown when TeleSign may have read it and the connection broke', async () => {
      const server = net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const dispatcher = new Agent();
      const { port } = server.address() as AddressInfo;
      const result = await client({ dispatcher, apiUrl: `http://127.0.0.1:${port}` }).send(message);
      await dispatcher.destroy();
      await new Promise((resolve) => server.close(resolve));
      expect(result).to.deep.equal({ outcome: 'unknown', reason: 'connection_broken' });
    });

    it('passes on nothing of TeleSign’s own words, which may quote number, text and signature', async () => {
      const leak = `15550100001 ${message.text} dXAmfZIG82TTgBS1bl0StgdrS4PrL2n5FaI9Ib4rGeQ=`;
      for (const [status, code] of [
        [200, 290],
        [200, 510],
        [400, 11000],
        [401, 10008],
        [400, 99999],
        [429, 10019],
        [500, 10000],
        [500, 1],
      ]) {
        answer(status!, {
          reference_id: REFERENCE,
          signature_string: leak,
          status: { code, description: leak },
          errors: [{ code: -30006, description: leak }],
        });
        const result = JSON.stringify(await client().send(message));
        for (const secret of ['15550100001', 'Grüße', 'dXAm', 'signature_string'])
          expect(result).not.to.include(secret);
      }
    });
  });

  describe('a status query', () => {
    it('asks for the id, signed without a body', async () => {
      const seen = answer(200, { ...accepted, status: { code: 200 } });
      expect(await client().status(REFERENCE)).to.deep.equal({
        outcome: 'found',
        referenceId: REFERENCE,
        code: 200,
        description: 'Delivered to the handset.',
      });
      const [{ path, body, headers }] = seen as [Seen];
      expect(path).to.equal(`/v1/messaging/${REFERENCE}`);
      expect(headers).not.to.have.property('content-type');
      expect(verifyRequest({ method: 'GET', path, headers, body, customerId, apiKey })).to.deep.equal({
        ok: true,
      });
    });

    it('cannot be led to another path by an odd id', async () => {
      const seen = answer(200, accepted);
      await client().status('../../v1/verify?x=1');
      expect(seen[0]?.path).to.equal('/v1/messaging/..%2F..%2Fv1%2Fverify%3Fx%3D1');
    });

    it('finds a failed text like a delivered one', async () => {
      answer(200, { ...accepted, status: { code: 510 } });
      expect(await client().status(REFERENCE)).to.include({ outcome: 'found', code: 510 });
    });

    for (const code of [10017, 10036]) {
      it(`tells an id that TeleSign does not know from a refusal: ${code}`, async () => {
        answer(404, { status: { code } });
        expect(await client().status(REFERENCE)).to.deep.equal({ outcome: 'not_found', code: String(code) });
      });
    }

    it('tells wrong credentials, a limit, and no answer', async () => {
      answer(401, { status: { code: 10015 } });
      expect(await client().status(REFERENCE)).to.include({
        outcome: 'rejected',
        code: '10015',
        retryable: false,
      });
      answer(429, { status: { code: 10019 } });
      expect(await client().status(REFERENCE)).to.include({ outcome: 'rate_limited' });
      answer(503, '');
      expect(await client().status(REFERENCE)).to.deep.equal({ outcome: 'unknown', reason: 'http_503' });
    });
  });
});
