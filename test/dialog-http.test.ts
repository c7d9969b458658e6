import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { HttpClient } from '../src/bot/http-step.ts';
import type { Config } from '../src/config.ts';
import { createDialogHttp } from '../src/dialog-http.ts';

const ACCOUNT: Config['telesign'] = {
  customerId: 'c',
  apiKey: 'k',
  previousApiKey: undefined,
  apiUrl: '',
  auth: 'hmac',
  numbers: [],
};

describe('the requests of dialogs', () => {
  let server: Server;
  let port: number;
  let asked: string[];

  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.url === '/away') {
        response.statusCode = 302;
        response.setHeader('location', '/there').end();
      } else if (request.url === '/long') response.end('x'.repeat(70_000));
      else if (request.url === '/never') return;
      else request.pipe(response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address() as AddressInfo;
    port = address.port;
  });
  beforeEach(() => {
    asked = [];
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function answer(
    hosts: string[],
    url: string,
    rest: Partial<Parameters<HttpClient>[0]> = {},
    isDemo = false,
  ): Promise<Awaited<ReturnType<HttpClient>>> {
    const telesign = isDemo ? undefined : ACCOUNT;
    const http = createDialogHttp({ dialogHttpHosts: hosts, dialogSecrets: {}, telesign });
    try {
      return await http.client({ method: 'GET', url, headers: {}, timeout: 2000, ...rest });
    } finally {
      await http.close();
    }
  }

  const at = (path: string, host = '127.0.0.1') => `http://${host}:${port}${path}`;

  it('reach an address that is listed, alone or in a network', async () => {
    for (const hosts of [['127.0.0.1'], ['127.0.0.0/8'], ['api.example.com', '127.0.0.0/8']]) {
      expect(await answer(hosts, at('/x'), { method: 'POST', body: '{"a":1}' })).to.deep.equal({
        status: 200,
        body: '{"a":1}',
      });
    }
    expect(asked).to.deep.equal(['POST /x', 'POST /x', 'POST /x']);
  });

  it('reach a name that is listed, at a private address only when that is listed too', async () => {
    expect(await answer(['localhost', '127.0.0.1'], at('/x', 'localhost'))).to.include({ status: 200 });
    expect(await answer(['localhost'], at('/x', 'localhost'))).to.deep.equal({ failed: 'refused' });
    expect(await answer(['127.0.0.1'], at('/x', 'localhost'))).to.deep.equal({ failed: 'refused' });
    const secure = at('/x', 'localhost').replace('http:', 'https:');
    expect(await answer(['localhost'], secure)).to.deep.equal({ failed: 'refused' });
    expect(asked).to.deep.equal(['GET /x']);
  });

  it('reach nothing that is not listed', async () => {
    for (const hosts of [[], ['example.com'], ['10.0.0.0/8']]) {
      expect(await answer(hosts, at('/x'))).to.deep.equal({ failed: 'refused' });
    }
    expect(await answer(['example.com'], 'http://[::1]/')).to.deep.equal({ failed: 'refused' });
    expect(await answer(['example.com'], 'http://2130706433/')).to.deep.equal({ failed: 'refused' });
    expect(asked).to.deep.equal([]);
  });

  it('follow no redirect', async () => {
    expect(await answer(['127.0.0.1'], at('/away'))).to.include({ status: 302 });
    expect(asked).to.deep.equal(['GET /away']);
  });

  it('read no more than 64 KiB, and wait no longer than they may', async () => {
    expect(await answer(['127.0.0.1'], at('/long'))).to.deep.equal({ failed: 'too_large' });
    expect(await answer(['127.0.0.1'], at('/never'), { timeout: 50 })).to.deep.equal({ failed: 'timeout' });
  });

  it('are answered by a stand-in for the sample shop in demo mode, and only there', async () => {
    const url = 'https://cards.example.com/v1/cards/100300?language=en';
    expect(await answer([], url, {}, true)).to.deep.equal({ status: 200, body: '{"amount":7.5}' });
    expect(await answer([], url.replace('100300', '999999'), {}, true)).to.include({ status: 404 });
    expect(await answer([], url)).to.deep.equal({ failed: 'refused' });
    expect(await answer([], 'https://other.example.com/', {}, true)).to.deep.equal({ failed: 'refused' });
  });

  it('say beforehand which hosts they go to', async () => {
    for (const [telesign, sample] of [
      [undefined, true],
      [ACCOUNT, false],
    ] as const) {
      const hosts = ['api.example.com', '10.0.0.0/8'];
      const http = createDialogHttp({ dialogHttpHosts: hosts, dialogSecrets: {}, telesign });
      const asked = ['api.example.com', '10.1.2.3', 'example.com', '127.0.0.1', 'cards.example.com'];
      expect(asked.map(http.allows)).to.deep.equal([true, true, false, false, sample]);
      await http.close();
    }
  });

  it('say when nobody is there', async () => {
    expect(await answer(['127.0.0.1'], 'http://127.0.0.1:1/')).to.deep.equal({ failed: 'network' });
  });
});
