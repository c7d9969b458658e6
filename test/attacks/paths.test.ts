import { expect } from 'chai';
import { openStage, type Stage } from '../http/stage.ts';
import { rawRequest } from './raw-request.ts';

describe('tricks with paths', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  const get = (path: string, ...headers: string[]) =>
    rawRequest(
      stage.url,
      [`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close', ...headers, '', ''].join('\r\n'),
    );

  it('lead to no file', async () => {
    for (const path of [
      '/console/../../package.json',
      '/console/..%2f..%2fpackage.json',
      '/console/%2e%2e/%2e%2e/package.json',
      '/console/..%5c..%5cpackage.json',
      '/console//etc/passwd',
      '/console/%00',
      '/console/index.html%00.js',
      '/console/__proto__',
      '/docs/../package.json',
      '/docs/..%2f.env',
      '/emulator/../.env',
      '/f/',
      '/f/..%2f..%2fetc%2fpasswd',
      '/f/../.env',
      '/f/%00',
      '/f/__proto__',
      `/f/${'a'.repeat(500)}`,
      '/api/messages/..%2f..%2f/media/..%2f0',
      '/.env',
      '/.git/config',
      '/data/data.mdb',
      '//etc/passwd',
      'http://evil.example/etc/passwd',
      '/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd',
    ]) {
      const answer = await get(path);
      expect(answer, path).to.match(/^HTTP\/1\.1 (?!2)/);
      expect(answer, path).not.to.match(/root:|"name": "switchboard"|"dependencies"/);
    }
  });

  it('lead past no check of who asks', async () => {
    for (const path of [
      '/api/agents',
      '//api/agents',
      '/api//agents',
      '/API/agents',
      '/api/agents/',
      '/api/./agents',
      '/healthz/../api/agents',
      '/docs/..%2fapi/agents',
      '/api/agents;x=1',
      '/api/agents%00',
      '/api/%61gents',
      '/api/agents?x=/healthz',
      '/api/agents#/healthz',
      'http://x/api/agents',
      '/callbacks/telesign/../../api/agents',
    ]) {
      for (const headers of [
        [],
        ['X-HTTP-Method-Override: GET', 'X-Original-URL: /healthz', 'X-Rewrite-URL: /healthz'],
      ]) {
        const answer = await get(path, ...headers);
        expect(answer, path).to.match(/^HTTP\/1\.1 (400|401|404) /);
        expect(answer, path).not.to.include('"items"');
      }
    }
    for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'HEAD', 'OPTIONS']) {
      const answer = await rawRequest(
        stage.url,
        `${method} /api/agents HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      expect(answer, method).not.to.match(/^HTTP\/1\.1 2/);
      expect(answer, method).not.to.include('access-control-allow');
    }
  });

  it('lead to no callback of another channel', async () => {
    for (const path of [
      '/callbacks/telesign/',
      '/callbacks/telesign/default/',
      '/callbacks/telesign/x/../default',
      '/callbacks//telesign/default',
      '/CALLBACKS/telesign/default',
      '/callbacks/telesign/%64efault',
    ]) {
      const answer = await rawRequest(
        stage.url,
        `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}`,
      );
      expect(answer, path).to.match(/^HTTP\/1\.1 (404|405) /);
    }
  });
});
