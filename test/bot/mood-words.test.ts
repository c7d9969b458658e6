import { expect } from 'chai';
import { loadTexts } from '../../src/bot/load.ts';
import { moodOf } from '../../src/bot/mood-words.ts';
import type { Texts } from '../../src/bot/texts.ts';

let texts: Texts;
before(async () => {
  texts = await loadTexts({ localesDir: 'locales', defaultLanguage: 'en', mayLackDir: false });
});

describe('the mood of a text', () => {
  const cases: [locale: string, text: string, mood: number][] = [
    ['en', 'Where is my order?', 0],
    ['en', 'It is broken and does not work', 0],
    ['en', 'thanks', 0],
    ['en', '', 0],
    ['en', 'This is RIDICULOUS!!!', -2],
    ['en', 'I am really disappointed.', -1],
    ['en', 'Not happy', -1],
    ['en', 'I’m not very happy with this', -1],
    ['en', 'It wasn’t helpful', -1],
    ['en', 'not bad, not angry', 1],
    ['en', 'very happy, thank you so much', 2],
    ['en', 'You guys are great', 1],
    ['en', 'great, great, great', 1],
    ['en', 'greatest madrid made', 0],
    ['en', 'terrible, awful, worst, useless', -2],
    ['en', 'great service but the driver was rude', 1],
    ['en', 'again 😡', -2],
    ['en', '👍🏽', 1],
    ['en', '❤️', 2],
    ['es', 'Esto es inaceptable', -2],
    ['es', 'Estoy muy decepcionada', -1],
    ['es-MX', 'no fueron amables', -1],
    ['es', '¡Muchísimas gracias, son los mejores!', 2],
    ['es', 'gracias', 0],
    ['zh-TW', '太誇張了吧', -2],
    ['zh-TW', '我很失望', -1],
    ['zh-TW', '不太滿意', -1],
    ['zh-TW', '不是很滿意', -1],
    ['zh-TW', '沒有很高興', -1],
    ['zh-TW', '客服很親切，不錯', 2],
    ['zh-TW', '太棒了', 2],
    ['zh-TW', '請問我的訂單到哪了，謝謝', 0],
    ['fr', 'terrible', -2],
  ];
  for (const [locale, text, mood] of cases) {
    it(`${locale}: "${text}" is ${mood}`, () => {
      expect(moodOf(texts)(locale, text)).to.equal(mood);
    });
  }
});
