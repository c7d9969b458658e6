import { expect } from 'chai';
import { createAsk, isKept, Refusal, Unreachable } from '../../../src/console/model/api.ts';
import { createSending } from '../../../src/console/model/sending.ts';
import { createStore } from '../../../src/console/model/state.ts';
import { takeMessages } from '../../../src/console/model/take-in.ts';
import { type RunningApp, SUPPORT, startApp } from '../../support/running-app.ts';

type Way = (go: () => Promise<Response>, signal?: AbortSignal | null) => Promise<Response>;

/** A problem answer that the service gives before it looks at the key. */
const problem =
  (status: number, code: string): Way =>
  () =>
    Promise.resolve(
      new Response(JSON.stringify({ code, status, detail: code }), {
        status,
        headers: { 'content-type': 'application/problem+json' },
      }),
    );

/** It is done, and its answer is lost on the way. */
const answerLost: Way = async (go) => {
  await go();
  throw new TypeError('fetch failed');
};

describe('a text that an agent sends', () => {
  let service: RunningApp;
  let token: string;
  before(async () => {
    service = await startApp();
    token = await service.agent('ana', { name: 'Ana' });
  });
  after(() => service.stop());

  /** Ana’s desk and a customer who waits; `ways` are what becomes of her requests, one after the other. */
  async function desk(customer: string, ways: Way[]) {
    await service.textIn(customer, 'agent');
    await service.phone(customer, 1);
    const id = `${SUPPORT.en}-${customer}`;
    const claim = () => service.call('POST', `/api/conversations/${id}/claim`, {}, token);
    let keys = 0;
    /** How long each request may take, and what lets that time pass. */
    const limits: { milliseconds: number; pass: () => void }[] = [];
    const randomId = () => `${customer}-${++keys}`;
    const ask = createAsk({
      fetch: (path, init) => {
        const headers = {
          ...Object.fromEntries(new Headers(init?.headers)),
          authorization: `Bearer ${token}`,
        };
        const go = () => fetch(`${service.url}${String(path)}`, { ...init, headers });
        return (ways.shift() ?? ((through) => through()))(go, init?.signal);
      },
      signedOut() {},
      randomId,
      sleep: () => Promise.resolve(),
      timeLimit(milliseconds) {
        const over = new AbortController();
        limits.push({ milliseconds, pass: () => over.abort() });
        return over.signal;
      },
    });
    /** What the tab keeps. */
    const kept = new Map<string, string>();
    const memory = {
      recall: (name: string) => kept.get(name) ?? null,
      keep: (name: string, value: string | null) =>
        void (value === null ? kept.delete(name) : kept.set(name, value)),
    };
    /** The page, loaded (again). */
    const load = () => {
      const store = createStore();
      const explain = (error: unknown) => String(error);
      const sending = createSending({ store, ask, t: (key) => key, randomId, explain, memory });
      sending.restore('ana');
      const waiting = () => store.state.outgoing.get(id) ?? [];
      const again = () => sending.sendAgain(id, waiting()[0]?.key ?? '');
      return { store, sending, waiting, again };
    };
    return { id, claim, kept, limits, load, ...load() };
  }

  const REFUSALS = [
    [503, 'store_unavailable'],
    [503, 'not_ready'],
    [409, 'idempotency_in_progress'],
    [500, 'internal'],
    [429, 'too_many_requests'],
    [401, 'unauthenticated'],
    [408, 'internal'],
  ] as const;
  for (const [n, [status, code]] of REFUSALS.entries()) {
    it(`reaches the customer once, where its answer was lost and ${status} ${code} came then`, async () => {
      const customer = `1555010051${n}`;
      const refused = problem(status, code);
      const ways = [answerLost, refused, refused, refused];
      const { id, claim, sending, waiting, again } = await desk(customer, ways);
      expect((await claim()).status).to.equal(200);
      await sending.send(id, 'Only once', false);
      expect(waiting()).to.have.length(1);
      ways.length = 0;
      await again();
      expect(waiting()).to.deep.equal([]);
      await sending.send(id, 'And then', false);
      expect((await service.phone(customer, 3)).slice(1)).to.deep.equal(['Only once', 'And then']);
    });
  }

  it('is there again after a reload, and is sent once, where its answer never came', async () => {
    const customer = '15550100598';
    const { id, claim, kept, load, ...page } = await desk(customer, [
      answerLost,
      () => new Promise(() => {}),
    ]);
    await claim();
    void page.sending.send(id, 'In the tunnel', false);
    await service.phone(customer, 2);
    const { sending, waiting, again } = load();
    expect(waiting()).to.have.length(1);
    expect(waiting()[0]).to.include({ text: 'In the tunnel', refused: 'thread.no_answer' });
    await again();
    expect(waiting()).to.deep.equal([]);
    await sending.send(id, 'Out of it', false);
    expect((await service.phone(customer, 3)).slice(1)).to.deep.equal(['In the tunnel', 'Out of it']);
    expect([...kept]).to.deep.equal([]);
    expect(load().waiting()).to.deep.equal([]);
  });

  it('stands there no more where no answer comes, but an event that the service has it', async () => {
    const ways: Way[] = [answerLost];
    const { id, claim, store, sending, waiting } = await desk('15550100597', ways);
    await claim();
    const { body: me } = await service.call('GET', '/api/me', undefined, token);
    store.state.me = me;
    ways.push(async () => {
      const path = `/api/conversations/${id}/messages?order=newest&limit=1`;
      const { body } = await service.call('GET', path, undefined, token);
      store.change((state) => void takeMessages(state, id, body.items));
      throw new TypeError('fetch failed');
    });
    ways.push(problem(500, 'internal'));
    await sending.send(id, 'By the event', false);
    expect(waiting()).to.deep.equal([]);
  });

  it('shows at once, and leaves after what was sent before it, also where that is tried again', async () => {
    const ways: Way[] = [];
    const { id, claim, sending, waiting, again } = await desk('15550100596', ways);
    await sending.send(id, 'Second', false);
    await claim();
    let lose = () => {};
    const asked = new Promise<void>((seen) => {
      ways.push(() => {
        seen();
        return new Promise((_, reject) => {
          lose = () => reject(new TypeError('fetch failed'));
        });
      });
    });
    const later: Way = (go) => go();
    ways.push(later);
    const sent = [sending.send(id, 'First', false), again(), sending.send(id, 'Third', false)];
    const shown = waiting().map(({ text, refused }) => ({ text, refused }));
    expect(shown).to.have.deep.members(
      ['First', 'Second', 'Third'].map((text) => ({ text, refused: undefined })),
    );
    await asked;
    // Nothing else was asked for.
    expect(ways).to.deep.equal([later]);
    lose();
    await Promise.all(sent);
    expect(waiting()).to.deep.equal([]);
    expect((await service.phone('15550100596', 4)).slice(1)).to.deep.equal(['First', 'Second', 'Third']);
  });

  it('reaches the customer once, and holds up none behind it, where its connection hangs', async () => {
    let hung = () => {};
    const hanging = new Promise<void>((seen) => {
      hung = seen;
    });
    const hangs: Way = async (go, signal) => {
      await go();
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
        hung();
      });
    };
    const { id, claim, limits, sending, waiting } = await desk('15550100595', [hangs]);
    await claim();
    const sent = [sending.send(id, 'First', false), sending.send(id, 'Second', false)];
    await hanging;
    expect(limits.map(({ milliseconds }) => milliseconds)).to.deep.equal([15_000]);
    limits[0]?.pass();
    await Promise.all(sent);
    expect(waiting()).to.deep.equal([]);
    expect((await service.phone('15550100595', 3)).slice(1)).to.deep.equal(['First', 'Second']);
  });

  it('goes anew, where it was refused and the next try may be allowed', async () => {
    const { id, claim, sending, waiting, again } = await desk('15550100599', []);
    await sending.send(id, 'Not mine yet', false);
    expect(waiting()[0]?.refused).to.include('Only the agent who owns');
    await claim();
    await again();
    expect(waiting()).to.deep.equal([]);
    expect((await service.phone('15550100599', 2)).slice(1)).to.deep.equal(['Not mine yet']);
  });
});

describe('an answer', () => {
  it('is kept for its key where the service has said no to what was asked, and to nothing else', () => {
    const refusal = (status: number, code?: string) => isKept(new Refusal(status, code ? { code } : {}));
    expect(refusal(403, 'not_owner')).to.equal(true);
    expect(refusal(409, 'wrong_state')).to.equal(true);
    expect(refusal(422, 'idempotency_key_reused')).to.equal(false);
    expect(refusal(502)).to.equal(false);
    expect(refusal(407)).to.equal(false);
    expect(isKept(new Unreachable('gone'))).to.equal(false);
  });
});
