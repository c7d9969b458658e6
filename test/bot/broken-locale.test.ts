import { expect } from 'chai';
import fc from 'fast-check';
import { createScriptBot } from '../../src/bot/bot.ts';
import { loadScripts } from '../../src/bot/load.ts';
import { localesOf } from '../../src/bot/locale-file.ts';
import { Texts } from '../../src/bot/texts.ts';
import { Talk, withFiles } from '../support/script-bot.ts';

const DIALOG = `
id: main
triggers: [start]
steps:
  - say: welcome
  - id: day
    ask: day
    as: day
    type: date
    confirm: right
  - set: { count: 2, price: 5.5 }
  - say: result
  - id: which
    choice: which
    options:
      - { value: a, label: a, words: words }
      - { value: b, label: b }
  - goto: day
`;

const GOOD = {
  welcome: ['Hi', 'Hello'],
  day: 'Day?',
  right: '{{value, date}}?',
  result: '{{count}} {{price, currency(USD)}}',
  which: 'Which?',
  a: 'Left',
  b: 'Right',
  words: ['port'],
};

/** What a file may hold in place of a good one: it never goes live so, but the texts are taken by whatever came. */
const broken = fc.oneof(
  fc.constant(undefined),
  fc.constant('no JSON'),
  fc.constant('{}'),
  fc.constant('[]'),
  fc
    .record(
      Object.fromEntries(
        Object.keys(GOOD).map((key) => [
          key,
          fc.oneof(
            fc.string(),
            fc.array(fc.string(), { maxLength: 3 }),
            fc.integer(),
            fc.constantFrom(
              null,
              {},
              '',
              '{{',
              '{{value',
              '{{value, nothing(}}',
              '{{ , }}',
              '$t(day)',
              '$t(result)',
            ),
            fc.constantFrom(
              '{{price, currency(NOPE)}}',
              '{{value, date(dateStyle: huge)}}',
              '{{a.b.c.d}}',
              '{{-value}}',
            ),
          ),
        ]),
      ),
      { requiredKeys: [] },
    )
    .map((texts) => JSON.stringify(texts)),
);

describe('a locale that is missing, partly translated or broken', () => {
  it('never ends a turn in an exception', async () => {
    await withFiles(
      { files: { 'dialogs/main.yaml': DIALOG, 'locales/en/main.json': GOOD } },
      async (options) => {
        const { scripts } = await loadScripts(options);
        const locales = fc.constantFrom(
          'en',
          'es',
          'es-AR',
          'zh-Hant-TW',
          'de',
          '',
          'not a locale',
          'x'.repeat(300),
        );
        await fc.assert(
          fc.asyncProperty(broken, broken, locales, async (en, es, locale) => {
            const folder = (language: string, text: string | undefined) => ({
              language,
              files: text === undefined ? [] : [{ name: 'main.json', text }],
            });
            const files = localesOf([folder('en', en), folder('es', es)], 'locales');
            const bot = createScriptBot({ scripts, texts: new Texts(files, 'en'), actions: {} });
            const customer = new Talk(bot, locale);
            for (const text of [
              'hi',
              'tomorrow',
              '2026-12-24',
              'yes',
              '1',
              'help',
              'language',
              'x',
              '0',
              'x',
              'x',
              'x',
            ]) {
              const { texts } = await customer.says(text);
              for (const sent of texts) expect(sent).not.to.match(/\{\{value\}\}|\[object Object\]/);
            }
          }),
          { numRuns: 60 },
        );
      },
    );
  }).timeout(60_000);
});
