import { expect } from 'chai';
import sinon from 'sinon';
import { z } from 'zod';
import { type Action, type ActionTurn, checkedAction } from '../../src/bot/action-step.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { rejection } from '../support/rejection.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const TEXTS = {
  a: 'A',
  b: 'B',
  other: 'Other',
  done: 'Done',
  q: 'Q?',
  got: 'Got {{got}} {{got.x}}',
  sum: 'A sum',
};

async function talk(
  steps: string,
  { called = '', actions = {} }: { called?: string; actions?: Record<string, Action> } = {},
): Promise<Talk> {
  const files: Record<string, string | object> = {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': TEXTS,
    ...(called === ''
      ? {}
      : { 'dialogs/called.yaml': `id: called\n${called}`, 'locales/en/called.json': TEXTS }),
  };
  return new Talk(await botOf({ files, actions }));
}

const HANDOFF = '  - handoff: q\n    reason: r\n    summary: sum\n';

describe('a switch', () => {
  const steps = (value: string) => `  - switch: ${value}
    cases:
      shipped:
        - say: a
      2:
        - say: b
      true: []
    else:
      - say: other
  - say: done
  - ask: q
    as: answer
`;
  for (const [value, told] of [
    ['\'"shipped"\'', 'A\n\nDone'],
    ['1 + 1', 'B\n\nDone'],
    ['2.5', 'Other\n\nDone'],
    ['1 < 2', 'Done'],
    ['2 < 1', 'Other\n\nDone'],
    ['"null"', 'Other\n\nDone'],
    ['session.missing', 'Other\n\nDone'],
    ['"[2]"', 'Other\n\nDone'],
  ] as const) {
    it(`of ${value} says ${JSON.stringify(told)}`, async () => {
      expect(await (await talk(steps(value))).asks('hi')).to.equal(`${told}\n\nQ?`);
    });
  }
});

describe('a call', () => {
  const called = `inputs: [x]
steps:
  - if: x == null
    then:
      - return: '"nothing"'
  - if: x > 5
    then:
      - return: { x: x + 1, big: true }
  - set: { y: x }
`;

  it('gives the dialog what it says, and gets what that returns', async () => {
    const customer = await talk(`  - call: called\n    with: { x: 6 }\n    as: got\n${HANDOFF}`, { called });
    expect((await customer.says('hi')).handoff?.context).to.deep.equal({ got: { x: 7, big: true } });
  });

  it('gets a plain value where that is returned', async () => {
    const customer = await talk(`  - call: called\n    as: got\n${HANDOFF}`, { called });
    expect((await customer.says('hi')).handoff?.context).to.deep.equal({ got: 'nothing' });
  });

  it('gets all variables of a dialog that returns nothing', async () => {
    const customer = await talk(`  - call: called\n    with: { x: 1 }\n    as: got\n${HANDOFF}`, { called });
    expect((await customer.says('hi')).handoff?.context).to.deep.equal({ got: { x: 1, y: 1 } });
  });

  it('is a mistake with what the dialog does not take', async () => {
    const error = await rejection(talk('  - call: called\n    with: { xx: 1 }\n', { called }));
    expect(String(error)).to.include('dialogs/main.yaml:5:13 the dialog called takes no "xx" — write x');
  });

  it('returns from the dialog that the customer began with, and begins again with the next text', async () => {
    const customer = await talk('  - say: a\n  - return: 1\n  - say: b\n');
    expect(await customer.asks('hi')).to.equal('A');
    expect(customer.stack).to.deep.equal([]);
  });
});

describe('an action', () => {
  let clock: sinon.SinonFakeTimers;

  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());

  it('that takes too long fails the turn, and is told', async () => {
    let told: ActionTurn | undefined;
    const slow: Action = (_input, turn) => {
      told = turn;
      clock.tick(1_999);
      expect(turn.signal.aborted).to.equal(false);
      clock.tick(1);
      return new Promise(() => {});
    };
    const customer = await talk('  - action: slow\n    timeout: 2s\n', { actions: { slow } });
    const error = await rejection(customer.says('hi'));
    expect(error).to.be.instanceOf(SwitchboardError).and.include({ code: 'bot_failed' });
    expect(String(error)).to.include('dialogs/main.yaml:4');
    expect(told?.signal.aborted).to.equal(true);
  });

  it('leaves no timer behind', async () => {
    const customer = await talk('  - action: quick\n  - say: a\n', { actions: { quick: async () => 1 } });
    await customer.says('hi');
    expect(clock.countTimers()).to.equal(0);
  });

  it('gets its input as its schema makes it', async () => {
    const seen: object[] = [];
    const order = checkedAction(z.object({ number: z.coerce.number() }), async (input) => {
      seen.push(input);
      return null;
    });
    const customer = await talk('  - action: order\n    input: { number: \'"12"\' }\n  - say: a\n', {
      actions: { order },
    });
    await customer.says('hi');
    expect(seen).to.deep.equal([{ number: 12 }]);
  });

  it('is not called with what does not fit, which is told without values', async () => {
    const order = checkedAction(z.object({ number: z.number() }), async () => expect.fail('called'));
    const customer = await talk('  - action: order\n    input: { number: \'"my name"\' }\n', {
      actions: { order },
    });
    const error = await rejection(customer.says('hi'));
    expect(error).to.be.instanceOf(SwitchboardError).and.include({ code: 'bot_failed' });
    expect(String(error)).to.include('number').and.not.include('my name');
  });
});

describe('an end', () => {
  it('may ask for a survey', async () => {
    expect((await (await talk('  - end: done\n    survey: true\n')).says('hi')).ended).to.deep.equal({
      outcome: 'done',
      survey: true,
    });
    expect((await (await talk('  - end: done\n')).says('hi')).ended).to.deep.equal({ outcome: 'done' });
  });
});
