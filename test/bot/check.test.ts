import { expect } from 'chai';
import { mistakes, TEXTS } from '../support/mistakes.ts';

describe('loading dialogs finds between files', () => {
  const main = 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n';

  it('two dialogs of one id', async () => {
    const files = {
      'dialogs/a.yaml': main,
      'dialogs/b.yaml': 'id: main\nsteps:\n  - say: a\n',
      'locales/en/main.json': TEXTS,
    };
    expect(await mistakes({ files })).to.deep.equal([
      'dialogs/b.yaml:1:5 dialogs/a.yaml has the id "main" too — rename one of the dialogs',
    ]);
  });

  it('a dialog named like the file of system texts', async () => {
    const files = { 'dialogs/a.yaml': 'id: system\ntriggers: [start]\nsteps:\n  - end: over\n' };
    const found = await mistakes({ files });
    expect(found[0]).to.match(/^dialogs\/a.yaml:1:5 "system" is the name of the locale file/);
  });

  it('two starts, two fallbacks, and no start', async () => {
    const files = {
      'dialogs/a.yaml': 'id: a\ntriggers: [start, fallback]\nsteps:\n  - end: over\n',
      'dialogs/b.yaml': 'id: b\ntriggers: [start, fallback]\nsteps:\n  - end: over\n',
    };
    expect(await mistakes({ files })).to.deep.equal([
      'dialogs/b.yaml:2:11 dialogs/a.yaml has the trigger "fallback" too — leave it to one dialog',
      'dialogs/b.yaml:2:11 dialogs/a.yaml has the trigger "start" too — leave it to one dialog',
    ]);
    const none = await mistakes({ files: { 'dialogs/a.yaml': 'id: a\nsteps:\n  - end: over\n' } });
    expect(none[0]).to.match(/^dialogs\/a.yaml:1:1 no dialog has the trigger "start"/);
  });

  it('calls that go in a circle', async () => {
    const files = {
      'dialogs/a.yaml': 'id: a\ntriggers: [start]\nsteps:\n  - call: b\n',
      'dialogs/b.yaml': 'id: b\nsteps:\n  - call: c\n',
      'dialogs/c.yaml': 'id: c\nsteps:\n  - call: b\n',
    };
    expect(await mistakes({ files })).to.deep.equal([
      'dialogs/b.yaml:3:11 a call must come back, and this one goes in a circle: b → c → b — let the called dialog run out of steps: then its caller goes on',
      'dialogs/c.yaml:3:11 a call must come back, and this one goes in a circle: c → b → c — let the called dialog run out of steps: then its caller goes on',
    ]);
  });

  it('no call to nowhere while the file that is meant cannot be read', async () => {
    const files = {
      'dialogs/a.yaml': 'id: a\ntriggers: [start]\nsteps:\n  - call: b\n',
      'dialogs/b.yaml': 'id: b\nsteps: none\n',
    };
    const found = await mistakes({ files });
    expect(found.length, found.join('\n')).to.equal(1);
    expect(found[0]).to.match(/^dialogs\/b.yaml:2:8 steps must be a list/);
  });

  it('a language without the texts of a dialog, named once', async () => {
    const files = { 'dialogs/main.yaml': `${main}  - say: a\n`, 'locales/en/main.json': TEXTS };
    expect(await mistakes({ files, languages: ['en', 'es'] })).to.deep.equal([
      'dialogs/main.yaml:1:5 the dialog has no texts in es — add locales/es/main.json',
    ]);
  });

  it('a text that one language lacks', async () => {
    const files = {
      'dialogs/main.yaml': `${main}  - say: a\n`,
      'locales/en/main.json': TEXTS,
      'locales/es/main.json': { hello: 'Hola' },
    };
    expect(await mistakes({ files, languages: ['en', 'es'] })).to.deep.equal([
      'dialogs/main.yaml:5:10 the text "a" is missing in es — add it to locales/es/main.json',
    ]);
  });

  it('a default language without texts', async () => {
    const files = { 'dialogs/main.yaml': main, 'locales/es/main.json': TEXTS };
    expect(await mistakes({ files, languages: ['es'] })).to.deep.equal([
      'locales/en:1:1 there are no texts in the default language en — add the folder, or set DEFAULT_LANGUAGE to one of: es',
    ]);
  });

  it('system texts of the default language that neither the program nor the package has', async () => {
    const files = {
      'dialogs/main.yaml': main,
      'locales/fr/main.json': TEXTS,
      'locales/fr/system.json': { help: 'Aide', words: { yes: ['oui'] } },
    };
    const found = await mistakes({ files, languages: [], defaultLanguage: 'fr' });
    expect(found).to.include(
      'locales/fr/system.json:1:1 the text "handed_over" is missing — add it: the service sends it',
    );
    expect(found).to.include(
      'locales/fr/system.json:1:1 the list "words.no" is missing — add the words that customers use',
    );
    for (const there of ['"help"', '"words.yes"', '"language_name"']) {
      expect(found.filter((line) => line.includes(there))).to.deep.equal([]);
    }
  });

  it('a list of words for a system text, and the other way round', async () => {
    const system = { help: ['Help'], words: { yes: 'yes' } };
    const files = {
      'dialogs/main.yaml': main,
      'locales/en/main.json': TEXTS,
      'locales/en/system.json': system,
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/system.json:2:11 "help" must be one text, not a list — write one text',
      'locales/en/system.json:6:12 "words.yes" must be a list of words — write it as ["…", "…"]',
    ]);
  });

  const greeting = 'id: main\ntriggers: [start]\nsteps:\n  - ask: hello\n    as: name\n  - say: a\n';

  it('values that differ between languages', async () => {
    const files = {
      'dialogs/main.yaml': greeting,
      'locales/en/main.json': { hello: 'Name?', a: 'Hi {{name}}' },
      'locales/es/main.json': { hello: 'Nombre?', a: 'Hola {{user.name}}' },
    };
    expect(await mistakes({ files, languages: ['en', 'es'] })).to.deep.equal([
      'locales/es/main.json:3:8 "a" lacks {{name}} and has {{user.name}} more, compared with en — name the same values as locales/en/main.json',
    ]);
  });

  it('a value that nothing sets', async () => {
    const files = {
      'dialogs/main.yaml': greeting,
      'locales/en/main.json': { hello: 'Name?', a: 'Hi {{nmae}}' },
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/main.json:3:8 "a" names {{nmae}}, which nothing sets — write name',
    ]);
  });

  it('plural forms without a count', async () => {
    const files = {
      'dialogs/main.yaml': main,
      'locales/en/main.json': { hello_one: 'One', hello_other: 'Many' },
    };
    expect(await mistakes({ files })).to.deep.equal([
      'dialogs/main.yaml:4:10 "hello" has plural forms, but nothing sets count — set the variable count before',
    ]);
  });

  it('a text where a list of words is meant, and the other way round', async () => {
    const files = {
      'dialogs/main.yaml':
        'id: main\ntriggers: [start, { keywords: hello }]\nsteps:\n  - ask: list\n    as: x\n',
      'locales/en/main.json': TEXTS,
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/main.json:2:12 "hello" must be a list of words — write it as ["hello", …]',
      'locales/en/main.json:6:11 "list" must be one text, not a list — write one text',
    ]);
  });

  it('a keyword that is taken', async () => {
    const files = {
      'dialogs/a.yaml': 'id: a\ntriggers: [start, { keywords: k }]\nsteps:\n  - end: over\n',
      'dialogs/b.yaml': 'id: b\ntriggers: [{ keywords: k }]\nsteps:\n  - end: over\n',
      'locales/en/a.json': { k: ['Order', 'HELP'] },
      'locales/en/b.json': { k: ['order!'] },
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/a.json:2:8 "HELP" is already the word for "help" — keep it in one of the two lists',
      'locales/en/b.json:2:8 "order!" is already a keyword of a — keep it in one of the two lists',
    ]);
  });

  it('a word of customers who wait that means two things', async () => {
    const files = {
      'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - end: over\n',
      'locales/en/system.json': { words: { where_am_i: ['how long', 'Back'], leave_queue: ['back!'] } },
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/system.json:7:20 "back!" is already the word for "where_am_i" — keep it in one of the two lists',
    ]);
  });

  it('a keyword that calls for a person within a text', async () => {
    const files = {
      'dialogs/main.yaml': 'id: main\ntriggers: [start, { keywords: k }]\nsteps:\n  - end: over\n',
      'locales/en/main.json': { k: ['Helper'] },
      'locales/en/system.json': { words: { person_within: ['helper'] } },
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/main.json:2:8 "Helper" is already the word for "person" — keep it in one of the two lists',
    ]);
  });

  it('options that look alike', async () => {
    const files = {
      'dialogs/main.yaml':
        'id: main\ntriggers: [start]\nsteps:\n  - id: menu\n    choice: hello\n    options:\n      - { value: x, label: a }\n      - { value: y, label: b, words: list }\n',
      'locales/en/main.json': { hello: 'Which?', a: 'Orders', b: 'Other', list: ['orders'] },
    };
    expect(await mistakes({ files })).to.deep.equal([
      'locales/en/main.json:4:8 "orders" means two options of menu, 1 and 2 — give them different labels, words and values',
    ]);
  });
});
