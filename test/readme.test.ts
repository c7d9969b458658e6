import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { answersTo, shellBlocks, startDemo } from './support/shell-blocks.ts';

const README = new URL('../README.md', import.meta.url);
const PLACE = /^S=http:\/\/127\.0\.0\.1:3978$/m;
const TOKEN = /^TOKEN=\.\.\. /m;

/** What README tells people to type in a section, in one piece. */
async function commandsOf(section: string): Promise<string> {
  const readme = await readFile(README, 'utf8');
  const [, text = ''] = readme.split(`## ${section}\n`);
  const [own = ''] = text.split(/^## /m);
  return shellBlocks(own).join('\n');
}

describe('README’s first conversation by hand', function () {
  this.timeout(60_000);
  let demo: Awaited<ReturnType<typeof startDemo>>;

  beforeEach(async () => {
    demo = await startDemo();
  });
  afterEach(() => demo.stop());

  it('goes as written, with what the start printed, and a second time too', async () => {
    const { address, token } = demo;
    expect(address).to.equal(`http://127.0.0.1:${demo.port}`);
    const written = await commandsOf('A first conversation by hand');
    expect(written).to.match(PLACE).and.to.match(TOKEN).and.to.include('curl ');
    const script = written.replace(PLACE, `S=${address}`).replace(TOKEN, `TOKEN=${token} `);

    for (const session of [1, 2]) {
      const answers = await answersTo(script);
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
