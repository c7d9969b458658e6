import { expect } from 'chai';
import { loadScripts } from '../../src/bot/load.ts';
import { STEP_KINDS } from '../../src/bot/script.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { mistakes, mistakesOf, TEXTS } from '../support/mistakes.ts';
import { withFiles } from '../support/script-bot.ts';

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
      'dialogs/main.yaml:5:10 the text "helo" is missing in en — write hello, or add it to locales/en/main.json',
      `dialogs/other.yaml:3:5 no known kind of step: sey — did you mean say? the kinds are ${STEP_KINDS.join(', ')}`,
    ]);
  });

  it('carries them as data too', async () => {
    const files = { 'dialogs/main.yaml': 'id: main\ntriggers: [start]\nsteps: []\n' };
    const error = await withFiles({ files }, loadScripts).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SwitchboardError);
    expect((error as SwitchboardError).details).to.deep.equal({
      problems: [
        {
          rule: 'form',
          file: 'dialogs/main.yaml',
          line: 3,
          column: 8,
          reason: 'steps must hold at least one step',
          remedy: 'change it',
        },
      ],
    });
  });

  it('names the settings of folders that are not there', async () => {
    const options = {
      dialogsDir: '/nowhere/dialogs',
      localesDir: '/nowhere/locales',
      defaultLanguage: 'en',
      actionNames: [],
    };
    const error = await loadScripts(options).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(SwitchboardError).with.property('code', 'dialogs_invalid');
    expect((error as Error).message)
      .to.match(/^DIALOGS_DIR: the folder \/nowhere\/dialogs cannot be read/)
      .and.to.match(/^LOCALES_DIR: the folder \/nowhere\/locales cannot be read/m);
  });

  it('refuses a folder without a dialog', async () => {
    const found = await mistakes({ files: {} });
    expect(found).to.deep.equal(['dialogs:1:1 the folder holds no dialog — add one, as in docs/dialogs.md']);
  });

  describe('finds in the form of a file', () => {
    const forms: [what: string, steps: string, told: string][] = [
      [
        'a kind of step that there is not',
        '  - fetch: x\n',
        '3:5 no known kind of step: fetch — the kinds are say, ask',
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
        'a branch of a handoff that there is not',
        '  - handoff: q\n    reason: r\n    summary: a\n    on:\n      close: []\n',
        '7:7 "on" has no field "close" — write closed',
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
        '7:25 after must be a time such as 90s, 10m, 2h or 3d — change it',
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
        'dialogs/main.yaml:2:12 "begin" is not a trigger — use start, fallback, workstream, { keywords: … }, { pattern: … }, { event: … }, { silence: … }',
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
        'a root that there is not',
        '  - if: weather.dry\n    then: []\n',
        '4:9 "weather.dry" is no valid expression: Unknown variable: weather',
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
        '8:45 confirm cannot stand in untaken: the conversation still waits for an agent, so no answer comes to the bot — use say, set, if, switch, http, action or end here; to ask something, have the queue give it back to the bot by a rule for overflow, and ask in returned',
      ],
      [
        'a missing text',
        '  - say: helo\n',
        '4:10 the text "helo" is missing in en — write hello, or add it to locales/en/main.json',
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
});
