import { connect } from 'node:net';
import { expect } from 'chai';
import { CONVERSATION } from '../support/conversations.ts';
import { eventually } from '../support/eventually.ts';
import { handOver, openStage, type Stage } from './stage.ts';

describe('the server', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const raw = (request: string) => {
    const socket = connect(Number(new URL(stage.url).port), '127.0.0.1');
    const heard = { text: '', ended: false };
    socket.on('data', (chunk) => {
      heard.text += chunk;
    });
    socket.on('close', () => {
      heard.ended = true;
    });
    socket.on('error', () => {});
    socket.write(request);
    return heard;
  };

  it('answers what it does not know with a problem that echoes nothing', async () => {
    for (const [request, status, code] of [
      ['GET /nothing/<script>', 404, 'not_found'],
      ['GET /api/nothing', 404, 'not_found'],
      ['GET /', 404, 'not_found'],
      ['DELETE /api/me', 405, 'method_not_allowed'],
      ['PATCH /api/conversations', 405, 'method_not_allowed'],
      [`GET /api/conversations/${'1'.repeat(500)}`, 404, 'not_found'],
    ] as const) {
      const answer = await stage.call(request);
      expect([answer.status, answer.body?.code], request).to.deep.equal([status, code]);
      expect(answer.headers.get('content-type')).to.equal('application/problem+json');
      expect(answer.text).not.to.contain('script');
    }
    expect((await stage.call('DELETE /api/me')).headers.get('allow')).to.equal('GET');
  });

  it('answers a path that cannot be decoded with a problem', async () => {
    const { status, body } = await stage.call('GET /api/conversations/%E0%A4%A');
    expect([status, body.code]).to.deep.equal([404, 'not_found']);
  });

  it('says nothing of what went wrong inside, and logs it under the id that it says', async () => {
    stage.rig.desk.claim = async () => {
      throw new Error('the password is hunter2');
    };
    const answer = await stage.call('POST /api/conversations/1-2/claim');
    expect([answer.status, answer.body.code]).to.deep.equal([500, 'internal']);
    expect(answer.text).not.to.contain('hunter2');
    const line = stage.log.lines().find(({ operation }) => operation === 'claimConversation');
    expect(line).to.have.nested.property('err.stack[0]').that.includes('server.test.ts');
    expect(line?.correlationId)
      .to.match(/^[0-9a-f]{32}$/)
      .and.equal(answer.headers.get('x-correlation-id'));
    expect(stage.log.raw()).not.to.contain('hunter2');
  });

  it('takes JSON whatever its Content-Type says, up to 64 KiB', async () => {
    await handOver(stage);
    const url = `POST /api/conversations/${CONVERSATION}/messages`;
    const note = (length: number) => {
      const body = JSON.stringify({ text: 'x', note: true });
      return body + ' '.repeat(length - body.length);
    };
    expect((await stage.call(url, { body: note(64 * 1024) })).status).to.equal(201);
    const answer = await stage.call(url, { body: note(64 * 1024 + 1) });
    expect([answer.status, answer.body.code]).to.deep.equal([413, 'body_too_large']);
  });

  it('tells browsers to take nothing for what it is not', async () => {
    for (const request of ['GET /api/me', 'GET /nothing', 'GET /docs/', 'POST /callbacks/telesign/x']) {
      const { headers } = await stage.call(request);
      expect(headers.get('x-content-type-options'), request).to.equal('nosniff');
      expect(headers.get('server')).to.equal(null);
    }
    expect((await stage.call('GET /api/me')).headers.get('cache-control')).to.equal('no-store');
  });

  it('cuts clients that do not get their request out', async () => {
    Object.assign(
      stage,
      await stage.serve({}, ({ server }) =>
        Object.assign(server.server, {
          headersTimeout: 50,
          requestTimeout: 100,
          connectionsCheckingInterval: 20,
        }),
      ),
    );
    for (const start of [
      'POST /callbacks/telesign/default HTTP/1.1\r\nHost: x\r\nX-Slow',
      'POST /callbacks/telesign/default HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{',
      'POST /api/agents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-root\r\nContent-Length: 100\r\n\r\n{',
    ]) {
      const heard = raw(start);
      await eventually(
        () => heard,
        ({ ended }) => ended,
      );
      expect(heard.text, start).to.match(/^HTTP\/1\.1 408 /);
    }
  });

  it('answers headers that are too long with 431', async () => {
    const heard = raw(`GET /api/me HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    await eventually(
      () => heard,
      ({ ended }) => ended,
    );
    expect(heard.text).to.match(/^HTTP\/1\.1 431 /);
  });

  it('closes while clients keep their connections', async () => {
    const idle = raw('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    const streaming = raw(
      'GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-ana\r\n\r\n',
    );
    await eventually(
      () => idle.text.includes('alive') && streaming.text.includes('retry'),
      (both) => both,
    );
    const begun = Date.now();
    await stage.http.close();
    expect(Date.now() - begun).to.be.below(2_000);
    await eventually(
      () => idle.ended && streaming.ended,
      (both) => both,
    );
    expect(streaming.text).to.match(/0\r\n\r\n$/);
  });

  it('lets a request in hand finish when it closes', async () => {
    let finish: (() => void) | undefined;
    stage.rig.desk.claimNext = () =>
      new Promise((resolve) => {
        finish = () => resolve(null);
      });
    const heard = raw(
      'POST /api/queues/support/claim HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token-of-ana\r\nContent-Length: 0\r\n\r\n',
    );
    await eventually(
      () => finish,
      (isInHand) => isInHand !== undefined,
    );
    const closed = stage.http.close();
    finish?.();
    await closed;
    await eventually(
      () => heard,
      ({ ended }) => ended,
    );
    expect(heard.text).to.match(/^HTTP\/1\.1 204 /);
  });

  describe('for who watches it', () => {
    it('is alive, and ready as far as it can tell', async () => {
      expect(await stage.call('GET /healthz', { as: null })).to.deep.include({
        status: 200,
        body: { status: 'alive' },
      });
      expect(await stage.call('GET /readyz', { as: null })).to.deep.include({
        status: 200,
        body: { status: 'ready' },
      });
    });

    it('is not ready when its store does not answer', async () => {
      for (const ready of [
        async () => false,
        async () => {
          throw new Error('secret');
        },
      ]) {
        Object.assign(stage, await stage.serve({ ready }));
        const answer = await stage.call('GET /readyz', { as: null });
        expect([answer.status, answer.body.code]).to.deep.equal([503, 'not_ready']);
        expect(answer.text).not.to.contain('secret');
      }
    });

    it('gives its metrics', async () => {
      const { status, text, headers } = await stage.call('GET /metrics', { as: null });
      expect([status, text]).to.deep.equal([200, 'up 1\n']);
      expect(headers.get('content-type')).to.equal('text/plain; version=0.0.4');
    });
  });
});
