import { expect } from 'chai';
import { SwitchboardError } from '../../src/errors.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const TEXTS = {
  when: 'When?',
  past: '{{value}} is over.',
  far: 'That is too far away.',
  right: 'Is {{value}} right?',
  number: 'Which order?',
  got: 'Got {{answer}}.',
  price: 'Got {{answer.amount}} {{answer.currency}}.',
  gone: 'Never mind.',
  name: 'Name?',
  summary: 'S',
};

/** Sunday, 29 November 2026, 22:30 UTC. */
const NOW = Date.UTC(2026, 10, 29, 22, 30);

async function talk(steps: string, locale = 'en', languages = ['en', 'es', 'zh-TW']): Promise<Talk> {
  const files = Object.fromEntries(languages.map((language) => [`locales/${language}/main.json`, TEXTS]));
  const dialog = { 'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}` };
  const customer = new Talk(await botOf({ files: { ...dialog, ...files }, languages }), locale);
  customer.time = NOW;
  return customer;
}

/** Asks one question, and says what its variable holds after the answer. */
async function kept(fields: string, text: string, locale = 'en'): Promise<unknown> {
  const steps = `  - ask: when\n    as: answer\n    ${fields}\n  - handoff: q\n    reason: r\n    summary: summary\n`;
  const customer = await talk(steps, locale);
  await customer.says('hi');
  const { handoff } = await customer.says(text);
  return handoff?.reason === 'r' ? handoff.context.answer : undefined;
}

describe('a question', () => {
  describe('with a type keeps', () => {
    const answers: [fields: string, locale: string, text: string, value: unknown][] = [
      ['type: number', 'en', 'about 12.5', 12.5],
      ['type: integer', 'en', 'twelve', 12],
      ['type: integer', 'en', '12.5', undefined],
      ['type: date', 'en', 'tomorrow', '2026-11-30'],
      ['type: date', 'es', '24/12', '2026-12-24'],
      ['type: date', 'zh-TW', '後天', '2026-12-01'],
      ['type: date', 'en', 'some day', undefined],
      ['type: time', 'en', '3:30 pm', '15:30'],
      ['type: time', 'zh-TW', '下午三點半', '15:30'],
      ['type: phone', 'en', '415 555 2671', '+14155552671'],
      ['type: phone', 'en', 'this number', '+15550100002'],
      ['type: phone', 'es', 'a este número, por favor', '+15550100002'],
      ['type: phone', 'en', '12', undefined],
      ['type: email', 'en', 'Ana@Example.com', 'Ana@example.com'],
      ['type: email', 'en', 'no', undefined],
      ['type: money\n    currency: EUR', 'es', 'unos 12,50 euros', { amount: 12.5, currency: 'EUR' }],
      ['type: money\n    currency: EUR', 'en', 'nothing', undefined],
      ['type: yesno', 'en', 'yes please', true],
      ['type: yesno', 'es', 'no, gracias', false],
      ['type: yesno', 'en', 'perhaps', undefined],
      ["pattern: 'HB-?\\d{5}'", 'en', 'it is hb-10234.', 'HB-10234'],
      ["pattern: 'HB-?\\d{5}'", 'en', 'ＨＢ－１０２３４', 'HB-10234'],
      ["pattern: 'HB-?\\d{5}'", 'en', '10234', undefined],
    ];
    for (const [fields, locale, text, value] of answers) {
      it(`${fields.replace('\n    ', ', ')}: ${JSON.stringify(value)} for ${text} in ${locale}`, async () => {
        expect(await kept(fields, text, locale)).to.deep.equal(value);
      }).timeout(10_000);
    }
  });

  it('says in its own words what it wants, in every type', async () => {
    const wanted = {
      integer: 'Please reply with a whole number.',
      date: 'Please reply with a day, for example tomorrow, Friday or 24 December.',
      time: 'Please reply with a time, for example 15:30 or 3:30 pm.',
      phone: 'Please reply with a phone number, with its area code.',
      email: 'Please reply with an e-mail address, for example ana@example.com.',
      yesno: 'Sorry, I did not understand that. Please reply YES or NO.',
    };
    for (const [type, text] of Object.entries(wanted)) {
      const customer = await talk(`  - ask: when\n    as: answer\n    type: ${type}\n`);
      await customer.says('hi');
      expect(await customer.asks('whatever'), type).to.equal(`${text}\n\nWhen?`);
    }
  });

  it('takes "today" from the time zone of the turn', async () => {
    const steps =
      '  - ask: when\n    as: answer\n    type: date\n  - handoff: q\n    reason: r\n    summary: summary\n';
    for (const [timeZone, day] of [
      ['America/New_York', '2026-11-29'],
      ['Asia/Taipei', '2026-11-30'],
      ['No/Where', '2026-11-29'],
    ] as const) {
      const customer = await talk(steps);
      customer.timeZone = timeZone;
      await customer.says('hi');
      expect((await customer.says('today')).handoff?.context.answer, timeZone).to.equal(day);
    }
  });

  describe('with checks', () => {
    const steps = `
  - id: when
    ask: when
    as: answer
    type: date
    retries: 1
    validate:
      - { that: value >= session.today, say: past }
      - { that: value < "2027-01-01", say: far }
    onInvalid:
      - say: gone
  - say: got
  - ask: name
    as: name
`;

    it('says what is wrong with an answer and asks again', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      expect(await customer.asks('2026-11-28')).to.equal('2026-11-28 is over.\n\nWhen?');
      expect(await customer.asks('2026-11-30')).to.equal('Got 2026-11-30.\n\nName?');
    });

    it('goes on at onInvalid when the retries are used up', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      expect(await customer.asks('2027-02-01')).to.equal('That is too far away.\n\nWhen?');
      expect(await customer.asks('hello')).to.equal('Never mind.\n\nGot .\n\nName?');
    });

    it('takes of what an answer may mean what meets them', async () => {
      const past = steps.replace('value >= session.today', 'value <= session.today');
      const customer = await talk(past);
      await customer.says('hi');
      expect(await customer.asks('Friday')).to.equal('Got 2026-11-27.\n\nName?');
    });

    it('counts a check without a value as not met', async () => {
      const customer = await talk(steps.replace('value < "2027-01-01"', 'vars.nothing.at == value'));
      await customer.says('hi');
      expect(await customer.asks('2026-11-30')).to.equal('That is too far away.\n\nWhen?');
    });
  });

  describe('that is confirmed', () => {
    const steps = `
  - id: when
    ask: when
    as: answer
    type: date
    confirm: right
  - say: got
  - ask: name
    as: name
`;

    it('goes on after a yes', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      expect(await customer.asks('tomorrow')).to.equal('Is 2026-11-30 right?');
      expect(customer.stack).to.deep.equal(['main/when']);
      expect(await customer.asks('yes')).to.equal('Got 2026-11-30.\n\nName?');
    });

    it('is asked again after a no, and takes another answer instead of one', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      await customer.says('tomorrow');
      expect(await customer.asks('no')).to.equal('When?');
      expect(await customer.asks('tomorrow')).to.equal('Is 2026-11-30 right?');
      expect(await customer.asks('I meant 12/1')).to.equal('Is 2026-12-01 right?');
      expect(await customer.asks('hmm')).to.equal(
        'Sorry, I did not understand that. Please reply YES or NO.\n\nIs 2026-12-01 right?',
      );
      expect(await customer.asks('yes')).to.equal('Got 2026-12-01.\n\nName?');
    });

    it('takes no other words for an answer when it is a text', async () => {
      const customer = await talk(steps.replace('    type: date\n', ''));
      await customer.says('hi');
      expect(await customer.asks('Ana')).to.equal('Is Ana right?');
      expect(await customer.asks('that is right')).to.match(/YES or NO\.\n\nIs Ana right\?$/);
    });

    it('asks for the confirmation again after the word for help and when an agent gives it back', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      await customer.says('tomorrow');
      expect(await customer.asks('help')).to.match(/Is 2026-11-30 right\?$/);
      expect((await customer.returned()).texts.join()).to.match(/Is 2026-11-30 right\?$/);
    });
  });

  it('is skipped when its variable has a value, if it says so', async () => {
    const steps = `
  - ask: name
    as: user.name
    skipIfKnown: true
  - ask: number
    as: number
`;
    const customer = await talk(steps);
    expect(await customer.asks('hi')).to.equal('Name?');
    expect(await customer.asks('Ana')).to.equal('Which order?');
    customer.session = 2;
    expect(await customer.asks('hi')).to.equal('Which order?');
  });
});

describe('a question that is not answered at all', () => {
  const steps = `
  - id: when
    ask: when
    as: answer
    type: date
    onNoReply:
      after: 30m
      remind: far
      then:
        - say: gone
        - goto: name
  - say: got
  - id: name
    ask: name
    as: name
`;
  const HALF_HOUR = 30 * 60_000;

  it('reminds once, and goes on as long after it', async () => {
    const customer = await talk(steps);
    await customer.says('hi');
    expect(customer.wakeAt).to.equal(NOW + HALF_HOUR);
    expect((await customer.wakes()).texts).to.deep.equal(['That is too far away.']);
    expect(customer.stack).to.deep.equal(['main/when']);
    expect(customer.wakeAt).to.equal(NOW + 2 * HALF_HOUR);
    expect((await customer.wakes()).texts).to.deep.equal(['Never mind.\n\nName?']);
    expect(customer.wakeAt).to.equal(null);
  });

  it('takes the answer after the reminder', async () => {
    const customer = await talk(steps);
    await customer.says('hi');
    await customer.wakes();
    expect(await customer.asks('tomorrow')).to.equal('Got 2026-11-30.\n\nName?');
    expect(customer.wakeAt).to.equal(null);
  });

  it('begins anew with each text, also with one that is no answer', async () => {
    const customer = await talk(steps);
    await customer.says('hi');
    await customer.wakes();
    customer.time += 1000;
    await customer.says('what?');
    expect(customer.wakeAt).to.equal(customer.time + HALF_HOUR);
    expect((await customer.wakes()).texts).to.deep.equal(['That is too far away.']);
    await customer.says('help');
    expect((await customer.wakes()).texts).to.deep.equal(['That is too far away.']);
  });

  it('only reminds, or only goes on, where nothing else is said', async () => {
    const reminds = await talk(steps.replace(/ {6}then:.*?goto: name\n/s, ''));
    await reminds.says('hi');
    expect((await reminds.wakes()).texts).to.deep.equal(['That is too far away.']);
    expect(reminds.wakeAt).to.equal(null);
    const goesOn = await talk(steps.replace('      remind: far\n', ''));
    await goesOn.says('hi');
    expect((await goesOn.wakes()).texts).to.deep.equal(['Never mind.\n\nName?']);
  });

  it('is reminded of by a choice and a yes-or-no question too', async () => {
    const rest = '    onNoReply: { after: 1h, remind: far }\n';
    for (const step of [
      `  - confirm: when\n${rest}`,
      `  - choice: when\n    options:\n      - { value: a, label: got }\n      - { value: b, label: gone }\n${rest}`,
    ]) {
      const customer = await talk(step.replace('label: got', 'label: name'));
      await customer.says('hi');
      expect((await customer.wakes()).texts).to.deep.equal(['That is too far away.']);
    }
  });
});

describe('a mistake in a question', () => {
  async function mistakes(step: string): Promise<string[]> {
    const error = await talk(step, 'en', ['en']).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof SwitchboardError)) throw new Error('it was loaded');
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.replace(/^\S*\//, ''));
  }

  const wrong: [step: string, line: RegExp][] = [
    ["pattern: '(a+)+$'", /main\.yaml:6:14 the pattern \(a\+\)\+\$ takes very long for some texts — give/],
    ["pattern: '(a'", /the pattern \(a is no regular expression — check/],
    ["pattern: 'a'\n    type: date", /a pattern is for texts, and this is a date/],
    ['type: money', /money needs a currency/],
    ['currency: USD', /only money has a currency/],
    ['currency: dollars\n    type: money', /currency must be a currency code such as USD/],
    ['type: datum', /type cannot be "datum" — write date/],
    [
      'validate:\n      - { that: value > 3, say: past }\n    type: date',
      /"value > 3" is no valid expression/,
    ],
    ['validate:\n      - { that: valeu > 3, say: past }', /Unknown variable: valeu — write value/],
    ['validate:\n      - { this: value == "a", say: past }', /a check has no field "this"/],
    ['validate: []', /validate must hold at least one check/],
    ['confirm: nothing', /the text "nothing" is missing in en/],
    ['confirm: right\n    tpye: date', /"ask" has no field "tpye" — write type/],
    ['onNoReply:\n      after: 30m', /onNoReply does nothing/],
    ['onNoReply:\n      after: soon\n      remind: past', /after must be a time such as/],
    [
      'onNoReply:\n      after: 30m\n      reminder: past',
      /"onNoReply" has no field "reminder" — write remind/,
    ],
    ['onInvalid:\n      - goto: nowhere', /no step of this dialog has the id "nowhere"/],
  ];
  for (const [fields, line] of wrong) {
    it(fields.replace(/\n\s*/g, ' '), async () => {
      const found = await mistakes(`  - ask: when\n    as: answer\n    ${fields}\n`);
      expect(found.join('\n')).to.match(line);
    }).timeout(20_000);
  }

  it('value is no name for a variable', async () => {
    expect((await mistakes('  - ask: when\n    as: value\n')).join('\n')).to.match(
      /"value" is a word of the language/,
    );
  });

  it('value is known to the texts about an answer alone', async () => {
    const found = await mistakes('  - ask: right\n    as: answer\n    confirm: right\n');
    expect(found.join('\n')).to.match(/"right" names \{\{value\}\}, which nothing sets/);
  });
});
