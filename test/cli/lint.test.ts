import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runLintCommand } from '../../src/cli/lint.ts';
import { startCommand } from '../support/command.ts';
import { rejection } from '../support/rejection.ts';

describe('switchboard lint', () => {
  let folder: string;
  let printed: string[];
  const printer = { print: (line: string) => void printed.push(line) };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-lint-'));
    printed = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(steps: string, texts: object): Promise<Record<string, string>> {
    await mkdir(join(folder, 'dialogs'), { recursive: true });
    await mkdir(join(folder, 'locales', 'en'), { recursive: true });
    await writeFile(join(folder, 'dialogs', 'main.yaml'), `id: main\ntriggers: [start]\nsteps:\n${steps}`);
    await writeFile(join(folder, 'locales', 'en', 'main.json'), JSON.stringify(texts));
    return { DIALOGS_DIR: `${folder}/dialogs/`, LOCALES_DIR: join(folder, 'locales') };
  }

  const lint = (env: Record<string, string>, given: object = {}) => runLintCommand(env, given, printer);

  it('says nothing of dialogs without a mistake but that there is none', async () => {
    expect(await lint(await write('  - say: a\n', { a: 'One' }))).to.equal(true);
    expect(printed).to.deep.equal(['0 errors, 0 warnings']);
  });

  it('names files by the folders of the settings, and fails on errors', async () => {
    expect(await lint(await write('  - say: b\n', { a: 'One' }))).to.equal(false);
    expect(printed[0]).to.match(/^.*\/dialogs\/main\.yaml:4:10 error missing_text: /);
    expect(printed[0]?.startsWith(`${folder}/dialogs/main.yaml:`)).to.equal(true);
  });

  it('fails on warnings only when it is to be strict', async () => {
    const env = await write('  - say: a\n', { a: 'One', b: 'Two' });
    expect(await lint(env)).to.equal(true);
    expect(await lint(env, { strict: true })).to.equal(false);
  });

  it('knows the actions of a program', async () => {
    const env = await write('  - say: a\n  - action: refund\n', { a: 'One' });
    const actions = join(folder, 'actions.mjs');
    await writeFile(actions, 'export async function refund() { return null; }\n');
    expect(await lint(env)).to.equal(false);
    expect(await lint(env, { actions })).to.equal(true);
  });

  it('says why the actions of a program cannot be loaded', async () => {
    const env = await write('  - say: a\n', { a: 'One' });
    const actions = join(folder, 'none.mjs');
    const refused = await rejection(lint(env, { actions }));
    expect(refused).to.include({ code: 'settings_invalid' });
    expect((refused as Error).message).to.match(/--actions: none\.mjs cannot be loaded: Cannot find module/);
  });

  it('refuses a format that there is not', async () => {
    const refused = await rejection(lint(await write('  - say: a\n', { a: 'One' }), { format: 'xml' }));
    expect(refused).to.include({ code: 'settings_invalid' });
    expect((refused as Error).message).to.include('--format: one of text, json, github');
  });

  it('finds nothing in the sample dialogs', async () => {
    await lint({}, { strict: true });
    expect(printed).to.deep.equal(['0 errors, 0 warnings']);
  });

  it('ends with 1 for errors, and with 78 when a folder cannot be read', async function () {
    this.timeout(30_000);
    const wrong = startCommand('cli.ts', ['lint'], await write('  - goto: x\n', {}));
    expect((await wrong.ended).code).to.equal(1);
    expect(wrong.output()).to.include('unknown_step');
    const none = startCommand('cli.ts', ['lint', '--format', 'json'], { DIALOGS_DIR: join(folder, 'none') });
    expect((await none.ended).code).to.equal(78);
    expect(none.output()).to.include('DIALOGS_DIR: the folder');
  });
});
