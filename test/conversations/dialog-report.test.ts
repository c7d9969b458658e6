import { expect } from 'chai';
import {
  createDialogReport,
  type StepRow,
  type WalkedSession,
} from '../../src/conversations/dialog-report.ts';
import type { Stretch } from '../../src/store/documents.ts';

function session(botSteps: string[], ...steps: [Stretch['place'], string][]): WalkedSession {
  const stretches = steps.map(([place, reason], since): Stretch => ({ place, since, reason }));
  return { botSteps, stretches, locale: 'en' };
}

const LEFT = session(['main/menu', 'order/number'], ['bot', 'customer_wrote'], ['closed', 'auto_closed']);
const ENDED = session(['main/menu', 'main/more'], ['bot', 'customer_wrote'], ['closed', 'bot_ended']);
const HANDED = session(
  ['main/menu'],
  ['bot', 'customer_wrote'],
  ['open', 'handed_off'],
  ['agent', 'claimed'],
  ['closed', 'agent_closed'],
);

function report(...sessions: WalkedSession[]): StepRow[] {
  const made = createDialogReport();
  for (const one of sessions) made.add(one);
  return made.rows();
}

const row = (dialog: string, step: string, counts: Partial<StepRow>): StepRow => ({
  dialog,
  step,
  language: 'en',
  reached: 0,
  handedOver: 0,
  left: 0,
  ...counts,
});

describe('the report on the bot’s steps', () => {
  it('counts the step at which customers stop writing', () => {
    expect(report(LEFT, LEFT, ENDED)).to.deep.equal([
      row('main', 'menu', { reached: 3 }),
      row('main', 'more', { reached: 1 }),
      row('order', 'number', { reached: 2, left: 2 }),
    ]);
  });

  it('counts the step from which a person was called', () => {
    expect(report(HANDED, ENDED)).to.deep.equal([
      row('main', 'menu', { reached: 2, handedOver: 1 }),
      row('main', 'more', { reached: 1 }),
    ]);
  });

  it('tells languages apart, and names none where none is known', () => {
    const { locale: _, ...unknown } = ENDED;
    const rows = report({ ...LEFT, locale: 'es' }, LEFT, unknown);
    expect(rows.filter(({ step }) => step === 'menu').map(({ language }) => language)).to.have.members([
      'es',
      'en',
      null,
    ]);
  });

  it('leaves out sessions in which the bot never waited', () => {
    const { botSteps: _, ...without } = LEFT;
    expect(report(without)).to.deep.equal([]);
  });

  it('takes a step whose id holds a slash', () => {
    expect(report(session(['main/say:a/b'], ['closed', 'bot_ended']))[0]).to.include({ step: 'say:a/b' });
  });
});
