import { expect } from 'chai';
import sinon from 'sinon';
import { SwitchboardError } from '../../src/errors.ts';
import { botOf, CORRELATION, Talk, type Written } from '../support/script-bot.ts';

const TEXTS = {
  a: 'A',
  b: 'B',
  c: 'C',
  name: 'Your name?',
  age: 'Your age?',
  sure: 'Sure?',
  which: 'Which?',
  red: 'Red',
  blue: 'Blue',
  blue_words: ['azure'],
  hello: 'Hello {{name}}, {{user.phone}}, {{session.language}}.',
  sum: 'Sum {{sum}}',
  summary: 'About {{name}}',
};

function talk(steps: string, rest: Partial<Written> & { other?: string } = {}): Promise<Talk> {
  const { other, ...written } = rest;
  const files = {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': TEXTS,
    ...(other === undefined ? {} : { 'dialogs/other.yaml': other, 'locales/en/other.json': TEXTS }),
    ...written.files,
  };
  return botOf({ ...written, files }).then((bot) => new Talk(bot));
}

describe('a step', () => {
  it('say: all texts of a turn leave as one message', async () => {
    const customer = await talk('  - say: a\n  - say: b\n  - ask: name\n    as: name\n');
    expect((await customer.says('hi')).texts).to.deep.equal(['A\n\nB\n\nYour name?']);
  });

  it('say: one that stands alone parts those before it from those after', async () => {
    const customer = await talk(
      '  - say: a\n  - say: b\n    alone: true\n  - say: b\n    alone: true\n  - say: c\n  - ask: name\n    as: name\n',
    );
    expect((await customer.says('hi')).texts).to.deep.equal(['A', 'B', 'B', 'C\n\nYour name?']);
  });

  it('ask: keeps a text, without what later readers may choke on', async () => {
    const customer = await talk('  - ask: name\n    as: name\n  - say: hello\n  - ask: name\n    as: name\n');
    await customer.says('hi');
    const { texts } = await customer.says('  Ana\u0000\u0007 B\ud83d  ');
    expect(texts[0]).to.match(/^Hello Ana B, \+15550100002, en\.\n\nYour name\?$/);
  });

  it('ask: keeps no more of a text than an SMS can hold, and never half a character', async () => {
    const customer = await talk(
      '  - ask: name\n    as: name\n  - handoff: q\n    reason: r\n    summary: summary\n',
    );
    await customer.says('hi');
    const { handoff } = await customer.says(`${'x'.repeat(1599)}${'😀'.repeat(9000)}`);
    expect(handoff?.context.name).to.equal('x'.repeat(1599));
  });

  it('ask: refuses an empty answer', async () => {
    const customer = await talk('  - ask: name\n    as: name\n');
    await customer.says('hi');
    expect(await customer.asks(' \n ')).to.equal('Please reply with a few words.\n\nYour name?');
  });

  it('ask: asks for a number until it gets one, then gives up', async () => {
    const customer = await talk('  - id: age\n    ask: age\n    as: age\n    type: number\n    retries: 1\n');
    await customer.says('hi');
    expect(await customer.asks('old')).to.equal('Please reply with a number.\n\nYour age?');
    const { texts, handoff } = await customer.says('very old');
    expect(texts).to.deep.equal([
      'Sorry, I did not understand that.\n\nI am passing you to a colleague, who will answer you here as soon as possible.',
    ]);
    expect(handoff).to.deep.equal({
      queue: null,
      reason: 'not_understood',
      summary: "The bot did not understand the customer's answers.",
      context: {},
      skills: [],
      priority: null,
      unlessClosed: false,
      untakenAfter: null,
    });
    expect(customer.stack).to.deep.equal(['main/age']);
  });

  it('ask: gives up at the third wrong answer when nothing else is said, and counts anew after a right one', async () => {
    const customer = await talk('  - id: age\n    ask: age\n    as: age\n    type: number\n  - goto: age\n');
    await customer.says('hi');
    for (const text of ['x', 'x', '5', 'x', 'x']) expect((await customer.says(text)).handoff).to.equal(null);
    expect((await customer.says('x')).handoff?.reason).to.equal('not_understood');
  });

  it('choice: shows its options numbered and leads on by option', async () => {
    const steps = `
  - choice: which
    as: colour
    options:
      - { value: red, label: red, goto: red }
      - { value: blue, label: blue, words: blue_words }
  - handoff: q
    reason: blue
    summary: a
  - id: red
    handoff: q
    reason: red
    summary: a
`;
    const customer = await talk(steps);
    expect(await customer.asks('hi')).to.equal('Which?\n1. Red\n2. Blue');
    expect(await customer.asks('green')).to.equal(
      'Sorry, I did not understand that. Please reply with the number of your choice.\n\nWhich?\n1. Red\n2. Blue',
    );
    expect((await customer.says('1')).handoff).to.deep.include({ reason: 'red', context: { colour: 'red' } });

    const other = await talk(steps);
    await other.says('hi');
    expect((await other.says('azure')).handoff).to.deep.include({
      reason: 'blue',
      context: { colour: 'blue' },
    });
  });

  it('confirm: leads on by yes and no, and goes on where neither leads elsewhere', async () => {
    const steps = `
  - id: sure
    confirm: sure
    as: sure
    no: end
  - say: a
  - goto: sure
  - id: end
    end: done
`;
    const customer = await talk(steps);
    await customer.says('hi');
    expect(await customer.asks('perhaps')).to.equal(
      'Sorry, I did not understand that. Please reply YES or NO.\n\nSure?',
    );
    expect(await customer.asks('yes')).to.equal('A\n\nSure?');
    expect((await customer.says('no')).ended).to.deep.equal({ outcome: 'done' });
  });

  it('if and set: compute with what was asked', async () => {
    const customer = await talk(`
  - id: age
    ask: age
    as: age
    type: number
  - set: { sum: age + 1, user.age: age }
  - if: age < 18
    then:
      - say: a
    else:
      - say: b
  - say: sum
  - goto: age
`);
    await customer.says('hi');
    expect(await customer.asks('12')).to.equal('A\n\nSum 13\n\nYour age?');
    expect(await customer.asks('20.5')).to.equal('B\n\nSum 21.5\n\nYour age?');
  });

  it('if and set: take what has no value for false and null, and log it without values', async () => {
    const log = { warn: sinon.spy() };
    const customer = await talk(
      '  - set: { x: order.secret }\n  - if: order.found\n    then:\n      - say: a\n    else:\n      - say: b\n  - set: { order: 1 }\n',
      {
        log,
      },
    );
    expect(await customer.asks('hi')).to.equal('B');
    expect(log.warn.args).to.deep.equal([
      [
        { step: 'set:x', place: 'dialogs/main.yaml:4', correlationId: CORRELATION },
        'An expression has no value: x is set to null.',
      ],
      [
        { step: 'if:order.found', place: 'dialogs/main.yaml:5', correlationId: CORRELATION },
        'An expression has no value: the condition counts as false.',
      ],
    ]);
  });

  it('set: evaluates all of a step before any is assigned', async () => {
    const customer = await talk(
      '  - set: { x: 1, y: 2 }\n  - set: { x: y, y: x }\n  - handoff: q\n    reason: r\n    summary: a\n',
    );
    expect((await customer.says('hi')).handoff?.context).to.deep.equal({ x: 2, y: 1 });
  });

  it('call: goes on with what the called dialog has collected', async () => {
    const customer = await talk(
      '  - id: c\n    call: other\n    as: got\n  - handoff: q\n    reason: r\n    summary: a\n',
      {
        other: 'id: other\nsteps:\n  - id: age\n    ask: age\n    as: age\n    type: number\n',
      },
    );
    expect(await customer.asks('hi')).to.equal('Your age?');
    expect(customer.stack).to.deep.equal(['main/c', 'other/age']);
    expect((await customer.says('7')).handoff?.context).to.deep.equal({ got: { age: 7 } });
  });

  it('action: gets its input and tells its result', async () => {
    const lookup = sinon.stub().resolves({ found: true, at: new Date(0), none: undefined });
    const customer = await talk(
      '  - action: lookup\n    input: { number: 40 + 2, phone: user.phone }\n    as: order\n  - handoff: q\n    reason: r\n    summary: a\n',
      { actions: { lookup } },
    );
    const { handoff } = await customer.says('hi');
    expect(handoff?.context).to.deep.equal({ order: { found: true, at: '1970-01-01T00:00:00.000Z' } });
    const [input, { signal, ...turn }] = lookup.firstCall.args;
    expect(input).to.deep.equal({ number: 42, phone: '+15550100002' });
    expect(turn).to.deep.equal({
      id: 'in:1:1',
      locale: 'en',
      number: '15550100001',
      customer: '15550100002',
      session: 1,
      correlationId: CORRELATION,
    });
    expect(signal.aborted).to.equal(false);
  });

  it('action: that resolves with nothing gives null', async () => {
    const customer = await talk(
      '  - action: lookup\n    as: order\n  - handoff: q\n    reason: r\n    summary: a\n',
      {
        actions: { lookup: sinon.stub().resolves(undefined) },
      },
    );
    expect((await customer.says('hi')).handoff?.context).to.deep.equal({ order: null });
  });

  it('action: that throws fails the turn with its own error', async () => {
    const failure = new Error('the shop is down');
    const customer = await talk('  - say: a\n  - action: lookup\n', {
      actions: { lookup: sinon.stub().rejects(failure) },
    });
    const thrown = await customer.says('hi').catch((error: unknown) => error);
    expect(thrown).to.equal(failure);
    expect(customer.botState).to.equal(null);
  });

  it('action: that throws in a called dialog fails the turn with its own error too', async () => {
    const failure = new Error('the shop is down');
    const customer = await talk('  - call: other\n', {
      actions: { lookup: sinon.stub().rejects(failure) },
      other: 'id: other\nsteps:\n  - action: lookup\n',
    });
    expect(await customer.says('hi').catch((error: unknown) => error)).to.equal(failure);
  });

  it('goto: that goes in circles fails the turn and says where', async () => {
    const customer = await talk(
      '  - set: { n: 0 }\n  - id: x\n    say: a\n  - set: { n: n + 1 }\n  - if: n > 0\n    then: [{ goto: x }]\n',
    );
    const thrown = await customer.says('hi').catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(SwitchboardError).with.property('code', 'bot_failed');
    expect((thrown as Error).message).to.match(/^dialogs\/main.yaml:\d: more than 50 steps in one turn/);
  });

  it('goto: that goes in circles loses nothing: after a person, the question before it is open again', async () => {
    const customer = await talk(
      '  - ask: name\n    as: name\n  - id: x\n    say: a\n  - if: name == "loop"\n    then: [{ goto: x }]\n  - ask: age\n    as: age\n',
    );
    await customer.says('hi');
    const thrown = await customer.says('loop').catch((error: unknown) => error);
    expect(thrown).to.be.instanceOf(SwitchboardError).with.property('code', 'bot_failed');
    expect((await customer.returned()).texts).to.deep.equal([
      'You are back with our automatic assistant.\n\nYour name?',
    ]);
    expect(await customer.asks('Ana')).to.equal('A\n\nYour age?');
  });

  it('end: closes the session from within a called dialog', async () => {
    const customer = await talk('  - call: other\n  - say: a\n', {
      other: 'id: other\nsteps:\n  - say: b\n  - end: resolved\n',
    });
    expect(await customer.says('hi')).to.deep.include({ texts: ['B'], ended: { outcome: 'resolved' } });
    expect(customer.stack).to.deep.equal([]);
  });

  describe('handoff', () => {
    const steps = `
  - ask: name
    as: name
  - say: a
  - id: h
    handoff: support
    reason: customer_asked
    summary: summary
    on:
      untaken:
        after: 10m
        do:
          - say: b
      returned:
        - say: c
  - id: age
    ask: age
    as: age
    type: number
`;

    it('hands over with queue, reason, summary and what was collected', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      expect(await customer.says('Ana')).to.deep.include({
        texts: ['A'],
        handoff: {
          queue: 'support',
          reason: 'customer_asked',
          summary: 'About Ana',
          context: { name: 'Ana' },
          skills: [],
          priority: null,
          unlessClosed: false,
          untakenAfter: 600_000,
        },
      });
    });

    it('says what is to be said when nobody takes it, and goes on waiting', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      await customer.says('Ana');
      expect(await customer.untaken()).to.deep.include({ texts: ['B'], handoff: null });
      expect(customer.stack).to.deep.equal(['main/h']);
      expect((await customer.returned()).texts).to.deep.equal(['C\n\nYour age?']);
    });

    it('goes on when it is returned', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      await customer.says('Ana');
      expect((await customer.returned()).texts).to.deep.equal(['C\n\nYour age?']);
      expect(customer.stack).to.deep.equal(['main/age']);
    });

    it('goes on as when it is returned should a text come to the bot all the same', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      await customer.says('Ana');
      expect((await customer.says('hello?')).texts).to.deep.equal(['C\n\nYour age?']);
    });

    it('can end the session when nobody takes it', async () => {
      const customer = await talk(
        '  - handoff: q\n    reason: r\n    summary: a\n    on: { untaken: { after: 1h, do: [{ end: gave_up }] } }\n',
      );
      expect((await customer.says('hi')).handoff?.untakenAfter).to.equal(3_600_000);
      expect((await customer.untaken()).ended).to.deep.equal({ outcome: 'gave_up' });
    });
  });
});

describe('a question that is not answered', () => {
  const other = 'id: other\ntriggers: [{ keywords: blue_words }]\nsteps:\n  - say: b\n';

  it('gives way to the dialog that the text calls for, and is asked again after it', async () => {
    const customer = await talk('  - id: age\n    ask: age\n    as: age\n    type: number\n', { other });
    await customer.says('hi');
    expect(await customer.asks('Azure!')).to.equal('B\n\nBack to where we were:\n\nYour age?');
    expect(customer.stack).to.deep.equal(['main/age']);
  });

  it('answers before it gives way', async () => {
    const customer = await talk('  - ask: name\n    as: name\n  - say: a\n', { other });
    await customer.says('hi');
    expect(await customer.asks('azure')).to.equal('A');
  });

  it('begins a dialog anew that is under way already, and still comes back to what called it', async () => {
    const customer = await talk('  - id: x\n    call: other\n  - id: y\n    confirm: sure\n', {
      other: 'id: other\ntriggers: [{ keywords: blue_words }]\nsteps:\n  - id: q\n    confirm: sure\n',
    });
    await customer.says('hi');
    for (let n = 0; n < 10; n += 1) await customer.says('azure');
    expect(customer.stack).to.deep.equal(['main/x', 'other/q']);
    await customer.says('yes');
    expect(customer.stack).to.deep.equal(['main/y']);
  });

  it('leads to the fallback dialog, and is asked again when that is done', async () => {
    const customer = await talk(
      '  - id: age\n    ask: age\n    as: age\n    type: number\n    retries: 0\n',
      {
        other: 'id: other\ntriggers: [fallback]\nsteps:\n  - say: b\n  - confirm: sure\n    retries: 0\n',
      },
    );
    await customer.says('hi');
    expect(await customer.asks('old')).to.equal('B\n\nSure?');
    expect(await customer.asks('yes')).to.equal('Your age?');
    await customer.says('old');
    expect((await customer.says('what')).handoff?.reason).to.equal('not_understood');
  });
});
