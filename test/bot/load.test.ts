import { expect } from 'chai';
import { loadScripts } from '../../src/bot/load.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { type Written, withFiles } from '../support/script-bot.ts';

const TEXTS = { hello: 'Hello', again: 'Again?', a: 'A', b: 'B', list: ['a word'] };

/** The mistakes that loading tells, without the heading. */
async function mistakes(written: Written): Promise<string[]> {
  return withFiles(written, async (options) => {
    try {
      await loadScripts(options);
    } catch (error) {
      if (!(error instanceof SwitchboardError) || error.code !== 'dialogs_invalid') throw error;
      return error.message.split('\n').slice(1);
    }
    return [];
  });
}

/** Those of one dialog whose texts exist. */
function mistakesOf(
  steps: string,
  texts: object = TEXTS,
  head = 'id: main\ntriggers: [start]\n',
): Promise<string[]> {
  return mistakes({
    files: { 'dialogs/main.yaml': `${head}steps:\n${steps}`, 'locales/en/main.json': texts },
    actions: { lookupOrder: async () => null },
  });
}

describe('loading dialogs', () => {
  it('takes a dialog without a mistake', async () => {
    expect(await mistakesOf('  - say: hello\n')).to.deep.equal([]);
  });

  it('gives each dialog, the start, the fallback and the queues', async () => {
    const handoff = '  - handoff: support\n    reason: odd\n    summary: a\n';
    const files = {
      'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n  - say: hello\n${handoff}${handoff}`,
      'dialogs/lost.yaml': 'id: lost\ntriggers: [fallback]\nsteps:\n  - end: gave_up\n',
      'dialogs/main.test.yaml': 'this: is not a dialog\n',
      'locales/en/main.json': TEXTS,
    };
    const { scripts } = await withFiles({ files }, loadScripts);
    expect([...scripts.dialogs.keys()]).to.have.members(['main', 'lost']);
    expect(scripts).to.deep.include({ start: 'main', fallback: 'lost', queues: ['support'] });
  });

  it('gives a dialog another version when its file changes', async () => {
    const version = async (steps: string) => {
      const files = {
        'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
        'locales/en/main.json': TEXTS,
      };
      const { scripts } = await withFiles({ files }, loadScripts);
      return scripts.dialogs.get('main')?.version;
    };
    expect(await version('  - say: hello\n')).to.equal(await version('  - say: hello\n'));
    expect(await version('  - say: hello\n')).not.to.equal(await version('  - say: a\n'));
  });

  it('tells all mistakes of all files at once, in their order', async () => {
    const found = await mistakes({
      files: {
        'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - goto: nowhere\n  - say: helo\n',
        'dialogs/other.yaml': 'id: other\nsteps:\n  - sey: a\n',
        'locales/en/main.json': TEXTS,
      },
    });
    expect(found).to.deep.equal([
      'dialogs/main.yaml:4:11 no step of this dialog has the id "nowhere" — give the step that is meant an id',
      'dialogs/main.yaml:5:10 the text "helo" is missing in en — add it to locales/en/main.json',
      'dialogs/other.yaml:3:5 no known kind of step: sey — did you mean say? the kinds are say, ask, choice, confirm, if, set, call, goto, action, handoff, end',
    ]);
  });

  it('carries them as data too', async () => {
    const files = { 'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps: []\n' };
    const error = await withFiles({ files }, loadScripts).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SwitchboardError);
    expect((error as SwitchboardError).details).to.deep.equal({
      problems: [
        {
          file: 'dialogs/main.yaml',
          line: 3,
          column: 8,
          reason: 'steps must hold at least one step',
          remedy: 'change it',
        },
      ],
    });
  });

  it('names the setting of a folder that is not there', async () => {
    const options = {
      dialogsDir: '/nowhere/dialogs',
      localesDir: 'locales',
      defaultLanguage: 'en',
      actionNames: [],
    };
    const error = await loadScripts(options).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SwitchboardError).with.property('code', 'dialogs_invalid');
    expect((error as Error).message).to.match(/^DIALOGS_DIR: the folder \/nowhere\/dialogs cannot be read/);
  });

  it('refuses a folder without a dialog', async () => {
    const found = await mistakes({ files: {} });
    expect(found).to.deep.equal(['dialogs:1:1 the folder holds no dialog — add one, as in docs/dialogs.md']);
  });

  describe('finds in the form of a file', () => {
    const forms: [what: string, steps: string, told: string][] = [
      [
        'a kind of step that is planned but not there yet',
        '  - http: x\n',
        '3:5 no known kind of step: http — the kinds are say, ask',
      ],
      [
        'a step with two kinds',
        '  - say: hello\n    goto: x\n',
        '4:5 a step does one thing, and this one has say and goto — make a step of each',
      ],
      [
        'a step that is a text',
        '  - hello\n',
        '3:5 a step cannot be "hello" — write its kind and a value, such as say: welcome',
      ],
      [
        'a step with only an id',
        '  - id: x\n',
        '3:5 no known kind of step: it only has an id — the kinds are say',
      ],
      [
        'an unknown field with its nearest name',
        '  - ask: hello\n    as: x\n    retrys: 1\n',
        '5:5 "ask" has no field "retrys" — write retries',
      ],
      [
        'an unknown field with all there are',
        '  - say: hello\n    colour: red\n',
        '4:5 "say" has no field "colour" — remove it: the fields are id, say, alone',
      ],
      [
        'a branch of a handoff that is planned but not there yet',
        '  - handoff: q\n    reason: r\n    summary: a\n    on:\n      closed: []\n',
        '7:7 "on" has no field "closed" — remove it: the fields are untaken, returned',
      ],
      [
        'a number where text is meant, as it is written',
        '  - say: 0123\n',
        "3:10 say must be text, but 0123 without quotes is a number — write '0123'",
      ],
      [
        'a number as the value of an option',
        '  - choice: hello\n    options:\n      - { value: 1, label: a }\n      - { value: two, label: b }\n',
        "5:18 value must be text, but 1 without quotes is a number — write '1'",
      ],
      [
        'true where text is meant',
        '  - goto: true\n',
        "3:11 goto must be text, but true without quotes is true or false — write 'true'",
      ],
      ['a missing field', '  - ask: hello\n', '3:5 as is missing — add as: …'],
      ['an empty field', '  - say:\n', '3:9 say is empty — give it a value, or remove it'],
      ['a list where a text is meant', '  - say: [hello]\n', '3:10 say must be text, not a list — change it'],
      [
        'a text where a list is meant',
        '  - if: true\n    then: hello\n',
        '4:11 then must be a list: lines that start with -, not "hello" — change it',
      ],
      [
        'a text where true or false is meant',
        '  - say: hello\n    alone: yes\n',
        '4:12 alone must be true or false, not "yes" — change it',
      ],
      [
        'an unknown type of question',
        '  - ask: hello\n    as: x\n    type: numbr\n',
        '5:11 type cannot be "numbr" — write number',
      ],
      [
        'too many retries',
        '  - ask: hello\n    as: x\n    retries: 10\n',
        '5:14 retries must be 0 to 9 — change it',
      ],
      [
        'a choice of one',
        '  - choice: hello\n    options:\n      - { value: x, label: a }\n',
        '5:7 options must hold at least two options — change it',
      ],
      [
        'a name that is none',
        '  - set: { "my var": 1 }\n',
        '3:12 the name "my var" must be a variable name such as order, user.name or session.topic — rename it',
      ],
      [
        'a time without a unit',
        '  - handoff: q\n    reason: r\n    summary: a\n    on:\n      untaken: { after: 10, do: [] }\n',
        "7:25 after must be text, but 10 without quotes is a number — write '10'",
      ],
      [
        'a time that is none',
        '  - handoff: q\n    reason: r\n    summary: a\n    on:\n      untaken: { after: soon, do: [] }\n',
        '7:25 after must be a time such as 90s, 10m or 2h — change it',
      ],
      [
        'a reason that is no code',
        '  - handoff: q\n    reason: Not Understood\n    summary: a\n',
        '4:13 reason must be a code of small letters, digits and _ — change it',
      ],
      [
        'an expression that is a list',
        '  - if: [a]\n    then: []\n',
        '3:9 if must be a CEL expression, not a list — write an expression such as order.found == false',
      ],
      [
        'mistakes of a step inside another',
        '  - if: true\n    then:\n      - if: true\n        then:\n          - say: 7\n',
        "7:18 say must be text, but 7 without quotes is a number — write '7'",
      ],
      [
        'a field that stands twice',
        '  - say: hello\n    say: hello\n',
        '4:5 the same field stands twice in one map — keep one of them',
      ],
      ['a tab', '  - say: hello\n\t- say: a\n', '4:1 a tab is used to indent — indent with spaces'],
      [
        'a text that is a tag',
        '  - say: !hello\n',
        '3:10 a text that starts with ! is a YAML tag — put the text in quotes',
      ],
    ];
    for (const [what, steps, told] of forms) {
      it(what, async () => {
        const head = 'id: main\n';
        const found = await mistakesOf(steps, TEXTS, `${head}`);
        expect(
          found.some((line) => line.startsWith(`dialogs/main.yaml:${told}`)),
          found.join('\n'),
        ).to.equal(true);
      });
    }

    it('a trigger that is none', async () => {
      const found = await mistakesOf('  - say: hello\n', TEXTS, 'id: main\ntriggers: [begin]\n');
      expect(found).to.include(
        'dialogs/main.yaml:2:12 "begin" is not a trigger — use start, fallback, or { keywords: <text key of a list of words> }',
      );
    });

    it('a field of the file that is unknown', async () => {
      const found = await mistakesOf('  - say: hello\n', TEXTS, 'id: main\ntrigers: [start]\n');
      expect(found).to.include('dialogs/main.yaml:2:1 a dialog file has no field "trigers" — write triggers');
    });

    it('more than one document', async () => {
      const found = await mistakesOf('  - say: hello\n---\nid: x\n');
      expect(found[0]).to.match(
        /the file holds more than one document — put each dialog into a file of its own$/,
      );
    });

    it('an alias, also one that stands for itself', async () => {
      const found = await mistakes({
        files: { 'dialogs/main.yaml': 'id: main\nsteps: &s\n  - if: true\n    then: *s\n' },
      });
      expect(found).to.deep.equal([
        'dialogs/main.yaml:4:11 *s refers to another place of the file — write out what is meant',
      ]);
    });

    it('an empty file', async () => {
      const found = await mistakes({ files: { 'dialogs/main.yaml': '' } });
      expect(found).to.deep.equal([
        'dialogs/main.yaml:1:1 the file is empty — give it a value, or remove it',
      ]);
    });
  });

  describe('finds in what a file means', () => {
    const meanings: [what: string, steps: string, told: string][] = [
      [
        'an unknown goto with its nearest id',
        '  - id: menu\n    say: hello\n  - goto: menue\n',
        '6:11 no step of this dialog has the id "menue" — write menu',
      ],
      [
        'an unknown goto of an option',
        '  - id: menu\n    choice: hello\n    options:\n      - { value: a, label: a, goto: x }\n      - { value: b, label: b }\n',
        '7:37 no step of this dialog has the id "x"',
      ],
      [
        'an unknown target of a confirm',
        '  - confirm: again\n    yes: on\n',
        '5:10 no step of this dialog has the id "on"',
      ],
      [
        'an id that two steps have',
        '  - id: x\n    say: hello\n  - id: x\n    say: a\n',
        '6:9 two steps have the id "x" — rename one of them',
      ],
      ['an unknown dialog', '  - call: order\n', '4:11 there is no dialog "order" — use one of: main'],
      [
        'an unknown action with its nearest name',
        '  - action: lookupOrders\n',
        '4:13 the program has no action "lookupOrders" — write lookupOrder',
      ],
      [
        'an expression that does not parse',
        '  - if: "1 +"\n    then: []\n',
        '4:9 "1 +" is no valid expression at character 4: Unexpected token: EOF',
      ],
      [
        'an unknown variable',
        '  - set: { order: 1 }\n  - if: ordr == 1\n    then: []\n',
        '5:9 "ordr == 1" is no valid expression: Unknown variable: ordr — write order',
      ],
      [
        'a root that is not there yet',
        '  - if: hours.open\n    then: []\n',
        '4:9 "hours.open" is no valid expression: Unknown variable: hours',
      ],
      [
        'an unknown function',
        '  - if: lower(user.name) == "x"\n    then: []\n',
        '4:9 "lower(user.name) == "x"" is no valid expression',
      ],
      [
        'a condition that is never true or false',
        '  - if: 1 + 1\n    then: []\n',
        '4:9 "1 + 1" is no valid expression: it is always an int, never true or false',
      ],
      [
        'a number that loses its zero',
        '  - set: { code: 0123 }\n',
        `4:18 0123 is read as the number 123 — for a text write '"0123"'`,
      ],
      [
        'a variable that is a word of the language',
        '  - ask: hello\n    as: user\n',
        '5:9 "user" is a word of the language, not a variable',
      ],
      ['a value that cannot be set', '  - set: { user.phone: 1 }\n', '4:12 user.phone cannot be set'],
      [
        'a question while nobody has taken the handoff',
        '  - handoff: q\n    reason: r\n    summary: a\n    on:\n      untaken: { after: 1m, do: [{ confirm: again }] }\n',
        '8:45 confirm cannot stand in untaken: the conversation still waits for an agent — use say, set, if, action or end here',
      ],
      [
        'a missing text',
        '  - say: helo\n',
        '4:10 the text "helo" is missing in en — add it to locales/en/main.json',
      ],
      [
        'a missing label',
        '  - choice: hello\n    options:\n      - { value: a, label: a }\n      - { value: b, label: c }\n',
        '7:28 the text "c" is missing in en',
      ],
      [
        'a missing summary',
        '  - handoff: q\n    reason: r\n    summary: s\n',
        '6:14 the text "s" is missing in en',
      ],
    ];
    for (const [what, steps, told] of meanings) {
      it(what, async () => {
        const found = await mistakesOf(steps);
        expect(found.length, found.join('\n')).to.equal(1);
        expect(found[0]).to.satisfy((line: string) => line.startsWith(`dialogs/main.yaml:${told}`), found[0]);
      });
    }
  });

  describe('finds between files', () => {
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
        'dialogs/main.yaml': 'id: main\ntriggers: [start, { keywords: hello }]\nsteps:\n  - say: list\n',
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

  describe('finds in a locale file', () => {
    const withLocale = (text: string) =>
      mistakes({
        files: {
          'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n',
          'locales/en/main.json': text,
        },
      });

    it('what is not JSON, and nothing that follows from it', async () => {
      const found = await withLocale('{\n  "hello": "Hello"\n  "a": "A"\n}\n');
      expect(found).to.deep.equal([
        'locales/en/main.json:3:3 this is not JSON — check commas, quotes and brackets around here',
      ]);
    });

    it('a key that stands twice', async () => {
      expect(await withLocale('{\n  "hello": "Hello",\n  "hello": "Hi"\n}\n')).to.deep.equal([
        'locales/en/main.json:3:3 the same key stands twice in one map — keep one of them',
      ]);
    });

    it('an empty text', async () => {
      expect(await withLocale('{\n  "hello": ""\n}\n')).to.deep.equal([
        'locales/en/main.json:2:12 "hello" is empty — write it, or remove the key',
      ]);
    });

    it('braces that do not pair up, which a customer would see', async () => {
      const found = await withLocale('{\n  "hello": "Hello {{name}",\n  "a": "{{count, number}}"\n}\n');
      expect(found).to.deep.equal([
        'locales/en/main.json:2:12 "hello" has braces that do not pair up — write values as {{name}}',
      ]);
    });

    it('a text that is a number', async () => {
      const found = await withLocale('{\n  "hello": "Hello",\n  "n": 12\n}\n');
      expect(found).to.deep.equal([
        'locales/en/main.json:3:8 "n" is neither a text nor a list of texts — put it in quotes',
      ]);
    });

    it('a list at its top', async () => {
      const found = await withLocale('[]');
      expect(found).to.include(
        'locales/en/main.json:1:1 a locale file must hold a map of keys and texts — put { } around it',
      );
    });

    it('a folder that is no language', async () => {
      const found = await mistakes({
        files: {
          'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps:\n  - say: hello\n',
          'locales/en/main.json': TEXTS,
          'locales/zh-tw/main.json': TEXTS,
          'locales/_drafts/main.json': TEXTS,
        },
      });
      expect(found).to.deep.equal([
        'locales/_drafts:1:1 the folder is not named by a language — name it by its BCP 47 tag, such as zh-TW',
        'locales/zh-tw:1:1 the folder is not named by a language — rename it zh-TW',
      ]);
    });
  });
});
