import { expect } from 'chai';
import { SwitchboardError } from '../src/errors.ts';
import { maskedId } from '../src/log.ts';
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

  it('tells an error with its causes, and nothing that hangs on them', () => {
    const { log, lines, raw } = recordedLog();
    const cause = Object.assign(new Error('lookup of 15550100001 failed'), {
      dialogContext: { stack: '4 Elm Street' },
    });
    log.error({ err: new SwitchboardError('bot_failed', undefined, { cause }) }, 'turn failed');
    const [line] = lines();
    expect(line?.err).to.deep.include({ code: 'bot_failed' });
    expect(line).to.have.nested.property('err.cause.message', 'lookup of …0001 failed');
    expect(raw()).to.not.include('4 Elm Street').and.to.not.include('15550100001');
  });

  it('names a conversation by the last digits of its numbers', () => {
    expect(maskedId('15550109999-15550100001')).to.equal('…9999-…0001');
    expect(maskedId('55512-15550100001')).to.equal('…5512-…0001');
  });
});
