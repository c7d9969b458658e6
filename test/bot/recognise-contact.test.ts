import { expect } from 'chai';
import { emailAddress, phoneNumber } from '../../src/bot/recognise-contact.ts';

describe('a phone number in an answer', () => {
  const numbers: [text: string, customer: string, number: string | undefined][] = [
    ['415 555 2671', '14155550123', '+14155552671'],
    ['(415) 555-2671', '14155550123', '+14155552671'],
    ['call me at 415-555-2671 please', '14155550123', '+14155552671'],
    ['+34 612 34 56 78', '14155550123', '+34612345678'],
    ['612 34 56 78', '34612000000', '+34612345678'],
    ['0912 345 678', '886912345678', '+886912345678'],
    ['４１５－５５５－２６７１', '14155550123', '+14155552671'],
    ['612345678', '14155550123', undefined],
    ['415 555 2671 or 415 555 2672', '14155550123', undefined],
    ['123', '14155550123', undefined],
    ['hello', '14155550123', undefined],
    ['', '14155550123', undefined],
    ['415 555 2671', '99', undefined],
  ];
  for (const [text, customer, number] of numbers) {
    it(`${JSON.stringify(text)} of ${customer} is ${number}`, async () => {
      expect(await phoneNumber(text, customer)).to.equal(number);
    });
  }
});

describe('an e-mail address in an answer', () => {
  const addresses: [text: string, address: string | undefined][] = [
    ['ana@example.com', 'ana@example.com'],
    ['it is Ana.Lopez+x@Example.CO.uk.', 'Ana.Lopez+x@example.co.uk'],
    ['<ana@example.com>', 'ana@example.com'],
    ['ana@ejemplo.es, gracias', 'ana@ejemplo.es'],
    ['ａｎａ＠example.com', 'ana@example.com'],
    ['ana@example.com ana@example.com', 'ana@example.com'],
    ['a@x.com and b@x.com', undefined],
    ['a..b@x.com', undefined],
    ['a@b', undefined],
    ['@x.com', undefined],
    ['ana at example dot com', undefined],
    ['', undefined],
  ];
  for (const [text, address] of addresses) {
    it(`${JSON.stringify(text)} is ${address}`, () => {
      expect(emailAddress(text)).to.equal(address);
    });
  }

  it('is looked for in no time, whatever the text', () => {
    const started = performance.now();
    for (const text of ['a'.repeat(300), 'a@'.repeat(150), 'a.'.repeat(150), `a@${'b.'.repeat(149)}`]) {
      emailAddress(text);
    }
    expect(performance.now() - started).to.be.below(200);
  });
});
