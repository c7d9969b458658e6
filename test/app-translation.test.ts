import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { useFakeTimers } from 'sinon';
import { createTranslation } from '../src/app-translation.ts';
import { MOST_TIME } from '../src/translation/translation.ts';
import { eventually } from './support/eventually.ts';
import { refusal } from './support/rejection.ts';
import { type RunningApp, SUPPORT, startApp } from './support/running-app.ts';

const CUSTOMER = '15550100001';
const TEXT = 'agente, mi pedido no ha llegado';
const KEY = 'the-key-of-the-translation-server';

describe('what translates', () => {
  let server: Server;
  let env: Record<string, string>;
  let asked: string[];
  let status: number;
  let isSlow: boolean;
  let service: RunningApp | undefined;

  beforeEach(async () => {
    asked = [];
    status = 200;
    isSlow = false;
    server = createServer(async (req, res) => {
      const body = Buffer.concat(await req.toArray()).toString();
      asked.push(body);
      res.statusCode = status;
      if (!isSlow) res.end(JSON.stringify({ translatedText: `translated ${JSON.parse(body).q}` }));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    env = { TRANSLATE_URL: `http://127.0.0.1:${port}/`, TRANSLATE_API_KEY: KEY };
  });
  afterEach(async () => {
    await service?.stop();
    service = undefined;
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  /** Answers what comes of asking for the customer's text. */
  async function translated({ call, textIn }: RunningApp) {
    const path = `/api/conversations/${SUPPORT.es}-${CUSTOMER}`;
    await textIn(CUSTOMER, TEXT, SUPPORT.es);
    const transcript = () => call('GET', `${path}/messages`);
    const { body } = await eventually(transcript, (answer) => answer.body.items?.length > 0);
    return call('POST', `${path}/translate`, { messageId: body.items[0].id, to: 'en' });
  }

  it('is the server of the settings, with its key, at a private address too', async () => {
    service = await startApp({ env });
    expect((await translated(service)).body).to.deep.equal({ text: `translated ${TEXT}`, to: 'en' });
    expect(asked.map((body) => JSON.parse(body))).to.deep.equal([
      { q: TEXT, source: 'auto', target: 'en', format: 'text', api_key: KEY },
    ]);
  });

  it('is the program’s own function where there is one, even beside the settings', async () => {
    service = await startApp({ env, translate: async ({ text, to }) => `${text} in ${to}` });
    expect((await translated(service)).body.text).to.equal(`${TEXT} in en`);
    expect(asked).to.deep.equal([]);
  });

  it('is nothing where there is neither', async () => {
    service = await startApp();
    expect((await translated(service)).body.code).to.equal('translation_off');
  });

  it('stands in no log when it fails, nor does its key or the text', async () => {
    service = await startApp({ env });
    status = 500;
    expect((await translated(service)).body).to.include({ status: 502, code: 'translation_failed' });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    expect((await translated(service)).body).to.include({ status: 502, code: 'translation_failed' });
    const logged = JSON.stringify(service.log.lines());
    expect(logged).to.include('translation_failed').and.to.not.include(KEY).and.to.not.include('pedido');
  });

  it('is given up when a server is slow', async () => {
    isSlow = true;
    const translation = { url: env.TRANSLATE_URL ?? '', apiKey: undefined };
    const { translate, close } = createTranslation({ translation }, undefined);
    if (!translate) throw new Error('Nothing translates.');
    const clock = useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    try {
      const refused = refusal(translate({ text: TEXT, to: 'en' }));
      await eventually(
        () => asked.length,
        (count) => count === 1,
      );
      await clock.tickAsync(MOST_TIME);
      expect((await refused).code).to.equal('translation_timeout');
    } finally {
      clock.restore();
      await close();
    }
  });
});
