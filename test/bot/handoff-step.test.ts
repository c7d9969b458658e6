import { expect } from 'chai';
import { botOf, Talk } from '../support/script-bot.ts';

const TEXTS = {
  closed: 'We are back {{handoff.opens}}.',
  holiday: 'Closed for {{handoff.holiday}}.',
  leave: 'Leave a message?',
  message: 'Your message?',
  back: 'Back: {{handoff.outcome}}, {{handoff.answered}}, {{handoff.disposition}}.',
  cancelled: 'As you like.',
  waiting: 'Still {{handoff.outcome}}.',
  bye: 'Bye.',
  summary: 'A wish',
  name: 'Your name?',
};

async function talk(steps: string, log?: { warn: (...line: unknown[]) => void }): Promise<Talk> {
  const files = {
    'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:\n${steps}`,
    'locales/en/main.json': TEXTS,
    'locales/es/main.json': TEXTS,
  };
  return new Talk(await botOf({ files, languages: ['en', 'es'], ...(log ? { log } : {}) }));
}

const HANDOFF = '    handoff: support\n    reason: asked\n    summary: summary\n';
/** A Thursday, 18:30 in Madrid. */
const NOW = Date.UTC(2026, 10, 26, 17, 30);
const FRIDAY = { at: Date.UTC(2026, 10, 27, 8, 0), timeZone: 'Europe/Madrid' };

describe('a handoff', () => {
  describe('outside the hours of its queue', () => {
    const steps = `
  - id: support
${HANDOFF}    on:
      closed:
        - say: closed
        - confirm: leave
          no: bye
        - ask: message
          as: message
        - id: later
${HANDOFF.replace(/^/gm, '      ')}
  - id: bye
    say: bye
  - end: resolved
`;

    it('is not asked for: its own steps run, and tell when the queue opens', async () => {
      const customer = await talk(steps);
      customer.time = NOW;
      const { handoff, texts } = await customer.says('hi');
      expect(handoff).to.include({ queue: 'support', unlessClosed: true });
      expect(texts).to.deep.equal([]);
      const closed = await customer.closed({ queue: 'support', opens: FRIDAY });
      expect(closed.texts).to.deep.equal(['We are back Friday 9:00 AM.\n\nLeave a message?']);
      expect((await customer.says('no')).ended).to.deep.equal({ outcome: 'resolved' });
    });

    it('is asked for by a step in them that has none of its own', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      await customer.closed();
      await customer.says('yes');
      expect((await customer.says('Call me')).handoff).to.deep.include({
        unlessClosed: false,
        knowsClosed: true,
        context: { message: 'Call me' },
      });
    });

    it('tells of it in the language of the customer, and of a holiday', async () => {
      const customer = await talk(steps.replace('- say: closed', '- say: closed\n        - say: holiday'));
      customer.locale = 'es';
      customer.time = NOW;
      await customer.says('hola');
      const { texts } = await customer.closed({ queue: 'support', opens: FRIDAY, holiday: 'San Juan' });
      expect(texts[0]).to.match(/^We are back viernes, 9:00\.\n\nClosed for San Juan\./);
    });

    it('is asked for all the same once it would go round', async () => {
      const customer = await talk(
        `  - id: support\n${HANDOFF}    on:\n      closed:\n        - say: bye\n        - goto: support\n`,
      );
      const first = await customer.says('hi');
      expect(first.handoff?.unlessClosed).to.equal(true);
      const asked: (boolean | undefined)[] = [];
      for (let n = 0; n < 4; n++) asked.push((await customer.closed()).handoff?.unlessClosed);
      expect(asked).to.deep.equal([true, true, false, false]);
    });

    it('goes into its queue when it has no steps for it, or is no more', async () => {
      const customer = await talk(`  - id: support\n${HANDOFF}`);
      expect((await customer.says('hi')).handoff).to.include({ unlessClosed: false });
      expect((await customer.closed()).handoff).to.include({ queue: 'support', unlessClosed: false });
    });
  });

  describe('when the conversation is back', () => {
    const steps = `
  - id: support
${HANDOFF}    on:
      untaken:
        after: 10m
        do:
          - say: waiting
      returned:
        - say: back
      cancelled:
        - say: cancelled
        - if: handoff.answered
          then:
            - say: back
  - ask: name
    as: name
`;

    it('knows what the agent has done', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      expect((await customer.returned({ disposition: 'refunded' })).texts).to.deep.equal([
        'Back: returned, true, refunded.\n\nYour name?',
      ]);
    });

    it('knows that the customer has left the queue', async () => {
      const customer = await talk(steps);
      await customer.says('hi');
      expect((await customer.untaken()).texts).to.deep.equal(['Still untaken.']);
      expect((await customer.returned({ outcome: 'cancelled', answered: false })).texts).to.deep.equal([
        'As you like.\n\nYour name?',
      ]);
    });

    it('takes a customer who left for one who was given back where nothing else is said', async () => {
      const customer = await talk(
        `  - id: support\n${HANDOFF}    on:\n      returned:\n        - say: back\n`,
      );
      await customer.says('hi');
      const { texts } = await customer.returned({ outcome: 'cancelled', answered: false });
      expect(texts).to.deep.equal(['Back: cancelled, false, .']);
    });

    it('has forgotten it in the next session', async () => {
      const customer = await talk('  - say: back\n  - ask: name\n    as: name\n');
      await customer.says('hi');
      await customer.returned({ disposition: 'x' });
      customer.session = 2;
      expect(await customer.asks('hi')).to.equal('Back: , false, .\n\nYour name?');
    });
  });

  describe('names', () => {
    const chosen = (fields: string) => `  - set: { total: 600, user.name: '"Ana"' }
  - id: support
${HANDOFF}${fields}`;

    it('its queue and priority by expressions, skills and what the agent gets', async () => {
      const fields =
        '    queue: \'total > 500 ? "vip" : "support"\'\n    priority: total / 100\n    skills: [billing, orders]\n    context: [total, user.name, user.phone]\n';
      const customer = await talk(`  - set: { hidden: 1 }\n${chosen(fields)}`);
      expect((await customer.says('hi')).handoff).to.deep.include({
        queue: 'vip',
        priority: 6,
        skills: ['billing', 'orders'],
        context: { total: 600, user: { name: 'Ana', phone: '+15550100002' } },
      });
    });

    it('nothing by expressions that do not fit, and logs it without values', async () => {
      const lines: unknown[] = [];
      const customer = await talk(chosen('    queue: total.x\n    priority: total\n'), {
        warn: (...line) => lines.push(line),
      });
      const { handoff } = await customer.says('hi');
      expect(handoff).to.include({ queue: 'support', priority: null });
      expect(lines).to.have.length(2);
      expect(JSON.stringify(lines)).to.not.include('600');
    });
  });
});
