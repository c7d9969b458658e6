import { expect } from 'chai';
import fc from 'fast-check';
import { formatMistake, formatted } from '../../src/bot/formats.ts';

describe('a value in a text', () => {
  const values: [locale: string, value: unknown, format: string | undefined, text: string][] = [
    ['en', 1234.5, undefined, '1234.5'],
    ['en', 'O’Brien', undefined, 'O’Brien'],
    ['en', null, 'number', ''],
    ['en', 1234.5, 'number', '1,234.5'],
    ['es', 12345.5, 'number', '12.345,5'],
    ['en', 3, 'number(minimumFractionDigits: 2)', '3.00'],
    ['en', 'many', 'number', 'many'],
    ['en', 12.5, 'currency(USD)', '$12.50'],
    ['es', 12.5, 'currency(EUR)', '12,50 €'],
    ['es-MX', 1234.5, 'currency(MXN)', '$1,234.50'],
    ['zh-TW', 500, 'currency(TWD)', '$500.00'],
    ['zh-TW', 500, 'currency(currency: TWD; maximumFractionDigits: 0)', '$500'],
    ['en', { amount: 5, currency: 'EUR' }, undefined, '€5.00'],
    ['es', { amount: 5, currency: 'EUR' }, 'currency', '5,00 €'],
    ['en', '2026-12-03', undefined, '2026-12-03'],
    ['en', '2026-12-03', 'date', 'Thursday, December 3'],
    ['es', '2026-12-03', 'date', 'jueves, 3 de diciembre'],
    ['zh-TW', '2026-12-03', 'date', '12月3日星期四'],
    ['en-GB', '2026-12-03', 'date(dateStyle: short)', '03/12/2026'],
    ['en', '2026-12-03', 'datetime', 'Dec 3, 2026'],
    ['en', '15:30', 'time', '3:30 PM'],
    ['es', '15:30', 'time', '15:30'],
    ['zh-TW', '15:30', 'time', '下午3:30'],
    ['en', Date.UTC(2026, 11, 3, 20, 30), 'datetime', 'Dec 3, 2026, 3:30 PM'],
    ['en', '2026-12-03T20:30:00Z', 'time', '3:30 PM'],
    ['en', ['a', 'b', 'c'], undefined, 'a, b, and c'],
    ['es', ['a', 'b'], 'list', 'a y b'],
    ['en', 5, 'currency(NONE)', '5'],
    ['en', 5, 'currency', '5'],
    ['en', 5, 'nothing', '5'],
    ['not a locale', 5, 'number', '5'],
    ['en', 'soon', 'date', 'soon'],
    ['en', { a: 1 }, 'date', '{"a":1}'],
  ];
  for (const [locale, value, format, text] of values) {
    it(`${JSON.stringify(value)} as ${format} in ${locale} is ${text}`, () => {
      const said = formatted(value, format, { locale, timeZone: 'America/New_York' });
      expect(said.replace('(GMT-5)', '')).to.equal(text);
    });
  }

  it('never throws, and has no space that costs a segment', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.string(),
        fc.string(),
        fc.string(),
        (value, format, locale, timeZone) => {
          for (const one of [format, `date(${format})`, `currency(${format})`, 'number', 'time', 'list']) {
            expect(formatted(value, one, { locale, timeZone }))
              .to.be.a('string')
              .and.not.match(/\u202f/);
          }
        },
      ),
    );
  });

  it('has a format that is checked', () => {
    expect(formatMistake('curency(USD)')).to.equal('name');
    expect(formatMistake('currency(DOLLARS)')).to.equal('options');
    expect(formatMistake('date(dateStyle: huge)')).to.equal('options');
    for (const good of [
      'number',
      'currency(USD)',
      'currency',
      'date(weekday: long)',
      'datetime',
      'time',
      'list',
    ]) {
      expect(formatMistake(good), good).to.equal(undefined);
    }
  });
});
