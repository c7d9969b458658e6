import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { type Command, startCommand } from './support/command.ts';
import { freePort } from './support/processes.ts';

const README = new URL('../README.md', import.meta.url);
const PLACE = /^S=http:\/\/127\.0\.0\.1:3978$/m;
const TOKEN = /^TOKEN=\.\.\. /m;

/** What README tells people to type in a section, in one piece. */
async function commandsOf(section: string): Promise<string> {
  const readme = await readFile(README, 'utf8');
  const [, text = ''] = readme.split(`## ${section}\n`);
  const [own = ''] = text.split(/^## /m);
  return [...own.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('\n');
}

describe('README’s first conversation by hand', function () {
  this.timeout(60_000);
  let dataDir: string;
  let demo: Command;
  let port: number;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
    port = await freePort();
    demo = startCommand('main.ts', [], { DATA_DIR: dataDir, PORT: String(port) });
  });
  afterEach(async () => {
    await demo.stop();
    await rm(dataDir, { recursive: true });
  });

  it('goes as written, with what the start printed, and a second time too', async () => {
    const [, token = '', address] = await demo.printed(/Bearer (\S+)' (\S+)\/api\/me/);
    expect(address).to.equal(`http://127.0.0.1:${port}`);
    const written = await commandsOf('A first conversation by hand');
    expect(written).to.match(PLACE).and.to.match(TOKEN).and.to.include('curl ');
    const script = written.replace(PLACE, `S=${address}`).replace(TOKEN, `TOKEN=${token} `);
    // A refusal ends the script with an error; typed by hand it would be seen.
    const strict = `set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n${script}`;

    for (const session of [1, 2]) {
      const { stdout } = await promisify(execFile)('bash', ['-c', strict]);
      const answers = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const [, bot, , waiting, claimed, reply, phone, transcript, closed] = answers;
      expect(answers).to.have.length(9);
      expect(bot.messages.at(-1).text).to.match(/^Hello! This is/);
      expect(waiting.items).to.have.length(1);
      expect(waiting.items[0]).to.include({ state: 'open', session });
      expect(claimed).to.include({ state: 'active', agentId: 'sample-agent' });
      expect(reply).to.include({ text: 'Hello, how can I help?', session });
      expect(phone.messages.at(-1)).to.include({ externalId: reply.id });
      expect(transcript.items.at(-1)).to.include({ id: reply.id });
      expect(closed).to.include({ state: 'closed' });
    }
  });
});
