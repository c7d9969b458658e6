import { expect } from 'chai';
import fc from 'fast-check';
import {
  type HoursView,
  hours,
  hoursOf,
  hoursView,
  overflow,
  queuesNamedInOverflow,
} from '../../src/http/queue-schemas.ts';
import type { Hours, OverflowAction, OverflowRule } from '../../src/store/queue.ts';

const NINE_TO_SIX = { from: '09:00', to: '18:00' };

/** What is wrong with hours, by path. */
function problemsOf(changes: Partial<HoursView>): string[] {
  const { error } = hours.safeParse({ timeZone: 'Europe/Madrid', week: [], holidays: [], ...changes });
  return error?.issues.map(({ path }) => path.join('.')) ?? [];
}

const rule = (when: object, then: object): object => ({ when, then });

describe('hours in the API', () => {
  it('are times of day there, and minutes in the store', () => {
    const stored: Hours = {
      timeZone: 'Europe/Madrid',
      week: [{ day: 5, from: 1320, to: 1565 }],
      holidays: [{ date: '2026-12-24', name: 'Nochebuena', open: [{ from: 0, to: 1440 }] }],
    };
    const shown = {
      timeZone: 'Europe/Madrid',
      week: [{ day: 5, from: '22:00', to: '26:05' }],
      holidays: [{ date: '2026-12-24', name: 'Nochebuena', open: [{ from: '00:00', to: '24:00' }] }],
    };
    expect(hoursView(stored)).to.deep.equal(shown);
    expect(hoursOf(hours.parse(shown))).to.deep.equal(stored);
  });

  it('come back as they were, whatever minutes they hold', () => {
    const span = fc
      .record({ from: fc.integer({ min: 0, max: 1439 }), length: fc.integer({ min: 1, max: 1441 }) })
      .map(({ from, length }) => ({ from, to: from + length }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), span, span, (day, inWeek, onHoliday) => {
        const stored: Hours = {
          timeZone: 'Asia/Taipei',
          week: [{ day, ...inWeek }],
          holidays: [{ date: '2028-02-29', name: 'Leap day', open: [onHoliday] }],
        };
        expect(hoursOf(hours.parse(hoursView(stored)))).to.deep.equal(stored);
      }),
    );
  });

  it('need no holidays', () => {
    expect(hours.parse({ timeZone: 'UTC', week: [] }).holidays).to.deep.equal([]);
  });

  it('name a time zone that there is', () => {
    for (const timeZone of ['Europe/Madrid', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu']) {
      expect(problemsOf({ timeZone }), timeZone).to.deep.equal([]);
    }
    for (const timeZone of ['Europe/Atlantis', '+01:00', '', 'x'.repeat(65)]) {
      expect(problemsOf({ timeZone }), timeZone).to.include('timeZone');
    }
  });

  it('hold times of day only', () => {
    for (const from of ['9:00', '24:00', '09:60', '09:00:00', '']) {
      expect(problemsOf({ week: [{ day: 1, from, to: '30:00' }] }), from).to.deep.equal(['week.0.from']);
    }
    for (const to of ['48:01', '49:00', '18', '18:60']) {
      expect(problemsOf({ week: [{ day: 1, from: '00:00', to }] }), to).to.deep.equal(['week.0.to']);
    }
    expect(problemsOf({ week: [{ day: 1, from: '23:59', to: '47:59' }] })).to.deep.equal([]);
    expect(problemsOf({ week: [{ day: 0, ...NINE_TO_SIX }] })).to.deep.equal(['week.0.day']);
  });

  it('hold dates that there are, each once', () => {
    const holiday = (date: string) => ({ date, name: 'X', open: [] });
    expect(problemsOf({ holidays: [holiday('2026-02-29')] })).to.deep.equal(['holidays.0.date']);
    expect(problemsOf({ holidays: [holiday('2026-2-1')] })).to.deep.equal(['holidays.0.date']);
    expect(
      problemsOf({ holidays: [holiday('2026-12-25'), holiday('2026-12-26'), holiday('2026-12-25')] }),
    ).to.deep.equal(['holidays.2.date']);
  });

  it('end after they begin', () => {
    const empty = { from: '18:00', to: '18:00' };
    const back = { from: '22:00', to: '02:00' };
    expect(
      problemsOf({
        week: [
          { day: 1, ...empty },
          { day: 2, ...NINE_TO_SIX },
          { day: 3, ...back },
        ],
        holidays: [{ date: '2026-12-25', name: 'X', open: [empty] }],
      }),
    ).to.deep.equal(['week.0.to', 'week.2.to', 'holidays.0.open.0.to']);
  });

  it('do not overlap, also past midnight and from Sunday into Monday', () => {
    const both = (a: HoursView['week'][number], b: HoursView['week'][number]) => problemsOf({ week: [a, b] });
    expect(both({ day: 1, ...NINE_TO_SIX }, { day: 1, from: '17:59', to: '20:00' })).to.deep.equal([
      'week.1',
    ]);
    expect(both({ day: 1, ...NINE_TO_SIX }, { day: 1, from: '18:00', to: '20:00' })).to.deep.equal([]);
    expect(both({ day: 1, ...NINE_TO_SIX }, { day: 2, ...NINE_TO_SIX })).to.deep.equal([]);
    const late = { from: '22:00', to: '33:01' };
    expect(both({ day: 1, ...late }, { day: 2, ...NINE_TO_SIX })).to.deep.equal(['week.1']);
    expect(both({ day: 1, ...NINE_TO_SIX }, { day: 7, ...late })).to.deep.equal(['week.1']);
    expect(both({ day: 1, ...NINE_TO_SIX }, { day: 7, from: '22:00', to: '33:00' })).to.deep.equal([]);
    const open = [NINE_TO_SIX, { from: '08:00', to: '10:00' }];
    expect(problemsOf({ holidays: [{ date: '2026-12-25', name: 'X', open }] })).to.deep.equal([
      'holidays.0.open.1',
    ]);
  });
});

describe('overflow in the API', () => {
  const accepts = (when: object, action: object): boolean => overflow.safeParse([rule(when, action)]).success;

  it('takes every condition and every action', () => {
    const conditions = [{ is: 'closed' }, { is: 'full', waiting: 20 }, { is: 'age', seconds: 900 }];
    const actions = [
      { do: 'end' },
      { do: 'queue', queueId: 'sales' },
      { do: 'call_back' },
      { do: 'assign' },
      { do: 'bot' },
    ];
    for (const when of conditions) {
      for (const action of actions)
        expect(accepts(when, action), JSON.stringify([when, action])).to.equal(true);
    }
  });

  it('takes waits of a minute to two days, and queues of at least one', () => {
    const end = { do: 'end' };
    expect([60, 172_800].map((seconds) => accepts({ is: 'age', seconds }, end))).to.deep.equal([true, true]);
    expect([59, 172_801].map((seconds) => accepts({ is: 'age', seconds }, end))).to.deep.equal([
      false,
      false,
    ]);
    expect(accepts({ is: 'full', waiting: 0 }, end)).to.equal(false);
  });

  it('refuses fields that belong to another condition or action', () => {
    expect(accepts({ is: 'closed', seconds: 900 }, { do: 'end' })).to.equal(false);
    expect(accepts({ is: 'closed' }, { do: 'end', queueId: 'sales' })).to.equal(false);
    expect(accepts({ is: 'closed' }, { do: 'queue' })).to.equal(false);
    expect(accepts({ is: 'quiet' }, { do: 'end' })).to.equal(false);
  });

  it('tells which queues its rules name, and where', () => {
    const to = (then: OverflowAction): OverflowRule => ({ when: { is: 'closed' }, then });
    expect(queuesNamedInOverflow([to({ do: 'end' }), to({ do: 'queue', queueId: 'sales' })])).to.deep.equal([
      { path: '1.then.queueId', queueId: 'sales' },
    ]);
  });
});
