import { expect } from 'chai';
import { consentWord, stopWish } from '../../src/bot/consent-words.ts';
import { loadTexts } from '../../src/bot/load.ts';
import type { Texts } from '../../src/bot/texts.ts';

let texts: Texts;
before(async () => {
  texts = await loadTexts({ localesDir: 'locales', defaultLanguage: 'en', mayLackDir: false });
});

describe('the words about texts themselves', () => {
  const cases: [text: string, word: 'stop' | 'start' | 'help' | undefined][] = [
    ['STOP', 'stop'],
    [' Stop. ', 'stop'],
    ['stop!!!', 'stop'],
    ['S T O P', undefined],
    ['Unsubscribe', 'stop'],
    ['STOPALL', 'stop'],
    ['opt-out', 'stop'],
    ['BAJA', 'stop'],
    ['no más mensajes', 'stop'],
    ['退訂', 'stop'],
    ['「退訂」', 'stop'],
    ['START', 'start'],
    ['unstop', 'start'],
    ['Alta', 'start'],
    ['恢復', 'start'],
    ['HELP', 'help'],
    ['ayuda', 'help'],
    ['說明', 'help'],
    ['I need help', undefined],
    ['please stop', undefined],
    ['STOP 12345', undefined],
    ['stop the delivery', undefined],
    ['cancel', undefined],
    ['cancelar', undefined],
    ['', undefined],
    ['stop '.repeat(400), undefined],
  ];
  for (const [text, word] of cases) {
    it(`"${text.slice(0, 30)}" ${word === undefined ? 'is a text like any other' : `is ${word.toUpperCase()}`}`, () => {
      expect(consentWord(texts)(text)).to.equal(word);
    });
  }

  it('counts what TeleSign takes a text for, but no mark of TeleSign’s makes another word of STOP', () => {
    const word = consentWord(texts);
    expect(word('cancel', 'stop')).to.equal('stop');
    expect(word('contact', 'help')).to.equal('help');
    expect(word('cancel', 'generic')).to.equal(undefined);
    expect(word('STOP', 'generic')).to.equal('stop');
    expect(word('stop', 'start')).to.equal('stop');
    expect(word('hello', 7)).to.equal(undefined);
  });
});

describe('what may mean STOP', () => {
  const wishes = [
    'please stop',
    'Please stop texting me',
    'STOP 12345',
    'stop, thanks',
    'I want to stop',
    "Don't text me again!",
    'no more messages please',
    'take me off your list',
    'no me escriban más',
    'por favor, baja',
    'quiero darme de baja',
    '請不要再傳了',
    '我要退訂',
  ];
  for (const text of wishes) {
    it(`"${text}" is asked back`, () => {
      expect(stopWish(texts)(text)).to.equal(true);
    });
  }

  const others = [
    'stop the delivery',
    'when will the rain stop',
    'the bus stop at the corner',
    "don't stop",
    'cancel my order',
    'I did not get the text you sent and my order 1234 has not come, please do not text me but call me instead',
    '12345',
    '',
    'quiero cancelar el pedido',
    '我要取消訂單',
  ];
  for (const text of others) {
    it(`"${text.slice(0, 50)}" is not`, () => {
      expect(stopWish(texts)(text)).to.equal(false);
    });
  }
});
