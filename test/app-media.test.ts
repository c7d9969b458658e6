import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createMediaFetcher } from '../src/app-media.ts';
import { readConfig } from '../src/config.ts';

const PICTURE = Buffer.from('89504e470d0a1a0a', 'hex');
const ACCOUNT = {
  TELESIGN_CUSTOMER_ID: '12345678-ABCD-4EF0-9876-1234567890AB',
  TELESIGN_API_KEY: Buffer.from('a key for the tests').toString('base64'),
  TELESIGN_NUMBERS: '15550109999',
  ADMIN_TOKEN: 'an-admin-token-for-the-tests',
  SECRET_KEY: 'a secret key of the tests, long enough',
};

describe('the fetcher of pictures', () => {
  let server: Server;
  let base: string;
  let asked: string[];
  let fetchers: ReturnType<typeof createMediaFetcher>[];

  beforeEach(async () => {
    asked = [];
    fetchers = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/elsewhere') {
        response.statusCode = 302;
        response.setHeader('location', `${base}/picture`);
        response.end();
      } else if (request.url === '/endless') {
        const more = () => {
          while (response.write(Buffer.alloc(65_536)));
          response.once('drain', more);
        };
        more();
      } else if (request.url === '/cut') {
        response.setHeader('content-length', '100');
        response.write(PICTURE, () => response.destroy());
      } else {
        response.end(PICTURE);
      }
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const { close } of fetchers) await close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  function fetcher(env: Record<string, string>) {
    const made = createMediaFetcher(readConfig(env));
    fetchers.push(made);
    return made.fetchMedia;
  }

  it('reads a picture, and goes no further where the answer leads', async () => {
    const fetchMedia = fetcher({});
    expect(await fetchMedia(`${base}/picture`)).to.deep.equal({ bytes: PICTURE });
    expect(await fetchMedia(`${base}/elsewhere`)).to.deep.equal({ failed: 'gone' });
    expect(asked).to.deep.equal(['/picture', '/elsewhere']);
  });

  it('stops reading at five MiB, and tells a picture that is cut off from a whole one', async () => {
    const fetchMedia = fetcher({});
    expect(await fetchMedia(`${base}/endless`)).to.deep.equal({ failed: 'too_large' });
    expect(await fetchMedia(`${base}/cut`)).to.deep.equal({ failed: 'not_reachable' });
  });

  it('asks nobody but TeleSign and the hosts of the settings, by TLS', async () => {
    const fetchMedia = fetcher({ ...ACCOUNT, MEDIA_HOSTS: 'pictures.example.com' });
    for (const url of [
      `${base}/picture`,
      'https://127.0.0.1/picture',
      'https://[::1]/picture',
      'https://169.254.169.254/latest/meta-data',
      'https://localhost/picture',
      'https://example.com/picture',
      'https://nottelesign.com/picture',
      'https://telesign.com.example.com/picture',
      'https://telesign.com@example.com/picture',
      'http://media.telesign.com/picture',
      'ftp://media.telesign.com/picture',
      'file:///etc/passwd',
      'no address',
    ]) {
      expect(await fetchMedia(url), url).to.deep.equal({ failed: 'not_allowed' });
    }
    expect(asked).to.deep.equal([]);
  });

  it('reaches no private address by the name of a host that is allowed', async () => {
    // The name is this machine's: it is looked up when the connection is made.
    const fetchMedia = fetcher({ ...ACCOUNT, MEDIA_HOSTS: 'localhost' });
    const { port } = new URL(base);
    expect(await fetchMedia(`https://localhost:${port}/picture`)).to.deep.equal({ failed: 'not_reachable' });
    expect(asked).to.deep.equal([]);
  });
});
