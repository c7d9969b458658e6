import { expect } from 'chai';
import { botOf, Talk } from '../support/script-bot.ts';

const TEXTS = {
  soon: 'We look into it.',
  done: 'It is done.',
  again: 'Still at it.',
  name: 'Your name?',
  hours: 'Open all day.',
  words: ['hours'],
};

async function talk(steps: string, more: Record<string, string> = {}): Promise<Talk> {
  const files: Record<string, string | object> = {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': TEXTS,
    'dialogs/hours.yaml':
      'id: hours\ntriggers:\n  - keywords: words\nsteps:\n  - ask: name\n    as: name\n  - say: hours\n',
    'locales/en/hours.json': TEXTS,
    ...more,
  };
  return new Talk(await botOf({ files }));
}

const STEPS = '  - say: soon\n  - id: pause\n    wait: 10m\n  - say: done\n  - ask: name\n    as: name\n';
const MINUTE = 60_000;

describe('a wait', () => {
  it('goes on by itself when its time has come', async () => {
    const customer = await talk(STEPS);
    expect(await customer.asks('hi')).to.equal('We look into it.');
    expect(customer.wakeAt).to.equal(10 * MINUTE);
    expect(customer.stack).to.deep.equal(['main/pause']);
    expect((await customer.wakes()).texts).to.deep.equal(['It is done.\n\nYour name?']);
    expect(customer.wakeAt).to.equal(null);
  });

  it('takes seconds, minutes, hours and days', async () => {
    for (const [written, time] of [
      ['90s', 90_000],
      ['2h', 120 * MINUTE],
      ['3d', 3 * 86_400_000],
    ] as const) {
      const customer = await talk(`  - say: soon\n  - wait: ${written}\n  - say: done\n`);
      await customer.says('hi');
      expect(customer.wakeAt).to.equal(time);
    }
  });

  it('goes on waiting when the customer writes, and brings who is not content to a person', async () => {
    const customer = await talk(STEPS);
    await customer.says('hi');
    customer.time = MINUTE;
    for (const text of ['thanks', 'how long?']) {
      expect(await customer.asks(text)).to.equal(
        'You will hear from us here. Reply PERSON to reach a colleague.',
      );
    }
    expect(customer.wakeAt).to.equal(10 * MINUTE);
    expect((await customer.says('hello???')).handoff).to.include({ reason: 'not_understood' });
  });

  it('goes on at once when the customer writes after its time', async () => {
    const customer = await talk(STEPS);
    await customer.says('hi');
    customer.time = 11 * MINUTE;
    expect(await customer.asks('so?')).to.equal('It is done.\n\nYour name?');
  });

  it('gives way to a dialog that is called for, and has gone on meanwhile', async () => {
    const customer = await talk(STEPS);
    await customer.says('hi');
    customer.time = MINUTE;
    expect(await customer.asks('hours')).to.equal('Your name?');
    expect(customer.wakeAt).to.equal(null);
    expect(await customer.asks('Ana')).to.equal('Open all day.');
    expect(customer.wakeAt).to.equal(10 * MINUTE);
    await customer.says('hours');
    customer.time = 12 * MINUTE;
    expect(await customer.asks('Ana')).to.equal('Open all day.\n\nIt is done.\n\nYour name?');
  });

  it('goes on waiting after a person has had the conversation', async () => {
    const customer = await talk(STEPS);
    await customer.says('hi');
    customer.time = MINUTE;
    expect((await customer.returned()).texts).to.deep.equal([]);
    expect(customer.wakeAt).to.equal(10 * MINUTE);
    customer.time = 20 * MINUTE;
    expect((await customer.returned()).texts).to.deep.equal(['It is done.\n\nYour name?']);
  });

  it('in a circle does not text a silent customer for ever', async () => {
    const customer = await talk('  - id: round\n    say: again\n  - wait: 1d\n  - goto: round\n');
    await customer.says('hi');
    let told = 0;
    for (; customer.wakeAt !== null; told++) await customer.wakes();
    expect(told).to.equal(20);
    customer.time += 86_400_000;
    expect(await customer.asks('hello')).to.equal('Still at it.');
    expect(customer.wakeAt).to.equal(customer.time + 86_400_000);
  });
});
