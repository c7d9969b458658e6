import { expect } from 'chai';
import fc from 'fast-check';
import { readLocaleFolders } from '../../src/bot/dialog-files.ts';
import { localesOf, readLocaleFile } from '../../src/bot/locale-file.ts';
import { SYSTEM } from '../../src/bot/system-texts.ts';
import { Texts } from '../../src/bot/texts.ts';
import { Triggers } from '../../src/bot/triggers.ts';
import { Commands, normalised } from '../../src/bot/words.ts';

describe('a text to compare', () => {
  const pairs: [text: string, as: string][] = [
    ['¡Sí, por favor!', 'si por favor'],
    ['ＨＥＬＰ', 'help'],
    ['  Speak   to\na PERSON?? ', 'speak to a person'],
    ['español', 'espanol'],
    ['「真人」', '真人'],
    ['1.', '1'],
    ['1️⃣', '1'],
    ['👍🏽', '👍'],
    ['?', '?'],
    ['？', '?'],
    ['\u200eyes\u200b', 'yes'],
    ['ok\ud83d', 'ok'],
    ['한국어', '한국어'],
    ['', ''],
  ];
  for (const [text, as] of pairs) {
    it(`is ${JSON.stringify(as)} for ${JSON.stringify(text)}`, () => {
      expect(normalised(text)).to.equal(as);
    });
  }

  it('is the same when it is taken twice, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normalised(text);
        expect(normalised(once)).to.equal(once);
      }),
    );
  });
});

describe('what customers can say at any time', () => {
  let texts: Texts;
  let commands: Commands;

  before(async () => {
    texts = new Texts(localesOf(await readLocaleFolders('locales'), 'locales'), 'en');
    commands = new Commands(texts);
  });

  const said: [locale: string, text: string, command: unknown][] = [
    ['en', 'Agent', 'person'],
    ['en', 'I want to talk to a person, please!', 'person'],
    ['en', 'hi, can I speak to someone now', 'person'],
    ['es', 'Quiero hablar con una persona por favor', 'person'],
    ['es-MX', 'AGENTE', 'person'],
    ['zh-TW', '我要真人客服', 'person'],
    ['zh-HK', '請轉真人，謝謝', 'person'],
    ['en', 'Start again', 'restart'],
    ['es', 'Volver a empezar', 'restart'],
    ['zh-TW', '重新開始', 'restart'],
    ['en', 'help', 'help'],
    ['en', '?', 'help'],
    ['es', 'ayuda', 'help'],
    ['zh-TW', '說明', 'help'],
    ['en', 'language', 'language'],
    ['es', 'Idioma', 'language'],
    ['zh-TW', '語言', 'language'],
    ['en', 'español', { language: 'es' }],
    ['en', 'spanish please', { language: 'es' }],
    ['en', 'language: Spanish', { language: 'es' }],
    ['es', 'inglés', { language: 'en' }],
    ['es', '中文', { language: 'zh-TW' }],
    ['zh-TW', 'English', { language: 'en' }],
    ['zh-TW', '西班牙文', { language: 'es' }],
    // In another language than the conversation's.
    ['en', 'persona', 'person'],
    ['zh-TW', 'help', 'help'],
    ['de', 'agent', 'person'],
  ];
  for (const [locale, text, command] of said) {
    it(`"${text}" in ${locale} is ${JSON.stringify(command)}`, () => {
      expect(commands.find(text, locale)).to.deep.equal(command);
    });
  }

  for (const text of [
    'my agent said no',
    'the person at the door',
    'helpful',
    'no',
    '10234',
    '',
    ' ',
    'please',
    '人',
  ]) {
    it(`"${text}" is nothing of the kind`, () => {
      expect(commands.find(text, 'en')).to.equal(undefined);
    });
  }

  const wishes: [text: string, wishes: boolean][] = [
    ['I want to talk to a real human being', true],
    ['get me a human', true],
    ['I want to talk to a real person', true],
    ['can I just speak to someone please', true],
    ['quiero hablar con una persona de verdad', true],
    ['necesito hablar con alguien ya', true],
    ['我聽不懂，請轉真人', true],
    ['可以幫我找客服人員嗎', true],
    ["I don't want to talk to a person", false],
    ["I don't want to talk to a real person", false],
    ['no quiero hablar con una persona', false],
    ['prefiero seguir sin hablar con alguien', false],
    ['我不想跟真人講話', false],
    ['先不用轉專人', false],
    ['客服電話幾號', false],
    ['Could you get me a human please', true],
    ['is there a REAL person there?', true],
    ['con un agente por favor', true],
    ['¿Me pasa con un asesor?', true],
    ['請幫我轉專人', true],
    ['轉接客服', true],
    ['not an agent', false],
    ["I don't want an agent", false],
    ['I don’t need a human', false],
    ['my agent said no', false],
    ['no quiero un agente', false],
    ['sin agente', false],
    ['我不要真人', false],
    ['is your agent open on sunday and what time does it close today', false],
    ['我昨天打電話給你們的客服但是一直沒有人接', false],
    // A whole word only, and a strong one.
    ['travel agency', false],
    ['humanity', false],
    ['a person left it at the door', false],
    ['', false],
  ];
  for (const [text, wish] of wishes) {
    it(`"${text}" ${wish ? 'wishes' : 'does not wish'} for a person`, () => {
      expect(commands.wishesPerson(text)).to.equal(wish);
    });
  }

  it('a wish has at most eight words, or twelve characters of Chinese', () => {
    expect(commands.wishesPerson('a b c d e f g agent')).to.equal(true);
    expect(commands.wishesPerson('a b c d e f g h agent')).to.equal(false);
    expect(commands.wishesPerson(`${'甲'.repeat(10)}真人`)).to.equal(true);
    expect(commands.wishesPerson(`${'甲'.repeat(11)}真人`)).to.equal(false);
  });

  it('a text of pages is nothing of the kind', () => {
    expect(commands.find('please '.repeat(3000), 'en')).to.equal(undefined);
  });

  it('a word that means different things in two other languages means neither', () => {
    const files = new Map([
      ['en', new Map()],
      ['es', new Map([[SYSTEM, file({ words: { person: ['pan'] } })]])],
      ['fr', new Map([[SYSTEM, file({ words: { help: ['pan'] } })]])],
    ]);
    const both = new Commands(new Texts({ languages: ['en', 'es', 'fr'], files }, 'en'));
    expect(both.find('pan', 'en')).to.equal(undefined);
    expect(both.find('pan', 'es')).to.equal('person');
    expect(both.find('pan', 'fr')).to.equal('help');
  });

  it('keywords lead to their dialog in every language', () => {
    const keywords = new Triggers(texts, [
      { id: 'order-status', keywords: ['keywords'], patterns: [] },
      { id: 'returns', keywords: ['keywords'], patterns: [] },
    ]);
    expect(keywords.keyword('where is my order?', 'en')).to.equal('order-status');
    expect(keywords.keyword('Devolución', 'es')).to.equal('returns');
    expect(keywords.keyword('我要退貨', 'zh-TW')).to.equal('returns');
    expect(keywords.keyword('退貨', 'en')).to.equal('returns');
    expect(keywords.keyword('something else', 'en')).to.equal(undefined);
  });
});

function file(words: object) {
  return readLocaleFile('system.json', 'xx', SYSTEM, JSON.stringify(words)).file;
}
