import { expect } from 'chai';
import { loadTexts } from '../../src/bot/load.ts';
import { queueWord } from '../../src/bot/service-words.ts';
import type { Texts } from '../../src/bot/texts.ts';

let texts: Texts;
before(async () => {
  texts = await loadTexts({ localesDir: 'locales', defaultLanguage: 'en', mayLackDir: false });
});

describe('the words of customers who wait', () => {
  const cases: [locale: string, text: string, meaning: 'where' | 'leave' | null][] = [
    ['en', 'Where am I?', 'where'],
    ['en', 'hi, where am I in the queue please', 'where'],
    ['en', 'What’s my position?', 'where'],
    ['en', 'how much longer???', 'where'],
    ['en', 'Am I next', 'where'],
    ['en', 'LEAVE', 'leave'],
    ['en', 'Never mind, thanks', 'leave'],
    ['en', 'nvm', 'leave'],
    ['en', 'cancel', 'leave'],
    ['en', 'I don’t need help anymore', 'leave'],
    ['en', 'Hello, is anyone there?', 'where'],
    ['en', 'Still waiting...', 'where'],
    ['en', 'I’ll come back later, thanks', 'leave'],
    ['en', 'I am still waiting for my parcel', null],
    ['en', 'I’m leaving now', null],
    ['en', 'Thanks, I’ll try again later', null],
    ['en', 'Any updates?', null],
    ['en', 'cancel my order', null],
    ['en', 'where is my order', null],
    ['en', 'how long is the warranty', null],
    ['en', 'I cannot leave the house', null],
    ['en', 'ok', null],
    ['en', 'thanks', null],
    ['en', '', null],
    ['es', '¿Cuánto falta?', 'where'],
    ['es', 'Hola, ¿en qué puesto estoy?', 'where'],
    ['es', 'cuanto tardan', 'where'],
    ['es-MX', 'cuándo me toca', 'where'],
    ['es', 'SALIR', 'leave'],
    ['es', 'déjelo, gracias', 'leave'],
    ['es', 'Olvídalo', 'leave'],
    ['es', 'cancelar', 'leave'],
    ['es', 'Hola, ¿hay alguien?', 'where'],
    ['es', '¿Cuándo me van a atender?', 'where'],
    ['es', 'Vuelvo más tarde, gracias', 'leave'],
    ['es', 'sigo esperando el paquete', null],
    ['es', '¿Sigues ahí?', 'where'],
    ['es', 'Me voy ahora', null],
    ['es', 'Sigue ahí', null],
    ['es', 'quiero cancelar el pedido', null],
    ['es', 'cuánto cuesta', null],
    ['es', 'gracias', null],
    ['zh-TW', '請問還要等多久？', 'where'],
    ['zh-TW', '我排第幾', 'where'],
    ['zh-TW', '輪到我了嗎', 'where'],
    ['zh-Hant-HK', '前面還有幾位？', 'where'],
    ['zh-TW', '離開', 'leave'],
    ['zh-TW', '不等了，謝謝', 'leave'],
    ['zh-TW', '算了', 'leave'],
    ['zh-TW', '請問有人在嗎？', 'where'],
    ['zh-TW', '快輪到我了嗎', 'where'],
    ['zh-TW', '我晚點再來', 'leave'],
    ['zh-TW', '我還在等包裹', null],
    ['zh-TW', '還要等嗎', 'where'],
    ['zh-TW', '我要走了', null],
    ['zh-TW', '我要取消訂單', null],
    ['zh-TW', '多久會到貨', null],
    ['zh-TW', '好的', null],
    ['en', 'cuánto falta', 'where'],
    ['es', 'never mind', 'leave'],
  ];
  for (const [locale, text, meaning] of cases) {
    it(`${locale}: "${text}" ${meaning === null ? 'is for an agent' : `means ${meaning}`}`, () => {
      expect(queueWord(texts)(locale, text)).to.equal(meaning);
    });
  }
});
