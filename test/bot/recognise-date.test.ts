import { expect } from 'chai';
import { DateRecogniser } from '../../src/bot/recognise-date.ts';

/** A Sunday. */
const CLOCK = { date: '2026-11-29', time: '22:30' };

describe('a day in an answer', () => {
  const recogniser = new DateRecogniser();
  const days: [locale: string, text: string, ...days: string[]][] = [
    ['en', 'tomorrow', '2026-11-30'],
    ['en', 'the day after tomorrow please', '2026-12-01'],
    ['en', 'Friday', '2026-12-04', '2026-11-27'],
    ['en', 'tomorrow afternoon', '2026-11-30'],
    ['en', 'tomorrow at 5pm', '2026-11-30'],
    ['en', 'yesterday', '2026-11-28'],
    ['en', 'in two days', '2026-12-01'],
    ['en', 'two weeks', '2026-12-13'],
    ['en', 'dec 3', '2026-12-03', '2025-12-03'],
    ['en', 'the 5th', '2026-12-05'],
    ['en', '30', '2026-11-30'],
    ['en', '31', '2026-12-31'],
    ['en', '12/3', '2026-12-03', '2025-12-03'],
    ['en-GB', '12/3', '2027-03-12', '2026-03-12'],
    ['es', '12/3', '2027-03-12', '2026-03-12'],
    ['en', '24/12', '2026-12-24', '2025-12-24'],
    ['en', '12/3/27', '2027-12-03'],
    ['en', '5/6/80', '1980-05-06'],
    ['en', '2026-12-03', '2026-12-03'],
    ['en', '2/29', '2028-02-29', '2024-02-29'],
    ['en', '2/30'],
    ['en', '2026-13-01'],
    ['en', 'monday or tuesday'],
    ['en', '12/3 or 12/4'],
    ['en', 'at 5.30 pm'],
    ['en', 'hello'],
    ['en', 'some day'],
    ['en', 'in a few days'],
    ['zh-TW', '過幾天'],
    ['en', ''],
    ['en', `${'x'.repeat(200)} tomorrow`],
    ['es', 'mañana', '2026-11-30'],
    ['es', 'el viernes', '2026-12-04', '2026-11-27'],
    ['es', 'dentro de dos días', '2026-12-01'],
    ['es', '3 de diciembre', '2026-12-03', '2025-12-03'],
    ['es', 'el 5', '2026-12-05'],
    ['es', '3.12.2026', '2026-12-03'],
    ['zh-TW', '明天', '2026-11-30'],
    ['zh-TW', '後天', '2026-12-01'],
    ['zh-TW', '兩天後', '2026-12-01'],
    ['zh-TW', '下週五', '2026-12-04'],
    ['zh-TW', '禮拜五', '2026-12-04', '2026-11-27'],
    ['zh-TW', '12月3號', '2026-12-03', '2025-12-03'],
    ['zh-TW', '十二月三號', '2026-12-03', '2025-12-03'],
    ['zh-TW', '2026年12月3日', '2026-12-03'],
    ['zh-TW', '１２／３', '2026-12-03', '2025-12-03'],
    ['fr', 'demain', '2026-11-30'],
    ['de', '24.12.', '2026-12-24', '2025-12-24'],
    ['de', 'morgen'],
  ];
  for (const [locale, text, ...wanted] of days) {
    it(`${JSON.stringify(text.slice(0, 30))} in ${locale} is ${wanted.join(' or ') || 'none'}`, async () => {
      expect(await recogniser.dates(text, locale, locale, CLOCK)).to.deep.equal(wanted);
    }).timeout(10_000);
  }
});

describe('a time in an answer', () => {
  const recogniser = new DateRecogniser();
  const times: [language: string, text: string, ...times: string[]][] = [
    ['en', '5pm', '17:00'],
    ['en', '5 p.m. please', '17:00'],
    ['en', '12 am', '00:00'],
    ['en', '12 pm', '12:00'],
    ['en', '5:30', '17:30', '05:30'],
    ['en', '9', '09:00', '21:00'],
    ['en', 'at 5', '17:00', '05:00'],
    ['en', '17:30', '17:30'],
    ['en', 'around 17:30 if you can', '17:30'],
    ['en', '04:30', '04:30'],
    ['en', 'half past four', '16:30', '04:30'],
    ['en', 'noon', '12:00'],
    ['en', 'tomorrow at 5pm', '17:00'],
    ['en', 'between 5pm and 6pm'],
    ['en', '25:00'],
    ['en', '13 pm'],
    ['en', 'soon'],
    ['es', 'a las 9', '09:00', '21:00'],
    ['es', 'a las tres y media', '15:30', '03:30'],
    ['es', 'a las 5 de la tarde', '17:00'],
    ['es', '16:30 h', '16:30'],
    ['zh-TW', '下午五點', '17:00'],
    ['zh-TW', '三點半', '15:30', '03:30'],
    ['zh-TW', '晚上8點半', '20:30'],
    ['zh-TW', '15點', '15:00'],
    ['zh-TW', '15：30', '15:30'],
  ];
  for (const [language, text, ...wanted] of times) {
    it(`${JSON.stringify(text)} in ${language} is ${wanted.join(' or ') || 'none'}`, async () => {
      expect(await recogniser.times(text, language, CLOCK)).to.deep.equal(wanted);
    }).timeout(10_000);
  }
});
