import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { shellBlocks } from './support/shell-blocks.ts';

const CLI = resolve(import.meta.dirname, '../src/cli.ts');
const TSX = fileURLToPath(import.meta.resolve('tsx'));

/** `npx switchboard …` runs what is here; a command that fails ends the script. */
const SHELL = `set -euo pipefail
npx() { shift; "${process.execPath}" --import "${TSX}" "${CLI}" "$@" </dev/null; echo "[done]"; }
`;

describe('the tutorial of docs/dialogs.md', function () {
  this.timeout(120_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-tutorial-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('leads from an empty folder to a dialog that is tested in two languages, each command as written', async () => {
    const page = await readFile('docs/dialogs.md', 'utf8');
    const tutorial = page.slice(page.indexOf('## Ten minutes'), page.indexOf('## In an editor'));
    const [install = '', ...blocks] = shellBlocks(tutorial);
    expect(install).to.include('npm install ../switchboard/switchboard-0.1.0.tgz');
    const { stdout, stderr } = await promisify(execFile)(
      'bash',
      ['--norc', '-c', SHELL + blocks.join('\n')],
      {
        cwd: folder,
        env: { PATH: process.env.PATH },
      },
    );
    const [lint, chat, first, second, lintBoth, both, graph, ...more] = stdout.split('[done]\n');
    expect(more).to.deep.equal(['']);
    expect(stderr).to.equal('');
    for (const told of [lint, lintBoth]) expect(told).to.match(/0 errors, 0 warnings/);
    expect(chat).to.match(/^A new conversation in en/);
    const shown = /```\n(dialog +steps[\s\S]*?)```/.exec(tutorial)?.[1] ?? '';
    const withoutTime = (text = '') => text.replace(/\(\d+\.\d s\)/, '');
    expect(withoutTime(first)).to.equal(withoutTime(shown));
    expect(second).to.match(/^3 passed in 1 language, 0 failed/);
    expect(both).to.match(/^6 passed in 2 languages, 0 failed/);
    expect(graph).to.equal('');
    const picture = await readFile(join(folder, 'dialogs.svg'), 'utf8');
    expect(picture).to.include('What can we do for you?').and.not.to.include('never tested');
  });
});
