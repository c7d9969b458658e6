import { expect } from 'chai';
import { type BotState, collected, NO_HANDOFF, openState } from '../../src/bot/bot-state.ts';

const STATE: BotState = {
  session: 1,
  user: { name: 'Ana' },
  shared: { topic: 'order' },
  said: {},
  unasked: 1,
  silentAt: 7,
  handoff: { ...NO_HANDOFF, outcome: 'returned' },
  dialogStack: [
    {
      id: 'main',
      state: { step: 'order', vars: { a: 1, b: 1 }, tries: 0, asked: ['order'], until: null, version: 'v' },
    },
    {
      id: 'order',
      state: { step: 'number', vars: { b: 2 }, tries: 1, asked: ['order'], until: 5, version: 'v' },
    },
  ],
};

const NEW: Omit<BotState, 'session'> = {
  user: {},
  shared: {},
  said: {},
  unasked: 0,
  silentAt: null,
  handoff: NO_HANDOFF,
  dialogStack: [],
};

describe("a bot's state", () => {
  it('is new at the first turn', () => {
    expect(openState(null, 1)).to.deep.equal({
      state: { ...NEW, session: 1 },
      readable: true,
    });
  });

  it('goes on within a session', () => {
    expect(openState(JSON.stringify(STATE), 1).state).to.deep.equal(STATE);
  });

  it("keeps only the customer's variables in the next session", () => {
    const { state } = openState(JSON.stringify(STATE), 2);
    expect(state).to.deep.equal({ ...NEW, session: 2, user: { name: 'Ana' } });
  });

  for (const stored of [
    '',
    '{',
    'null',
    '[]',
    '{"session":1}',
    '{"session":1,"user":{},"shared":{},"dialogStack":[{}]}',
  ]) {
    it(`is new when ${stored === '' ? 'an empty text' : stored} is stored`, () => {
      expect(openState(stored, 3)).to.deep.equal({
        state: { ...NEW, session: 3 },
        readable: false,
      });
    });
  }

  it('has collected what any dialog under way has, the last one first', () => {
    expect(collected(STATE)).to.deep.equal({
      user: { name: 'Ana' },
      session: { topic: 'order' },
      a: 1,
      b: 2,
    });
  });
});
