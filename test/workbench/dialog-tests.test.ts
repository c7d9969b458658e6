import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runTestCommand } from '../../src/cli/test.ts';
import { TEST_FIELDS } from '../../src/workbench/test-format.ts';
import { refusal } from '../support/rejection.ts';
import { withFiles } from '../support/script-bot.ts';

const DIALOG = `
id: main
triggers: [start]
steps:
  - say: hello
  - id: name
    ask: name
    as: user.name
  - id: sure
    confirm: sure
    no: person
  - action: book
    input: { name: user.name }
    as: booked
  - say: done
    alone: true
  - end: resolved
  - id: person
    handoff: support
    reason: not_sure
    summary: summary
    on:
      untaken: { after: 10m, do: [{ say: still }] }
      returned: [{ goto: sure }]
`;

const EN = {
  hello: 'Hello!',
  name: 'What is your name?',
  sure: 'Is that right, {{user.name}}?',
  done: 'Booked: {{booked.id}}',
  summary: '{{user.name}} is not sure.',
  still: 'Sorry, please wait.',
};
const ES = {
  hello: '¡Hola!',
  name: '¿Cómo se llama?',
  sure: '¿Es correcto, {{user.name}}?',
  done: 'Reservado: {{booked.id}}',
  summary: '{{user.name}} duda.',
  still: 'Lo sentimos, espere.',
};

const BOOK = 'actions: { book: [{ when: { name: Ana }, answer: { id: B1 } }] }';

interface Run {
  passed: boolean;
  printed: string;
}

/** What the command comes to with these tests of the dialog above. */
function run(
  tests: string,
  options: { [option: string]: unknown } = {},
  others: { [file: string]: string | object } = {},
): Promise<Run> {
  const files = {
    'dialogs/main.yaml': DIALOG,
    'dialogs/main.test.yaml': tests.includes('book:') ? tests : BOOK + tests,
    'locales/en/main.json': EN,
    'locales/es/main.json': ES,
    ...others,
  };
  return withFiles({ files }, async ({ dialogsDir, localesDir }) => {
    const lines: string[] = [];
    const env = { DIALOGS_DIR: dialogsDir, LOCALES_DIR: localesDir };
    const passed = await runTestCommand(env, [], options, { print: (line) => lines.push(line) });
    return { passed, printed: lines.join('\n') };
  });
}

const GREETED = `
      - user: Hi
      - bot: [hello, name]
      - user: Ana
      - bot: sure`;

describe('switchboard test', () => {
  it('begin with the dialog of a workstream when they say so', async () => {
    const sales = 'id: sales\ntriggers: [workstream]\nsteps:\n  - say: hello\n  - end: resolved\n';
    const others = {
      'dialogs/sales.yaml': sales,
      'locales/en/sales.json': { hello: 'Sales here.' },
      'locales/es/sales.json': { hello: 'Aquí ventas.' },
    };
    const test = (begins: string) => `
tests:
  - name: sales
    ${begins}
    talk:
      - user: Hi
      - bot: sales/hello
`;
    expect((await run(test('begins: sales'), {}, others)).passed).to.equal(true);
    expect((await run(test('languages: [en]'), {}, others)).passed).to.equal(false);
  });

  it('plays a test in every language, with texts by key, by word and by pattern', async () => {
    const { passed, printed } = await run(
      `
${BOOK}
tests:
  - name: books
    talk:
      - user: { en: Hi, es: Hola }
      - bot: [hello, name]
      - user: Ana
      - bot: { key: sure, contains: Ana, matches: { en: '^Is', es: '^¿Es' } }
      - expect: { step: sure, variables: { user.name: Ana } }
      - user: { key: system/words.yes }
      - bot: { text: { en: 'Booked: B1', es: 'Reservado: B1' } }
      - expect: { state: closed, outcome: resolved, called: { book: { name: Ana } } }
`,
    );
    expect(printed).to.match(/^2 passed in 2 languages, 0 failed \(/);
    expect(passed).to.equal(true);
  });

  it('plays the agent, the clock and what becomes of texts on the way', async () => {
    const { printed, passed } = await run(`
languages: [en]
tests:
  - name: a person helps
    talk:${GREETED}
      - user: no
      - expect: { state: open, handoff: { queue: support, reason: not_sure, summary: summary, variables: { user.name: Ana } } }
      - clock: 9m
      - clock: 1m30s
      - bot: still
      - agent: claim
      - expect: { state: active, handler: agent }
      - agent: { say: Which one is it? }
      - receipt: failed
      - user: the first
      - agent: { return: { step: sure, variables: { user.name: Eva } } }
      - bot: { key: sure, contains: Eva }
      - telesign: rejects
      - user: maybe
      - bot: [system/invalid_confirm, sure]
      - agent: claim
      - agent: { close: sold }
      - expect: { state: closed, outcome: sold }
`);
    expect(printed).to.match(/^1 passed in 1 language, 0 failed/);
    expect(passed).to.equal(true);
  });

  it('shows what was expected and got side by side, with the place and what came before', async () => {
    const { passed, printed } = await run(`
languages: [es]
tests:
  - name: asks for the name
    talk:
      - user: Hola
      - bot: [hello, sure]
`);
    expect(passed).to.equal(false);
    expect(printed).to.match(/^✗ .*main\.test\.yaml:7 asks for the name \(es\)\n/);
    expect(printed).to.include('    after user: Hola\n');
    expect(printed).to.include(
      '    expected     got\n    main/hello   main/hello\n    main/sure  ≠ main/name\n',
    );
    expect(printed).to.match(/0 passed in 1 language, 1 failed/);
  });

  for (const [what, talk, told] of [
    ['a text that is not expected', '- user: Hi', /\(nothing more\) +≠ main\/hello/],
    ['silence', '- user: Hi\n      - bot: [hello, name]\n      - bot: sure', /main\/sure +≠ \(nothing\)/],
    ['other words', '- user: Hi\n      - bot: { contains: [Hello, Bye] }', /contains "Bye" +≠ ?\n/],
    [
      'another step',
      `${GREETED}\n      - expect: { step: name }`,
      /step: "main\/name" +≠ step: "main\/sure"/,
    ],
    [
      'another variable',
      `${GREETED}\n      - expect: { variables: { user.name: Eva } }`,
      /user\.name: "Eva" +≠ user\.name: "Ana"/,
    ],
    ['another state', `${GREETED}\n      - expect: { state: open }`, /state: "open" +≠ state: "active"/],
    [
      'no handoff',
      `${GREETED}\n      - expect: { handoff: { reason: not_sure } }`,
      /handoff\.reason: "not_sure" +≠ .*\(none\)/,
    ],
    [
      'what an agent may not do',
      '- user: Hi\n      - bot: [hello, name]\n      - agent: { say: Hi }',
      /it is possible +≠ Only the agent/,
    ],
    [
      'a failing bot',
      `${GREETED}\n      - user: 'yes'\n      - bot: done`,
      /no answer of the action book|says nothing of what the action book answers/,
    ],
    ['no text for a language', '- user: { es: Hola }', /the test has no text for en/],
  ] as const) {
    it(`fails for ${what}`, async () => {
      const { passed, printed } = await run(`
${BOOK.replace('Ana', 'Eva')}
languages: [en]
tests:
  - name: one
    talk:
      ${talk.trim()}
`);
      expect(printed).to.match(told);
      expect(passed).to.equal(false);
    });
  }

  it('has actions answer in turn, and fail', async () => {
    const { printed } = await run(`
languages: [en]
tests:
  - name: fails first
    actions: { book: [{ times: 1, error: no connection }, { answer: { id: B2 } }] }
    talk:${GREETED}
      - user: 'yes'
      - bot: system/apology_bot_failed
      - expect: { state: open, handoff: { reason: bot_failed } }
      - agent: claim
      - agent: return
      - bot: [system/back_with_bot, sure]
      - user: 'yes'
      - bot: { key: done, contains: B2 }
`);
    expect(printed).to.match(/^1 passed/);
  });

  it('answers requests of dialogs, and tells which were made', async () => {
    const dialog = `
id: main
triggers: [start]
steps:
  - id: number
    ask: name
    as: number
    type: integer
  - id: order
    http: https://shop.example/orders/{{number}}
    method: POST
    headers: { authorization: 'Bearer {{secret.SHOP}}' }
    body: { number: number }
    response:
      status: { value: response.body.state, type: text }
    as: order
    onError:
      - say: failed
      - end: failed
  - say: done
  - end: resolved
`;
    const texts = { name: 'Number?', failed: 'Not now.', done: 'It is {{order.status}}.' };
    const { passed, printed } = await run(
      `
languages: [en]
http:
  - { request: 'POST https://shop.example/orders/1', body: { state: sent } }
  - { request: 'POST https://shop.example/orders/2*', times: 1, status: 404 }
  - { request: 'POST https://shop.example/orders/2*', error: timeout }
tests:
  - name: comes
    talk:
      - user: hi
      - bot: name
      - user: 1
      - bot: { key: done, contains: sent }
      - expect: { requested: { request: 'POST https://*/orders/1', body: { number: 1 } } }
  - name: fails
    talk:
      - user: hi
      - bot: name
      - user: 22
      - bot: failed
      - user: hi
      - bot: name
      - user: 23
      - bot: failed
      - expect: { outcome: failed }
  - name: is not foreseen
    talk:
      - user: hi
      - bot: name
      - user: 3
      - bot: done
`,
      {},
      { 'dialogs/main.yaml': dialog, 'locales/en/main.json': texts, 'locales/es/main.json': texts },
    );
    expect(printed).to.include('main.test.yaml:31 is not foreseen');
    expect(printed).to.include('the test says nothing of what POST https://shop.example/orders/3 answers');
    expect(printed).to.match(/2 passed in 1 language, 1 failed/);
    expect(passed).to.equal(false);
  });

  it('has a text not arrive, and the bot hear of it', async () => {
    const lost = `
id: lost
triggers: [{ event: undelivered }]
steps:
  - say: again
`;
    const { passed, printed } = await run(
      `
languages: [en]
tests:
  - name: told by a report
    talk:
      - user: hi
      - bot: [hello, name]
      - receipt: failed
      - bot: [lost/again, system/resumed, name]
      - receipt: delivered
  - name: refused at once, and what is said then too, three times at most
    talk:
      - telesign: rejects
      - user: hi
      - bot: [hello, name]
      - bot: [lost/again, system/resumed, name]
      - bot: [lost/again, system/resumed, name]
      - bot: [lost/again, system/resumed, name]
`,
      {},
      {
        'dialogs/lost.yaml': lost,
        'locales/en/lost.json': { again: 'Did you get this?' },
        'locales/es/lost.json': { again: '¿Lo ha recibido?' },
      },
    );
    expect(printed).to.match(/^2 passed in 1 language, 0 failed/);
    expect(passed).to.equal(true);
  });

  it('has a queue that is open or closed, and in which others wait', async () => {
    const line = `
id: line
triggers: [{ keywords: words }]
steps:
  - if: "!hours.open"
    then:
      - say: closed
    else:
      - if: queue.waiting > 10
        then:
          - say: busy
        else:
          - say: free
`;
    const texts = { words: ['line'], closed: 'Closed.', busy: '{{queue.waiting}} wait.', free: 'Free.' };
    const { printed } = await run(
      `
languages: [en]
tests:
  - name: open
    talk:
      - user: line
      - bot: line/free
  - name: busy
    waiting: 12
    talk:
      - user: line
      - bot: { key: line/busy, text: 12 wait. }
  - name: not busy any more
    waiting: 10
    talk:
      - user: line
      - bot: line/free
  - name: closed
    queues: { support: closed }
    talk:
      - user: line
      - bot: line/closed
`,
      {},
      { 'dialogs/line.yaml': line, 'locales/en/line.json': texts, 'locales/es/line.json': texts },
    );
    expect(printed).to.match(/^4 passed in 1 language, 0 failed/);
  });

  it('begins with what the bot knows of the customer and at a time', async () => {
    const { printed } = await run(`
languages: [en]
user: { name: Mia }
at: '2026-12-24T08:00:00Z'
tests:
  - name: known
    talk:
      - user: Hi
      - bot: [hello, name]
      - expect: { variables: { user.name: Mia } }
`);
    expect(printed).to.match(/^1 passed/);
  });

  it('tells each mistake of a test file with its place and what to do', async () => {
    const message = String(
      await refusal(
        run(`
tests:
  - name: one
    talk:
      - usr: Hi
      - bot: helo
      - clock: soon
      - bot: { contain: x }
      - agent: sleep
      - expect: { state: opened }
`),
      ),
    );
    const lines = message.split('\n').slice(1);
    expect(lines.map((line) => line.replace(/^.*main\.test\.yaml:/, ''))).to.deep.equal([
      '5:9 "usr" is nothing that can happen in a test — write user',
      '7:16 clock must be a time such as 90s, 10m, 2h, 3d or 1h30m — change it',
      '8:16 there is no field "contain" here — see “The test file” in docs/dialogs.md',
      '9:16 agent cannot be "sleep" — use one of: claim, return, wait, resume, end, close',
      '10:26 state cannot be "opened" — use one of: open, active, waiting, wrap_up, closed',
    ]);
    const names = String(
      await refusal(
        run(`
tests:
  - name: one
    languages: [fr]
    talk:
      - user: { key: system/words.yess }
      - bot: [hello, helo]
      - expect: { step: nowhere, handoff: { summary: sumary } }
`),
      ),
    );
    const told = names.split('\n').slice(1);
    expect(told.map((line) => line.replace(/^.*main\.test\.yaml:/, ''))).to.deep.equal([
      '3:5 there are no texts in the language "fr" — use one of: en, es',
      '6:15 system has no text with the key "words.yess" — write words.yes',
      '7:14 main has no text with the key "helo" — write hello',
      '8:25 there is no step "main/nowhere" — use one of: name, sure, person',
      '8:54 main has no text with the key "sumary" — write summary',
    ]);
  });

  it('tells which steps were run in which language, as a table and as lcov, and fails under a threshold', async () => {
    const tests = `
${BOOK}
tests:
  - name: books
    languages: [en]
    talk:${GREETED}
      - user: 'yes'
      - bot: done
  - name: greets
    languages: [es]
    talk:
      - user: Hi
      - bot: [hello, name]
`;
    const { printed, passed } = await run(tests, { coverage: true, threshold: '60' });
    expect(passed).to.equal(false);
    expect(printed).to.match(/^dialog +steps +en +es\nmain +9 +66\.6 % +22\.2 %\nall +9 +66\.6 % +22\.2 %\n/);
    expect(printed).to.match(/ {2}main\.yaml:\d+ sure never run in es\n/);
    expect(printed).to.match(/ {2}main\.yaml:\d+ person never run\n/);
    expect(printed).to.include('less than 60 % of the steps were run in es');
  });

  it('writes lcov that names languages, steps and lines', async () => {
    const tests = `
languages: [en]
tests:
  - name: greets
    talk:
      - user: Hi
      - bot: [hello, name]
`;
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-lcov-'));
    const file = join(folder, 'lcov.info');
    try {
      expect((await run(tests, { lcov: file, language: ['en'] })).passed).to.equal(true);
      const lcov = await readFile(file, 'utf8');
      expect(lcov).to.match(/^TN:en\nSF:.*dialogs\/main\.yaml\nFN:5,main\/say:hello\n/);
      expect(lcov).to.include('FNDA:1,main/say:hello\nFNDA:1,main/name\nFNDA:0,main/sure\n');
      expect(lcov).to.include('FNF:9\nFNH:2\nDA:5,1\nDA:6,1\n');
      expect(lcov).to.match(/LF:9\nLH:2\nend_of_record\n$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has every field of a test file in docs/dialogs.md', async () => {
    const page = await readFile('docs/dialogs.md', 'utf8');
    const reference = page.slice(
      page.indexOf('### The test file'),
      page.indexOf('### Tests of what has happened'),
    );
    for (const fields of [TEST_FIELDS.file, TEST_FIELDS.talk, TEST_FIELDS.expect]) {
      for (const field of fields) expect(reference).to.match(new RegExp(`^\\| [^|]*\`${field}\``, 'm'));
    }
    for (const fields of [TEST_FIELDS.text, TEST_FIELDS.handoff, TEST_FIELDS.answer, TEST_FIELDS.request]) {
      for (const field of fields) expect(reference).to.match(new RegExp(`\\b${field}\\b`));
    }
  });
});
