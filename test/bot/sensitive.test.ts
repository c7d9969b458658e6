import { expect } from 'chai';
import { SwitchboardError } from '../../src/errors.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const CARD = '4111111111111111';
const TEXTS = {
  card: 'Card number?',
  thanks: 'Thank you, {{name}}.',
  wrong: 'That is no card of ours.',
  summary: 'About {{name}}.',
  openly: 'Card {{card}}.',
  words: ['fees'],
  name: 'Name?',
};

async function talk(steps: string, actions = {}): Promise<Talk> {
  const bot = await botOf({
    files: {
      'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
      'dialogs/fees.yaml':
        'id: fees\ntriggers:\n  - keywords: words\nsteps:\n  - say: thanks\n  - set: { name: 1 }\n',
      'locales/en/main.json': TEXTS,
      'locales/en/fees.json': TEXTS,
    },
    actions,
  });
  return new Talk(bot);
}

const STEPS = `
  - set: { name: '"Ana"' }
  - id: card
    ask: card
    as: card
    pattern: '\\d{16}'
    sensitive: true
    validate:
      - { that: value.startsWith("4"), say: wrong }
  - ask: name
    as: name
  - action: pay
    input: { card: card }
    as: paid
  - handoff: q
    reason: r
    summary: summary
`;

describe('a sensitive answer', () => {
  it('is hidden, kept apart from the state, and there for the bot', async () => {
    let paid: unknown;
    const pay = async (input: unknown) => {
      paid = input;
      return true;
    };
    const customer = await talk(STEPS, { pay });
    expect((await customer.says('hi')).hidden).to.deep.equal({ text: false, next: true, state: null });
    const { hidden, botState, texts } = await customer.says(`it is ${CARD}`);
    expect(texts).to.deep.equal(['Name?']);
    expect(hidden).to.deep.include({ text: true, next: false });
    expect(hidden?.state).to.contain(CARD);
    expect(botState).not.to.contain(CARD);
    const { handoff, ...rest } = await customer.says('Bea');
    expect(paid).to.deep.equal({ card: CARD });
    expect(handoff?.context).to.deep.equal({ name: 'Bea', paid: true });
    expect(rest.hidden?.text).to.equal(false);
  });

  it('is hidden when it is not understood or not right, too', async () => {
    const customer = await talk(STEPS, { pay: async () => true });
    await customer.says('hi');
    for (const text of ['5111 1111', '5111111111111111', 'my card 4111, get me an agent']) {
      expect((await customer.says(text)).hidden, text).to.deep.include({ text: true });
    }
  });

  it('is not what a known word or a keyword is', async () => {
    const customer = await talk(STEPS, { pay: async () => true });
    await customer.says('hi');
    for (const text of ['help', 'fees', 'agent']) {
      expect((await customer.says(text)).hidden, text).to.deep.include({ text: false, next: true });
    }
  });

  it('goes to the agent where the handoff names it', async () => {
    const steps = STEPS.replace('    summary: summary', '    context: [card]\n    summary: openly');
    const customer = await talk(steps, { pay: async () => true });
    await customer.says('hi');
    await customer.says(CARD);
    const { handoff } = await customer.says('Bea');
    expect(handoff).to.deep.include({ context: { card: CARD }, summary: `Card ${CARD}.` });
  });

  it('of the session is there for other dialogs, and gone in the next session', async () => {
    const steps = `
  - id: card
    ask: card
    as: session.card
    sensitive: true
    skipIfKnown: true
  - ask: name
    as: name
  - goto: card
`;
    const customer = await talk(steps);
    await customer.says('hi');
    await customer.says(CARD);
    expect(customer.botState).not.to.contain(CARD);
    expect(await customer.asks('Ana')).to.equal('Name?');
    customer.session = 2;
    expect(await customer.asks('hi')).to.equal('Card number?');
    expect(customer.hidden).to.equal(null);
  });

  it('of the session is gone when the customer starts again', async () => {
    const steps = `
  - id: card
    ask: card
    as: session.card
    sensitive: true
    skipIfKnown: true
  - ask: name
    as: name
`;
    const customer = await talk(steps);
    await customer.says('hi');
    await customer.says(CARD);
    expect(await customer.asks('restart')).to.equal('Card number?');
    expect(customer.hidden).to.equal(null);
  });

  it('does not come back with the variables of a called dialog', async () => {
    const bot = await botOf({
      files: {
        'dialogs/main.yaml':
          'id: main\ntriggers: [start]\nsteps:\n  - call: pay\n    as: pay\n  - handoff: q\n    reason: r\n    summary: summary\n',
        'dialogs/pay.yaml':
          'id: pay\nsteps:\n  - ask: card\n    as: card\n    sensitive: true\n  - set: { done: card.size() > 3 }\n',
        'locales/en/main.json': { summary: 'S' },
        'locales/en/pay.json': TEXTS,
      },
    });
    const customer = new Talk(bot);
    await customer.says('hi');
    expect((await customer.says(CARD)).handoff?.context).to.deep.equal({ pay: { done: true } });
  });

  it('is lost, and nothing else, when what was hidden is gone', async () => {
    const customer = await talk(STEPS, { pay: async (input: object) => JSON.stringify(input) });
    await customer.says('hi');
    await customer.says(CARD);
    for (const hidden of [null, 'no JSON', '{"session":9,"shared":{},"frames":[{"card":"x"}]}']) {
      const again = await talk(STEPS, { pay: async (input: object) => JSON.stringify(input) });
      again.botState = customer.botState;
      again.hidden = hidden;
      expect((await again.says('Bea')).handoff?.context.paid).to.equal('{"card":null}');
    }
  });

  const wrong: [steps: string, line: RegExp][] = [
    ['  - ask: card\n    as: user.card\n    sensitive: true\n', /user\.card outlives the session/],
    ['  - ask: card\n    as: card\n    sensitive: true\n    confirm: openly\n', /cannot be confirmed/],
    [
      '  - ask: card\n    as: card\n    sensitive: true\n  - say: openly\n',
      /main\.json:\d+:\d+ "openly" names \{\{card\}\}, a sensitive answer/,
    ],
  ];
  for (const [steps, line] of wrong) {
    it(`may not be kept or sent: ${line.source}`, async () => {
      const error = await talk(steps).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(SwitchboardError);
      expect(String(error)).to.match(line);
    });
  }
});
