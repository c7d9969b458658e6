import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadScripts } from '../../src/bot/load.ts';
import { runGraphCommand } from '../../src/cli/graph.ts';
import { runTestCommand } from '../../src/cli/test.ts';
import { dotOf, svgOf } from '../../src/workbench/dot.ts';
import { type Graph, graphOf } from '../../src/workbench/graph.ts';
import { mermaidOf } from '../../src/workbench/mermaid.ts';
import { eventually } from '../support/eventually.ts';
import { refusal } from '../support/rejection.ts';
import { ADMIN_TOKEN, startApp } from '../support/running-app.ts';
import { withFiles } from '../support/script-bot.ts';

const MAIN = `
id: main
triggers: [start]
steps:
  - id: menu
    choice: menu
    options:
      - { value: other, label: other, goto: other }
      - { value: person, label: person, goto: person }
      - { value: me, label: me, goto: person }
  - id: other
    call: other
  - if: session.number > 1
    then: [{ goto: menu }]
  - end: resolved
  - id: person
    handoff: support
    reason: asked
    summary: person
    on:
      untaken: { after: 10m, do: [{ say: still }] }
      returned: [{ goto: menu }]
`;
const OTHER = `
id: other
steps:
  - id: sure
    confirm: sure
    no: again
  - say: good
  - id: again
    set: { tries: 1 }
`;
const FILES = {
  'dialogs/main.yaml': MAIN,
  'dialogs/other.yaml': OTHER,
  'locales/en/main.json': {
    menu: 'What <is> "it", {{user.name}}?',
    other: 'Other',
    person: 'A person',
    me: 'Me',
    still: 'Wait.',
  },
  'locales/en/other.json': { sure: 'Sure?', good: 'Good.' },
};

function graph(figures?: Parameters<typeof graphOf>[3]): Promise<Graph> {
  return withFiles({ files: FILES }, async (options) => {
    const { scripts, texts } = await loadScripts(options);
    return graphOf(scripts, texts, 'en', figures);
  });
}

describe('the graph of dialogs', () => {
  it('has every step with what it says, and every way; a goto is a way, not a step', async () => {
    const { dialogs } = await graph();
    const [main, other] = dialogs;
    expect(main).to.deep.include({ id: 'main', triggers: ['start'], first: 'main/menu' });
    expect(other).to.deep.include({ id: 'other', triggers: [], first: 'other/sure' });
    const ways = new Map([...main!.steps, ...other!.steps].map(({ place, ways }) => [place, ways]));
    expect(ways.get('main/menu')).to.deep.equal([
      { to: 'main/other', label: 'other' },
      { to: 'main/person', label: 'person, me' },
    ]);
    expect(ways.get('main/if:session.number > 1')).to.deep.equal([
      { to: 'main/menu', label: 'yes' },
      { to: 'main/end:resolved', label: 'no' },
    ]);
    expect(ways.get('main/person')).to.deep.equal([
      { to: 'main/menu', label: 'returned' },
      { to: 'main/say:still', label: 'untaken' },
    ]);
    expect(ways.get('main/say:still'), 'it still waits there').to.deep.equal([
      { to: 'main/person', label: '' },
    ]);
    expect(ways.get('main/end:resolved')).to.deep.equal([]);
    expect(ways.get('other/sure')).to.deep.equal([
      { to: 'other/say:good', label: 'yes' },
      { to: 'other/again', label: 'no' },
    ]);
    expect(ways.get('other/again'), 'back to what called it').to.deep.equal([{ to: 'other/', label: '' }]);
    expect(main!.steps[0]).to.include({ shape: 'asks', label: 'What <is> "it", {{user.name}}?' });
  });

  it('shows each case of a switch, and where a failed request and a return lead', async () => {
    const files = {
      'dialogs/main.yaml': `
id: main
triggers: [start]
steps:
  - switch: session.language
    cases:
      en: [{ say: hello }]
      es: [{ goto: ask }]
    else:
      - return: 1
  - id: ask
    http: https://shop.example/
    onError: [{ say: failed }]
  - end: done
`,
      'locales/en/main.json': { hello: 'Hello', failed: 'Not now' },
    };
    const drawn = await withFiles({ files }, async (options) => {
      const { scripts, texts } = await loadScripts(options);
      return graphOf(scripts, texts, 'en');
    });
    const ways = drawn.dialogs[0]!.steps.map(({ shape, ways }) => [shape, ways] as const);
    expect(ways).to.deep.include.members([
      [
        'decides',
        [
          { to: 'main/say:hello', label: 'en' },
          { to: 'main/ask', label: 'es' },
          { to: 'main/return:1', label: 'else' },
        ],
      ],
      ['ends', [{ to: 'main/', label: '' }]],
      [
        'does',
        [
          { to: 'main/end:done', label: '' },
          { to: 'main/say:failed', label: 'fails' },
        ],
      ],
    ]);
  });

  it('shows where a question leads that is answered wrongly too often, or not at all', async () => {
    const otherwise = `
    onInvalid: [{ goto: wrong }]
    onNoReply: { after: 30m, then: [{ goto: silent }] }`;
    const files = {
      'dialogs/main.yaml': `
id: main
triggers: [start]
steps:
  - id: ask
    ask: hello
    as: name${otherwise}
  - id: choice
    choice: hello
    options: [{ value: a, label: a }, { value: b, label: b }]${otherwise}
  - id: confirm
    confirm: hello${otherwise}
  - id: wrong
    end: wrong
  - id: silent
    end: silent
`,
      'locales/en/main.json': { hello: 'Hello', a: 'Apples', b: 'Berries' },
    };
    const drawn = await withFiles({ files }, async (options) => {
      const { scripts, texts } = await loadScripts(options);
      return graphOf(scripts, texts, 'en');
    });
    for (const { step, ways } of drawn.dialogs[0]!.steps.slice(0, 3)) {
      const labels = new Map(ways.map(({ to, label }) => [to, label]));
      expect(labels.get('main/wrong'), step).to.match(/invalid$/);
      expect(labels.get('main/silent'), step).to.equal('no reply');
    }
  });

  it('is written as Mermaid', async () => {
    const lines = mermaidOf(await graph()).split('\n');
    expect(lines[0]).to.equal('flowchart TD');
    expect(lines).to.include('  subgraph "main (start)"');
    expect(lines).to.include('    n2[/"<b>menu</b><br/>What &lt;is&gt; #quot;it#quot;, {{user.name}}?"/]');
    expect(lines).to.include('    n2 -->|"person, me"| n4');
    expect(lines).to.include('    n3[["<b>other</b><br/>⇒ other"]]');
    expect(lines.filter((line) => line.trim() === 'end')).to.have.length(2);
  });

  it('is drawn as SVG, with steps that no test runs and steps that customers leave marked', async () => {
    const drawn = await graph((place) =>
      place === 'main/menu'
        ? { runs: new Map([['en', 2]]), live: [{ language: 'en', reached: 20, left: 5 }] }
        : { runs: new Map(), live: [] },
    );
    const svg = await svgOf(drawn);
    expect(svg)
      .to.match(/^<\?xml/)
      .and.to.include('</svg>');
    for (const text of ['What &lt;is&gt; &quot;it&quot;, {{user.name}}?', 'main (start)', 'never tested']) {
      expect(svg).to.include(text);
    }
    expect(svg).to.include('en: 20 came, 5 left (25 %)');
    const dot = dotOf(drawn);
    const line = (place: string) => dot.split('\n').find((one) => one.startsWith(`"${place}" [`));
    expect(line('main/menu')).to.include('#ffd9d9').and.not.to.include('#cc0000');
    expect(line('main/other')).to.include('#cc0000');
    const mermaid = mermaidOf(drawn);
    expect(mermaid).to.match(/ {2}class n2 loses\n/);
    expect(mermaid).to.match(/ {2}class n3,.* never\n/);
  });

  it('puts dialogs below each other where there are many', async () => {
    const one = await graph();
    const [main, other] = one.dialogs;
    const many = (count: number) => ({
      ...one,
      dialogs: [main!, ...Array.from({ length: count }, (_, n) => ({ ...other!, id: `other-${n}` }))],
    });
    const widthOf = async (count: number) =>
      Number(/viewBox="0\.00 0\.00 ([\d.]+)/.exec(await svgOf(many(count)))?.[1]);
    expect(await widthOf(11)).to.be.below(2 * (await widthOf(3)));
  });

  it('says in which languages a step is not tested', async () => {
    const two = {
      ...(await graph(() => ({ runs: new Map([['en', 1]]) }))),
      languages: ['en', 'es', 'zh-TW'],
    };
    expect(mermaidOf(two)).to.include('not tested in es, zh-TW');
    expect(dotOf(two)).to.include('#dd7700').and.not.to.include('#cc0000');
  });
});

describe('switchboard graph', function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-graph-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function drawn(options: object, env = {}): Promise<string> {
    const out = join(folder, 'graph');
    await runGraphCommand(env, { ...options, out }, { print: () => {} }, Date.now);
    return readFile(out, 'utf8');
  }

  it('draws the sample dialogs, marked by an lcov file or by their tests', async () => {
    const printed: string[] = [];
    await runGraphCommand({}, {}, { print: (line) => printed.push(line) }, Date.now);
    expect(printed.join())
      .to.match(/^flowchart TD/)
      .and.not.to.include('never tested');
    const lcov = join(folder, 'lcov.info');
    await runTestCommand({}, ['dialogs/opening-hours.test.yaml'], { lcov }, { print: () => {} });
    expect(await drawn({ coverage: lcov })).to.include('never tested');
    expect(await drawn({ coverage: true, format: 'svg', language: 'zh-TW' })).not.to.include('never tested');
  });

  it('tells how many customers came to a step and left there, asked of the running service', async () => {
    const service = await startApp();
    try {
      const customer = '15550100007';
      await service.textIn(customer, 'Hello');
      await service.phone(customer, 1);
      const place = `/api/conversations/15550109999-${customer}`;
      await eventually(
        () => service.call('POST', `${place}/claim`),
        ({ status }) => status === 200,
      );
      expect((await service.call('POST', `${place}/close`, { outcome: 'resolved' })).status).to.equal(200);
      await eventually(
        () => drawn({ live: true, url: service.url }, { ADMIN_TOKEN }),
        (graph) => graph.includes('en: 1 came, 0 left (0 %)'),
      );
      const { code } = await refusal(
        drawn({ live: true, url: service.url }, { SWITCHBOARD_TOKEN: 'no such token' }),
      );
      expect(code).to.equal('not_ready');
    } finally {
      await service.stop();
    }
  });

  it('refuses what it cannot do', async () => {
    for (const options of [
      { format: 'png' },
      { language: 'fr' },
      { days: '0' },
      { coverage: '/no/such/file' },
      { live: true },
    ]) {
      expect((await refusal(drawn(options))).code).to.equal('settings_invalid');
    }
    expect((await refusal(drawn({ live: true, url: 'http://127.0.0.1:1' }, { ADMIN_TOKEN }))).code).to.equal(
      'not_ready',
    );
  });
});
