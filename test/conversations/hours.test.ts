import { expect } from 'chai';
import fc from 'fast-check';
import { countsFrom, lastClosing, nextClosing, nextOpening, openAt } from '../../src/conversations/hours.ts';
import type { Hours } from '../../src/store/queue.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 86_400_000;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const at = (time: string): number => Date.parse(time);

const MADRID: Hours = {
  timeZone: 'Europe/Madrid',
  week: [1, 2, 3, 4, 5].flatMap((day) => [
    { day, from: 540, to: 840 },
    { day, from: 960, to: 1140 },
  ]),
  holidays: [
    { date: '2026-12-25', name: 'Navidad', open: [] },
    { date: '2026-12-24', name: 'Nochebuena', open: [{ from: 540, to: 720 }] },
  ],
};

/** From `from` to `to` each day, in minutes. */
const daily = (timeZone: string, from: number, to: number, holidays: Hours['holidays'] = []): Hours => ({
  timeZone,
  week: EVERY_DAY.map((day) => ({ day, from, to })),
  holidays,
});

const open = (hours: Hours, time: string): boolean => openAt(hours, at(time)).open;

/** The next opening and the closing after it, as ISO times. */
function nextSpan(hours: Hours, time: string): (string | null)[] {
  const iso = (found: number | null): string | null =>
    found === null ? null : new Date(found).toISOString();
  const opening = nextOpening(hours, at(time));
  return [iso(opening), iso(opening === null ? null : nextClosing(hours, opening))];
}

describe('hours', () => {
  it('are around the clock when there are none', () => {
    const now = at('2026-03-02T03:00:00Z');
    expect(openAt(undefined, now)).to.deep.equal({ open: true });
    expect(nextOpening(undefined, now)).to.equal(now);
    expect(nextClosing(undefined, now)).to.equal(null);
  });

  it('begin with their first minute and end before their last', () => {
    expect(openAt(MADRID, at('2026-03-02T08:00:00+01:00'))).to.deep.equal({ open: false });
    expect(open(MADRID, '2026-03-02T08:59:59.999+01:00')).to.equal(false);
    expect(open(MADRID, '2026-03-02T09:00:00+01:00')).to.equal(true);
    expect(open(MADRID, '2026-03-02T13:59:59.999+01:00')).to.equal(true);
    expect(open(MADRID, '2026-03-02T14:00:00+01:00')).to.equal(false);
    expect(open(MADRID, '2026-03-07T10:00:00+01:00')).to.equal(false);
  });

  it('follow the clock of their place through the year', () => {
    expect(open(MADRID, '2026-07-06T07:00:00Z')).to.equal(true);
    expect(open(MADRID, '2026-12-07T07:00:00Z')).to.equal(false);
  });

  it('tell when they begin and end next', () => {
    expect(nextSpan(MADRID, '2026-03-02T14:00:00+01:00')).to.deep.equal([
      '2026-03-02T15:00:00.000Z',
      '2026-03-02T18:00:00.000Z',
    ]);
    expect(nextSpan(MADRID, '2026-03-06T19:00:00+01:00')).to.deep.equal([
      '2026-03-09T08:00:00.000Z',
      '2026-03-09T13:00:00.000Z',
    ]);
    const inside = at('2026-03-02T10:00:00+01:00');
    expect(nextOpening(MADRID, inside)).to.equal(inside);
    const outside = at('2026-03-02T20:00:00+01:00');
    expect(nextClosing(MADRID, outside)).to.equal(outside);
  });

  it('are those of the holiday on a holiday, which is named', () => {
    expect(openAt(MADRID, at('2026-12-25T10:00:00+01:00'))).to.deep.equal({
      open: false,
      holiday: 'Navidad',
    });
    expect(openAt(MADRID, at('2026-12-24T11:00:00+01:00'))).to.deep.equal({ open: true });
    expect(openAt(MADRID, at('2026-12-24T12:00:00+01:00'))).to.deep.equal({
      open: false,
      holiday: 'Nochebuena',
    });
    expect(nextSpan(MADRID, '2026-12-24T12:00:00+01:00')[0]).to.equal('2026-12-28T08:00:00.000Z');
  });

  it('go on past midnight', () => {
    const friday: Hours = { timeZone: 'UTC', week: [{ day: 5, from: 1320, to: 1560 }], holidays: [] };
    expect(open(friday, '2026-03-07T01:59:00Z')).to.equal(true);
    expect(open(friday, '2026-03-07T02:00:00Z')).to.equal(false);
    expect(open(friday, '2026-03-06T01:00:00Z')).to.equal(false);
    expect(nextSpan(friday, '2026-03-02T00:00:00Z')).to.deep.equal([
      '2026-03-06T22:00:00.000Z',
      '2026-03-07T02:00:00.000Z',
    ]);
  });

  it('go on past midnight from Sunday into Monday', () => {
    const sunday: Hours = { timeZone: 'UTC', week: [{ day: 7, from: 1320, to: 1560 }], holidays: [] };
    expect(open(sunday, '2026-03-09T01:00:00Z')).to.equal(true);
  });

  it('end at midnight where the next date is a holiday', () => {
    const nights = daily('UTC', 1320, 1560, [{ date: '2026-12-25', name: 'Christmas', open: [] }]);
    expect(nextSpan(nights, '2026-12-24T12:00:00Z')).to.deep.equal([
      '2026-12-24T22:00:00.000Z',
      '2026-12-25T00:00:00.000Z',
    ]);
    expect(openAt(nights, at('2026-12-25T01:00:00Z'))).to.deep.equal({ open: false, holiday: 'Christmas' });
    expect(open(nights, '2026-12-25T23:00:00Z')).to.equal(false);
    expect(open(nights, '2026-12-26T01:00:00Z')).to.equal(false);
  });

  it('of a holiday go on past midnight, beside those of the next date', () => {
    const eve = daily('UTC', 540, 1080, [
      { date: '2026-12-31', name: 'New Year’s Eve', open: [{ from: 1200, to: 1500 }] },
    ]);
    expect(nextSpan(eve, '2026-12-30T20:00:00Z')).to.deep.equal([
      '2026-12-31T20:00:00.000Z',
      '2027-01-01T01:00:00.000Z',
    ]);
    expect(open(eve, '2027-01-01T10:00:00Z')).to.equal(true);
  });

  it('join where one span ends and the next begins', () => {
    const always = daily('Europe/Madrid', 0, 1440, [{ date: '2026-03-05', name: 'Closed', open: [] }]);
    expect(nextClosing(always, at('2026-03-02T10:00:00+01:00'))).to.equal(at('2026-03-05T00:00:00+01:00'));
  });

  it('have waits count at once while they are open, else once they open, and at once where they never do', () => {
    const hours = { timeZone: 'UTC', week: [{ day: 1, from: 540, to: 1020 }], holidays: [] };
    const monday = at('2026-03-02T00:00:00Z');
    expect(countsFrom(hours, monday + 10 * HOUR)).to.equal(monday + 10 * HOUR);
    expect(countsFrom(hours, monday + 17 * HOUR)).to.equal(monday + 7 * DAY + 9 * HOUR);
    expect(countsFrom({ ...hours, week: [] }, monday)).to.equal(monday);
    expect(countsFrom(undefined, monday)).to.equal(monday);
    expect(lastClosing(hours, monday + 9 * HOUR - 1)).to.equal(monday - 7 * DAY + 17 * HOUR);
    expect(lastClosing({ ...hours, week: [] }, monday)).to.equal(null);
  });

  it('know no opening and no closing that is more than 370 days away', () => {
    const now = at('2026-03-02T00:00:00Z');
    expect(nextOpening({ timeZone: 'UTC', week: [], holidays: [] }, now)).to.equal(null);
    expect(nextClosing(daily('Europe/Madrid', 0, 1440), now)).to.equal(null);
    const once = (date: string): Hours => ({
      timeZone: 'UTC',
      week: [],
      holidays: [{ date, name: 'Fair', open: [{ from: 0, to: 60 }] }],
    });
    expect(nextOpening(once('2027-03-07'), now)).to.equal(now + 370 * DAY);
    expect(nextOpening(once('2027-03-08'), now)).to.equal(null);
  });

  describe('where the clock goes forward (Madrid, 29 March 2026, 02:00 to 03:00)', () => {
    const night = '2026-03-28T23:00:00Z';

    it('begin and end at the jump with times that do not exist', () => {
      expect(nextSpan(daily('Europe/Madrid', 150, 240), night)).to.deep.equal([
        '2026-03-29T01:00:00.000Z',
        '2026-03-29T02:00:00.000Z',
      ]);
      expect(nextSpan(daily('Europe/Madrid', 60, 150), night)).to.deep.equal([
        '2026-03-29T00:00:00.000Z',
        '2026-03-29T01:00:00.000Z',
      ]);
    });

    it('do not come that day when all of them is jumped over', () => {
      expect(nextSpan(daily('Europe/Madrid', 125, 175), night)[0]).to.equal('2026-03-30T00:05:00.000Z');
    });

    it('have a day of 23 hours', () => {
      const day: Hours = { timeZone: 'Europe/Madrid', week: [{ day: 7, from: 0, to: 1440 }], holidays: [] };
      expect(nextSpan(day, '2026-03-28T12:00:00Z')).to.deep.equal([
        '2026-03-28T23:00:00.000Z',
        '2026-03-29T22:00:00.000Z',
      ]);
    });
  });

  describe('where the clock goes back (Madrid, 25 October 2026, 03:00 to 02:00)', () => {
    const night = '2026-10-24T22:00:00Z';

    it('begin and end with the first of two times', () => {
      expect(nextSpan(daily('Europe/Madrid', 60, 150), night)).to.deep.equal([
        '2026-10-24T23:00:00.000Z',
        '2026-10-25T00:30:00.000Z',
      ]);
    });

    it('stay open through the hour that comes twice', () => {
      expect(nextSpan(daily('Europe/Madrid', 150, 240), night)).to.deep.equal([
        '2026-10-25T00:30:00.000Z',
        '2026-10-25T03:00:00.000Z',
      ]);
      expect(nextSpan(daily('Europe/Madrid', 120, 180), night)).to.deep.equal([
        '2026-10-25T00:00:00.000Z',
        '2026-10-25T02:00:00.000Z',
      ]);
    });

    it('have a night of 25 hours', () => {
      expect(nextSpan(daily('Europe/Madrid', 1320, 1800), '2026-10-24T12:00:00Z')).to.deep.equal([
        '2026-10-24T20:00:00.000Z',
        '2026-10-25T05:00:00.000Z',
      ]);
    });
  });

  it('keep to dates in places where midnight is jumped over, or comes twice', () => {
    // São Paulo, 4 November 2018: 00:00 became 01:00. 18 February 2018: 00:00 became 23:00 of the day before.
    expect(nextSpan(daily('America/Sao_Paulo', 0, 120), '2018-11-03T12:00:00Z')).to.deep.equal([
      '2018-11-04T03:00:00.000Z',
      '2018-11-04T04:00:00.000Z',
    ]);
    expect(nextSpan(daily('America/Sao_Paulo', 0, 120), '2018-02-17T12:00:00Z')).to.deep.equal([
      '2018-02-18T03:00:00.000Z',
      '2018-02-18T05:00:00.000Z',
    ]);
  });

  it('do without a date that a place never had', () => {
    // Samoa had no 30 December 2011.
    expect(nextSpan(daily('Pacific/Apia', 540, 1080), '2011-12-30T05:00:00Z')[0]).to.equal(
      '2011-12-30T19:00:00.000Z',
    );
  });

  describe('compared with a look at the clock each minute', () => {
    /** A zone, and a moment not far from where its clock changes, or from none. */
    const places: [string, string][] = [
      ['Europe/Madrid', '2026-03-29T01:00:00Z'],
      ['Europe/Madrid', '2026-10-25T01:00:00Z'],
      ['America/New_York', '2026-11-01T06:00:00Z'],
      ['America/Sao_Paulo', '2018-02-18T02:00:00Z'],
      ['America/Sao_Paulo', '2018-11-04T03:00:00Z'],
      ['America/Havana', '2026-11-01T05:00:00Z'],
      ['America/St_Johns', '2010-11-07T02:31:00Z'],
      ['Australia/Lord_Howe', '2026-04-04T15:00:00Z'],
      ['Australia/Lord_Howe', '2026-10-03T15:30:00Z'],
      ['Pacific/Apia', '2011-12-30T10:00:00Z'],
      ['Africa/Casablanca', '2026-02-15T02:00:00Z'],
      ['Asia/Kathmandu', '2026-05-01T00:00:00Z'],
      ['Pacific/Kiritimati', '2026-12-31T12:00:00Z'],
      ['UTC', '2026-02-28T23:00:00Z'],
    ];
    const minute = fc.integer({ min: 0, max: 95 }).map((n) => n * 15);
    const span = fc
      .tuple(minute, fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 96 })))
      .map(([from, length]) => ({ from, to: Math.min(from + length * 15, 2880) }));
    const case_ = fc.record({
      place: fc.constantFrom(...places),
      week: fc.array(fc.tuple(fc.integer({ min: 1, max: 7 }), span), { maxLength: 8 }),
      holidays: fc.uniqueArray(
        fc.record({ in: fc.integer({ min: -2, max: 5 }), open: fc.array(span, { maxLength: 2 }) }),
        {
          maxLength: 3,
          selector: (holiday) => holiday.in,
        },
      ),
      offset: fc.integer({ min: -2 * 1440, max: 600 }),
    });

    it('are the same, and so is the next minute that is open, and the last that was', function () {
      this.timeout(30_000);
      fc.assert(
        fc.property(case_, ({ place: [timeZone, change], week, holidays, offset }) => {
          const start = at(change) + offset * MINUTE;
          const hours: Hours = {
            timeZone,
            week: week.map(([day, times]) => ({ day, ...times })),
            holidays: holidays.map((holiday) => ({
              date: new Date(at(change) + holiday.in * DAY).toISOString().slice(0, 10),
              name: `Holiday ${holiday.in}`,
              open: holiday.open,
            })),
          };
          const minutes = minutesFrom(hours, start, 3 * 1440);
          let opening: number | undefined;
          let closing: number | undefined;
          for (const { time, open: isOpen } of minutes.toReversed()) {
            if (isOpen) opening = time;
            else closing = time;
            // Spans are of quarters of an hour, and a search near a clock change costs far more than a look.
            const passed = (time - start) / MINUTE;
            if (passed % 5 === 0 && openAt(hours, time).open !== isOpen)
              expect.fail(new Date(time).toISOString());
            if (passed % 120 !== 0) continue;
            if (opening !== undefined) expect(nextOpening(hours, time)).to.equal(opening);
            if (closing !== undefined) expect(nextClosing(hours, time)).to.equal(closing);
          }
          let closed: number | undefined;
          for (const { time, open: isOpen } of minutes) {
            if (isOpen) closed = time + MINUTE;
            else if (closed !== undefined && (time - start) % (120 * MINUTE) === 0)
              expect(lastClosing(hours, time)).to.equal(closed);
          }
        }),
        { numRuns: 25 },
      );
    });
  });
});

/**
 * The slow model: walks through the minutes, from a day before on, with the clock that `Intl` shows, which stands
 * still while it would go back.
 */
function minutesFrom(hours: Hours, start: number, count: number): { time: number; open: boolean }[] {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const holidays = new Map(hours.holidays.map((holiday) => [holiday.date, holiday.open]));
  const dateText = (date: number): string => new Date(date).toISOString().slice(0, 10);
  const spansOn = (date: number): { from: number; to: number }[] =>
    holidays.get(dateText(date)) ?? hours.week.filter(({ day }) => day % 7 === new Date(date).getUTCDay());
  const found: { time: number; open: boolean }[] = [];
  let shown = Number.NEGATIVE_INFINITY;
  for (let n = -1440; n < count; n++) {
    const time = start + n * MINUTE;
    const [, day, month, year, hour, minute] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/
      .exec(clock.format(time))!
      .map(Number);
    shown = Math.max(shown, Date.UTC(year!, month! - 1, day, hour, minute));
    if (n < 0) continue;
    const today = Math.floor(shown / DAY) * DAY;
    const passed = (shown - today) / MINUTE;
    const own = spansOn(today).some(({ from, to }) => passed >= from && passed < to);
    const reaching =
      !holidays.has(dateText(today)) && spansOn(today - DAY).some(({ to }) => passed + 1440 < to);
    found.push({ time, open: own || reaching });
  }
  return found;
}
