import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { STEP_KINDS } from '../../src/bot/script.ts';
import { botOf, Talk } from '../support/script-bot.ts';

describe('docs/dialogs.md', () => {
  let page: string;

  before(async () => {
    page = await readFile('docs/dialogs.md', 'utf8');
  });

  it('begins with a dialog that works as it says', async () => {
    const yaml = /`dialogs\/main\.yaml`\n\n```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const json = /`locales\/en\/main\.json`\n\n```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const customer = new Talk(
      await botOf({ files: { 'dialogs/main.yaml': yaml, 'locales/en/main.json': json } }),
    );
    expect(await customer.asks('anything at all')).to.equal(
      'Hello, this is Harbor Books.\n\nWhat is your name?',
    );
    await customer.asks('Ana');
    expect((await customer.says('no')).handoff).to.deep.include({
      queue: 'support',
      summary: 'Ana needs help.',
    });
  });

  it('has a section for each kind of step, and for no other', () => {
    const steps = page.slice(page.indexOf('## Steps'), page.indexOf('## Variables'));
    const sections = [...steps.matchAll(/^### (.+)$/gm)].map(([, kind]) => kind);
    expect(sections).to.have.members([...STEP_KINDS]);
  });
});
