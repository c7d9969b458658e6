import { expect } from 'chai';
import fc from 'fast-check';
import { type ReportedSession, report } from '../../src/conversations/report.ts';
import type { ReportRow } from '../../src/conversations/report-row.ts';
import { levelsOf } from '../../src/conversations/service-level.ts';
import { Sketch } from '../../src/conversations/sketch.ts';
import type { Stretch } from '../../src/store/documents.ts';

const START = Date.parse('2026-03-02T09:00:00Z');
const at = (seconds: number) => START + seconds * 1000;

/** `['open', 10, { queueId: 'support' }]`: ten seconds after the start. */
type Step = [Stretch['place'], number, Partial<Stretch>?];

function session(steps: Step[], more: Partial<ReportedSession> = {}): ReportedSession {
  const stretches = steps.map(
    ([place, since, fields]): Stretch => ({ place, since: at(since), reason: 'x', ...fields }),
  );
  return { endedAt: stretches.at(-1)!.since, stretches, ...more };
}

const support = { queueId: 'support' };
const ana = { queueId: 'support', agentId: 'ana' };
const ben = { queueId: 'sales', agentId: 'ben' };

/** Waits 10 s, ana has it for 60 s and writes after 5 of them, notes for 20 s. */
const HANDLED = session(
  [
    ['bot', 0],
    ['open', 5, { ...support, reason: 'handed_off', handoff: 'customer_asked' }],
    ['agent', 15, ana],
    ['wrap_up', 75, ana],
    ['closed', 95, ana],
  ],
  { answeredAt: at(20), locale: 'es', survey: { score: 4, at: at(200) } },
);
const BY_BOT = session(
  [
    ['bot', 0],
    ['closed', 30, { reason: 'bot_ended' }],
  ],
  { locale: 'en' },
);
const GIVEN_UP = session(
  [
    ['bot', 0],
    ['open', 5, { ...support, reason: 'handed_off' }],
    ['closed', 65, { ...support, reason: 'auto_closed' }],
  ],
  { handoffReason: 'bot_failed', locale: 'es' },
);
const LEFT = session([
  ['bot', 0],
  ['open', 5, { ...support, reason: 'handed_off', handoff: 'customer_asked' }],
  ['bot', 10, { reason: 'customer_left' }],
  ['closed', 20, { reason: 'bot_ended' }],
]);
/** Waits 10 s, ana 30 s, waits 20 s in sales, ben 40 s. */
const MOVED = session(
  [
    ['open', 0, { ...support, reason: 'handed_off', handoff: 'refund' }],
    ['agent', 10, ana],
    ['open', 40, { queueId: 'sales', reason: 'transferred' }],
    ['agent', 60, ben],
    ['closed', 100, ben],
  ],
  { answeredAt: at(65), survey: { score: 1, at: at(200) } },
);

type Counted = ReturnType<typeof sumOf>;

/** The counts of rows, added up. */
function sumOf(rows: ReportRow[]) {
  const sum = (of: (row: ReportRow) => number) => rows.reduce((all, row) => all + of(row), 0);
  return {
    sessions: sum((row) => row.sessions),
    escalated: sum((row) => row.escalated),
    abandoned: sum((row) => row.abandoned),
    transfers: sum((row) => row.transfers),
    escalations: sum((row) => row.escalations.reduce((all, { count }) => all + count, 0)),
    dispositions: sum((row) => row.dispositions.reduce((all, { count }) => all + count, 0)),
    firstWait: sum((row) => row.firstWait.count),
    speedOfAnswer: sum((row) => row.speedOfAnswer.count),
    handle: sum((row) => row.handle.count),
    wrapUp: sum((row) => row.wrapUp.count),
    survey: sum((row) => row.survey.answers),
  };
}

describe('a report', () => {
  it('says of a session how long the customer waited and the agent had it', () => {
    const { total } = report([HANDLED], { by: 'day' });
    expect(total).to.deep.include({ sessions: 1, escalated: 1, abandoned: 0, resolvedByBot: 0 });
    expect(total.firstWait).to.include({ count: 1, average: 10 });
    expect(total.speedOfAnswer).to.include({ count: 1, average: 15 });
    expect(total.handle).to.include({ count: 1, average: 80 });
    expect(total.wrapUp).to.include({ count: 1, average: 20 });
    expect(total.survey).to.deep.equal({ answers: 1, average: 4 });
    expect(total.escalations).to.deep.equal([{ reason: 'customer_asked', count: 1 }]);
  });

  it('tells apart what the bot resolved, what was given up, and what was returned unfinished', () => {
    const returned = session([
      ['bot', 0],
      ['open', 5, { ...support, reason: 'handed_off' }],
      ['agent', 9, ana],
      ['bot', 20, { reason: 'returned' }],
      ['closed', 30, { reason: 'bot_ended' }],
    ]);
    const silent = session([
      ['bot', 0],
      ['closed', 99, { reason: 'auto_closed' }],
    ]);
    const { total } = report([BY_BOT, GIVEN_UP, LEFT, HANDLED, returned, silent], { by: 'day' });
    expect(total).to.include({ sessions: 6, escalated: 4, abandoned: 2, resolvedByBot: 1 });
    expect(total.firstWait.count).to.equal(2);
    expect(total.escalations).to.deep.equal([
      { reason: 'customer_asked', count: 2 },
      { reason: 'bot_failed', count: 1 },
      { reason: 'unknown', count: 1 },
    ]);
  });

  it('calls nothing abandoned that an agent had, nor a first wait where one passed it on', () => {
    const claimed: Step[] = [
      ['bot', 0],
      ['agent', 5, { agentId: 'ana', reason: 'claimed' }],
      ['open', 20, { ...support, reason: 'transferred' }],
    ];
    const closed = session([...claimed, ['closed', 65, { ...support, reason: 'force_closed' }]]);
    const left = session([...claimed, ['bot', 65, { reason: 'customer_left' }], ['closed', 70]]);
    const reopened = session(
      [
        ['agent', 0, { ...ana, reason: 'reopened' }],
        ['waiting', 10, { ...ana, reason: 'parked' }],
        ['open', 20, { ...support, reason: 'agent_gone' }],
        ['closed', 30, { ...support, reason: 'auto_closed' }],
      ],
      { reopens: 1, answeredAt: at(5) },
    );
    const taken = session([...claimed, ['agent', 30, ben], ['closed', 40, ben]], { answeredAt: at(35) });
    const { total } = report([closed, left, reopened, taken], { by: 'day' });
    expect(total).to.include({ sessions: 4, escalated: 4, abandoned: 0 });
    expect([total.firstWait.count, total.speedOfAnswer.count]).to.deep.equal([0, 0]);
  });

  it('waits first from the handoff, also where an agent had taken it from the bot before', () => {
    const again = session(
      [
        ['bot', 0],
        ['agent', 5, { agentId: 'ana', reason: 'claimed' }],
        ['open', 10, { ...support, reason: 'transferred' }],
        ['bot', 20, { reason: 'customer_left' }],
        ['open', 100, { ...support, reason: 'handed_off' }],
        ['agent', 130, ben],
        ['closed', 200, ben],
      ],
      { answeredAt: at(140) },
    );
    const { total } = report([again], { by: 'day' });
    expect(total.firstWait).to.include({ count: 1, average: 30 });
    expect(total.speedOfAnswer).to.include({ count: 1, average: 40 });
    expect(total.abandoned).to.equal(0);
  });

  it('counts those that were reopened beside the others, and no handoff of the bot for them', () => {
    const straight = session(
      [
        ['agent', 0, { ...ana, reason: 'reopened' }],
        ['closed', 30, { ...ana, reason: 'agent_closed' }],
      ],
      { reopens: 1, handoffReason: 'reopened', answeredAt: at(5) },
    );
    const queued = session(
      [
        ['open', 0, { ...support, reason: 'reopened' }],
        ['agent', 20, ana],
        ['closed', 30, { ...ana, reason: 'agent_closed' }],
      ],
      { reopens: 2, handoffReason: 'reopened', answeredAt: at(25) },
    );
    const { total, rows } = report([HANDLED, straight, queued, BY_BOT], { by: 'queue' });
    expect(total).to.include({ sessions: 4, escalated: 3, reopened: 2, resolvedByBot: 1 });
    expect(total.escalations).to.deep.equal([{ reason: 'customer_asked', count: 1 }]);
    expect(total.firstWait).to.include({ count: 2, average: 15 });
    expect(total.speedOfAnswer).to.include({ count: 2, average: 20 });
    expect(rows.map(({ key, reopened }) => [key, reopened])).to.deep.equal([
      ['support', 2],
      [null, 0],
    ]);
  });

  it('counts a session for each queue that had it, and what happened where it happened', () => {
    const { total, rows } = report([HANDLED, MOVED, BY_BOT, GIVEN_UP], { by: 'queue' });
    expect(rows.map(({ key, sessions }) => [key, sessions])).to.deep.equal([
      ['sales', 1],
      ['support', 3],
      [null, 1],
    ]);
    const [sales, supported, none] = rows;
    expect(sales!.handle).to.include({ count: 1, average: 40 });
    expect(sales!.speedOfAnswer).to.include({ count: 1, average: 65 });
    expect(sales!.firstWait.count, 'ana was the first who took it').to.equal(0);
    expect(sales!.survey).to.deep.equal({ answers: 1, average: 1 });
    expect(sales!.escalations).to.deep.equal([]);
    expect(supported!.handle).to.include({ count: 2, average: 55 });
    expect(supported!.firstWait).to.include({ count: 2, average: 10 });
    expect(supported).to.include({ abandoned: 1 });
    expect(none).to.include({ resolvedByBot: 1, escalated: 0 });
    expect(total).to.include({ sessions: 4 });
  });

  it('counts a session for each agent who had it', () => {
    const { rows } = report([HANDLED, MOVED, GIVEN_UP], { by: 'agent' });
    expect(
      rows.map(({ key, sessions, handle, abandoned }) => [key, sessions, handle.average, abandoned]),
    ).to.deep.equal([
      ['ana', 2, 55, 0],
      ['ben', 1, 40, 0],
      [null, 1, null, 1],
    ]);
    expect(rows[0]!.escalations.map(({ reason }) => reason)).to.have.members(['customer_asked', 'refund']);
  });

  it('groups by language, and by the day and the hour where the session ended', () => {
    const keys = (by: 'language' | 'day' | 'hour', timeZone?: string) =>
      report([HANDLED, BY_BOT, LEFT], { by, timeZone }).rows.map(({ key, sessions }) => [key, sessions]);
    expect(keys('language')).to.deep.equal([
      ['en', 1],
      ['es', 1],
      [null, 1],
    ]);
    expect(keys('day')).to.deep.equal([['2026-03-02', 3]]);
    expect(keys('hour')).to.deep.equal([['2026-03-02T09:00+00:00', 3]]);
    expect(keys('hour', 'Asia/Taipei')).to.deep.equal([['2026-03-02T17:00+08:00', 3]]);
    expect(keys('day', 'Pacific/Kiritimati')).to.deep.equal([['2026-03-02', 3]]);
    expect(keys('day', 'Pacific/Pago_Pago')).to.deep.equal([['2026-03-01', 3]]);
  });

  it('tells the two hours apart that a clock shows twice, the first one first', () => {
    const hours = (times: string[], timeZone: string) =>
      report(
        times.map((time) => ({ ...BY_BOT, endedAt: Date.parse(time) })),
        { by: 'hour', timeZone },
      ).rows.map(({ key }) => key);
    const times = ['01:30', '00:30', '02:30', '23:30'].map(
      (time, n) => `2026-10-${n === 3 ? 24 : 25}T${time}:00Z`,
    );
    expect(hours(times, 'Europe/Madrid')).to.deep.equal([
      '2026-10-25T01:00+02:00',
      '2026-10-25T02:00+02:00',
      '2026-10-25T02:00+01:00',
      '2026-10-25T03:00+01:00',
    ]);
    const byHalf = ['2026-04-04T15:10:00Z', '2026-04-04T14:40:00Z'];
    expect(hours(byHalf, 'Australia/Lord_Howe'), 'a clock that goes back by half an hour').to.deep.equal([
      '2026-04-05T01:00+11:00',
      '2026-04-05T01:00+10:30',
    ]);
  });

  it('has rows that add up to its total, where a session has one row', () => {
    const place = fc.constantFrom('bot', 'open', 'agent', 'waiting', 'wrap_up');
    const step = fc.tuple(place, fc.nat(500), fc.constantFrom('ana', 'ben'), fc.boolean());
    const any = fc.array(step, { minLength: 1, maxLength: 8 }).map((steps) => {
      let since = 0;
      const walked = steps.map(([where, after, agentId, handed]): Step => {
        since += after;
        return [where, since, { agentId, ...support, ...(handed ? { reason: 'handed_off' } : {}) }];
      });
      return session([...walked, ['closed', since + 1, { reason: 'bot_ended' }]]);
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (sessions) => {
        const { total, rows } = report(sessions, { by: 'hour' });
        const sum = (of: (row: typeof total) => number) => rows.reduce((all, row) => all + of(row), 0);
        for (const of of [
          (row: typeof total) => row.sessions,
          (row: typeof total) => row.abandoned + row.resolvedByBot,
          (row: typeof total) => row.firstWait.count + row.handle.count + row.wrapUp.count,
          (row: typeof total) => row.escalations.reduce((all, { count }) => all + count, 0),
        ]) {
          expect(sum(of)).to.equal(of(total));
        }
        const byQueue = report(sessions, { by: 'queue' }).rows.filter(({ key }) => key !== null);
        expect(byQueue.reduce((all, { escalated }) => all + escalated, 0)).to.equal(total.escalated);
      }),
    );
  });

  it('counts of a queue, an agent or a language what its own row has, day by day', () => {
    const place = fc.constantFrom('bot', 'open', 'agent', 'waiting', 'wrap_up');
    const reason = fc.constantFrom('handed_off', 'transferred', 'customer_left', 'x');
    const of = fc.record({
      queueId: fc.option(fc.constantFrom('support', 'sales'), { nil: undefined }),
      agentId: fc.option(fc.constantFrom('ana', 'ben'), { nil: undefined }),
    });
    const step = fc.tuple(place, fc.nat(90_000), of, reason);
    const ended = fc.record({ locale: fc.constantFrom('en', 'es'), score: fc.integer({ min: 1, max: 5 }) });
    const any = fc
      .tuple(fc.array(step, { minLength: 1, maxLength: 8 }), ended)
      .map(([steps, { locale, score }]) => {
        let since = 0;
        const walked = steps.map(([where, after, who, why]): Step => {
          since += after;
          const whose = where === 'bot' ? {} : who;
          return [where, since, { ...whose, reason: why }];
        });
        const more = {
          locale,
          answeredAt: at(since / 2),
          survey: { score, at: at(since) },
          disposition: 'x',
        };
        return session([...walked, ['closed', since + 1, { reason: 'bot_ended' }]], more);
      });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (sessions) => {
        for (const by of ['queue', 'agent', 'language'] as const) {
          for (const row of report(sessions, { by }).rows) {
            if (row.key === null) continue;
            const filtered = report(sessions, { by: 'day', only: { [by]: row.key } });
            expect({ ...filtered.total, key: row.key }, `${by} ${row.key}`).to.deep.equal(row);
            expect(sumOf(filtered.rows)).to.deep.equal(sumOf([row]));
            const inItself = report(sessions, { by, only: { [by]: row.key } }).rows;
            expect(inItself.filter(({ key }) => key !== row.key)).to.deep.equal([]);
            // An agent has sessions of several queues: what counts for each of them is more than the agent's.
            const byQueue = report(sessions, { by: 'queue', only: { [by]: row.key } });
            const once = ({ abandoned, escalations, firstWait }: Counted) => [
              abandoned,
              escalations,
              firstWait,
            ];
            expect(once(sumOf(byQueue.rows))).to.deep.equal(once(sumOf([row])));
          }
        }
      }),
    );
  });

  it('tells of one agent in one language, and of a queue that nobody had nothing', () => {
    const only = { agent: 'ana', language: 'es' };
    const { total, rows } = report([HANDLED, MOVED, GIVEN_UP], { by: 'queue', only });
    expect(rows.map(({ key, sessions, handle }) => [key, sessions, handle.average])).to.deep.equal([
      ['support', 1, 80],
    ]);
    expect(total).to.include({ sessions: 1, abandoned: 0 });
    const nothing = report([HANDLED, MOVED, GIVEN_UP], { by: 'day', only: { queue: 'returns' } });
    expect([nothing.rows, nothing.total.sessions]).to.deep.equal([[], 0]);
  });

  it('counts what agents closed sessions as, for who had them last', () => {
    const sessions = [
      { ...HANDLED, disposition: 'delivery' },
      { ...MOVED, disposition: 'delivery' },
      { ...MOVED, disposition: 'refund' },
      GIVEN_UP,
    ];
    const { total, rows } = report(sessions, { by: 'agent' });
    expect(total.dispositions).to.deep.equal([
      { disposition: 'delivery', count: 2 },
      { disposition: 'refund', count: 1 },
    ]);
    const counted = rows.map(({ key, dispositions }) => [
      key,
      ...dispositions.map(({ disposition, count }) => `${disposition} ${count}`),
    ]);
    expect(counted).to.deep.equal([['ana', 'delivery 1'], ['ben', 'delivery 1', 'refund 1'], [null]]);
  });

  it('counts waits by the service level of their queue, where it can be said', () => {
    const levels = levelsOf([{ _id: 'support', levelSeconds: 20 }, { _id: 'sales' }]);
    const sessions = [HANDLED, MOVED, LEFT, GIVEN_UP];
    const share = { within: 2, counted: 3 };
    expect(
      report(sessions, { by: 'day', levels }).total.serviceLevel,
      'who left soon says nothing',
    ).to.deep.equal(share);
    const { rows } = report(sessions, { by: 'queue', levels });
    expect(rows.map(({ key, serviceLevel }) => [key, serviceLevel])).to.deep.equal([
      ['sales', { within: 0, counted: 0 }],
      ['support', share],
    ]);
    const byAgent = report(sessions, { by: 'agent', levels }).rows;
    expect(byAgent.map(({ key, serviceLevel }) => [key, serviceLevel])).to.deep.equal([
      ['ana', { within: 2, counted: 2 }],
      ['ben', { within: 0, counted: 0 }],
      [null, { within: 0, counted: 1 }],
    ]);
  });

  it('counts what people passed on, for who had it before', () => {
    const transfers = (by: 'queue' | 'agent') =>
      report([HANDLED, MOVED], { by }).rows.map((row) => [row.key, row.transfers]);
    expect(transfers('queue')).to.deep.equal([
      ['sales', 0],
      ['support', 1],
    ]);
    expect(transfers('agent')).to.deep.equal([
      ['ana', 1],
      ['ben', 0],
    ]);
    const fromNoQueue = session([
      ['agent', 0, { agentId: 'ana', reason: 'claimed' }],
      ['open', 10, { queueId: 'sales', reason: 'transferred' }],
      ['agent', 20, ben],
      ['closed', 30, ben],
    ]);
    const { rows } = report([fromNoQueue], { by: 'queue' });
    expect(rows.map(({ key, sessions, transfers: passed }) => [key, sessions, passed])).to.deep.equal([
      ['sales', 1, 0],
      [null, 0, 1],
    ]);
  });

  it('bounds the reasons that it tells apart', () => {
    const many = Array.from({ length: 150 }, (_, n) =>
      session([
        ['open', 0, { ...support, reason: 'handed_off', handoff: `reason-${n}` }],
        ['closed', 1],
      ]),
    );
    const [first, ...rest] = report(many, { by: 'day' }).total.escalations;
    expect(first).to.deep.equal({ reason: 'other', count: 50 });
    expect(rest).to.have.length(100);
  });
});

describe('a sketch of durations', () => {
  it('has percentiles within one per cent of the exact ones', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1 }), (values) => {
        const sketch = new Sketch();
        for (const value of values) sketch.add(value);
        const { count, average, p50, p90 } = sketch.summary();
        const sorted = [...values].sort((a, b) => a - b);
        const exact = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
        expect(count).to.equal(values.length);
        expect(average).to.be.closeTo(values.reduce((a, b) => a + b, 0) / values.length, 0.06);
        expect(p50).to.be.closeTo(exact(0.5), exact(0.5) * 0.01 + 0.06);
        expect(p90).to.be.closeTo(exact(0.9), exact(0.9) * 0.01 + 0.06);
      }),
    );
  });

  it('has no percentile where nothing was added, and knows nothing as nothing', () => {
    expect(new Sketch().summary()).to.deep.equal({ count: 0, average: null, p50: null, p90: null });
    const sketch = new Sketch();
    sketch.add(0);
    expect(sketch.summary()).to.deep.equal({ count: 1, average: 0, p50: 0, p90: 0 });
  });
});
