import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect } from 'chai';
import { SwitchboardError } from '../src/errors.ts';
import { describeCauses, describeError, maskedId } from '../src/log.ts';
import { recordedLog } from './support/log.ts';

describe('the log', () => {
  it('masks texts, numbers and secrets wherever they hang', () => {
    const { log, raw } = recordedLog();
    log.info({ text: 'my card is 4111', from: '15550100001', message: { text: 'secret words' } }, 'inbound');
    log.info(
      { channel: { apiKey: 'KEY' }, headers: { authorization: 'TSA x:y' }, token: 'TOKEN' },
      'outbound',
    );
    expect(raw()).to.not.match(/4111|15550100001|secret words|KEY|TSA|TOKEN/);
  });

  it('tells our own errors whole, with the kind, code and place of their causes', () => {
    const { log, lines, raw } = recordedLog();
    const cause = Object.assign(new TypeError('lookup of Elm Street failed'), {
      code: 'ENOTFOUND',
      dialogContext: { stack: '4 Elm Street' },
    });
    log.error({ err: new SwitchboardError('bot_failed', 'The bot is slow.', { cause }) }, 'turn failed');
    const [line] = lines();
    expect(line).to.have.nested.property('err.message', 'The bot is slow.');
    expect(line?.err).to.deep.include({ code: 'bot_failed' });
    expect(line).to.have.nested.property('err.cause.type', 'TypeError');
    expect(line).to.have.nested.property('err.cause.code', 'ENOTFOUND');
    expect(line).to.have.nested.property('err.cause.stack[0]').that.includes('log.test.ts');
    expect(raw()).to.not.include('Elm Street');
  });

  it('leaves out what others’ errors say, however it came into them', () => {
    const parsing = (text: string) => {
      try {
        return JSON.parse(text);
      } catch (error) {
        return error;
      }
    };
    const changed = new Error('said Elm Street');
    changed.message = 'something else';
    const renamed = Object.assign(new Error('x'), { name: 'Elm Street', code: 'Elm Street' });
    const shaped = new Error('Elm\n    at Elm Street (file:///home/a.js:1:1)\nend');
    const several = new AggregateError([new Error('Elm Street')], 'Elm Street');
    for (const err of [parsing('Elm Street'), changed, renamed, shaped, several, 'Elm Street']) {
      const { log, raw } = recordedLog();
      log.error({ err }, 'failed');
      expect(raw()).to.include('failed').and.to.not.match(/Elm/);
    }
  });

  it('says the same of a store that takes no writes every ten seconds, and how often it would have', () => {
    let time = 1_000_000;
    const { log, lines } = recordedLog('trace', { now: () => time });
    const full = () => new SwitchboardError('store_unavailable', undefined, { cause: new Error('ENOSPC') });
    for (let n = 0; n < 1000; n++) {
      log.error({ err: full(), channel: 'default' }, 'a callback was not taken in');
      log.child({ loop: 'sends' }).error({ err: full() }, 'look for work failed');
      time += 5;
    }
    expect(lines()).to.have.length(2);
    time += 5_000;
    log.error({ err: full() }, 'a callback was not taken in');
    expect(lines().at(-1)).to.include({ alike: 999, msg: 'a callback was not taken in' });
    expect(lines()).to.have.length(3);
  });

  it('says all else each time', () => {
    const { log, lines } = recordedLog();
    for (let n = 0; n < 3; n++) {
      log.error({ err: new SwitchboardError('bot_failed') }, 'the bot failed');
      log.warn({ channel: 'default' }, 'a callback was refused');
    }
    expect(lines()).to.have.length(6);
  });

  it('leaves it out when the error is logged without words too', () => {
    const { log, raw } = recordedLog();
    log.error(new Error('Elm Street'));
    log.error({ err: new Error('Elm Street') });
    log.error(new Error('Elm Street'), 'in words');
    expect(raw()).to.include('in words').and.to.not.include('Elm');
  });

  it('tells in demo mode what others’ errors say, since their texts are made up there', () => {
    const { log, lines } = recordedLog('trace', { foreignMessages: true });
    log.error({ err: new Error('outer', { cause: new TypeError('no such field: ordr') }) }, 'the bot failed');
    expect(lines()[0]).to.have.nested.property('err.message', 'outer');
    expect(lines()[0]).to.have.nested.property('err.cause.message', 'no such field: ordr');
  });

  it('comes to an end with causes that go in a circle', () => {
    const error: Error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(describeError(error))).to.be.a('string');
    expect(describeCauses(error)).to.match(/^Error(, Error){4}$/);
  });

  it('does not end a process whose standard output is on a full disk', async () => {
    const program = `
      import { writeFile } from 'node:fs/promises';
      import { createLog } from './src/log.ts';
      const log = createLog('info');
      for (let line = 0; line < 3; line++) {
        log.info('on a full disk');
        await writeFile('/dev/full', 'x').catch(() => {});
      }
      log.fatal('the end');
      process.exit(3);`;
    const full = await open('/dev/full', 'w');
    try {
      const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        cwd: resolve(import.meta.dirname, '..'),
        stdio: ['ignore', full.fd, 'pipe'],
      });
      const said = child.stderr?.setEncoding('utf8').toArray();
      const [code] = await once(child, 'close');
      expect(await said).to.deep.equal([]);
      expect(code).to.equal(3);
    } finally {
      await full.close();
    }
  });

  it('names a conversation by the last digits of its numbers', () => {
    expect(maskedId('15550109999-15550100001')).to.equal('…9999-…0001');
    expect(maskedId('55512-15550100001')).to.equal('…5512-…0001');
  });
});
