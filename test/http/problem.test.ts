import { expect } from 'chai';
import { ERROR_CODES, SwitchboardError } from '../../src/errors.ts';
import { problemOf, STATUSES } from '../../src/http/problem.ts';

describe('a problem', () => {
  it('has the code, its meaning and the details', () => {
    const error = new SwitchboardError('already_claimed', 'Ben has it.', {
      details: { agentId: 'ben', version: 4 },
    });
    expect(problemOf(error)).to.deep.equal({
      type: '/docs/#already_claimed',
      title: ERROR_CODES.already_claimed,
      status: 409,
      code: 'already_claimed',
      detail: 'Ben has it.',
      agentId: 'ben',
      version: 4,
    });
  });

  it('keeps its own status and code, whatever the details say', () => {
    const error = new SwitchboardError('in_use', 'x', { details: { status: 200, code: 'fine' } });
    expect(problemOf(error)).to.include({ status: 409, code: 'in_use' });
  });

  it('says nothing of an error that is not ours', () => {
    for (const error of [
      new Error('secret 15550100001'),
      Object.assign(new Error('secret'), { statusCode: 418 }),
      'secret',
      null,
      new SwitchboardError('settings_invalid', 'secret', { details: { secret: 1 } }),
      new SwitchboardError('bot_failed', 'secret'),
    ]) {
      const problem = problemOf(error);
      expect(problem).to.include({ status: 500, code: 'internal', detail: ERROR_CODES.internal });
      expect(JSON.stringify(problem)).not.to.contain('secret');
    }
  });

  it('knows a MongoDB server that is away', () => {
    for (const name of [
      'MongoNetworkError',
      'MongoNetworkTimeoutError',
      'MongoServerSelectionError',
      'MongoWriteConcernError',
    ]) {
      const error = Object.assign(new Error('mongodb://user:secret@host'), { name });
      expect(problemOf(error)).to.include({ status: 503, code: 'store_unavailable' });
    }
    const saying = (code: number) => Object.assign(new Error('x'), { name: 'MongoServerError', code });
    expect(problemOf(saying(10107)).status).to.equal(503);
    expect(problemOf(saying(14031)).status).to.equal(503);
    expect(problemOf(saying(2)).status).to.equal(500);
  });

  it('has a status that fits for each code', () => {
    for (const status of Object.values(STATUSES)) expect(status).to.be.within(400, 504);
  });
});
