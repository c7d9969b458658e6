import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect } from 'chai';
import { request } from 'undici';
import { Crowd, closedLoop } from '../../bench/closed-loop.ts';
import { EXCHANGES } from '../../bench/conversation-script.ts';
import type { LoadResult, LoadRun } from '../../bench/load-run.ts';
import { openSink, type Sink } from '../../bench/sink.ts';

const PLAN: LoadRun = {
  origin: '',
  until: 'reply',
  inFlight: 2,
  customers: 3,
  texts: 2,
  filled: 0,
  // Waited out by the one test whose replies do not come.
  replyWithin: 5000,
  compare: true,
};

describe('the closed loop of the bench', () => {
  let sink: Sink;
  let service: Server;
  /** What the service sends to a customer's n-th text, from 0. */
  let answers: (n: number) => string[];
  let status: number;

  const run = (changes: Partial<LoadRun> = {}): Promise<LoadResult> => {
    const address = service.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const plan = { ...PLAN, origin: `http://127.0.0.1:${port}`, ...changes };
    return closedLoop(plan, new Crowd(0), sink);
  };

  beforeEach(async () => {
    sink = await openSink();
    answers = (n) => [EXCHANGES[n]?.reply ?? ''];
    status = 200;
    const heard = new Map<string, number>();
    service = createServer(async (req, res) => {
      let body = '';
      for await (const chunk of req) body += chunk;
      const customer: string = JSON.parse(body).user_response.phone_number;
      const n = heard.get(customer) ?? 0;
      heard.set(customer, n + 1);
      res.writeHead(status);
      res.end('{}');
      for (const message of answers(n)) {
        const form = new URLSearchParams({ phone_number: customer, message }).toString();
        const sent = await request(`${sink.url}/v1/messaging`, { method: 'POST', body: form });
        await sent.body.dump();
      }
    }).listen(0, '127.0.0.1');
    await once(service, 'listening');
  });

  afterEach(async () => {
    service.closeAllConnections();
    service.close();
    await sink.close();
  });

  it('counts each text whose callback is answered and whose reply comes', async () => {
    const result = await run();
    expect(result).to.include({ count: 6, errors: 0, missing: 0, doubled: 0, wrong: 0 });
    expect(result.reply.p50).to.be.greaterThan(0);
    expect(result.rate).to.be.closeTo(6 / result.seconds, 1e-6);
  });

  it('sees a reply that does not come', async () => {
    answers = (n) => (n === 1 ? [] : [EXCHANGES[n]?.reply ?? '']);
    const result = await run({ inFlight: 3, replyWithin: 250 });
    expect(result).to.include({ count: 3, missing: 3, doubled: 0 });
  });

  it('sees a reply that comes twice', async () => {
    answers = (n) => Array.from({ length: n === 1 ? 2 : 1 }, () => EXCHANGES[n]?.reply ?? '');
    expect(await run()).to.include({ count: 6, missing: 0, doubled: 3 });
  });

  it('sees a reply that is not the script’s', async () => {
    answers = () => ['What?'];
    expect(await run()).to.include({ count: 6, wrong: 6 });
  });

  it('sees a callback that is refused', async () => {
    status = 503;
    expect(await run({ until: 'callback' })).to.include({ count: 0, errors: 6 });
  });
});

describe('the customers of the bench', () => {
  const taking = { ...PLAN, customers: 500, filled: 1000 };

  it('are different ones within a run, and go on where they were', () => {
    const crowd = new Crowd(0);
    const first = crowd.take(taking);
    expect(new Set(first.map(({ number }) => number)).size).to.equal(500);
    for (const customer of first) customer.position += 1;
    const again = [...crowd.take(taking), ...crowd.take(taking)].filter(({ number }) =>
      first.some((customer) => customer.number === number),
    );
    expect(again).to.have.length(500);
    expect(again.every((customer) => first.includes(customer))).to.equal(true);
  });
});
