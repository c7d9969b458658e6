import { expect } from 'chai';
import type { SessionDoc, Stretch } from '../../../src/store/documents.ts';
import { anAnswer, CONVERSATION, NUMBER } from '../../support/conversations.ts';
import { comeIn, handOver, openStage, type Stage } from '../stage.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const MARCH = 'from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z';

describe('GET /api/reports/handling', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const ask = (query: string, headers = {}, as = 'sam') =>
    stage.call(`GET /api/reports/handling?${query}`, { as, headers });

  function ended(n: number, endedAt: number, reason = 'customer_asked'): SessionDoc {
    const stretch = (place: Stretch['place'], since: number, why = 'x'): Stretch => ({
      place,
      since,
      reason: why,
      queueId: 'support',
      ...(place === 'agent' ? { agentId: 'ana' } : {}),
    });
    return {
      _id: `${NUMBER}-${n}:1`,
      conversationId: `${NUMBER}-${n}`,
      session: 1,
      startedAt: endedAt - 90_000,
      endedAt,
      outcome: 'resolved',
      closedBy: { kind: 'agent', id: 'ana' },
      locale: 'en',
      stretches: [
        { ...stretch('open', endedAt - 90_000, 'handed_off'), handoff: reason },
        stretch('agent', endedAt - 60_000),
        stretch('closed', endedAt),
      ],
    };
  }

  it('tells of sessions as they were handled', async () => {
    await handOver(stage);
    const started = stage.rig.time;
    const act = (action: string, body?: unknown) =>
      stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { body });
    await comeIn(stage, 'ana');
    stage.rig.time += 10_000;
    await act('claim');
    stage.rig.time += 5_000;
    await act('messages', { text: 'Hello' });
    stage.rig.time += 5_000;
    await act('messages', { text: 'Bye' });
    await act('end');
    stage.rig.time += 20_000;
    await act('close', {});
    const iso = (at: number) => new Date(at).toISOString();
    const { status, body } = await ask(`from=${iso(started)}&to=${iso(stage.rig.time + 1)}&by=agent`);
    expect(status).to.equal(200);
    expect(body).to.include({ by: 'agent', timeZone: 'UTC' });
    const [ana] = body.rows;
    expect(ana).to.deep.include({
      key: 'ana',
      sessions: 1,
      escalated: 1,
      escalations: [{ reason: 'customer_asked', count: 1 }],
    });
    expect(ana.firstWait.average).to.equal(10);
    expect(ana.speedOfAnswer.average).to.equal(15);
    expect(ana.handle.average).to.equal(30);
    expect(ana.wrapUp.average).to.equal(20);
    const [language] = (await ask(`from=${iso(started)}&to=${iso(stage.rig.time + 1)}&by=language`)).body
      .rows;
    expect(language.key).to.equal('en');
  });

  it('knows why the bot handed over also once it has the conversation back, and its language', async () => {
    await handOver(stage);
    const { stretches, locale } = await stage.rig.conversation();
    expect([stretches.at(-1)?.handoff, locale]).to.deep.equal(['customer_asked', 'en']);
  });

  it('reads the sessions of the period only, whole, however many end in one millisecond', async () => {
    for (let n = 0; n < 1300; n++) await stage.store.sessions.insertOne(ended(n, START + (n < 700 ? 5 : n)));
    await stage.store.sessions.insertOne(ended(2001, START - 1));
    await stage.store.sessions.insertOne(ended(2002, Date.parse('2026-04-01T00:00:00Z')));
    const { body } = await ask(`${MARCH}&by=day`);
    expect(body.total.sessions).to.equal(1300);
    expect(body.rows).to.have.length(1);
    expect(body.total.firstWait).to.include({ count: 1300, average: 30 });
  });

  it('comes as CSV for who asks for it, with no formula in it', async () => {
    await stage.store.sessions.insertOne({ ...ended(1, START, '=cmd|calc'), disposition: 'delivery' });
    const wanted = [
      await ask(`${MARCH}&by=queue&format=csv`),
      await ask(`${MARCH}&by=queue`, { accept: 'text/csv, application/json;q=0.5' }),
    ];
    for (const { status, headers, text } of wanted) {
      expect([status, headers.get('content-type')]).to.deep.equal([200, 'text/csv; charset=utf-8']);
      const [header = '', row = '', ...rest] = text.split('\r\n');
      expect(header).to.match(
        /^queue,sessions,escalated,abandoned,resolvedByBot,reopened,transfers,firstWait\.count,/,
      );
      expect(row).to.match(
        /^support,1,1,0,0,0,0,1,30,30\.2,30\.2,0,,,,1,60,[\d.]+,[\d.]+,0,,,,0,0,0,,'=cmd\|calc: 1,delivery: 1$/,
      );
      expect(rest).to.deep.equal(['']);
    }
    const json = await ask(`${MARCH}&by=queue&format=json`, { accept: 'text/csv' });
    expect(json.body.rows).to.have.length(1);
  });

  it('tells of one queue, agent and language alone, as JSON and as CSV', async () => {
    await stage.store.sessions.insertOne(ended(1, START));
    await stage.store.sessions.insertOne({ ...ended(2, START + 24 * 3_600_000), locale: 'es' });
    const days = async (only: string) => {
      const { body } = await ask(`${MARCH}&by=day&${only}`);
      return body.rows.map(({ key, sessions }: { key: string; sessions: number }) => [key, sessions]);
    };
    expect(await days('queue=support&agent=ana')).to.deep.equal([
      ['2026-03-01', 1],
      ['2026-03-02', 1],
    ]);
    expect(await days('agent=ana&language=es')).to.deep.equal([['2026-03-02', 1]]);
    expect(await days('queue=sales')).to.deep.equal([]);
    const { body } = await ask(`${MARCH}&by=queue&language=es`);
    expect(body).to.include({ language: 'es' }).and.not.have.any.keys('queue', 'agent');
    expect(body.total.sessions).to.equal(1);
    const { text } = await ask(`${MARCH}&by=day&language=es&format=csv`);
    expect(text.split('\r\n').map((line) => line.split(',', 2).join())).to.deep.equal([
      'day,sessions',
      '2026-03-02,1',
      '',
    ]);
  });

  it('tells which share of waits kept the service level that its queue has', async () => {
    await stage.call('PATCH /api/queues/support', { as: 'root', body: { levelSeconds: 30 } });
    for (const n of [1, 2]) await stage.store.sessions.insertOne(ended(n, START));
    const { total } = (await ask(`${MARCH}&by=day`)).body;
    expect(total.serviceLevel, 'both waited for 30 seconds').to.deep.equal({ within: 2, counted: 2 });
    await stage.call('PATCH /api/queues/support', { as: 'root', body: { levelSeconds: 29 } });
    const after = (await ask(`${MARCH}&by=day`)).body.total;
    expect(after.serviceLevel).to.deep.equal({ within: 0, counted: 2 });
  });

  it('refuses more than 92 days, no days, and what is no time, zone or grouping', async () => {
    for (const [query, path] of [
      ['from=2026-01-01T00:00:00Z&to=2026-04-03T00:00:01Z&by=day', 'query.to'],
      ['from=2026-03-01T00:00:00Z&to=2026-03-01T00:00:00Z&by=day', 'query.to'],
      ['from=yesterday&to=2026-03-01T00:00:00Z&by=day', 'query.from'],
      [`${MARCH}&by=mood`, 'query.by'],
      [`${MARCH}&by=day&timeZone=Mars`, 'query.timeZone'],
      [`${MARCH}&by=day&format=pdf`, 'query.format'],
      [`${MARCH}&by=day&queue=`, 'query.queue'],
    ] as const) {
      const { status, body } = await ask(query);
      expect([status, body.problems?.[0]?.path], query).to.deep.equal([400, path]);
    }
    expect((await ask('from=2026-01-01T00:00:00Z&to=2026-04-03T00:00:00Z&by=day')).status).to.equal(200);
  });

  it('is for supervisors', async () => {
    expect((await ask(`${MARCH}&by=day`, {}, 'ana')).status).to.equal(403);
  });
});

describe('GET /api/reports/dialogs', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  it('tells where customers stopped, from the first text to the close by itself', async () => {
    stage.rig.bot = async () => anAnswer({ texts: ['Which order?'], waitsAt: 'order/number' });
    const started = stage.rig.time;
    await stage.rig.textIn('Hi');
    await stage.rig.turn();
    stage.rig.time += 31 * 24 * 3_600_000;
    await stage.rig.turn();
    const iso = (at: number) => new Date(at).toISOString();
    const query = `from=${iso(started)}&to=${iso(stage.rig.time + 1)}`;
    const { body } = await stage.call(`GET /api/reports/dialogs?${query}`, { as: 'sam' });
    expect(body.rows).to.deep.equal([
      { dialog: 'order', step: 'number', language: 'en', reached: 1, handedOver: 0, left: 1 },
    ]);
    const csv = await stage.call(`GET /api/reports/dialogs?${query}&format=csv`, { as: 'sam' });
    expect(csv.text).to.equal('dialog,step,language,reached,handedOver,left\r\norder,number,en,1,0,1\r\n');
  });
});
