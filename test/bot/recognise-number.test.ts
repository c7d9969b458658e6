import { expect } from 'chai';
import { numberIn } from '../../src/bot/recognise-number.ts';

describe('a number in an answer', () => {
  const numbers: [locale: string, text: string, number: number | undefined][] = [
    ['en', '10234', 10234],
    ['en', 'my order is #10234.', 10234],
    ['en', 'No.10234 please', 10234],
    ['en', 'AB-10234', 10234],
    ['en', '00012', 12],
    ['en', '-5', -5],
    ['en', '12.5', 12.5],
    ['en', '1,234', 1234],
    ['en', '1,234.5', 1234.5],
    ['en', '1,234,567', 1234567],
    ['en', '1,5', 1.5],
    ['es', '1.234', 1234],
    ['es', '1.234,5', 1234.5],
    ['es', '12,5', 12.5],
    ['es', '12.5', 12.5],
    ['zh-TW', '１２３', 123],
    ['zh-TW', '訂單10234謝謝', 10234],
    ['en', 'twelve', 12],
    ['en', 'a hundred and five', 105],
    ['es', 'doce', 12],
    ['es', 'veintitrés', 23],
    ['zh-TW', '一萬兩千', 12000],
    ['zh-TW', '三', 3],
    ['en', '10 or 11', undefined],
    ['en', 'ten or eleven', undefined],
    ['en', '10 234', undefined],
    ['en', 'none', undefined],
    ['en', '', undefined],
    ['en', '👍', undefined],
    ['en', '12345678901234567890', undefined],
    ['en', `${'x'.repeat(200)} 5`, undefined],
    ['de', '7', 7],
    ['en', '\ud83d 5', 5],
  ];
  for (const [locale, text, number] of numbers) {
    it(`${JSON.stringify(text.slice(0, 30))} in ${locale} is ${number}`, async () => {
      expect(await numberIn(text, locale, locale)).to.equal(number);
    });
  }
});
