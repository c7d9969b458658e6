import { expect } from 'chai';
import { readLocaleFolders } from '../../src/bot/dialog-files.ts';
import { localesOf } from '../../src/bot/locale-file.ts';
import { Recogniser } from '../../src/bot/recognise.ts';
import { Texts } from '../../src/bot/texts.ts';

describe('an answer', () => {
  let recogniser: Recogniser;

  before(async () => {
    recogniser = new Recogniser(new Texts(localesOf(await readLocaleFolders('locales'), 'locales'), 'en'));
  });

  describe('that should be yes or no', () => {
    const answers: [locale: string, text: string, answer: boolean | undefined][] = [
      ['en', 'Yes!', true],
      ['en', 'yes please', true],
      ['en', 'ok thanks', true],
      ['en', 'No, thank you', false],
      ['en', 'nope', false],
      ['en', '👍🏽', true],
      ['en', 'yes 📷', true],
      ['es', 'sí\n📷\n🎬', true],
      ['zh-TW', '📷', undefined],
      ['es', 'sí', true],
      ['es', 'SI', true],
      ['es', 'no gracias', false],
      ['es', 'vale', true],
      ['zh-TW', '是的', true],
      ['zh-TW', '好的，謝謝', true],
      ['zh-TW', '不用了，謝謝', false],
      ['en', 'sí', true],
      ['zh-TW', 'yes', true],
      ['en', 'maybe', undefined],
      ['en', 'yes and no', undefined],
      ['en', 'not yes', undefined],
      ['en', '', undefined],
    ];
    for (const [locale, text, answer] of answers) {
      it(`${JSON.stringify(text)} in ${locale} is ${answer}`, () => {
        expect(recogniser.yesNo(text, locale)).to.equal(answer);
      });
    }
  });

  describe('that should be an option', () => {
    const english = [
      { value: 'order', label: 'Order status', words: ['tracking', 'my order'] },
      { value: 'hours', label: 'Opening hours', words: [] },
      { value: 'closing', label: 'Closing hours', words: [] },
    ];
    const chinese = [
      { value: 'order', label: '查詢訂單', words: ['物流'] },
      { value: 'hours', label: '營業時間', words: [] },
      { value: 'returns', label: '退貨', words: [] },
    ];
    const answers: [locale: string, text: string, value: string | undefined][] = [
      ['en', 'trakcing', 'order'],
      ['en', 'Oder status', 'order'],
      ['en', 'opning hours', 'hours'],
      ['en', '1', 'order'],
      ['en', '1\n📷', 'order'],
      ['zh-TW', '二\n🔊', 'hours'],
      ['en', '📷', undefined],
      ['en', '2.', 'hours'],
      ['en', '#3', 'closing'],
      ['en', '１', 'order'],
      ['en', 'option 2 please', 'hours'],
      ['en', 'the second one', 'hours'],
      ['en', 'two', 'hours'],
      ['en', 'ORDER STATUS', 'order'],
      ['en', 'order', 'order'],
      ['en', 'tracking!', 'order'],
      ['en', 'I need the opening hours of the shop', 'hours'],
      ['en', 'opening', 'hours'],
      ['en', 'about my order', 'order'],
      ['en', 'uno', 'order'],
      ['en', '4', undefined],
      ['en', '0', undefined],
      ['en', '1 or 2', undefined],
      ['en', 'hours', 'hours'],
      ['en', 'status', 'order'],
      ['en', 'us', undefined],
      ['en', 'opening hours or closing hours', undefined],
      ['en', '', undefined],
      ['en', '!!!', undefined],
      ['zh-TW', '二', 'hours'],
      ['zh-TW', '第三個', 'returns'],
      ['zh-TW', '我要退貨', 'returns'],
      ['zh-TW', '訂單', 'order'],
      ['zh-TW', '請問物流', 'order'],
      ['zh-TW', '時', undefined],
    ];
    for (const [locale, text, value] of answers) {
      it(`${JSON.stringify(text)} in ${locale} is ${value}`, () => {
        const options = locale === 'en' ? english : chinese;
        expect(recogniser.choice(text, options, locale)?.value).to.equal(value);
      });
    }

    it('is the option itself only when it is named outright', () => {
      expect(recogniser.exactChoice('Tracking.', english)?.value).to.equal('order');
      expect(recogniser.exactChoice('opening', english)).to.equal(undefined);
      expect(recogniser.exactChoice('1', english)).to.equal(undefined);
    });
  });
});
