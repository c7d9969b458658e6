import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConsoleTexts } from '../../src/bot/console-texts.ts';

describe('the texts of the console', () => {
  let folder: string;
  let problems: object[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
    problems = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = (localesDir = folder, defaultLanguage = 'en') =>
    readConsoleTexts(localesDir, { defaultLanguage, onProblem: (problem) => problems.push(problem) });
  async function write(language: string, text: string) {
    await mkdir(join(folder, language));
    await writeFile(join(folder, language, 'console.json'), text);
  }
  const desk = (texts: object) => Object.entries(texts).find(([key]) => key === 'nav.desk')?.[1];

  it('come in the first language of those wanted that there is, else in the default', async () => {
    const texts = await read();
    const chosen = (...wanted: string[]) => texts(wanted).language;
    expect([
      chosen('zh-HK', 'en'),
      chosen('fr', 'es-MX'),
      chosen('fr'),
      chosen(),
      chosen('no tag'),
    ]).to.deep.equal(['zh-TW', 'es', 'en', 'en', 'en']);
    expect((await read(folder, 'es'))(['fr']).language).to.equal('es');
    expect(texts([]).languages.map(({ language }) => language)).to.deep.equal(['en', 'es', 'zh-TW']);
  });

  it('give way to the program’s own, key by key, and a new language stands on the English ones', async () => {
    await write('en', '{"nav.desk": "My desk"}');
    await write('fr', '{"nav.board": "Tableau"}');
    const texts = await read();
    expect(desk(texts(['en']).texts)).to.equal('My desk');
    expect(texts(['fr'])).to.deep.include({ language: 'fr' });
    expect(texts(['fr']).texts).to.include({ 'nav.board': 'Tableau', 'nav.desk': 'Desk' });
    expect(texts(['en']).languages.map(({ name }) => name)).to.include('français');
    expect(problems).to.deep.equal([]);
  });

  it('are the package’s where a program has no folder, or a file that is no JSON, which is told', async () => {
    expect(desk((await read('/nowhere/locales'))(['en']).texts)).to.equal('Desk');
    await write('en', '{"nav.desk": ');
    expect(desk((await read())(['en']).texts)).to.equal('Desk');
    expect(problems).to.have.length(1);
  });
});
