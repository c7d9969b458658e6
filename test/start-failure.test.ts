import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SwitchboardError } from '../src/errors.ts';
import { startFailure } from '../src/start-failure.ts';
import { type Command, startCommand } from './support/command.ts';

const PASSWORD = 'hunter2';

describe('a start that fails', function () {
  this.timeout(30_000);
  let dataDir: string;
  let taken: Server;
  let port: string;
  const running = new Set<Command>();

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
    taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    port = String(typeof address === 'object' ? address?.port : 0);
  });
  afterEach(async () => {
    for (const command of running) await command.stop();
    running.clear();
    taken.close();
    await rm(dataDir, { recursive: true });
  });

  async function run(...given: Parameters<typeof startCommand>): Promise<string> {
    const command = startCommand(...given);
    running.add(command);
    const { code, output } = await command.ended;
    expect(code, output).to.equal(78);
    expect(output).to.not.match(/\n +at /);
    return output;
  }

  it('names PORT when another process listens there', async () => {
    expect(await run('main.ts', [], { DATA_DIR: dataDir, PORT: port })).to.match(
      /PORT: another process listens there already: end it/,
    );
  });

  it('names HOST when this machine has no such address', async () => {
    const env = { DATA_DIR: dataDir, PORT: '0', HOST: '203.0.113.9' };
    expect(await run('main.ts', [], env)).to.match(/HOST: this machine has no such address/);
  });

  for (const [what, uri] of Object.entries({
    'a password that is not encoded': `mongodb://admin:${PASSWORD}@x@host/db`,
    'an option that does not exist': `mongodb://admin:${PASSWORD}@127.0.0.1:1/db?nonsense=${PASSWORD}`,
    'a database name that cannot be': `mongodb://admin:${PASSWORD}@127.0.0.1:1/a.${PASSWORD}`,
    'an escape that is none': `mongodb://127.0.0.1:1/${PASSWORD}%zz`,
  })) {
    it(`names MONGODB_URI for ${what}, and does not repeat it`, async () => {
      const output = await run('main.ts', [], { MONGODB_URI: uri, PORT: '0' });
      expect(output)
        .to.match(/MONGODB_URI: .*percent-encoded/)
        .and.to.not.include(PASSWORD);
    });
  }

  it('names every wrong option of the emulator, and repeats none', async () => {
    const given = { '--callback-url': 'nowhere', '--number': '+1555', '--api-key': '!!', '--port': '70000' };
    const output = await run('cli.ts', ['emulator', ...Object.entries(given).flat()]);
    for (const [name, value] of Object.entries(given)) {
      expect(output)
        .to.match(new RegExp(`^ +${name}: `, 'm'))
        .and.to.not.include(value);
    }
  });

  it('names an option that is missing, or not one of the emulator’s', async () => {
    expect(await run('cli.ts', ['emulator'])).to.include('--callback-url');
    const needed = ['--callback-url', 'http://127.0.0.1:1/', '--number', '15550109999'];
    const output = await run('cli.ts', ['emulator', ...needed, `--api-kye=${PASSWORD}`]);
    expect(output).to.include("'--api-kye'").and.to.not.include(PASSWORD);
  });

  it('names --port when another process listens there', async () => {
    const args = ['--callback-url', 'http://127.0.0.1:1/', '--number', '15550109999', '--port', port];
    expect(await run('cli.ts', ['emulator', ...args])).to.match(/--port: another process listens there/);
  });

  it('tells the kinds and codes of causes, without what they say', () => {
    const refused = Object.assign(new Error(`of ${PASSWORD}`), { code: 'ECONNREFUSED' });
    const cause = new TypeError(`cannot reach ${PASSWORD}`, { cause: refused });
    expect(startFailure(new SwitchboardError('store_unavailable', 'No store.', { cause }))).to.deep.equal({
      text: 'No store.\nCause: TypeError, Error ECONNREFUSED',
      exitCode: 1,
    });
  });

  it('shows where an error that nobody expected comes from, without what it says', () => {
    const { text, exitCode } = startFailure(new RangeError(PASSWORD));
    expect(text)
      .to.include('RangeError')
      .and.to.include('start-failure.test.ts')
      .and.to.not.include(PASSWORD);
    expect(exitCode).to.equal(1);
  });
});
