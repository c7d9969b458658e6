import { expect } from 'chai';
import fc from 'fast-check';
import { ANSWER_TYPES } from '../../src/bot/script-fields.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const SEED = 20261129;
const RUNS = 60;

const TEXTS = {
  ask: 'Ask?',
  right: 'Is {{value}} right?',
  wrong: '{{value, date}} is wrong.',
  left: 'Left',
  right_label: 'Right',
  got: ['Got {{answer}}', 'Got {{answer, date}}', 'Got {{answer, currency(EUR)}}'],
  summary: '{{answer, number}}',
};

/** Every kind of question, with all that can be written to one. */
const questions = [
  ...ANSWER_TYPES.map((type) => `ask: ask\n    as: answer\n    type: ${type}`),
  ...ANSWER_TYPES.map((type) => `ask: ask\n    as: answer\n    type: ${type}\n    confirm: right`),
  ...ANSWER_TYPES.map((type) => `ask: ask\n    as: answer\n    type: ${type}\n    sensitive: true`),
  "ask: ask\n    as: answer\n    pattern: '[a-z]{2}\\d{1,4}'",
  'ask: ask\n    as: answer\n    validate:\n      - { that: value.size() > 2, say: wrong }',
  'confirm: ask\n    as: answer',
  'choice: ask\n    as: answer\n    options:\n      - { value: l, label: left }\n      - { value: r, label: right_label }',
].map((fields) => (fields.includes('money') ? `${fields}\n    currency: USD` : fields));

const words = fc.constantFrom(
  ...[
    '1',
    '12',
    '3.50',
    '$',
    '€',
    'eur',
    'dollars',
    'tomorrow',
    'next',
    'friday',
    'at',
    '5',
    'pm',
    'half past',
  ],
  ...[
    'mañana',
    'el',
    'lunes',
    'a las',
    'y media',
    'dos',
    'días',
    '明天',
    '下午',
    '三點',
    '半',
    '禮拜五',
    '新台幣',
    '元',
    '百',
  ],
  ...[
    '+',
    '-',
    '/',
    '.',
    ':',
    '@',
    'a@b.co',
    '415 555 2671',
    'yes',
    'no',
    'the',
    'of',
    'in',
    'and',
    'or',
    '\n',
  ],
);
const text = fc.oneof(
  fc.array(words, { maxLength: 8 }).map((parts) => parts.join(' ')),
  fc.array(words, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud83d',
    '{{value}}',
    '$t(ask)',
    '1'.repeat(2000),
    '١٢',
    '½',
    '१२',
    '1e400',
  ),
);

describe('a question of any kind', () => {
  for (const question of questions) {
    it(`takes any text without an error, and the same way again: ${question.replace(/\s+/g, ' ')}`, async () => {
      const steps = `  - id: q\n    ${question}\n    retries: 9\n    onNoReply: { after: 5m, remind: left }\n  - say: got\n  - goto: q\n`;
      const texts = question.includes('sensitive') ? { ...TEXTS, got: 'Got' } : TEXTS;
      const bot = await botOf({
        files: {
          'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
          ...Object.fromEntries(['en', 'es', 'zh-TW'].map((one) => [`locales/${one}/main.json`, texts])),
        },
        languages: ['en', 'es', 'zh-TW'],
      });
      const locales = fc.constantFrom('en', 'es-MX', 'zh-Hant-HK', 'fr', 'xx-invalid-locale!');
      const times = fc.integer({ min: 0, max: 4_000_000_000_000 });
      const zones = fc.constantFrom('UTC', 'Asia/Taipei', 'America/New_York', 'Nowhere/Land', '');
      await fc.assert(
        fc.asyncProperty(
          locales,
          times,
          zones,
          fc.array(text, { minLength: 1, maxLength: 4 }),
          async (...given) => {
            const [locale, time, timeZone, said] = given;
            const customer = new Talk(bot, locale);
            Object.assign(customer, { time, timeZone });
            await customer.says('hi');
            for (const one of said) {
              const { botState, hidden, locale: spoken } = customer;
              const first = await customer.says(one);
              for (const sent of first.texts) expect(sent).to.have.length.above(0);
              Object.assign(customer, { botState, hidden, locale: spoken });
              expect(await customer.says(one)).to.deep.equal(first);
              if (first.handoff || first.ended) return;
            }
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
    }).timeout(60_000);
  }
});
