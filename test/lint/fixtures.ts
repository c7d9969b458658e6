import type { RuleCode } from '../../src/bot/rules.ts';

/** Paths and contents: what is no text becomes JSON. */
export type Files = { [path: string]: string | object };

/** A dialog that begins a session, in English. */
function main(steps: string, texts: object = {}, more: Files = {}): Files {
  return {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': { a: 'One', ...texts },
    ...more,
  };
}

const SAY = '  - say: a\n';
const ASK = '  - ask: a\n    as: name\n';
const CHOICE =
  '  - choice: a\n    options:\n      - { value: x, label: x }\n      - { value: y, label: y }\n';
const HANDOFF = '  - handoff: support\n    reason: asked\n    summary: a\n';
const CLOSED = '    on:\n      closed: [{ say: b }]\n';

/** Spanish and English with the same texts. */
function twoLanguages(en: object, es: object, steps = SAY): Files {
  return main(steps, en, { 'locales/es/main.json': { a: 'Uno', ...es } });
}

function keywords(en: string[], es: string[]): Files {
  return {
    ...twoLanguages({}, {}),
    'dialogs/hours.yaml': 'id: hours\ntriggers: [{ keywords: k }]\nsteps:\n  - say: a\n',
    'locales/en/hours.json': { a: 'One', k: en },
    'locales/es/hours.json': { a: 'Uno', k: es },
  };
}

/** For each rule a set that it finds something in, and one in which no rule does. */
export const FIXTURES: Record<RuleCode, { bad: Files; good: Files }> = {
  yaml: { bad: main('  - say: *a\n'), good: main(SAY) },
  form: { bad: main('  - say: 0123\n'), good: main("  - say: '0123'\n", { a: undefined, '0123': 'One' }) },
  unknown_field: { bad: main('  - say: a\n    alon: true\n'), good: main('  - say: a\n    alone: true\n') },
  unknown_kind: { bad: main('  - sey: a\n'), good: main(SAY) },
  duplicate_id: {
    bad: main('  - id: x\n    say: a\n  - id: x\n    say: b\n', { b: 'Two' }),
    good: main('  - id: x\n    say: a\n  - id: z\n    say: b\n', { b: 'Two' }),
  },
  reserved_name: {
    bad: main('  - set: { session.number: 1 }\n'),
    good: main(`  - set: { session.x: 1 }\n${SAY}`),
  },
  trigger: {
    bad: { ...main(SAY), 'dialogs/main.yaml': 'id: main\nsteps:\n  - say: a\n' },
    good: main(SAY),
  },
  move: {
    bad: {
      ...main(SAY),
      'dialogs/main.yaml': 'id: main\ntriggers: [start]\nmoves: { old: gone }\nsteps:\n  - say: a\n',
    },
    good: {
      ...main(SAY),
      'dialogs/main.yaml':
        'id: main\ntriggers: [start]\nmoves: { old: new }\nsteps:\n  - id: new\n    say: a\n',
    },
  },
  untaken_step: {
    bad: main(`${HANDOFF}    on:\n      closed: []\n      untaken: { after: 1m, do: [{ ask: a, as: x }] }\n`),
    good: main(`${HANDOFF}    on:\n      closed: []\n      untaken: { after: 1m, do: [{ say: a }] }\n`),
  },
  unknown_step: { bad: main('  - goto: x\n'), good: main('  - goto: x\n  - id: x\n    say: a\n') },
  unknown_dialog: {
    bad: main(`${SAY}  - call: other\n`),
    good: main(`${SAY}  - call: other\n`, {}, { 'dialogs/other.yaml': 'id: other\nsteps:\n  - end: done\n' }),
  },
  unknown_action: { bad: main(`${SAY}  - action: refund\n`), good: main(`${SAY}  - action: lookupOrder\n`) },
  call_circle: {
    bad: main(`${SAY}  - call: other\n`, {}, { 'dialogs/other.yaml': 'id: other\nsteps:\n  - call: main\n' }),
    good: main(`${SAY}  - call: other\n`, {}, { 'dialogs/other.yaml': 'id: other\nsteps:\n  - end: done\n' }),
  },
  endless_loop: {
    bad: main('  - id: x\n    say: a\n  - goto: x\n'),
    good: main(`  - id: x\n    confirm: a\n    yes: x\n`),
  },
  long_turn: { bad: main(SAY.repeat(51)), good: main(SAY.repeat(50)) },
  loop_without_input: {
    bad: main(
      '  - set: { n: 0 }\n  - id: x\n    say: a\n  - set: { n: n + 1 }\n  - if: n < 3\n    then: [{ goto: x }]\n',
    ),
    good: main(
      '  - set: { n: 0 }\n  - id: x\n    ask: a\n    as: b\n  - set: { n: n + 1 }\n  - if: n < 3\n    then: [{ goto: x }]\n',
    ),
  },
  unreachable: {
    bad: main(`  - goto: x\n  - say: b\n  - id: x\n    say: a\n`, { b: 'Two' }),
    good: main(`  - goto: x\n  - id: x\n    say: a\n`),
  },
  no_closed_branch: { bad: main(HANDOFF), good: main(HANDOFF + CLOSED, { b: 'Two' }) },
  no_way_out: {
    bad: main('  - id: x\n    confirm: a\n    yes: x\n    no: x\n'),
    good: main('  - id: x\n    confirm: a\n    yes: x\n'),
  },
  expression: { bad: main(`${SAY}  - set: { x: 1 + }\n`), good: main(`${SAY}  - set: { x: 1 + 1 }\n`) },
  unknown_variable: {
    bad: main(`${ASK}  - set: { x: nmae }\n`),
    good: main(`${ASK}  - set: { x: name }\n`),
  },
  unknown_function: {
    bad: main(`${ASK}  - set: { x: name.lowerAsci() }\n`),
    good: main(`${ASK}  - set: { x: name.lowerAscii() }\n`),
  },
  never_set: {
    bad: main(`  - ask: a\n    as: user.name\n  - set: { x: user.nmae }\n`),
    good: main(`  - ask: a\n    as: user.name\n  - set: { x: user.name }\n`),
  },
  type_mismatch: {
    bad: main(`${ASK}  - if: name > 3\n    then: []\n`),
    good: main(`${ASK}  - if: name.size() > 3\n    then: []\n`),
  },
  read_too_early: {
    bad: main(`  - set: { x: name }\n${ASK}`),
    good: main(`${ASK}  - set: { x: name }\n`),
  },
  pattern: {
    bad: main('  - ask: a\n    as: x\n    pattern: ^(a+)+$\n'),
    good: main('  - ask: a\n    as: x\n    pattern: ^a+$\n'),
  },
  secret: {
    bad: main(`  - ask: a\n    as: pin\n    sensitive: true\n  - say: b\n`, { b: '{{pin}}?' }),
    good: main(`  - ask: a\n    as: pin\n    sensitive: true\n  - say: b\n`, { b: 'Two' }),
  },
  expression_type: {
    bad: main(`${SAY}  - if: 1 + 1\n    then: []\n`),
    good: main(`${SAY}  - if: 1 + 1 == 2\n    then: []\n`),
  },
  json: {
    bad: { ...main(SAY), 'locales/en/main.json': '{ "a": "One", }' },
    good: { ...main(SAY), 'locales/en/main.json': '{ "a": "One" }' },
  },
  locale_form: { bad: main(SAY, { a: 1 }), good: main(SAY, { a: '1' }) },
  language: {
    bad: main(SAY, {}, { 'locales/es/other.json': {} }),
    good: twoLanguages({}, {}),
  },
  missing_text: {
    bad: twoLanguages({ b: 'Two' }, {}, '  - say: b\n  - say: a\n'),
    good: twoLanguages({}, {}),
  },
  text_form: { bad: main(ASK, { a: ['One'] }), good: main(SAY, { a: ['One'] }) },
  plural: {
    bad: main(SAY, { a: undefined, a_one: 'One', a_other: 'Some' }),
    good: main(`  - set: { count: 2 }\n${SAY}`, { a: undefined, a_one: 'One', a_other: 'Some' }),
  },
  placeholders: {
    bad: twoLanguages({ b: 'Ah, {{name}}' }, { b: 'Ah' }, `${ASK}  - say: b\n`),
    good: twoLanguages({ b: 'Ah, {{name}}' }, { b: '{{name}}, ah' }, `${ASK}  - say: b\n`),
  },
  plural_form: {
    bad: main(`  - set: { count: 2 }\n${SAY}`, { a: undefined, a_other: 'Some' }),
    good: main(`  - set: { count: 2 }\n${SAY}`, { a: undefined, a_one: 'One', a_other: 'Some' }),
  },
  format: {
    bad: main(`${ASK}  - say: b\n`, { b: '{{name, curency(USD)}}' }),
    good: main(`${ASK}  - say: b\n`, { b: '{{name, currency(USD)}}' }),
  },
  unknown_list: {
    bad: main(SAY, {}, { 'locales/en/system.json': { words: { persn: ['somebody'] } } }),
    good: main(SAY, {}, { 'locales/en/system.json': { words: { person: ['somebody'] } } }),
  },
  gsm: { bad: main(SAY, { a: 'It’s here' }), good: main(SAY, { a: "It's here" }) },
  over_one_segment: { bad: main(SAY, { a: 'x'.repeat(161) }), good: main(SAY, { a: 'x'.repeat(160) }) },
  over_limit: { bad: main(SAY, { a: 'x'.repeat(1601) }), good: main(SAY) },
  unused_text: { bad: main(SAY, { b: 'Two' }), good: main(SAY) },
  twice_meant: { bad: keywords(['help'], ['horas']), good: keywords(['hours'], ['horas']) },
  same_option: {
    bad: main(CHOICE, { x: 'Books', y: 'books!' }),
    good: main(CHOICE, { x: 'Books', y: 'Music' }),
  },
  alike_options: {
    bad: main(CHOICE, { x: 'Books', y: 'Boots' }),
    good: main(CHOICE, { x: 'Order 1', y: 'Order 2' }),
  },
  stop_word: { bad: keywords(['stop'], ['horas']), good: keywords(['hours'], ['horas']) },
  word_collision: { bad: keywords(['agente'], ['horas']), good: keywords(['hours'], ['horas']) },
};
