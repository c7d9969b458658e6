import { expect } from 'chai';
import sinon from 'sinon';
import type { ScriptBot } from '../../src/bot/bot.ts';
import type { ReturnTarget } from '../../src/bot-turn.ts';
import { botOf, CORRELATION, sampleBot, Talk } from '../support/script-bot.ts';

describe('a bot of dialogs', () => {
  const text = { q: 'Q?', a: 'A', hi: 'Hi', keys: ['deals'], menu: ['menu'] };
  const file = (head: string, steps: string) => `${head}\nsteps:\n${steps}`;
  const question = '  - id: q\n    confirm: q\n    as: got\n';

  function botWith(
    dialogs: Record<string, string>,
    rest: { languages?: string[]; log?: { warn: (...line: unknown[]) => void } } = {},
  ): Promise<ScriptBot> {
    const files: Record<string, string | object> = {};
    for (const [id, content] of Object.entries(dialogs)) {
      files[`dialogs/${id}.yaml`] = content;
      for (const language of rest.languages ?? ['en']) files[`locales/${language}/${id}.json`] = text;
    }
    return botOf({ files, ...rest });
  }

  it('tells the queues of its handoffs', async () => {
    expect((await sampleBot()).queues).to.deep.equal(['support']);
  });

  it('refuses to run without a turn under way', async () => {
    const bot = await sampleBot();
    const context = { turnState: new Map() };
    // @ts-expect-error: only what the bot looks at first.
    const error = await bot.run(context).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'internal');
  });

  it('begins with a keyword rather than the start', async () => {
    const bot = await botWith({
      main: file('id: main\ntriggers: [start]', question),
      deals: file('id: deals\ntriggers: [{ keywords: keys }]', '  - say: a\n'),
    });
    const customer = new Talk(bot);
    expect(await customer.asks('DEALS')).to.equal('A');
    expect(await customer.asks('hello')).to.equal('Q?');
  });

  it('takes a whole keyword for itself, though a word for a person stands in it', async () => {
    const bot = await botOf({
      files: {
        'dialogs/main.yaml': file('id: main\ntriggers: [start]', question),
        'locales/en/main.json': text,
        'dialogs/estate.yaml': file('id: estate\ntriggers: [{ keywords: keys }]', '  - say: a\n'),
        'locales/en/estate.json': { ...text, keys: ['estate agent'] },
      },
    });
    expect(await new Talk(bot).says('estate agent')).to.deep.include({ texts: ['A'], handoff: null });
    expect((await new Talk(bot).says('get me an agent')).handoff?.reason).to.equal('customer_asked');
  });

  it('takes the word for a person before anything has begun', async () => {
    const customer = new Talk(await sampleBot());
    const { texts, handoff } = await customer.says('agent');
    expect(texts).to.have.length(1);
    expect(handoff?.reason).to.equal('customer_asked');
    expect((await customer.returned()).texts[0]).to.contain('How can we help?');
  });

  it('greets after the answer to a first word of help or language', async () => {
    const bot = await sampleBot();
    expect(await new Talk(bot).asks('help')).to.match(/^This is an automatic assistant.*\n\nHello!/);
    expect(await new Talk(bot).asks('idioma')).to.match(
      /^To change the language, reply with its name: English, Español, 中文\n\nHello!/,
    );
    expect(await new Talk(bot).asks('español')).to.match(/^De acuerdo, en español\.\n\n¡Hola!/);
  });

  it('lets an option named outright go before a word such as menu or person', async () => {
    const steps =
      '  - choice: q\n    as: got\n    options:\n      - { value: menu, label: a }\n      - { value: person, label: q }\n';
    const customer = new Talk(await botWith({ main: file('id: main\ntriggers: [start]', steps + question) }));
    await customer.asks('hi');
    expect(await customer.asks('Person')).to.equal('Q?');
  });

  it('asks what it is about when the menu’s person is chosen, and passes on at once when one is called for', async () => {
    const bot = await sampleBot();
    const choosing = new Talk(bot);
    await choosing.asks('hi');
    expect(await choosing.asks('4')).to.equal('What is it about? A few words are enough.');
    const calling = new Talk(bot);
    await calling.asks('hi');
    expect((await calling.says('Agent, please')).handoff).to.include({ reason: 'customer_asked' });
  });

  it('begins afresh in a new session, and keeps what it knows of the customer', async () => {
    const steps =
      '  - if: user.known == true\n    then:\n      - say: a\n  - set: { user.known: true }\n  - set: { session.x: 1 }\n';
    const customer = new Talk(await botWith({ main: file('id: main\ntriggers: [start]', steps + question) }));
    expect(await customer.asks('hi')).to.equal('Q?');
    customer.session = 2;
    expect(await customer.asks('yes')).to.equal('A\n\nQ?');
    expect(JSON.parse(customer.botState ?? '')).to.deep.include({ session: 2, user: { known: true } });
  });

  it('forgets what the session knew when it starts again, and keeps the customer', async () => {
    const steps = '  - set: { session.n: 1, user.n: 1 }\n';
    const customer = new Talk(
      await botWith({
        main: file('id: main\ntriggers: [start]', `  - id: first\n    confirm: q\n${steps}${question}`),
      }),
    );
    await customer.says('hi');
    await customer.says('yes');
    expect(JSON.parse(customer.botState ?? '')).to.deep.include({ user: { n: 1 }, shared: { n: 1 } });
    await customer.says('restart');
    expect(JSON.parse(customer.botState ?? '')).to.deep.include({ user: { n: 1 }, shared: {} });
    expect(customer.stack).to.deep.equal(['main/first']);
  });

  it('begins again when its dialogs run out without a word', async () => {
    const bot = await botWith({ main: file('id: main\ntriggers: [start]', question) });
    const customer = new Talk(bot);
    await customer.says('hi');
    expect(await customer.asks('yes')).to.equal('Q?');
    expect(customer.stack).to.deep.equal(['main/q']);
  });

  it('hands over to who wishes for a person in words of their own, also in another language', async () => {
    for (const text of ['Could you get me a human please', '請幫我轉專人', 'con un agente por favor']) {
      const customer = new Talk(await sampleBot());
      await customer.says('hi');
      expect((await customer.says(text)).handoff, text).to.include({ reason: 'customer_asked' });
    }
    const customer = new Talk(await sampleBot());
    await customer.says('hi');
    expect((await customer.says('not an agent')).handoff).to.equal(null);
    await customer.says('get me a human');
    expect(await customer.untaken()).to.deep.include({ texts: [], handoff: null, ended: null });
  });

  describe('a wish for a person within a sentence', () => {
    const talk = async (step: string, texts: object) => {
      const customer = new Talk(
        await botOf({
          files: {
            'dialogs/main.yaml': file('id: main\ntriggers: [start]', step),
            'locales/en/main.json': { ...text, ...texts },
          },
        }),
      );
      await customer.says('hi');
      return customer;
    };
    const open = '  - id: q\n    ask: q\n    as: x\n  - say: a\n';
    const number = '  - id: q\n    ask: q\n    type: number\n    as: x\n  - say: a\n';
    const choice = `  - id: q
    choice: q
    options:
      - { value: estate, label: estate, goto: z }
      - { value: other, label: q, goto: z }
  - id: z
    say: a
`;

    it('may be the answer to an open question, where only the whole word calls for one', async () => {
      const customer = await talk(open, {});
      const said = await customer.says('the agent sent me the wrong one');
      expect(said).to.deep.include({ texts: ['A'], handoff: null });
      for (const word of ['agent', 'Talk to a person, please']) {
        const other = await talk(open, {});
        expect((await other.says(word)).handoff?.reason, word).to.equal('customer_asked');
      }
    });

    it('is none where it means an option of the choice in front', async () => {
      const texts = { estate: 'Estate agent' };
      const customer = await talk(choice, texts);
      const said = await customer.says('I need an estate agent in Leeds');
      expect(said).to.deep.include({ texts: ['A'], handoff: null });
      const other = await talk(choice, texts);
      expect((await other.says('get me a human')).handoff?.reason).to.equal('customer_asked');
    });

    it('goes before a number that is asked for', async () => {
      const customer = await talk(number, {});
      expect((await customer.says('I asked 3 times, get me a human')).handoff?.reason).to.equal(
        'customer_asked',
      );
    });
  });

  it('is silent at events that ask nothing of it', async () => {
    const customer = new Talk(await sampleBot());
    await customer.says('hi');
    const before = customer.stack;
    expect(await customer.untaken()).to.deep.include({ texts: [], handoff: null, ended: null });
    expect(customer.stack).to.deep.equal(before);
  });

  describe('after dialogs were changed', () => {
    it('apologises and starts again where a step is gone', async () => {
      const log = { warn: sinon.spy() };
      const old = await botWith({ main: file('id: main\ntriggers: [start]', question) });
      const changed = await botWith(
        { main: file('id: main\ntriggers: [start]', '  - say: hi\n  - id: new\n    confirm: q\n') },
        { log },
      );
      const customer = new Talk(old);
      await customer.says('hi');
      const moved = new Talk(changed);
      moved.botState = customer.botState;
      expect(await moved.asks('yes')).to.equal(
        'Sorry, our menu has just changed, so we need to start again.\n\nHi\n\nQ?',
      );
      expect(await moved.asks('maybe')).to.contain('Please reply YES or NO.');
      expect(log.warn.args).to.deep.equal([
        [{ stack: [['main', 'q']], correlationId: CORRELATION }, 'A step is gone.'],
      ]);
    });

    it('apologises where a dialog is gone, also below the one under way', async () => {
      const old = await botWith({
        main: file('id: main\ntriggers: [start]', '  - id: c\n    call: sub\n'),
        sub: file('id: sub', question),
      });
      const without = await botWith({ main: file('id: main\ntriggers: [start]', question) });
      const renamed = await botWith({
        main: file('id: main\ntriggers: [start]', '  - id: d\n    call: sub\n'),
        sub: file('id: sub', question),
      });
      const customer = new Talk(old);
      await customer.says('hi');
      for (const bot of [without, renamed]) {
        const moved = new Talk(bot);
        moved.botState = customer.botState;
        expect(await moved.asks('yes')).to.match(/^Sorry, our menu has just changed/);
      }
    });

    it('still hears the word for a person there, and a returned agent', async () => {
      const old = await botWith({ main: file('id: main\ntriggers: [start]', question) });
      const changed = await botWith({
        main: file('id: main\ntriggers: [start]', '  - id: new\n    confirm: q\n'),
      });
      const customer = new Talk(old);
      await customer.says('hi');
      const moved = new Talk(changed);
      moved.botState = customer.botState;
      expect((await moved.says('agent')).handoff?.reason).to.equal('customer_asked');
      moved.botState = customer.botState;
      expect((await moved.untaken()).texts).to.deep.equal([]);
      expect((await moved.returned()).texts[0]).to.match(/^Sorry, our menu has just changed.*\n\nQ\?$/);
    });

    it('goes on where the step is still there, whatever else moved', async () => {
      const old = await botWith({ main: file('id: main\ntriggers: [start]', `${question}  - say: a\n`) });
      const changed = await botWith({
        main: file('id: main\ntriggers: [start]', `  - say: hi\n  - say: hi\n${question}  - say: hi\n`),
      });
      const customer = new Talk(old);
      await customer.says('hi');
      const moved = new Talk(changed);
      moved.botState = customer.botState;
      expect(await moved.asks('yes')).to.equal('Hi');
    });

    it('runs a step again that is no question any more', async () => {
      const old = await botWith({ main: file('id: main\ntriggers: [start]', question) });
      const changed = await botWith({ main: file('id: main\ntriggers: [start]', '  - id: q\n    say: a\n') });
      const customer = new Talk(old);
      await customer.says('hi');
      const moved = new Talk(changed);
      moved.botState = customer.botState;
      expect(await moved.asks('yes')).to.equal('A');
    });

    it('keeps what the dialogs do not have out of the log: a program may send anything as a name', async () => {
      const log = { warn: sinon.spy() };
      const customer = new Talk(
        await botWith({ main: file('id: main\ntriggers: [start]', question) }, { log }),
      );
      await customer.returned({ dialog: 'call 15550100001', step: 'secret' });
      await customer.returned({ dialog: 'main', step: 'secret' });
      expect(log.warn.args.map(([fields]) => fields)).to.deep.equal([
        { correlationId: CORRELATION },
        { dialog: 'main', correlationId: CORRELATION },
      ]);
    });

    it("begins afresh with another bot's state", async () => {
      const log = { warn: sinon.spy() };
      const customer = new Talk(
        await botWith({ main: file('id: main\ntriggers: [start]', question) }, { log }),
      );
      customer.botState = '{"of":"another"}';
      expect(await customer.asks('hi')).to.equal('Q?');
      expect(log.warn.callCount).to.equal(1);
    });
  });

  describe('when an agent gives the conversation back', () => {
    let bot: ScriptBot;

    before(async () => {
      bot = await botWith({
        main: file(
          'id: main\ntriggers: [start]',
          `${question}  - id: sub\n    call: sub\n  - id: last\n    confirm: q\n    as: last\n`,
        ),
        sub: file('id: sub', '  - say: hi\n  - id: inner\n    confirm: q\n    as: inner\n'),
        other: file('id: other', '  - say: a\n  - id: there\n    confirm: q\n    as: there\n'),
      });
    });

    it('sets the variables that the agent gives, and no others', async () => {
      const customer = new Talk(bot);
      await customer.says('hi');
      await customer.returned({
        variables: { got: 'it', 'user.name': 'Ana', 'not a name': 1, __proto__: 1 },
      });
      const state = JSON.parse(customer.botState ?? '');
      expect(state.user).to.deep.equal({ name: 'Ana' });
      expect(state.dialogStack[0].state.vars).to.deep.equal({ got: 'it' });
    });

    it('asks the question again that the customer was at', async () => {
      const customer = new Talk(bot);
      await customer.says('hi');
      expect((await customer.returned()).texts).to.deep.equal([
        'You are back with our automatic assistant.\n\nQ?',
      ]);
    });

    it('goes on at a step of the dialog under way', async () => {
      const customer = new Talk(bot);
      await customer.says('hi');
      expect((await customer.returned({ step: 'sub' })).texts).to.deep.equal(['Hi\n\nQ?']);
      expect(customer.stack).to.deep.equal(['main/sub', 'sub/inner']);
    });

    it('goes back to a step of a dialog that called the one under way', async () => {
      const customer = new Talk(bot);
      await customer.says('hi');
      await customer.says('yes');
      expect(customer.stack).to.deep.equal(['main/sub', 'sub/inner']);
      await customer.returned({ step: 'last', variables: { x: 1 } });
      expect(customer.stack).to.deep.equal(['main/last']);
      expect(JSON.parse(customer.botState ?? '').dialogStack[0].state.vars).to.deep.equal({
        got: true,
        x: 1,
      });
    });

    it('begins another dialog, at its first step or another', async () => {
      const customer = new Talk(bot);
      await customer.says('hi');
      expect((await customer.returned({ dialog: 'other' })).texts).to.deep.equal(['A\n\nQ?']);
      await customer.returned({ dialog: 'sub', step: 'inner', variables: { y: 2 } });
      expect(customer.stack).to.deep.equal(['sub/inner']);
      expect(JSON.parse(customer.botState ?? '').dialogStack[0].state.vars).to.deep.equal({ y: 2 });
    });

    it('begins the dialog under way anew when only that is named', async () => {
      const customer = new Talk(bot);
      await customer.says('hi');
      await customer.says('yes');
      await customer.returned({ dialog: 'main' });
      expect(customer.stack).to.deep.equal(['main/q']);
    });

    it('goes on as without where the agent named nothing that is there', async () => {
      const log = { warn: sinon.spy() };
      const logging = await botWith({ main: file('id: main\ntriggers: [start]', question) }, { log });
      const customer = new Talk(logging);
      await customer.says('hi');
      for (const target of [{ dialog: 'gone' }, { step: 'gone' }, { dialog: 'main', step: 'gone' }]) {
        expect((await customer.returned(target)).texts[0]).to.match(/^You are back/);
      }
      expect(log.warn.callCount).to.equal(3);
    });

    it('can be asked before whether it has what the agent names, where the customer is', async () => {
      const customer = new Talk(bot);
      const lacks = (target: ReturnTarget) => bot.lacks(target, { botState: customer.botState, session: 1 });
      expect(lacks({ step: 'last' }), 'of the dialog that begins').to.equal(undefined);
      expect(lacks({ step: 'inner' }), 'of a dialog that is not under way').to.equal('step');
      await customer.says('hi');
      await customer.says('yes');
      expect(customer.stack).to.deep.equal(['main/sub', 'sub/inner']);
      for (const target of [{}, { step: 'inner' }, { step: 'last' }, { dialog: 'other' }]) {
        expect(lacks(target), JSON.stringify(target)).to.equal(undefined);
      }
      expect(lacks({ dialog: 'sub', step: 'inner' })).to.equal(undefined);
      expect(lacks({ dialog: 'main', step: 'inner' })).to.equal('step');
      expect(lacks({ step: 'gone' })).to.equal('step');
      expect(lacks({ dialog: 'gone', step: 'inner' })).to.equal('dialog');
    });

    it('begins when nothing was under way', async () => {
      const customer = new Talk(bot);
      expect((await customer.returned()).texts).to.deep.equal(['Q?']);
    });
  });
});
