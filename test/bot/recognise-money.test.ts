import { expect } from 'chai';
import { MoneyRecogniser } from '../../src/bot/recognise-money.ts';

describe('an amount of money in an answer', () => {
  const recogniser = new MoneyRecogniser();
  const amounts: [locale: string, text: string, usual: string, amount?: number, currency?: string][] = [
    ['en', '$12.50', 'USD', 12.5, 'USD'],
    ['en', '12.50', 'USD', 12.5, 'USD'],
    ['en', '$1,234.50', 'CAD', 1234.5, 'CAD'],
    ['en', 'about 20 dollars', 'CAD', 20, 'CAD'],
    ['en', 'US$20', 'CAD', 20, 'USD'],
    ['en', '20 dollars', 'EUR', 20, 'USD'],
    ['en', 'twelve euros', 'USD', 12, 'EUR'],
    ['en', 'twenty', 'USD', 20, 'USD'],
    ['en', '5 dollars and 20 cents', 'USD', 5.2, 'USD'],
    ['en', '£5', 'USD', 5, 'GBP'],
    ['en', '$5 or $6', 'USD'],
    ['en', '-5', 'USD'],
    ['en', 'hello', 'USD'],
    ['en', '', 'USD'],
    ['es', '1.234,50 €', 'EUR', 1234.5, 'EUR'],
    ['es', 'unos 1.234,50 euros', 'EUR', 1234.5, 'EUR'],
    ['es', 'cien pesos', 'MXN', 100, 'MXN'],
    ['es', 'cien pesos', 'ARS', 100, 'ARS'],
    ['zh-TW', '五百元', 'TWD', 500, 'TWD'],
    ['zh-TW', '500塊', 'TWD', 500, 'TWD'],
    ['zh-TW', 'NT$500', 'USD', 500, 'TWD'],
    ['zh-TW', '新台幣500元', 'USD', 500, 'TWD'],
    ['zh-TW', '台幣 500', 'USD', 500, 'TWD'],
    ['zh-TW', '二十美元', 'TWD', 20, 'USD'],
    ['zh-TW', '人民幣100元', 'TWD', 100, 'CNY'],
    ['de', '12,50 EUR', 'EUR', 12.5, 'EUR'],
  ];
  for (const [locale, text, usual, amount, currency] of amounts) {
    it(`${JSON.stringify(text)} in ${locale} is ${amount} ${currency ?? ''}`, async () => {
      const wanted = amount === undefined ? undefined : { amount, currency };
      expect(await recogniser.money(text, locale, locale, usual)).to.deep.equal(wanted);
    }).timeout(10_000);
  }
});
