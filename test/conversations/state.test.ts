import { expect } from 'chai';
import { move, type Place, placeOf, TRANSITIONS, type Transition } from '../../src/conversations/state.ts';
import type { ConversationDoc } from '../../src/store/documents.ts';

type Situation = Pick<ConversationDoc, 'state' | 'handler' | 'agentId' | 'queueId'>;

const NOW = 1_800_000_000_000;

const SITUATIONS: Record<Place, Situation> = {
  closed: { state: 'closed' },
  bot: { state: 'active', handler: 'bot' },
  open: { state: 'open', queueId: 'support' },
  agent: { state: 'active', handler: 'agent', agentId: 'ana', queueId: 'support' },
  waiting: { state: 'waiting', handler: 'agent', agentId: 'ana', queueId: 'support' },
  wrap_up: { state: 'wrap_up', handler: 'agent', agentId: 'ana', queueId: 'support' },
};

/** Written out by hand: the table of the code must not be its own judge. `-` = refused. */
const EXPECTED = `
                    closed  bot     open    agent   waiting wrap_up
message             bot     bot     open    agent   agent   agent
reopen_to_agent     agent   -       -       -       -       -
reopen_to_queue     open    -       -       -       -       -
continue            bot     bot     -       -       -       -
bot_ended           -       closed  -       -       -       -
handoff             -       open    -       -       -       -
claim               -       agent   agent   -       -       -
offer               -       -       open    -       -       -
accept              -       -       agent   -       -       -
reject              -       -       open    -       -       -
miss                -       -       open    -       -       -
reply               -       -       -       agent   agent   -
transfer_to_queue   -       open    open    open    open    -
transfer_to_agent   -       agent   agent   agent   agent   -
requeue             -       -       -       open    open    open
return              -       -       bot     bot     bot     bot
wait                -       -       -       waiting -       -
resume              -       -       -       -       agent   agent
end                 -       -       -       wrap_up wrap_up -
close               -       closed  closed  closed  closed  closed
`;

const [places = [], ...rows] = EXPECTED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));

describe('the state machine', () => {
  it('is asked about every transition that there is', () => {
    expect(rows.map(([name]) => name)).to.deep.equal(Object.keys(TRANSITIONS));
  });

  for (const [name, ...outcomes] of rows) {
    places.forEach((from, column) => {
      const outcome = outcomes[column];
      const transition = name as Transition;
      const situation = SITUATIONS[from as Place];

      if (outcome === '-') {
        it(`refuses ${name} when ${from}, with a reason`, () => {
          const decided = move(situation, transition, NOW, { agentId: 'ben', queueId: 'sales' });
          if (decided.allowed) expect.fail('it was allowed');
          expect(decided.reason).to.match(/\w/);
          const claimOfAnOwned = transition === 'claim' && from !== 'closed';
          expect(decided.code).to.equal(claimOfAnOwned ? 'already_claimed' : 'wrong_state');
        });
      } else {
        it(`goes from ${from} to ${outcome} by ${name}`, () => {
          const decided = move(situation, transition, NOW, { agentId: 'ben', queueId: 'sales' });
          if (!decided.allowed) expect.fail(decided.reason);
          expect(decided.place).to.equal(outcome);
          expect(placeOf(decided.fields)).to.equal(outcome);
        });
      }
    });
  }

  it('gives a claimed conversation to its claimer and keeps the queue it came from', () => {
    const claimed = move(SITUATIONS.open, 'claim', NOW, { agentId: 'ben' });
    expect(claimed).to.deep.include({
      ownerChanged: true,
      fields: { state: 'active', handler: 'agent', desk: 'active', agentId: 'ben', queueId: 'support' },
    });
  });

  it('takes owner and queue away when the bot gets it back', () => {
    const returned = move(SITUATIONS.agent, 'return', NOW);
    expect(returned).to.deep.include({
      ownerChanged: true,
      fields: { state: 'active', handler: 'bot', desk: undefined, agentId: undefined, queueId: undefined },
    });
  });

  it('brings a parked conversation back to its agent when the customer writes', () => {
    const back = move(SITUATIONS.waiting, 'message', NOW);
    expect(back).to.deep.include({ ownerChanged: false });
    expect(back.allowed && back.fields.agentId).to.equal('ana');
  });

  it('does not void the bot’s last words when it hands over or ends', () => {
    for (const transition of ['handoff', 'bot_ended'] as const) {
      const decided = move(SITUATIONS.bot, transition, NOW, { queueId: 'support' });
      expect(decided.allowed && decided.ownerChanged, transition).to.equal(false);
    }
  });

  it('starts the next session without the last one’s owner, and voids nothing by it', () => {
    const next = move({ state: 'closed', agentId: 'ana', queueId: 'support' }, 'message', NOW);
    expect(next).to.deep.include({
      ownerChanged: false,
      fields: { state: 'active', handler: 'bot', desk: undefined, agentId: undefined, queueId: undefined },
    });
  });
});
