import { expect } from 'chai';
import { mayRepair } from '../../../src/console/model/thread.ts';
import { EXAMPLE_MESSAGE } from '../../../src/http/api/examples.ts';

const ME = { id: 'ana', role: 'agent' as const };
const MINE = { ...EXAMPLE_MESSAGE, author: { kind: 'agent' as const, id: 'ana' } };
const THEIRS = { ...EXAMPLE_MESSAGE, author: { kind: 'agent' as const, id: 'ben' } };

const had = (agentId: string | null) => ({
  place: 'agent' as const,
  since: EXAMPLE_MESSAGE.at,
  reason: 'claimed',
  agentId,
  queueId: null,
});

describe('a text that did not go out', () => {
  const owned = { agentId: 'ana', state: 'active', handler: 'agent' } as const;
  const closed = { agentId: 'ana', state: 'closed', handler: null } as const;
  const withBot = { agentId: null, state: 'active', handler: 'bot' } as const;

  it('is for its owner and for supervisors to repair', () => {
    expect(mayRepair(ME, owned, [], THEIRS)).to.equal(true);
    expect(mayRepair({ ...ME, id: 'ben' }, owned, [], THEIRS)).to.equal(false);
    expect(mayRepair({ ...ME, id: 'boss', role: 'supervisor' }, closed, [], THEIRS)).to.equal(true);
  });

  it('is for its author where it is closed or with the bot, and nobody else has had it since', () => {
    for (const one of [closed, withBot]) {
      expect(mayRepair(ME, one, [had('ana'), had(null)], MINE)).to.equal(true);
      expect(mayRepair(ME, one, [had('ana'), had(null)], THEIRS)).to.equal(false);
      expect(mayRepair(ME, one, [had('ana'), had('ben')], MINE)).to.equal(false);
    }
    expect(mayRepair(ME, { ...closed, agentId: 'ben' }, [], MINE)).to.equal(false);
    expect(mayRepair(ME, { agentId: null, state: 'open', handler: null }, [had('ana')], MINE)).to.equal(
      false,
    );
  });

  it('is for its author too in a session that only the bot has had', () => {
    expect(mayRepair(ME, withBot, [had(null)], MINE)).to.equal(true);
  });
});
