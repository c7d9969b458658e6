import { expect } from 'chai';
import { readLocaleFile } from '../../src/bot/locale-file.ts';
import { type MissingText, Texts } from '../../src/bot/texts.ts';

function textsOf(
  languages: Record<string, Record<string, object>>,
  onMissing?: (missing: MissingText) => void,
): Texts {
  const files = new Map(
    Object.entries(languages).map(([language, named]) => [
      language,
      new Map(
        Object.entries(named).map(([name, texts]) => [
          name,
          readLocaleFile('x.json', language, name, JSON.stringify(texts)).file,
        ]),
      ),
    ]),
  );
  return new Texts({ languages: Object.keys(languages), files }, 'en', onMissing);
}

describe('texts', () => {
  it('are filled without escaping, and never twice', () => {
    const texts = textsOf({ en: { main: { hi: 'Hi {{name}} <{{user.town}}>' } } });
    const values = { name: "O'Brien & $t(hi) {{name}}", user: { town: 'A/B' } };
    expect(texts.text('en', 'main', 'hi', values)).to.equal("Hi O'Brien & $t(hi) {{name}} <A/B>");
  });

  it('leave out what has no value', () => {
    const texts = textsOf({ en: { main: { hi: 'Hi {{name}}{{order.id}}!' } } });
    expect(texts.text('en', 'main', 'hi')).to.equal('Hi !');
    expect(texts.text('en', 'main', 'hi', { name: null, order: {} })).to.equal('Hi !');
  });

  it('follow the plural of the language, and numbers its habits', () => {
    const texts = textsOf({
      en: { main: { days_one: '{{count}} day', days_other: '{{count}} days', sum: '{{n, number}}' } },
      es: { main: { sum: '{{n, number}}' } },
    });
    expect(texts.text('en', 'main', 'days', { count: 1 })).to.equal('1 day');
    expect(texts.text('en', 'main', 'days', { count: 2 })).to.equal('2 days');
    expect(texts.text('en', 'main', 'days', { count: 'some' })).to.equal('some days');
    expect(texts.text('en', 'main', 'sum', { n: 12345.5 })).to.equal('12,345.5');
    expect(texts.text('es', 'main', 'sum', { n: 12345.5 })).to.equal('12.345,5');
  });

  it('do not take variables for options of i18next', () => {
    const texts = textsOf({
      en: { main: { hi: 'Hi {{lng}} {{context}}', hi_x: 'wrong' } },
      es: { main: { hi: 'wrong' } },
    });
    expect(texts.text('en', 'main', 'hi', { lng: 'es', context: 'x', ns: 'y', defaultValue: 'z' })).to.equal(
      'Hi es x',
    );
  });

  it('fall back when a language lacks one, and tell of it', () => {
    const missing: MissingText[] = [];
    const texts = textsOf({ en: { main: { hi: 'Hi' } }, es: { main: {} } }, (text) => missing.push(text));
    expect(texts.text('es-MX', 'main', 'hi')).to.equal('Hi');
    expect(missing).to.deep.equal([{ language: 'es', file: 'main', key: 'hi' }]);
  });

  it('are empty when no language has one: never a key, never an exception', () => {
    const missing: MissingText[] = [];
    const texts = textsOf({ en: { main: { map: { a: 'A' }, list: ['a'] } } }, (text) => missing.push(text));
    for (const key of ['gone', 'gone.too', 'map', 'list', ''])
      expect(texts.text('en', 'main', key)).to.equal('');
    expect(texts.text('en', 'nofile', 'gone')).to.equal('');
    expect(missing.map(({ key }) => key)).to.deep.equal(['gone', 'gone.too', 'map', 'list', '', 'gone']);
  });

  it('never throw for a format or a reference that does not fit', () => {
    const texts = textsOf({
      en: {
        main: {
          a: '{{n, currency(XX)}}',
          b: '{{n, datetime}}',
          c: '$t(c)',
          d: '{{n, number(minimumFractionDigits: 500)}}',
        },
      },
    });
    for (const key of ['a', 'b', 'c', 'd']) {
      for (const n of ['x', 1, null, [1], { a: 1 }])
        expect(texts.text('en', 'main', key, { n })).to.be.a('string');
    }
  });

  it('are had plain when nothing in them varies', () => {
    const texts = textsOf({
      en: { main: { a: 'A ', b: '{{b}}', c: '$t(a)', d: 'D', d_other: 'Ds' } },
      es: { main: { a: 'Á' } },
    });
    expect(['a', 'b', 'c', 'd', 'e'].map((key) => texts.plain('en', 'main', key))).to.deep.equal([
      'A',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(texts.plain('es-AR', 'main', 'a')).to.equal('Á');
  });

  it('give lists of words of one language only', () => {
    const texts = textsOf({ en: { main: { k: ['a', 'b'], t: 'x' } }, es: { main: {} } });
    expect(texts.words('en', 'main', 'k')).to.deep.equal(['a', 'b']);
    expect(texts.words('es', 'main', 'k')).to.deep.equal([]);
    expect(texts.words('en', 'main', 't')).to.deep.equal([]);
  });

  it('stay small however many locales come by', () => {
    const texts = textsOf({ en: { main: { hi: 'Hi' } } });
    for (let n = 0; n < 2000; n += 1) expect(texts.language(`x-${n}`)).to.equal('en');
  });
});
