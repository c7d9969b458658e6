import { expect } from 'chai';
import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import type { ScriptBot } from '../../src/bot/bot.ts';
import { readLocaleFolders } from '../../src/bot/dialog-files.ts';
import { localesOf } from '../../src/bot/locale-file.ts';
import { sampleBot, Talk } from '../support/script-bot.ts';

const SEED = 20261124;
const CONVERSATIONS = 500;
const INPUTS = 20;

/** What leads on almost anywhere. */
const plain = fc.constantFrom('1', '2', '3', '4', 'yes', 'no', 'sí', '是', '否', '10234', '10235', '99');

/** Answers that lead somewhere, so that every corner is come to, and texts that nobody expects. */
const fitting = fc.constantFrom(
  ...['10237', 'twelve', 'doce', '三十', 'help', 'ayuda', '說明', 'restart', 'agent', 'persona', '真人'],
  ...['language', 'español', 'english', '中文', 'order status', 'horario', '退貨', 'hours', 'devoluciones'],
  ...['person', 'change delivery', 'otro día', '配送日期', 'billing', 'factura', '發票', 'tomorrow'],
  ...['el viernes', '後天', '5pm', '15:30', '下午三點半', 'this number', '415 555 2671', 'ana@example.com'],
  ...['$12.50', 'yesterday', 'ayer', '昨天', 'INV-123456', '1234', '12 euros'],
);

const likely = fc.oneof(plain, fitting);
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\ud83d',
    '{{name}}',
    '$t(welcome)',
    '😀'.repeat(50),
    'x'.repeat(20_000),
  ),
);

const input = fc.oneof(
  { weight: 12, arbitrary: fc.record({ kind: fc.constant('says' as const), text: likely }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('says' as const), text: odd }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('untaken' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('new session' as const) }) },
);

describe('the sample dialogs, whatever customers write', () => {
  let bot: ScriptBot;

  before(async () => {
    bot = await sampleBot();
  });

  it(`wait for an answer, hand over or end, in all ${CONVERSATIONS * INPUTS} turns`, async function () {
    this.timeout(120_000);
    let turns = 0;
    let handoffs = 0;
    let ends = 0;
    const reached = new Set<string>();
    const inputs = fc.array(input, { minLength: INPUTS, maxLength: INPUTS });
    const locales = fc.constantFrom('en', 'es-MX', 'zh-Hant-HK', 'fr');
    await fc.assert(
      fc.asyncProperty(locales, inputs, async (locale, sequence) => {
        const customer = new Talk(bot, locale);
        let waiting = false;
        for (const one of sequence) {
          turns += 1;
          if (one.kind === 'new session') {
            customer.session += 1;
            waiting = false;
          }
          // While a handoff waits, customers' texts do not come to the bot.
          const text = 'text' in one ? one.text : 'hello';
          const output =
            one.kind === 'untaken'
              ? await customer.untaken()
              : waiting
                ? await customer.returned()
                : await customer.says(text);
          for (const step of customer.stack) reached.add(step);
          for (const sent of output.texts) {
            expect(sent).to.have.length.within(1, 1600);
            expect(sent).not.to.match(/undefined|\[object Object\]|NaN/);
          }
          if (output.ended) {
            ends += 1;
            expect(customer.stack).to.deep.equal([]);
            customer.session += 1;
            waiting = false;
          } else if (output.handoff) {
            handoffs += 1;
            waiting = true;
          } else if (one.kind !== 'untaken') {
            waiting = false;
            expect(output.texts).to.have.length.above(0);
          }
        }
      }),
      { seed: SEED, numRuns: CONVERSATIONS },
    );
    expect(turns).to.equal(CONVERSATIONS * INPUTS);
    // It is of no use if the inputs never get far.
    expect(handoffs).to.be.above(100);
    expect(ends).to.be.above(20);
    expect([...reached]).to.include.members([
      'main/menu',
      'main/again',
      'main/person',
      'main/support',
      'order-status/number',
      'returns/recent',
      'returns/late',
      'returns/support',
      'delivery/day',
      'delivery/time',
      'billing/amount',
      'billing/reference',
    ]);
  });
});

describe('the English texts', () => {
  it('hold no character that would make each SMS 70 characters long', async () => {
    const { files } = localesOf(await readLocaleFolders('locales'), 'locales');
    for (const file of files.get('en')?.values() ?? []) {
      for (const [key, { value }] of file.entries) {
        if (typeof value !== 'string') continue;
        expect(new SegmentedMessage(value).getEncodingName(), `${file.file} ${key}`).to.equal('GSM-7');
      }
    }
  });
});
