import { expect } from 'chai';
import { formatProblem } from '../../src/bot/problems.ts';
import type { RuleCode } from '../../src/bot/rules.ts';
import { lintDialogs } from '../../src/lint/lint.ts';
import { dialogSet } from '../support/dialog-set.ts';
import type { Files } from './fixtures.ts';

/** What the lint says by this rule. */
async function told(rule: RuleCode, files: Files): Promise<string[]> {
  const problems = await lintDialogs(dialogSet(files), {
    defaultLanguage: 'en',
    actionNames: ['lookupOrder'],
  });
  return problems.filter((problem) => problem.rule === rule).map(formatProblem);
}

function main(steps: string, texts: object = {}, more: Files = {}): Files {
  return {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': { a: 'One', ...texts },
    ...more,
  };
}

const QUESTION = '  - ask: a\n    as: name\n';

describe('the lint', () => {
  it('tells errors and warnings of all files together, in their order', async () => {
    const files = main('  - say: b\n  - goto: nowhere\n', { c: 'It’s here' });
    const problems = await lintDialogs(dialogSet(files), { defaultLanguage: 'en', actionNames: [] });
    expect(problems.map(({ rule, line }) => [rule, line])).to.deep.equal([
      ['missing_text', 4],
      ['unknown_step', 5],
      ['unused_text', 2],
      ['unused_text', 3],
    ]);
  });

  it('bears files of which nothing is right', async () => {
    const files = {
      'dialogs/a.yaml': '',
      'dialogs/b.yaml': '[[[',
      'dialogs/c.yaml': 'id: c\nsteps: 1\n',
      'locales/en/a.json': '',
      'locales/en/system.json': '[]',
      'locales/nowhere-at-all-x/main.json': '{}',
    };
    const problems = await lintDialogs(dialogSet(files), { defaultLanguage: 'en', actionNames: [] });
    expect(problems).not.to.deep.equal([]);
  });

  it('does not call unused what a file that cannot be read may use', async () => {
    const files = main('  - say: a\n', { b: 'Two' }, { 'dialogs/other.yaml': 'id: other\nsteps: 1\n' });
    expect(await told('unused_text', files)).to.deep.equal([]);
  });

  describe('of steps', () => {
    it('tells the first of several in a row that nothing leads to', async () => {
      const steps =
        '  - goto: x\n  - say: a\n  - say: b\n  - id: y\n    say: a\n  - goto: y\n  - id: x\n    say: a\n';
      expect(await told('unreachable', main(steps, { b: 'Two' }))).to.deep.equal([
        'dialogs/main.yaml:5:5 nothing leads to the step say:a — lead to it with a goto, or remove it',
      ]);
    });

    it('takes a step that a move names for reached', async () => {
      const files = main('  - end: done\n  - id: x\n    say: a\n');
      files['dialogs/main.yaml'] = `moves: { gone: x }\n${files['dialogs/main.yaml']}`;
      expect(await told('unreachable', files)).to.deep.equal([]);
    });

    it('tells dialogs that are only called by dialogs that nothing begins', async () => {
      const more = {
        'dialogs/b.yaml': 'id: b\nsteps:\n  - call: c\n',
        'dialogs/c.yaml': 'id: c\nsteps:\n  - end: done\n',
      };
      expect(await told('unreachable', main('  - say: a\n', {}, more))).to.deep.equal([
        'dialogs/b.yaml:1:5 nothing begins the dialog "b" — give it a trigger, call it, or remove it',
        'dialogs/c.yaml:1:5 nothing begins the dialog "c" — give it a trigger, call it, or remove it',
      ]);
    });

    it('follows a circle through a dialog that is called and does not wait', async () => {
      const steps = '  - id: x\n    call: other\n  - goto: x\n';
      const silent = { 'dialogs/other.yaml': 'id: other\nsteps:\n  - set: { a: 1 }\n' };
      const asking = {
        'dialogs/other.yaml': 'id: other\nsteps:\n  - ask: a\n    as: b\n',
        'locales/en/other.json': { a: 'One' },
      };
      expect(await told('endless_loop', main(steps, {}, silent))).to.deep.equal([
        'dialogs/main.yaml:4:5 steps go round for ever: x → goto:x → x — ask something in between, or lead out',
      ]);
      expect(await told('endless_loop', main(steps, {}, asking))).to.deep.equal([]);
    });

    it('takes a question that is skipped once it was answered for no end of a circle', async () => {
      const steps = '  - id: x\n    ask: a\n    as: name\n    skipIfKnown: true\n  - goto: x\n';
      expect(await told('endless_loop', main(steps))).to.have.length(1);
    });

    it('adds up what a turn runs in a dialog that is called, and after it', async () => {
      const more = { 'dialogs/other.yaml': `id: other\nsteps:\n${'  - set: { a: 1 }\n'.repeat(30)}` };
      const steps = `${'  - say: a\n'.repeat(10)}  - call: other\n${'  - say: a\n'.repeat(10)}`;
      expect(await told('long_turn', main(steps, {}, more))).to.deep.equal([
        'dialogs/main.yaml:4:3 a turn that goes on here may run 51 steps, and the bot runs no more than 50 — ask something in between, or do with fewer steps',
      ]);
    });

    it('adds up what callers run after the last answer in a dialog that is called', async () => {
      const other = `id: other\nsteps:\n  - ask: a\n    as: b\n${'  - set: { a: 1 }\n'.repeat(30)}`;
      const more = { 'dialogs/other.yaml': other, 'locales/en/other.json': { a: 'One' } };
      const found = await told('long_turn', main(`  - call: other\n${'  - say: a\n'.repeat(21)}`, {}, more));
      expect(found).to.have.length(1);
      expect(found[0]).to.match(/^dialogs\/other\.yaml:3:5 .* 51 steps/);
    });

    it('takes the end of the session in a dialog that is called for a way out', async () => {
      const steps =
        '  - id: x\n    confirm: a\n    yes: y\n    no: x\n  - id: y\n    call: other\n  - goto: x\n';
      const end = { 'dialogs/other.yaml': 'id: other\nsteps:\n  - end: done\n' };
      const none = { 'dialogs/other.yaml': 'id: other\nsteps:\n  - set: { a: 1 }\n' };
      expect(await told('no_way_out', main(steps, {}, end))).to.deep.equal([]);
      expect(await told('no_way_out', main(steps, {}, none))).to.deep.equal([
        'dialogs/main.yaml:4:5 no answer to x leads to the end of the dialog, to a person or to an end — give one of the answers a way out',
      ]);
    });
  });

  describe('of variables', () => {
    it('names the nearest field of what a dialog that was called gives', async () => {
      const more = {
        'dialogs/other.yaml': 'id: other\nsteps:\n  - set: { found: true }\n',
      };
      const steps = '  - say: a\n  - call: other\n    as: order\n  - if: order.fuond\n    then: []\n';
      expect(await told('never_set', main(steps, {}, more))).to.deep.equal([
        'dialogs/main.yaml:7:5 nothing sets order.fuond — write order.found',
      ]);
    });

    it('names the nearest in texts too', async () => {
      const steps = '  - say: a\n  - ask: b\n    as: user.name\n';
      const files = main(steps, { a: 'Hello {{user.nmae}}', b: 'Your name?' });
      expect(await told('never_set', files)).to.deep.equal([
        'locales/en/main.json:2:8 nothing sets user.nmae — write user.name',
      ]);
    });

    it('knows nothing of what actions give', async () => {
      const steps =
        '  - say: a\n  - action: lookupOrder\n    as: order\n  - if: order.anything\n    then: []\n';
      expect(await told('never_set', main(steps))).to.deep.equal([]);
    });

    it('takes a variable that some way sets for set, and one that is asked for', async () => {
      const some = `  - confirm: b\n    no: x\n${QUESTION}  - id: x\n    set: { y: name }\n`;
      const asked = `  - if: name == null\n    then: []\n  - if: has(vars.name)\n    then: []\n${QUESTION}`;
      expect(await told('read_too_early', main(some, { b: 'Two' }))).to.deep.equal([]);
      expect(await told('read_too_early', main(asked))).to.deep.equal([]);
    });

    it('knows what questions and values that are written out give', async () => {
      const ask = (type: string) => `  - ask: a\n    as: n\n    type: ${type}\n`;
      const when = (condition: string) => `  - if: ${condition}\n    then: []\n`;
      expect(await told('type_mismatch', main(ask('integer') + when('n == "3"')))).to.deep.equal([
        'dialogs/main.yaml:7:5 "n == "3"" has no value: no such overload: int == string — convert one of the values',
      ]);
      expect(await told('type_mismatch', main(ask('integer') + when('n > 2.5')))).to.deep.equal([]);
      expect(await told('type_mismatch', main(ask('number') + when('n > 2.5 && n > 2')))).to.deep.equal([]);
      expect(await told('type_mismatch', main(ask('date') + when('n < session.today')))).to.deep.equal([]);
      const twice = `${ask('integer')}  - set: { n: '"x"' }\n${when('n == "x"')}`;
      expect(await told('type_mismatch', main(twice))).to.deep.equal([]);
      const maybe = ask('integer') + when('n == null || n == "x"');
      expect(await told('type_mismatch', main(maybe))).to.deep.equal([]);
    });

    it('looks into texts for what is read too early', async () => {
      const files = main(`  - say: b\n${QUESTION}`, { b: 'Hello {{name}}' });
      expect(await told('read_too_early', files)).to.deep.equal([
        'dialogs/main.yaml:4:10 name is read here, and nothing that comes before has set it — set it before',
      ]);
    });
  });

  describe('of texts', () => {
    const gsm = (text: string) => told('gsm', main('  - say: a\n', { a: text }));

    it('names the characters of a word processor, and what to write', async () => {
      expect(await gsm('“Books” – it’s…')).to.deep.equal([
        'locales/en/main.json:2:8 "a" leaves GSM-7 because of “ (U+201C), ” (U+201D), – (U+2013), ’ (U+2019), … (U+2026) — write " for “ (U+201C), write " for ” (U+201D), write - for – (U+2013), write \' for ’ (U+2019), write ... for … (U+2026)',
      ]);
      expect(await gsm('a\u00a0b')).to.deep.equal([
        'locales/en/main.json:2:8 "a" leaves GSM-7 because of U+00A0 — write a space for U+00A0',
      ]);
    });

    it('tells of one letter only where it costs segments', async () => {
      expect(await gsm('Está aquí')).to.deep.equal([]);
      expect(await gsm(`Está ${'x'.repeat(60)}`)).to.deep.equal([]);
      expect(await gsm(`Está ${'x'.repeat(70)}`)).to.deep.equal([
        'locales/en/main.json:2:8 "a" leaves GSM-7 because of á (U+00E1), and takes 2 segments rather than 1 — use another word, or write a for á (U+00E1)',
      ]);
      expect(await gsm(`Ready ${'x'.repeat(70)} 🎉`)).to.deep.equal([
        'locales/en/main.json:2:8 "a" leaves GSM-7 because of 🎉 (U+1F389), and takes 2 segments rather than 1 — take out 🎉 (U+1F389)',
      ]);
    });

    it('leaves languages alone that GSM-7 cannot write', async () => {
      expect(await gsm(`您好，${'書'.repeat(80)}`)).to.deep.equal([]);
    });

    it('counts a menu with its options, and texts without their values', async () => {
      const choice =
        '  - choice: a\n    options:\n      - { value: x, label: x }\n      - { value: y, label: y }\n';
      const files = main(choice, { a: 'x'.repeat(100), x: 'A'.repeat(30), y: 'B'.repeat(30) });
      expect(await told('over_one_segment', files)).to.deep.equal([
        'locales/en/main.json:2:8 "a" with its options takes 2 segments: 168 characters of GSM-7 — shorten it to 160 characters',
      ]);
      const named = main(`${QUESTION}  - say: b\n`, { b: `${'x'.repeat(155)}{{name}}` });
      expect(await told('over_one_segment', named)).to.deep.equal([]);
    });

    it('counts each of several that are said in turn', async () => {
      const files = main('  - say: a\n', { a: ['x'.repeat(161), 'One', '“One”'] });
      expect(await told('over_one_segment', files)).to.have.length(1);
      expect(await told('gsm', files)).to.have.length(1);
    });

    it('counts no summaries, which agents read', async () => {
      const handoff = '  - handoff: q\n    reason: r\n    summary: a\n';
      expect(await told('over_one_segment', main(handoff, { a: 'x'.repeat(200) }))).to.deep.equal([]);
    });

    it('finds the text that has nearly the name which a step wants', async () => {
      const files = main('  - say: welcome\n', { a: undefined, wellcome: 'Hello' });
      expect(await told('missing_text', files)).to.deep.equal([
        'dialogs/main.yaml:4:10 the text "welcome" is missing in en — write wellcome, or add it to locales/en/main.json',
      ]);
      expect(await told('unused_text', files)).to.deep.equal([
        'locales/en/main.json:2:15 nothing uses the text "wellcome" — rename it welcome',
      ]);
    });

    it('takes a text for used that another one holds, and plural forms', async () => {
      const files = main('  - set: { count: 1 }\n  - say: b\n', {
        a: 'One',
        b_one: '$t(a)',
        b_other: 'Some',
      });
      expect(await told('unused_text', files)).to.deep.equal([]);
    });

    it('names the dialog whose texts a file may be meant to hold', async () => {
      const files = main('  - say: a\n', {}, { 'locales/en/mian.json': { a: 'One' } });
      expect(await told('unused_text', files)).to.deep.equal([
        'locales/en/mian.json:1:1 no dialog has the id "mian" — rename it main.json',
      ]);
    });

    it('names the nearest of the service’s own texts and lists', async () => {
      const more = { 'locales/en/system.json': { helpp: 'Help', words: { persn: ['x'] } } };
      expect(await told('unused_text', main('  - say: a\n', {}, more))).to.deep.equal([
        'locales/en/system.json:2:12 nothing uses the text "helpp" — rename it help',
      ]);
      expect(await told('unknown_list', main('  - say: a\n', {}, more))).to.deep.equal([
        'locales/en/system.json:4:14 nothing uses the list "words.persn" — write words.person',
      ]);
    });
  });

  it('tells options that are words to stop texts in any language', async () => {
    const choice =
      '  - choice: a\n    options:\n      - { value: x, label: x }\n      - { value: y, label: y }\n';
    const more = { 'locales/es/main.json': { a: 'Uno', x: 'Seguir', y: 'Otro' } };
    expect(await told('stop_word', main(choice, { x: 'Go on', y: 'Baja' }, more))).to.deep.equal([
      'locales/en/main.json:4:8 "Baja" stops all texts to whoever writes it: no dialog ever hears it — use another word',
    ]);
  });

  it('tells a keyword that is a word for a person in another language', async () => {
    const files = {
      ...main('  - say: a\n', {}, { 'locales/es/main.json': { a: 'Uno' } }),
      'dialogs/agents.yaml': 'id: agents\ntriggers: [{ keywords: k }]\nsteps:\n  - say: a\n',
      'locales/en/agents.json': { a: 'One', k: ['agente'] },
      'locales/es/agents.json': { a: 'Uno', k: ['espía'] },
    };
    expect(await told('word_collision', files)).to.deep.equal([
      'locales/en/agents.json:3:8 "agente" is a keyword of agents in en, and the word for "person" in es — keep it in one of them, or use a longer word',
    ]);
  });

  it('looks into expressions for patterns that run away', async () => {
    const steps = `${QUESTION}  - if: name.matches("^(a+)+$")\n    then: []\n`;
    expect(await told('pattern', main(steps))).to.deep.equal([
      'dialogs/main.yaml:6:5 the pattern ^(a+)+$ takes very long for some texts — give what repeats a limit, such as {1,20}',
    ]);
  });
});
