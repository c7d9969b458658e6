import { expect } from 'chai';
import { IANAZone } from 'luxon';
import { hoursOf } from '../../../src/console/model/hours.ts';
import { report } from '../../../src/conversations/report.ts';

const HOUR = 3_600_000;

/** The hours of the day that begins then, in a zone. */
function day(begins: string, length: number, zone: string) {
  const from = Date.parse(begins);
  const hours = hoursOf(from, from + length * HOUR, (time) => IANAZone.create(zone).offset(time));
  return { hours, from, names: hours.map(({ name }) => name) };
}

describe('the hours of a day on the board', () => {
  const ordinary = Array.from({ length: 24 }, (_, hour) => `${hour}`);

  it('are 24, also where a clock is half an hour beside the others', () => {
    expect(day('2026-03-01T23:00:00Z', 24, 'Europe/Madrid').names).to.deep.equal(ordinary);
    expect(day('2026-03-01T18:30:00Z', 24, 'Asia/Kolkata').names).to.deep.equal(ordinary);
  });

  it('are told apart where a clock shows one twice, the first one first', () => {
    const { names, hours } = day('2026-10-24T22:00:00Z', 25, 'Europe/Madrid');
    expect(names).to.deep.equal(['0', '1', '2 (UTC+2)', '2 (UTC+1)', ...ordinary.slice(3)]);
    expect(hours[3]?.label).to.deep.equal(['2', '+1']);
    const byHalf = day('2026-04-04T13:00:00Z', 24.5, 'Australia/Lord_Howe');
    expect(byHalf.names.slice(0, 4)).to.deep.equal(['0', '1 (UTC+11)', '1 (UTC+10:30)', '2']);
    expect(day('2026-11-01T02:30:00Z', 25, 'America/St_Johns').names).to.include.members([
      '1 (UTC-2:30)',
      '1 (UTC-3:30)',
    ]);
  });

  it('lack the one that a clock leaves out', () => {
    const { names } = day('2026-03-28T23:00:00Z', 23, 'Europe/Madrid');
    expect(names).to.deep.equal(ordinary.filter((hour) => hour !== '2'));
  });

  it('are named as the report names them', () => {
    for (const [begins, length, zone] of [
      ['2026-10-24T22:00:00Z', 25, 'Europe/Madrid'],
      ['2026-04-04T13:00:00Z', 24.5, 'Australia/Lord_Howe'],
      ['2026-11-01T02:30:00Z', 25, 'America/St_Johns'],
      ['2026-03-01T00:00:00Z', 24, 'UTC'],
    ] as const) {
      const { hours, from } = day(begins, length, zone);
      const sessions = Array.from({ length: length * 2 }, (_, n) => ({
        endedAt: from + (n * HOUR) / 2,
        stretches: [],
      }));
      const keys = report(sessions, { by: 'hour', timeZone: zone }).rows.map(({ key }) => key);
      expect(
        hours.map(({ key }) => key),
        zone,
      ).to.deep.equal(keys);
    }
  });
});
