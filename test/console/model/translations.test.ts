import { expect } from 'chai';
import { createTranslations } from '../../../src/console/model/translations.ts';

describe('translations in the console', () => {
  const of = (language: string) =>
    createTranslations({ ask: () => Promise.reject(new Error('nobody is to be asked')), language });

  it('are for another language, or another script of the same, and for nothing that is no language', () => {
    const foreign = (own: string, other: string) => of(own).isForeign(other);
    expect(foreign('en', 'es')).to.equal(true);
    expect(foreign('en', 'en-GB')).to.equal(false);
    expect(foreign('es', 'es-419')).to.equal(false);
    expect(foreign('zh-TW', 'zh-HK')).to.equal(false);
    expect(foreign('zh-TW', 'zh-CN')).to.equal(true);
    expect(foreign('en', 'no_language')).to.equal(false);
  });

  it('name languages as their reader does', () => {
    expect(of('en').nameOf('es')).to.equal('Spanish');
    expect(of('es').nameOf('en')).to.equal('inglés');
    expect(of('zh-TW').nameOf('es-u-nu-latn')).to.equal('西班牙文');
  });
});
