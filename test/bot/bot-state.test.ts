import { expect } from 'chai';
import { type BotState, collected, openState } from '../../src/bot/bot-state.ts';

const STATE: BotState = {
  session: 1,
  user: { name: 'Ana' },
  shared: { topic: 'order' },
  dialogStack: [
    { id: 'main', state: { step: 'order', vars: { a: 1, b: 1 }, tries: 0, version: 'v' } },
    { id: 'order', state: { step: 'number', vars: { b: 2 }, tries: 1, version: 'v' } },
  ],
};

describe("a bot's state", () => {
  it('is new at the first turn', () => {
    expect(openState(null, 1)).to.deep.equal({
      state: { session: 1, user: {}, shared: {}, dialogStack: [] },
      readable: true,
    });
  });

  it('goes on within a session', () => {
    expect(openState(JSON.stringify(STATE), 1).state).to.deep.equal(STATE);
  });

  it("keeps only the customer's variables in the next session", () => {
    const { state } = openState(JSON.stringify(STATE), 2);
    expect(state).to.deep.equal({ session: 2, user: { name: 'Ana' }, shared: {}, dialogStack: [] });
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
        state: { session: 3, user: {}, shared: {}, dialogStack: [] },
        readable: false,
      });
    });
  }

  it('has collected what any dialog under way has, the last one first', () => {
    expect(collected(STATE)).to.deep.equal({ name: 'Ana', topic: 'order', a: 1, b: 2 });
  });
});
