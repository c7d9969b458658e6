import { expect } from 'chai';
import { compileScripts } from '../../src/bot/load.ts';
import type { OwnQueue } from '../../src/bot-turn.ts';
import { botOf, Talk } from '../support/script-bot.ts';

const STEPS = `
  - if: hours.open
    then:
      - say: open
    else:
      - say: closed
`;
const TEXTS = {
  open: 'We are here{{hours.opens}}, {{queue.waiting}} before you.',
  closed: 'Back {{hours.opens}}: {{hours.holiday}}.',
};
const OPEN: OwnQueue = { id: 'support', isOpen: true, opens: null, holiday: null, waiting: 3 };
/** A Thursday. */
const NOW = Date.UTC(2026, 10, 26, 17, 30);
const FRIDAY = { at: Date.UTC(2026, 10, 27, 8, 0), timeZone: 'Europe/Madrid' };

const filesOf = (steps: string, texts: object) => ({
  'dialogs/main.yaml': `id: main\ntriggers: [start]\nsteps:${steps}`,
  'locales/en/main.json': texts,
  'locales/es/main.json': texts,
});

async function heard(queue: OwnQueue, locale = 'en'): Promise<string[]> {
  const customer = new Talk(await botOf({ files: filesOf(STEPS, TEXTS), languages: ['en', 'es'] }), locale);
  customer.time = NOW;
  customer.queue = queue;
  return (await customer.says('hi')).texts;
}

describe('the queue of the number', () => {
  it('is known to dialogs and texts: whether it is open, and how many wait', async () => {
    expect(await heard(OPEN)).to.deep.equal(['We are here, 3 before you.']);
  });

  it('says when it opens, in the customer’s language, and for which holiday it is closed', async () => {
    const closed = { ...OPEN, isOpen: false, opens: FRIDAY, holiday: 'San Juan' };
    expect(await heard(closed)).to.deep.equal(['Back Friday 9:00 AM: San Juan.']);
    expect(await heard(closed, 'es')).to.deep.equal(['Back viernes, 9:00: San Juan.']);
  });

  it('is counted for dialogs that read it, in an expression, a text or a request', async () => {
    const asks = async (steps: string, text = 'Hello.') => {
      const main = `id: main\ntriggers: [start]\nsteps:\n  - say: a\n${steps}`;
      const files = {
        dialogs: [{ name: 'main.yaml', text: main }],
        locales: [{ language: 'en', files: [{ name: 'main.json', text: JSON.stringify({ a: text }) }] }],
        shownAs: { dialogs: 'dialogs', locales: 'locales' },
      };
      const { scripts } = await compileScripts(files, { defaultLanguage: 'en', actionNames: [] });
      return scripts.asksWaiting;
    };
    expect(await asks('  - set: { n: queue.id }\n')).to.equal(false);
    expect(await asks('  - if: hours.open\n    then: []\n')).to.equal(false);
    expect(await asks('  - set: { n: queue.waiting }\n')).to.equal(true);
    expect(await asks('  - set: { n: \'queue["waiting"]\' }\n')).to.equal(true);
    expect(await asks('  - set: { n: queue }\n')).to.equal(true);
    const request = 'https://shop.example/?before={{queue.waiting}}';
    expect(await asks(`  - http: ${request}\n    onError: []\n`)).to.equal(true);
    expect(await asks('', '{{queue.waiting}} wait.')).to.equal(true);
  });
});
