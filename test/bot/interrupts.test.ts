import { expect } from 'chai';
import { rejection } from '../support/rejection.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const TEXTS = {
  a: 'First?',
  b: 'Second?',
  c: 'Third?',
  free: 'Tell us all.',
  menu: 'Which?',
  red: 'Red',
  back: 'Back',
  hours: 'Open all day.',
  words: ['hours'],
  resume: 'Back to your order:',
  summary: 'x',
  order: 'Order {{number}}.',
};

interface Files {
  main: string;
  /** By id: what follows the id. */
  more?: Record<string, string>;
}

async function talk({ main, more = {} }: Files): Promise<Talk> {
  const files: Record<string, string | object> = {
    'dialogs/main.yaml': main.startsWith('id:') ? main : `id: main\ntriggers: [start]\nsteps:\n${main}`,
    'locales/en/main.json': TEXTS,
  };
  for (const [id, text] of Object.entries({ hours: HOURS, ...more })) {
    files[`dialogs/${id}.yaml`] = `id: ${id}\n${text}`;
    files[`locales/en/${id}.json`] = TEXTS;
  }
  return new Talk(await botOf({ files }));
}

const HOURS = 'triggers:\n  - keywords: words\nsteps:\n  - say: hours\n';
const ask = (key: string, more = '') => `  - id: ${key}\n    ask: ${key}\n    as: ${key}\n${more}`;
const NUMBER = '    type: number\n';
const ABC = ask('a') + ask('b') + ask('c');

describe('the word for back', () => {
  it('asks the question before once more, step by step, and takes the new answer', async () => {
    const customer = await talk({ main: `${ABC}  - handoff: q\n    reason: r\n    summary: summary\n` });
    for (const text of ['hi', '1', '2']) await customer.says(text);
    expect(await customer.asks('back')).to.equal('Second?');
    expect(await customer.asks('go back please')).to.equal('First?');
    expect(await customer.asks('back')).to.equal('There is no earlier question to go back to.\n\nFirst?');
    expect(await customer.asks('one')).to.equal('Second?');
    expect(await customer.asks('2')).to.equal('Third?');
    expect((await customer.says('3')).handoff?.context).to.deep.equal({ a: 'one', b: '2', c: '3' });
  });

  it('asks again though the answer is known', async () => {
    const customer = await talk({ main: ask('a', '    skipIfKnown: true\n') + ask('b') });
    await customer.says('hi');
    await customer.says('1');
    expect(await customer.asks('back')).to.equal('First?');
  });

  it('leads out of a called dialog, to the question of the one that called it', async () => {
    const customer = await talk({
      main: `${ask('a')}  - call: other\n${ask('c')}`,
      more: { other: `steps:\n${ask('b')}` },
    });
    await customer.says('hi');
    expect(await customer.asks('1')).to.equal('Second?');
    expect(await customer.asks('back')).to.equal('First?');
    expect(customer.stack).to.deep.equal(['main/a']);
    await customer.says('1');
    expect(await customer.asks('2')).to.equal('Third?');
  });

  it('leads out of a dialog that came in between, to the question that was open', async () => {
    const customer = await talk({
      main: ask('a') + ask('b', NUMBER),
      more: { hours: `triggers:\n  - keywords: words\nsteps:\n${ask('c')}` },
    });
    await customer.says('hi');
    await customer.says('1');
    expect(await customer.asks('hours')).to.equal('Third?');
    expect(await customer.asks('back')).to.equal('Second?');
    expect(await customer.asks('back')).to.equal('First?');
  });

  it('means nothing before anything was asked', async () => {
    const customer = await talk({ main: ABC });
    expect(await customer.asks('back')).to.equal('There is no earlier question to go back to.\n\nFirst?');
  });

  it('gives up a wait for the question before it', async () => {
    const customer = await talk({ main: `${ask('a')}  - wait: 10m\n${ask('b')}` });
    await customer.says('hi');
    await customer.says('1');
    expect(customer.wakeAt).to.equal(600_000);
    expect(await customer.asks('back')).to.equal('First?');
    expect(customer.wakeAt).to.equal(null);
  });
});

describe('the word for cancel', () => {
  it('ends what came in between, and the question that was open is asked again', async () => {
    const customer = await talk({
      main: ask('a') + ask('b', NUMBER),
      more: {
        hours: 'triggers:\n  - keywords: words\nsteps:\n  - call: deep\n',
        deep: `steps:\n${ask('c')}`,
      },
    });
    await customer.says('hi');
    await customer.says('1');
    await customer.says('hours');
    expect(customer.stack).to.deep.equal(['main/b', 'hours/call:deep', 'deep/c']);
    expect(await customer.asks('cancel')).to.equal(
      'All right, that is cancelled.\n\nBack to where we were:\n\nSecond?',
    );
    expect(customer.stack).to.deep.equal(['main/b']);
  });

  it('ends all where nothing came in between, and begins again', async () => {
    const customer = await talk({
      main: `${ask('a')}  - call: other\n`,
      more: { other: `steps:\n${ask('b')}` },
    });
    await customer.says('hi');
    await customer.says('1');
    expect(await customer.asks('never mind')).to.equal('All right, that is cancelled.\n\nFirst?');
    expect(customer.stack).to.deep.equal(['main/a']);
  });
});

describe('a question without interrupts', () => {
  const main = ask('free', '    interrupts: false\n') + ask('b');

  it('takes words such as help and keywords for its answer', async () => {
    for (const text of ['help', 'back', 'cancel', 'hours', 'restart', 'español', 'the human was rude']) {
      const customer = await talk({ main });
      await customer.says('hi');
      expect(await customer.asks(text), text).to.equal('Second?');
    }
  });

  it('still lets who asks for a person have one', async () => {
    const customer = await talk({ main });
    await customer.says('hi');
    expect((await customer.says('agent')).handoff?.reason).to.equal('customer_asked');
  });

  it('asks again what is no answer, though it calls for another dialog', async () => {
    const customer = await talk({ main: ask('a', '    type: number\n    interrupts: false\n') });
    await customer.says('hi');
    expect(await customer.asks('hours')).to.equal('Please reply with a number.\n\nFirst?');
  });
});

describe('a dialog that came in between', () => {
  it('leads back to the open question in words of the dialog that asked it', async () => {
    const customer = await talk({
      main: `id: main\ntriggers: [start]\nresume: resume\nsteps:\n${ask('a', NUMBER)}`,
    });
    await customer.says('hi');
    expect(await customer.asks('hours')).to.equal('Open all day.\n\nBack to your order:\n\nFirst?');
  });

  it('needs no words to lead back when it has said nothing', async () => {
    const customer = await talk({
      main: ask('a', NUMBER),
      more: { hours: 'triggers:\n  - keywords: words\nsteps:\n  - set: { x: 1 }\n' },
    });
    await customer.says('hi');
    expect(await customer.asks('hours')).to.equal('First?');
  });
});

describe('a dialog begins', () => {
  const pattern = `triggers:
  - pattern: '^(order )?#?(?<number>[0-9]{5})$'
inputs: [number]
steps:
  - say: order
`;

  it('with a text that its pattern finds, of which it is given the named groups', async () => {
    const customer = await talk({ main: ask('a', '    type: date\n'), more: { order: pattern } });
    expect(await customer.asks('ORDER #12345')).to.equal('Order 12345.');
    await customer.says('hello');
    expect(await customer.asks('１２３４５')).to.equal('Order 12345.\n\nBack to where we were:\n\nFirst?');
    expect(await customer.asks('123456')).to.include('First?');
  });

  it('with a pattern only where the question does not take the text', async () => {
    const customer = await talk({ main: ask('a', NUMBER) + ask('b'), more: { order: pattern } });
    await customer.says('hi');
    expect(await customer.asks('12345')).to.equal('Second?');
  });

  it('with a keyword before a pattern, and with the pattern of the first file', async () => {
    const all = 'triggers:\n  - pattern: some|hours\nsteps:\n';
    const customer = await talk({
      main: ask('a', '    type: date\n'),
      more: { any: `${all}  - say: b\n`, every: `${all}  - say: c\n` },
    });
    await customer.says('hi');
    expect(await customer.asks('hours')).to.match(/^Open all day/);
    expect(await customer.asks('something')).to.match(/^Second/);
  });

  it('after the words that hold at any time, and those after an option that is named outright', async () => {
    const menu = `  - id: menu
    choice: menu
    options:
      - { value: back, label: back, goto: end }
      - { value: red, label: red, goto: end }
  - id: end
    say: a
`;
    const more = { any: 'triggers:\n  - pattern: banana|back|cancel\nsteps:\n  - say: b\n' };
    const named = await talk({ main: menu, more });
    await named.says('hi');
    expect(await named.asks('back')).to.equal('First?');
    const word = await talk({ main: menu, more });
    await word.says('hi');
    expect(await word.asks('cancel')).to.match(/^All right, that is cancelled/);
    expect(await word.asks('banana')).to.match(/^Second\?\n\nBack to where we were/);
  });

  it('is a mistake with a pattern that may run away, or a group that it does not take', async () => {
    const wrong = pattern.replace('(order )?', '(o+)+').replace('inputs: [number]\n', '');
    const error = String(await rejection(talk({ main: ask('a'), more: { order: wrong } })));
    expect(error).to.include('takes very long for some texts');
    expect(error).to.include('the dialog takes no "number"');
  });

  describe('when the conversation is back', () => {
    const more = { again: 'triggers:\n  - event: returned\nsteps:\n  - say: order\n' };
    const steps = { ...more, again: more.again.replace('steps:', 'inputs: [number]\nsteps:') };

    it('from a handoff by a word: before the question that was open', async () => {
      const customer = await talk({ main: ABC, more: steps });
      await customer.says('hi');
      await customer.says('agent');
      expect((await customer.returned()).texts).to.deep.equal([
        'Order .\n\nBack to where we were:\n\nFirst?',
      ]);
    });

    it('from a handoff by a word: also before anything was asked', async () => {
      const customer = await talk({ main: ABC, more: steps });
      await customer.says('agent');
      expect((await customer.returned()).texts).to.deep.equal(['Order .']);
    });

    it('but not from a handoff of a step, which says itself what then', async () => {
      const customer = await talk({
        main: `  - handoff: q\n    reason: r\n    summary: summary\n${ABC}`,
        more: steps,
      });
      await customer.says('hi');
      expect((await customer.returned()).texts).to.deep.equal(['First?']);
    });
  });

  describe('when a text has not reached the customer', () => {
    const more = { lost: 'triggers:\n  - event: undelivered\nsteps:\n  - say: hours\n' };

    it('and the question is asked again, but not for ever', async () => {
      const customer = await talk({ main: ABC, more });
      await customer.says('hi');
      const again = 'Open all day.\n\nBack to where we were:\n\nFirst?';
      for (let n = 0; n < 3; n++) expect((await customer.undelivered()).texts).to.deep.equal([again]);
      expect((await customer.undelivered()).texts).to.deep.equal([]);
      await customer.says('1');
      expect((await customer.undelivered()).texts).to.have.length(1);
    });

    it('where there is one for it', async () => {
      const customer = await talk({ main: ABC });
      await customer.says('hi');
      expect((await customer.undelivered()).texts).to.deep.equal([]);
    });

    it('beside one for another event, but not beside another for the same', async () => {
      const back = 'triggers:\n  - event: returned\nsteps:\n  - say: hours\n';
      await talk({ main: ABC, more: { ...more, back } });
      const error = await rejection(talk({ main: ABC, more: { ...more, twice: more.lost } }));
      expect(String(error)).to.include('has the trigger "undelivered" too');
    });
  });

  describe('when a customer does not answer', () => {
    const more = { quiet: 'triggers:\n  - silence: 1h\nsteps:\n  - say: hours\n' };

    it('once, after its time, and the question is asked again', async () => {
      const customer = await talk({ main: ABC, more });
      customer.time = 1000;
      await customer.says('hi');
      expect(customer.wakeAt).to.equal(3_601_000);
      expect((await customer.wakes()).texts).to.deep.equal([
        'Open all day.\n\nBack to where we were:\n\nFirst?',
      ]);
      expect(customer.wakeAt).to.equal(null);
      await customer.says('1');
      expect(customer.wakeAt).to.equal(customer.time + 3_600_000);
    });

    it('and can end the session', async () => {
      const customer = await talk({ main: ABC, more: { quiet: `${more.quiet}  - end: abandoned\n` } });
      await customer.says('hi');
      expect((await customer.wakes()).ended).to.deep.equal({ outcome: 'abandoned' });
    });

    it('but not while a step waits for a time of its own, nor for a person', async () => {
      const customer = await talk({ main: `  - say: a\n  - wait: 3h\n${ABC}`, more });
      await customer.says('hi');
      expect(customer.wakeAt).to.equal(3 * 3_600_000);
      await customer.wakes();
      expect(customer.wakeAt).to.equal(null);
      const other = await talk({ main: '  - handoff: q\n    reason: r\n    summary: summary\n', more });
      await other.says('hi');
      expect(other.wakeAt).to.equal(null);
    });
  });
});
