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

  it('leaves it out when the error is logged without words too', () => {
    const { log, raw } = recordedLog();
    log.error(new Error('Elm Street'));
    log.error({ err: new Error('Elm Street') });
    log.error(new Error('Elm Street'), 'in words');
    expect(raw()).to.include('in words').and.to.not.include('Elm');
  });

  it('comes to an end with causes that go in a circle', () => {
    const error: Error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(describeError(error))).to.be.a('string');
    expect(describeCauses(error)).to.match(/^Error(, Error){4}$/);
  });

  it('names a conversation by the last digits of its numbers', () => {
    expect(maskedId('15550109999-15550100001')).to.equal('…9999-…0001');
    expect(maskedId('55512-15550100001')).to.equal('…5512-…0001');
  });
});
