import { expect } from 'chai';
import { SwitchboardError } from '../../src/errors.ts';
import { botOf, Talk, type Written } from '../support/script-bot.ts';

const STEPS = `
  - set: { count: 2000000, price: '{"amount": 5.5, "currency": "EUR"}', day: '"2026-12-03"', currency: '"USD"' }
  - say: hello
  - ask: name
    as: name
  - goto: hello
`;

async function talk(hello: object, locale = 'en', more: Partial<Written> = {}): Promise<Talk> {
  const files: Written['files'] = {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${STEPS.replace('- say: hello', '- id: hello\n    say: hello')}`,
  };
  for (const [language, texts] of Object.entries(hello)) {
    files[`locales/${language}/main.json`] = { name: '?', ...texts };
  }
  return new Talk(await botOf({ languages: Object.keys(hello), ...more, files }), locale);
}

describe('a text that is said in several ways', () => {
  it('is said in each in turn, by the language’s own list, also in the next session', async () => {
    const customer = await talk({ en: { hello: ['Hi', 'Hello {{name}}', 'Hey'] } });
    expect(await customer.asks('x')).to.equal('Hi\n\n?');
    expect(await customer.asks('Ana')).to.equal('Hello Ana\n\n?');
    customer.session = 2;
    expect(await customer.asks('Ana')).to.equal('Hey\n\n?');
    expect(await customer.asks('Ana')).to.equal('Hi\n\n?');
  });

  it('is the same one when the turn is run again', async () => {
    const customer = await talk({ en: { hello: ['Hi', 'Hello', 'Hey'] } });
    await customer.says('x');
    const before = customer.botState;
    const first = await customer.asks('Ana');
    customer.botState = before;
    expect(await customer.asks('Ana')).to.equal(first);
  });

  it('may be one in one language and three in another', async () => {
    const texts = { en: { hello: ['Hi', 'Hello', 'Hey'] }, es: { hello: 'Hola' } };
    const customer = await talk(texts, 'es');
    expect(await customer.asks('x')).to.equal('Hola\n\n?');
    expect(await customer.asks('x')).to.equal('Hola\n\n?');
  });

  it('is a mistake where a question is asked', async () => {
    const error = await talk({ en: { hello: 'x', name: ['a', 'b'] } }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SwitchboardError);
    expect(String(error)).to.contain('"name" must be one text, not a list');
  });
});

describe('values in texts', () => {
  it('are written by the habits of the customer’s locale', async () => {
    const hello = '{{price}} {{price.amount, currency(EUR)}} {{day, date}} {{count, number}}';
    const texts = { en: { hello }, es: { hello }, 'zh-TW': { hello } };
    const said = async (locale: string) => (await (await talk(texts, locale)).asks('x')).split('\n')[0];
    expect(await said('en')).to.equal('€5.50 €5.50 Thursday, December 3 2,000,000');
    expect(await said('en-GB')).to.equal('€5.50 €5.50 Thursday 3 December 2,000,000');
    expect(await said('es')).to.equal('5,50 € 5,50 € jueves, 3 de diciembre 2.000.000');
    expect(await said('es-MX')).to.equal('EUR 5.50 EUR 5.50 jueves, 3 de diciembre 2,000,000');
    expect(await said('zh-Hant-HK')).to.equal('€5.50 €5.50 12月3日星期四 2,000,000');
    expect(await said('fr')).to.equal('€5.50 €5.50 Thursday, December 3 2,000,000');
  });

  it('have plural forms by language; rare ones that nobody wrote are as the others', async () => {
    const texts = { es: { hello_one: '{{count}} libro', hello_other: '{{count}} libros' } };
    const customer = await talk(texts, 'es', { defaultLanguage: 'es' });
    expect(await customer.asks('x')).to.equal('2000000 libros\n\n?');
  });
});
