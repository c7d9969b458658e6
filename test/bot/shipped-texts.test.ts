import { expect } from 'chai';
import { type Untranslated, untranslated } from '../../src/bot/check-texts.ts';
import { readLocaleFolders } from '../../src/bot/dialog-files.ts';
import { loadScripts, loadTexts } from '../../src/bot/load.ts';
import { localesOf } from '../../src/bot/locale-file.ts';
import { systemText } from '../../src/bot/system-texts.ts';
import type { Texts } from '../../src/bot/texts.ts';
import { Commands } from '../../src/bot/words.ts';
import { withFiles } from '../support/script-bot.ts';

const DIALOG = 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n';
const HELLO = { hello: 'Hello' };

/** The texts of a program with one dialog and these locale files, and what it was told. */
async function textsWith(files: Record<string, object>): Promise<{ texts: Texts; told: Untranslated[] }> {
  const told: Untranslated[] = [];
  const written = { files: { 'dialogs/main.yaml': DIALOG, ...files }, languages: [] };
  const { texts } = await withFiles(written, (options) =>
    loadScripts({ ...options, onUntranslated: (one) => told.push(one) }),
  );
  return { texts, told };
}

describe('the system texts that the package ships', () => {
  it('are whole in each language', async () => {
    const locales = localesOf(await readLocaleFolders('locales'), 'locales');
    expect(locales.languages).to.have.members(['en', 'es', 'zh-TW']);
    expect(untranslated(locales, 'none')).to.deep.equal([]);
  });

  it('serve a program with one dialog and one locale file', async () => {
    const { texts, told } = await textsWith({ 'locales/en/main.json': HELLO });
    expect(systemText(texts, 'en', 'not_understood')).to.equal('Sorry, I did not understand that.');
    expect(new Commands(texts).find('restart', 'en')).to.equal('restart');
    expect(texts.languages).to.deep.equal(['en']);
    expect(told).to.deep.equal([]);
  });

  it('give way to the program’s own, key by key, and a list as a whole', async () => {
    const { texts } = await textsWith({
      'locales/en/main.json': HELLO,
      'locales/en/system.json': { help: 'Ask away.', words: { restart: ['da capo'] } },
    });
    expect(systemText(texts, 'en', 'help')).to.equal('Ask away.');
    expect(systemText(texts, 'en', 'language_name')).to.equal('English');
    const commands = new Commands(texts);
    const heard = ['da capo', 'restart', 'person'].map((text) => commands.find(text, 'en'));
    expect(heard).to.deep.equal(['restart', undefined, 'person']);
  });

  it('serve a region of a language too', async () => {
    const { texts, told } = await textsWith({
      'locales/en/main.json': HELLO,
      'locales/es-MX/main.json': HELLO,
    });
    expect(systemText(texts, 'es-MX', 'not_understood')).to.equal('Perdone, no le he entendido.');
    expect(told).to.deep.equal([]);
  });

  it('of the default language stand in where a language of the program’s own lacks them, and it is told', async () => {
    const { texts, told } = await textsWith({
      'locales/en/main.json': HELLO,
      'locales/fr/main.json': HELLO,
      'locales/fr/system.json': { not_understood: 'Pardon ?', words: { yes: ['oui'] } },
    });
    expect(systemText(texts, 'fr', 'not_understood')).to.equal('Pardon ?');
    expect(systemText(texts, 'fr', 'invalid_text')).to.equal('Please reply with a few words.');
    expect(told).to.have.length(1);
    expect(told[0]?.language).to.equal('fr');
    expect(told[0]?.keys).to.include.members(['invalid_text', 'words.no']);
    expect(told[0]?.keys).to.not.include.members(['not_understood', 'words.yes', 'language_name']);
  });

  it('never lend their language’s name: French is français', async () => {
    const { texts } = await textsWith({ 'locales/en/main.json': HELLO, 'locales/fr/main.json': HELLO });
    expect(systemText(texts, 'fr', 'language_name')).to.equal('français');
    const commands = new Commands(texts);
    expect(commands.find('français', 'en')).to.deep.equal({ language: 'fr' });
    expect(commands.find('english', 'fr')).to.deep.equal({ language: 'en' });
  });

  describe('for a bot that is a program', () => {
    const bare = { localesDir: '/nowhere/locales', defaultLanguage: 'en' };

    it('are all there is when it has no folder', async () => {
      const texts = await loadTexts({ ...bare, mayLackDir: true });
      expect(texts.languages).to.deep.equal(['en', 'es', 'zh-TW']);
      expect(systemText(texts, 'en', 'apology_bot_failed')).to.match(/^Sorry/);
    });

    it('are no excuse for a folder that is set and is not there', async () => {
      const error = await loadTexts({ ...bare, mayLackDir: false }).catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'dialogs_invalid' });
      expect(error).to.have.property('message').that.includes('LOCALES_DIR');
    });

    it('come in the package’s languages beside the program’s', async () => {
      const files = { 'locales/de/system.json': { help: 'Hilfe' } };
      const texts = await withFiles({ files, languages: [] }, (options) =>
        loadTexts({ ...options, mayLackDir: false }),
      );
      expect(texts.languages).to.deep.equal(['de', 'en', 'es', 'zh-TW']);
      expect(systemText(texts, 'de', 'help')).to.equal('Hilfe');
    });
  });
});
