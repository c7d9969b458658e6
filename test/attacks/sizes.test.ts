import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { apiRoutes } from '../../src/http/operations.ts';
import { handOver, openStage, type Stage } from '../http/stage.ts';
import { CONVERSATION } from '../support/conversations.ts';
import { rawRequest } from './raw-request.ts';

describe('oversize and odd bodies', function () {
  this.timeout(120_000);
  let stage: Stage;
  before(async () => {
    stage = await openStage();
    await handOver(stage);
  });
  after(() => stage.close());

  const writes = () =>
    apiRoutes(stage.parts).filter(({ method }) => ['post', 'put', 'patch'].includes(method));

  it('are refused by every operation, before they are looked at', async () => {
    const big = JSON.stringify({ text: 'x'.repeat(9 * 1024 * 1024) });
    for (const { method, path, operation } of writes()) {
      const request = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, CONVERSATION)}`;
      const answer = await stage.call(request, { as: 'root', body: big }).catch(() => null);
      // Who sends on after the refusal is cut, and may not get to read it.
      if (answer !== null) expect(answer.body.code, operation).to.equal('body_too_large');
    }
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    for (const { method, path, operation } of writes()) {
      const request = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, CONVERSATION)}`;
      const answer = await stage.call(request, { as: 'root', body: deep });
      expect(answer.status, operation).to.be.within(400, 499);
    }
  });

  it('that are packed are not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024, ' '));
    const answer = await fetch(`${stage.url}/api/agents`, {
      method: 'POST',
      headers: { authorization: 'Bearer token-of-root', 'content-encoding': 'gzip' },
      body: bomb,
    });
    expect(answer.status).to.equal(400);
    const callback = await fetch(`${stage.url}/callbacks/telesign/default`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: bomb,
    });
    expect(callback.status).to.equal(401);
  });

  it('in wrong encodings, or of no length that is one, are refused', async () => {
    const post = (headers: string, body: string) =>
      rawRequest(
        stage.url,
        `POST /api/queues HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer token-of-root\r\n${headers}\r\n\r\n${body}`,
      );
    expect(await post('Content-Length: -1', '{}')).to.match(/^HTTP\/1\.1 400 /);
    expect(await post('Content-Length: 1e3', '{}')).to.match(/^HTTP\/1\.1 400 /);
    expect(await post('Content-Length: 2\r\nContent-Length: 3', '{}')).to.match(/^HTTP\/1\.1 400 /);
    expect(await post('Transfer-Encoding: chunked', 'zz\r\n')).to.match(/^HTTP\/1\.1 400 /);
    const utf16 = Buffer.from('{"id":"q","name":"Q"}', 'utf16le').toString('latin1');
    expect(await post(`Content-Length: ${utf16.length}`, utf16)).to.match(/^HTTP\/1\.1 400 /);
  });

  it('and many headers do not get through', async () => {
    const many = Array.from({ length: 5000 }, (_, n) => `X-${n}: y`).join('\r\n');
    expect(await rawRequest(stage.url, `GET /healthz HTTP/1.1\r\nHost: x\r\n${many}\r\n\r\n`)).to.match(
      /^HTTP\/1\.1 431 /,
    );
    const some = Array.from({ length: 150 }, (_, n) => `X-${n}: y`).join('\r\n');
    const answer = await rawRequest(
      stage.url,
      `GET /api/me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${some}\r\nAuthorization: Bearer token-of-root\r\n\r\n`,
    );
    expect(answer, 'beyond the hundredth they are left out').to.match(/^HTTP\/1\.1 (401|431) /);
  });
});
