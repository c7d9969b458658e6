import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createLibreTranslate } from '../../src/translation/libre-translate.ts';
import type { TranslationRequest } from '../../src/translation/translation.ts';
import { refusal, rejection } from '../support/rejection.ts';

const TEXT = 'Mi pedido no ha llegado';

describe('a server that speaks LibreTranslate’s protocol', () => {
  let server: Server;
  let url: string;
  let asked: { method: string; path: string; body: Record<string, unknown> }[];
  let answer: (res: ServerResponse, req: IncomingMessage) => void;

  beforeEach(async () => {
    asked = [];
    server = createServer(async (req, res) => {
      const chunks = await req.toArray();
      const body = JSON.parse(Buffer.concat(chunks).toString());
      asked.push({ method: req.method ?? '', path: req.url ?? '', body });
      answer(res, req);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    answer = (res) => res.end('{"translatedText":"My order has not arrived"}');
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  async function translated(
    request: Partial<TranslationRequest> = {},
    { apiKey, at = url, signal }: { apiKey?: string; at?: string; signal?: AbortSignal } = {},
  ) {
    const { translate, close } = createLibreTranslate({ url: at, apiKey });
    try {
      return await translate(
        { text: TEXT, to: 'en', ...request },
        { signal: signal ?? new AbortController().signal },
      );
    } finally {
      await close();
    }
  }

  it('is asked as it wants, with the key where there is one', async () => {
    expect(await translated()).to.include({ text: 'My order has not arrived' });
    await translated({ from: 'es-MX', to: 'en-GB' }, { apiKey: 'the key', at: `${url}/sub/` });
    expect(asked).to.deep.equal([
      {
        method: 'POST',
        path: '/translate',
        body: { q: TEXT, source: 'auto', target: 'en', format: 'text' },
      },
      {
        method: 'POST',
        path: '/sub/translate',
        body: { q: TEXT, source: 'es', target: 'en', format: 'text', api_key: 'the key' },
      },
    ]);
  });

  it('has names of its own for the two kinds of Chinese', async () => {
    for (const to of ['zh-TW', 'zh-Hant', 'zh-HK', 'zh-CN', 'zh']) await translated({ to });
    expect(asked.map(({ body }) => body.target)).to.deep.equal(['zt', 'zt', 'zt', 'zh', 'zh']);
    answer = (res) =>
      res.end('{"translatedText":"Hello","detectedLanguage":{"confidence":90,"language":"zt"}}');
    expect(await translated()).to.deep.equal({ text: 'Hello', from: 'zh-Hant' });
  });

  it('knows Filipino and Norwegian by one name only', async () => {
    for (const to of ['fil', 'tl', 'no', 'nb-NO']) await translated({ to });
    expect(asked.map(({ body }) => body.target)).to.deep.equal(['tl', 'tl', 'nb', 'nb']);
  });

  it('tells the language that it found, unless it was only guessing', async () => {
    answer = (res) =>
      res.end('{"translatedText":"Hello","detectedLanguage":{"confidence":83,"language":"es"}}');
    expect(await translated()).to.deep.equal({ text: 'Hello', from: 'es' });
    answer = (res) =>
      res.end('{"translatedText":"Hello","detectedLanguage":{"confidence":0,"language":"en"}}');
    expect(await translated()).to.deep.equal({ text: 'Hello', from: undefined });
  });

  it('has failed with any status but 200, and sends the text nowhere else', async () => {
    for (const status of [400, 403, 429, 500, 503]) {
      answer = (res) => {
        res.statusCode = status;
        res.end(`{"error":"about ${TEXT}"}`);
      };
      const error = await refusal(translated());
      expect(error).to.include({ code: 'translation_failed' });
      expect(error.message).to.include(`${status}`).and.not.include(TEXT);
    }
    asked = [];
    answer = (res, req) => {
      if (req.url === '/elsewhere') return res.end('{"translatedText":"Hello"}');
      res.statusCode = 307;
      return res.setHeader('location', '/elsewhere').end();
    };
    expect((await refusal(translated())).message).to.include('307');
    expect(asked).to.have.length(1);
  });

  it('has failed with what is no translation, of which nothing is told', async () => {
    for (const body of [`about ${TEXT}`, '', 'null', '[]', '{"text":"Hello"}', '{"translatedText":7}']) {
      answer = (res) => res.end(body);
      const error = await refusal(translated());
      expect(error, body).to.include({ code: 'translation_failed' });
      expect(JSON.stringify([error.message, error.cause ?? null])).not.to.include(TEXT);
    }
  });

  it('has failed with an answer that has no end, or is cut off', async () => {
    answer = (res) => {
      const more = () => {
        while (res.write('x'.repeat(65_536)));
        res.once('drain', more);
      };
      more();
    };
    expect(await rejection(translated())).to.be.an('error');
    answer = (res) => {
      res.setHeader('content-length', '100');
      res.write('{"translatedText":', () => res.destroy());
    };
    expect(await rejection(translated())).to.be.an('error');
  });

  it('is waited for no longer than the signal says', async () => {
    const over = new AbortController();
    answer = () => over.abort(new Error('the time is over'));
    expect(await rejection(translated({}, { signal: over.signal }))).to.equal(over.signal.reason);
  });
});
