import { expect } from 'chai';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { pagesOf, pageText } from '../../src/bot/menu.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const MORE = '0. More';

function texts(question: string, labels: readonly string[]): string[] {
  const pages = pagesOf(question, labels, MORE);
  return pages.map((page) => pageText(question, labels, page, pages.length > 1 ? MORE : undefined));
}

const segments = (text: string) => new SegmentedMessage(text).segmentsCount;

describe('a menu', () => {
  it('is one text when it fits one segment', () => {
    expect(texts('Which?', ['Red', 'Blue'])).to.deep.equal(['Which?\n1. Red\n2. Blue']);
    expect(
      texts(
        'Which?',
        Array.from({ length: 9 }, (_, n) => `Colour ${n}`),
      ),
    ).to.have.length(1);
  });

  it('is cut so that each page fits one, and keeps its numbers', () => {
    const labels = Array.from({ length: 8 }, (_, n) => `A rather long label, number ${n}`);
    const pages = texts('Which one is it?', labels);
    expect(pages).to.have.length(2);
    expect(pages[1]).to.equal(
      'Which one is it?\n5. A rather long label, number 4\n6. A rather long label, number 5\n7. A rather long label, number 6\n8. A rather long label, number 7\n0. More',
    );
    for (const page of pages) expect(segments(page)).to.equal(1);
  });

  it('of Chinese has room for 70 characters', () => {
    const labels = Array.from({ length: 9 }, (_, n) => `第${n}個很長的選項名稱`);
    const pages = texts('請問需要什麼服務？請回覆數字。', labels);
    expect(pages.length).to.be.above(1);
    for (const page of pages) expect(segments(page)).to.equal(1);
  });

  it('of up to nine options is not cut where cutting saves nothing', () => {
    const labels = Array.from({ length: 9 }, (_, n) => `${'x'.repeat(60)} ${n}`);
    expect(texts('Which?', labels)).to.have.length(1);
  });

  it('has each option once, in order, three to nine on a page, whatever they are', () => {
    const label = fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 40 }));
    fc.assert(
      fc.property(label, fc.array(label, { minLength: 2, maxLength: 40 }), (question, labels) => {
        const pages = pagesOf(question, labels, MORE);
        expect(pages.flatMap(({ from, to }) => labels.slice(from, to))).to.deep.equal(labels);
        for (const { from, to } of pages) {
          expect(to - from).to.be.within(1, 9);
          if (to < labels.length) expect(to - from).to.be.at.least(3);
        }
        const [first] = pages;
        const isHopeless =
          segments(pageText(question, labels, { from: 0, to: Math.min(3, labels.length) }, MORE)) > 1;
        if (!first || isHopeless) return;
        for (const page of pages.filter(({ from, to }) => to - from > 3)) {
          const text = pageText(question, labels, page, pages.length > 1 ? MORE : undefined);
          // Pictographs count as two to some.
          if (!/\p{Extended_Pictographic}|\r/u.test(text)) expect(segments(text), text).to.equal(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a choice with many options', () => {
  const LABELS = Array.from({ length: 14 }, (_, n) => `Department number ${n + 1}`);
  const options = LABELS.map((_, n) => `      - { value: d${n + 1}, label: d${n + 1} }\n`).join('');
  const names = Object.fromEntries(LABELS.map((label, n) => [`d${n + 1}`, label]));

  async function talk(locale = 'en'): Promise<Talk> {
    const texts = { which: 'Which?', got: 'Got {{dep}}.', ...names };
    const steps = `  - id: which\n    choice: which\n    as: dep\n    options:\n${options}  - say: got\n  - goto: which\n`;
    const bot = await botOf({
      files: {
        'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
        ...Object.fromEntries(['en', 'es', 'zh-TW'].map((one) => [`locales/${one}/main.json`, texts])),
      },
      languages: ['en', 'es', 'zh-TW'],
    });
    return new Talk(bot, locale);
  }

  it('shows a page at a time, and begins again after the last', async () => {
    const customer = await talk();
    const first = await customer.asks('hi');
    expect(first).to.match(/^Which\?\n1\. Department number 1\n.*\n0\. More$/s);
    expect(segments(first)).to.equal(1);
    const second = await customer.asks('0');
    expect(second)
      .to.match(/^Which\?\n7\. /)
      .and.not.contain('\n1. ');
    const third = await customer.asks('more please');
    expect(third).to.contain('14. Department number 14');
    expect(await customer.asks('0')).to.equal(first);
  });

  it('shows the same page again after an answer that is none', async () => {
    const customer = await talk();
    await customer.says('hi');
    const second = await customer.asks('0');
    expect(await customer.asks('what?')).to.equal(
      `Sorry, I did not understand that. Please reply with the number of your choice.\n\n${second}`,
    );
  });

  const answers: [locale: string, text: string, value: string][] = [
    ['en', '12', 'd12'],
    ['en', '14.', 'd14'],
    ['en', 'the twelfth one', 'd12'],
    ['en', 'eleven', 'd11'],
    ['es', 'el décimo', 'd10'],
    ['zh-TW', '第十二個', 'd12'],
    ['en', 'department number 13', 'd13'],
  ];
  for (const [locale, text, value] of answers) {
    it(`takes ${text} in ${locale} on the first page`, async () => {
      const customer = await talk(locale);
      await customer.says('hi');
      expect((await customer.asks(text)).split('\n')[0]).to.equal(`Got ${value}.`);
    }).timeout(10_000);
  }

  it('asks for "more" and "0" in each language', async () => {
    for (const [locale, words] of [
      ['es', ['0', 'más', 'otras opciones']],
      ['zh-TW', ['0', '更多', '其他']],
    ] as const) {
      for (const word of words) {
        const customer = await talk(locale);
        const first = await customer.asks('hi');
        expect(await customer.asks(word), word).not.to.equal(first);
        expect(customer.stack).to.deep.equal(['main/which']);
      }
    }
  });
});
