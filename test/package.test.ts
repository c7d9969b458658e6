import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { z } from 'zod';
import { LANGUAGES, writeLargeSet } from '../bench/large-set.ts';

const run = promisify(execFile);
const REPOSITORY = resolve(import.meta.dirname, '..');
const TSC = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
/** Absolute, since the program's folder does not have it. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const CUSTOMER = '15550100001';
const SUPPORT = '15550109999';

const Package = z.object({
  files: z.array(z.string()),
  dependencies: z.record(z.string(), z.string()),
});

/** A program's folder with the package installed: what it packs, and nothing but what it depends on. */
async function install(folder: string): Promise<void> {
  const installed = join(folder, 'node_modules/switchboard');
  const { files, dependencies } = Package.parse(
    JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8')),
  );
  await mkdir(installed, { recursive: true });
  await run(process.execPath, [
    TSC,
    '-p',
    join(REPOSITORY, 'tsconfig.build.json'),
    '--outDir',
    join(installed, 'dist'),
  ]);
  for (const file of ['package.json', ...files.filter((name) => name !== 'dist')]) {
    await cp(join(REPOSITORY, file), join(installed, file), { recursive: true });
  }
  for (const name of [...Object.keys(dependencies), '@types/node']) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(REPOSITORY, 'node_modules', name), link);
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
}

/** The blocks of a language in a section of a document. */
async function blocks(file: string, section: string, language: string): Promise<string[]> {
  const text = await readFile(join(REPOSITORY, file), 'utf8');
  const [, rest = ''] = text.split(`## ${section}\n`);
  const [own = ''] = rest.split(/^## /m);
  return [...own.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, block]) => block ?? '',
  );
}

interface Program {
  url: string;
  call(path: string, body?: object): Promise<unknown>;
  stop(): Promise<void>;
}

/** Runs a program of the folder in demo mode, as a user would, until it has printed its address. */
async function start(folder: string, file: string): Promise<Program> {
  const child: ChildProcess = spawn(process.execPath, ['--import', TSX, file], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const ended = once(child, 'close');
  const url = await new Promise<string>((done, fail) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        output += String(chunk);
        const [, found] = /Phone +(\S+)\/emulator\/phone/.exec(output) ?? [];
        if (found !== undefined) done(found);
      });
    }
    void ended.then(() => fail(new Error(`It ended with this: ${output}`)));
  });
  return {
    url,
    async call(path, body) {
      const answer = await fetch(url + path, {
        ...(body && {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      return answer.json();
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

const Sent = z.object({ messages: z.array(z.object({ text: z.string() })) });

/** What the bot answers to a first text. */
async function answerTo(program: Program, text: string): Promise<string> {
  await program.call('/emulator/inbound', { from: CUSTOMER, to: SUPPORT, text });
  for (const deadline = Date.now() + 5000; ; ) {
    const { messages } = Sent.parse(await program.call(`/emulator/messages?to=${CUSTOMER}`));
    if (messages[0]) return messages[0].text;
    if (Date.now() > deadline) throw new Error('No answer came.');
    await new Promise((resume) => setTimeout(resume, 20));
  }
}

describe('the package in a program of one’s own', function () {
  this.timeout(60_000);
  let folder: string;
  let programs: string[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchboard-program-'));
    await install(folder);
    programs = await blocks('README.md', 'Your own bot', 'ts');
    await writeFile(join(folder, 'dialogs.ts'), programs[0] ?? '');
    await writeFile(join(folder, 'bot.ts'), programs[1] ?? '');
    await writeFile(join(folder, 'translate.ts'), programs[2] ?? '');
  });
  after(() => rm(folder, { recursive: true }));

  it('answers with a Bot Framework bot as README writes it, without any file', async () => {
    const program = await start(folder, 'bot.ts');
    try {
      expect(await answerTo(program, 'Hello')).to.equal('That was text 1.');
    } finally {
      await program.stop();
    }
  });

  it('answers with actions as README writes them, and the first dialog of docs/dialogs.md', async () => {
    const [dialog = ''] = await blocks('docs/dialogs.md', 'A first dialog', 'yaml');
    const [texts = ''] = await blocks('docs/dialogs.md', 'A first dialog', 'json');
    await mkdir(join(folder, 'dialogs'));
    await writeFile(join(folder, 'dialogs/main.yaml'), dialog);
    await mkdir(join(folder, 'locales/en'), { recursive: true });
    await writeFile(join(folder, 'locales/en/main.json'), texts);
    const program = await start(folder, 'dialogs.ts');
    try {
      expect(await answerTo(program, 'Hello')).to.match(
        /^Hello, this is Harbor Books\.\s+What is your name\?$/,
      );
    } finally {
      await program.stop();
    }
  });

  it('checks 200 dialogs in 5 languages, and takes for them at most five times as long as for 20', async function () {
    this.timeout(120_000);
    const tells =
      'process.on("exit", () => { const { user, system } = process.cpuUsage(); process._rawDebug(String(user + system)); })';
    const command = [
      ...['--import', `data:text/javascript,${tells}`],
      ...[join(folder, 'node_modules/switchboard/dist/cli.js'), 'lint', '--format', 'json'],
    ];
    const spent = { 20: Number.POSITIVE_INFINITY, 200: Number.POSITIVE_INFINITY };
    for (const dialogs of [20, 200] as const) await writeLargeSet(join(folder, String(dialogs)), dialogs);
    // In turn, and the best of three: others use the machine too, which makes one run dearer than another.
    for (const dialogs of [20, 200, 20, 200, 20, 200] as const) {
      const cwd = join(folder, String(dialogs));
      const { stdout, stderr } = await run(process.execPath, command, { cwd, maxBuffer: 10_000_000 });
      expect(JSON.parse(stdout)).to.include({ errors: 0, warnings: dialogs * LANGUAGES.length });
      spent[dialogs] = Math.min(spent[dialogs], Number(stderr));
    }
    expect(spent[200] / spent[20]).to.be.lessThan(5);
  });

  it('brings its types', async () => {
    expect(programs).to.have.length(3);
    const wrong =
      "import { createApp } from 'switchboard';\n// @ts-expect-error\nawait createApp({ env: 1 });\n";
    await writeFile(join(folder, 'wrong.ts'), wrong);
    const compilerOptions = {
      ...{ noEmit: true, strict: true, skipLibCheck: true, target: 'es2023' },
      ...{ module: 'nodenext', types: ['node'] },
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const { stdout } = await run(process.execPath, [TSC, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).to.equal('');
  });
});
