import { expect } from 'chai';
import { languageChain } from '../src/languages.ts';

describe('the chain of languages', () => {
  const languages = ['en', 'es', 'zh-TW', 'pt-BR', 'en-GB'];
  const chains: [locale: string, chain: string[]][] = [
    ['en', ['en', 'en-GB']],
    ['en-GB', ['en-GB', 'en']],
    ['en-AU', ['en', 'en-GB']],
    ['es', ['es', 'en']],
    ['es-MX', ['es', 'en']],
    ['es-419', ['es', 'en']],
    ['ES_mx', ['es', 'en']],
    ['pt', ['pt-BR', 'en']],
    ['pt-PT', ['pt-BR', 'en']],
    ['zh-TW', ['zh-TW', 'en']],
    ['zh-Hant', ['zh-TW', 'en']],
    ['zh-HK', ['zh-TW', 'en']],
    ['zh-Hant-HK', ['zh-TW', 'en']],
    ['zh-CN', ['zh-TW', 'en']],
    ['de-CH', ['en']],
    ['', ['en']],
    ['not a locale', ['en']],
    ['x-private', ['en']],
  ];
  for (const [locale, chain] of chains) {
    it(`of ${locale === '' ? 'no locale' : locale} is ${chain.join(', ')}`, () => {
      expect(languageChain(locale, languages, 'en')).to.deep.equal(chain);
    });
  }

  it('prefers the script that the customer reads', () => {
    expect(languageChain('zh-HK', ['zh-CN', 'zh-TW', 'en'], 'en')).to.deep.equal(['zh-TW', 'zh-CN', 'en']);
    expect(languageChain('zh-SG', ['zh-CN', 'zh-TW', 'en'], 'en')).to.deep.equal(['zh-CN', 'zh-TW', 'en']);
  });
});
