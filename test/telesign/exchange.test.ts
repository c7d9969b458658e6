import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Agent } from 'undici';
import { exchange } from '../../src/telesign/exchange.ts';

describe('telesign/exchange', () => {
  const open: (http.Server | net.Server | Agent)[] = [];
  const sockets = new Set<net.Socket>();

  async function listening<T extends net.Server>(server: T): Promise<string> {
    open.push(server);
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  function agent(options: Agent.Options = {}): Agent {
    const made = new Agent(options);
    open.push(made);
    return made;
  }

  const post = (origin: string, timeout = 5000) =>
    ({ origin, path: '/', method: 'POST', headers: {}, body: 'a=1', timeout }) as const;

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const part of open.splice(0)) {
      if (part instanceof Agent) await part.destroy();
      else await new Promise((resolve) => part.close(resolve));
    }
  });

  it('gives status, headers and body of an answer', async () => {
    const bodies: string[] = [];
    const host = await listening(
      http.createServer(async (request, response) => {
        for await (const chunk of request) bodies.push(String(chunk));
        // Not in one go: restify, which other tests load, has `writeHead` answer nothing in the whole process.
        response.writeHead(418, { 'X-Pot': 'short', 'X-Many': ['1', '2'] });
        response.end('Grüße');
      }),
    );
    const ended = await exchange(agent(), post(`http://${host}`));
    expect(ended).to.include({ result: 'answered', status: 418, body: 'Grüße' });
    expect(ended.result === 'answered' && [ended.header('x-pot'), ended.header('x-none')]).to.deep.equal([
      'short',
      undefined,
    ]);
    expect(bodies).to.deep.equal(['a=1']);
  });

  it('gives no body when it is longer than an answer can be, and cuts the rest', async () => {
    const host = await listening(
      http.createServer((_request, response) => {
        response.writeHead(200);
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(16_384)));
        };
        response.on('drain', more);
        more();
      }),
    );
    expect(await exchange(agent(), post(`http://${host}`))).to.include({ status: 200, body: null });
  });

  describe('was not sent', () => {
    it('when the connection is refused', async () => {
      const server = net.createServer();
      const host = await listening(server);
      await new Promise((resolve) => open.splice(0, 1) && server.close(resolve));
      expect(await exchange(agent(), post(`http://${host}`))).to.deep.equal({
        result: 'not_sent',
        reason: 'ECONNREFUSED',
      });
    });

    it('when the name is not known', async () => {
      const lookup: net.LookupFunction = (_name, _options, done) =>
        done(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '', 4);
      expect(await exchange(agent({ connect: { lookup } }), post('http://telesign.invalid'))).to.deep.equal({
        result: 'not_sent',
        reason: 'ENOTFOUND',
      });
    });

    it('when TLS fails because the other side does not speak it', async () => {
      const host = await listening(net.createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.0\r\n')));
      const ended = await exchange(agent(), post(`https://${host}`));
      expect(ended).to.have.property('result', 'not_sent');
      expect(ended)
        .to.have.property('reason')
        .that.matches(/^[A-Z_0-9]+$/);
    });

    it('when the connection is reset in the TLS handshake, though the code is that of a lost answer', async () => {
      const host = await listening(
        net.createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
      );
      expect(await exchange(agent(), post(`https://${host}`))).to.deep.equal({
        result: 'not_sent',
        reason: 'ECONNRESET',
      });
    });

    it('when the time is over before the connection stands', async () => {
      const host = await listening(net.createServer());
      expect(await exchange(agent(), post(`https://${host}`, 30))).to.deep.equal({
        result: 'not_sent',
        reason: 'timeout',
      });
    });

    it('when the time is over in the queue for a connection, and it is not sent later', async () => {
      const seen: (string | undefined)[] = [];
      const waiting: http.ServerResponse[] = [];
      const arrived = new Promise<void>((resolve) => {
        open.push(
          http.createServer((request, response) => {
            seen.push(request.url);
            request.resume();
            if (request.url === '/first') {
              waiting.push(response);
              resolve();
            } else response.end('ok');
          }),
        );
      });
      const [server] = open.splice(0) as [http.Server];
      const host = await listening(server);
      const one = agent({ connections: 1 });
      const request = post(`http://${host}`);
      const first = exchange(one, { ...request, path: '/first' });
      await arrived;
      const second = await exchange(one, { ...request, path: '/second', timeout: 30 });
      expect(second).to.deep.equal({ result: 'not_sent', reason: 'timeout' });
      const third = exchange(one, { ...request, path: '/third' });
      waiting[0]?.end('ok');
      expect(await first).to.include({ result: 'answered', body: 'ok' });
      expect(await third).to.include({ result: 'answered', body: 'ok' });
      expect(seen).to.deep.equal(['/first', '/third']);
    });

    it('when the dispatcher is closed', async () => {
      const closed = agent();
      await closed.destroy();
      expect(await exchange(closed, post('http://127.0.0.1:9'))).to.deep.equal({
        result: 'not_sent',
        reason: 'UND_ERR_DESTROYED',
      });
    });
  });

  describe('broke, perhaps after it was read,', () => {
    const answering = (answer: (socket: net.Socket) => void) =>
      listening(net.createServer((socket) => socket.once('data', () => answer(socket))));

    const breaks: [string, (socket: net.Socket) => void][] = [
      ['when the connection ends without an answer', (socket) => socket.end()],
      ['when the connection is reset', (socket) => socket.resetAndDestroy()],
      ['when the answer is no HTTP', (socket) => socket.end('What do you want?\r\n\r\n')],
      ['when the answer breaks off in its head', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
      [
        'when the answer breaks off in its body',
        (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"'),
      ],
    ];
    for (const [when, answer] of breaks) {
      it(when, async () => {
        const host = await answering(answer);
        expect(await exchange(agent(), post(`http://${host}`))).to.deep.equal({
          result: 'broken',
          reason: 'connection_broken',
        });
      });
    }

    const silences: [string, (socket: net.Socket) => void][] = [
      ['when no answer comes in time', () => {}],
      [
        'when the answer stops in its body',
        (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"'),
      ],
    ];
    for (const [when, answer] of silences) {
      it(when, async () => {
        const host = await answering(answer);
        expect(await exchange(agent(), post(`http://${host}`, 50))).to.deep.equal({
          result: 'broken',
          reason: 'timeout',
        });
      });
    }
  });
});
