import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type RunningApp, startApp } from '../support/running-app.ts';
import { rawRequest } from './raw-request.ts';

const CUSTOMER = '15550100001';
const EVIL = [
  'Hello\r\nSet-Cookie: evil=1\r\n\r\n<script>alert(1)</script>',
  '\u001b[31m{"level":60,"msg":"forged"}\n{"level":60,"msg":"forged"}',
  '=cmd|"/c calc"!A1',
  '"},{"level":60,"msg":"forged"',
  'data: x\n\nevent: reset\ndata: {}\n\n',
  '\u2028\u2029\u202eevil',
];

describe('injection by texts and headers', function () {
  this.timeout(60_000);
  let service: RunningApp;
  beforeEach(async () => {
    service = await startApp();
  });
  afterEach(() => service.stop());

  it('of texts makes no line of the log, and no header of an answer', async () => {
    const token = await service.agent('ana');
    for (const [n, text] of EVIL.entries()) {
      const customer = `${CUSTOMER}${n}`;
      await service.textIn(customer, text);
      await service.phone(customer, 1);
      const path = `/api/conversations/15550109999-${customer}/messages`;
      await service.call('POST', path, { text, note: true }, token);
      const { headers, body } = await service.call('GET', path);
      expect(headers.get('set-cookie')).to.equal(null);
      expect(headers.get('content-type')).to.equal('application/json');
      expect(headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(body.items.length).to.be.above(1);
    }
    for (const request of [
      '/api/agents/a%0d%0aSet-Cookie:%20evil=1',
      '/nothing%0d%0aevil',
      '/api/conversations?q=%0d%0aevil',
    ]) {
      const { headers } = await service.call('GET', request);
      expect(headers.get('set-cookie')).to.equal(null);
    }
    const lines = service.log.raw().trim().split('\n');
    for (const line of lines) expect(() => JSON.parse(line), line).not.to.throw();
    expect(service.log.raw()).not.to.match(/forged|evil|calc|alert/);
    expect(lines.map((line) => JSON.parse(line).level)).not.to.include(60);
  });

  it('of names goes nowhere but into JSON', async () => {
    for (const name of ['A\r\nB: c', '\u001b[31m', '<b>', '%{x}']) {
      const { status } = await service.call('POST', '/api/queues', { id: 'q', name });
      if (status === 201) await service.call('DELETE', '/api/queues/q');
    }
    for (const id of ['a\r\nb', '../x', 'a b', '<x>', 'a'.repeat(65), '.hidden', '']) {
      const { status, body } = await service.call('POST', '/api/queues', { id, name: 'x' });
      expect([status, body.code], id).to.deep.equal([400, 'invalid_request']);
    }
  });

  it('of headers is refused by the server, or kept where it came', async () => {
    const long = 'x'.repeat(300);
    for (const key of ['a b\t', 'ü', long, ' ']) {
      const answer = await rawRequest(
        service.url,
        `POST /api/queues HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer an-admin-token-for-the-tests\r\nIdempotency-Key: ${key}\r\nContent-Length: 22\r\n\r\n{"id":"q1","name":"Q"}`,
      );
      expect(answer, key)
        .to.match(/^HTTP\/1\.1 (400|201) /)
        .and.not.include(long);
    }
    const twice = await rawRequest(
      service.url,
      'GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer nobody\r\nAuthorization: Bearer an-admin-token-for-the-tests\r\n\r\n',
    );
    expect(twice, 'the first counts').to.match(/^HTTP\/1\.1 401 /);
    const smuggled = await rawRequest(
      service.url,
      'POST /api/queues HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/me HTTP/1.1\r\nHost: x\r\n\r\n',
    );
    expect(smuggled).to.match(/^HTTP\/1\.1 400 /);
    for (const line of service.log.raw().trim().split('\n')) expect(() => JSON.parse(line)).not.to.throw();
  });

  it('of a text is one event of the stream', async () => {
    const controller = new AbortController();
    const stream = await fetch(`${service.url}/api/events`, {
      headers: { authorization: 'Bearer an-admin-token-for-the-tests' },
      signal: controller.signal,
    });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) heard += Buffer.from(chunk).toString();
    })().catch(() => {});
    await service.textIn(CUSTOMER, EVIL[4] ?? '');
    await eventually(
      async () => heard,
      (text) => text.includes('event: message'),
    );
    controller.abort();
    await reading;
    for (const event of heard.split('\n\n').filter((part) => part.startsWith('id:'))) {
      expect(event.split('\n').map((line) => line.split(':', 1)[0])).to.deep.equal(['id', 'event', 'data']);
    }
    expect(heard).not.to.match(/^event: reset/m);
  });
});
