import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { arrowTo, writeInto } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the console, over an agent’s day', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  const bubbles = (page: Page) => page.locator('.conversation .bubble').allTextContents();
  const conversation = async (id: string) =>
    (await stage.service.call('GET', `/api/conversations/${id}`)).body;

  it('goes from sign-in to close by keyboard alone, with a customer at the phone page', async () => {
    const { service } = stage;
    const quick = { slug: 'shipped', texts: { en: 'Your parcel has left.' } };
    await service.call('POST', '/api/quick-replies', quick);
    const token = await service.agent('ana', { name: 'Ana' });
    const { page } = await stage.open(token);
    const { keyboard } = page;
    const phone = await stage.phone('15550100001');
    const textIn = async (text: string) => {
      await phone.getByLabel('Text message').fill(text);
      await phone.keyboard.press('Enter');
    };

    // From the text that calls a person to the answer.
    await keyboard.press('s');
    await keyboard.type('Av');
    await page.locator('.presence[data-presence="available"]').waitFor();
    await keyboard.press('Escape');
    await textIn('agent');
    await page.getByRole('button', { name: 'Take next (1 waits)' }).waitFor();
    await keyboard.press('n');
    await page.getByRole('heading', { name: '+1 555 010 0001' }).waitFor();
    await page.getByText('Ana took it').waitFor();
    await page.locator('textarea:focus').waitFor();
    await keyboard.type('Hello, Ana here.');
    await keyboard.press('Enter');
    await phone.getByText('Hello, Ana here.').waitFor();
    await page.locator('.message.agent .status.delivered').waitFor();

    // A customer's text shows at once; how soon, `many.test.ts` measures.
    await service.textIn('15550100001', 'Where is my parcel?');
    await page.locator('.conversation .bubble', { hasText: 'Where is my parcel?' }).waitFor();

    // A quick reply, a note.
    await keyboard.type('/ship');
    await page.getByRole('option', { name: /shipped/ }).waitFor();
    await keyboard.press('Enter');
    await eventually(
      () => page.getByLabel('Text to the customer').inputValue(),
      (value) => value === 'Your parcel has left.',
    );
    await keyboard.press('Enter');
    await phone.getByText('Your parcel has left.').waitFor();
    await keyboard.press('Escape');
    await keyboard.press('m');
    await keyboard.type('Called the depot.');
    await keyboard.press('Enter');
    await page.locator('.message.note .bubble', { hasText: 'Called the depot.' }).waitFor();

    // Parked; the customer's text takes it up again; ended, noted down, closed.
    await keyboard.press('Escape');
    await keyboard.press('p');
    await page.locator('.head .tag.waiting').waitFor();
    await textIn('Thank you!');
    await page.locator('.head .tag.active').waitFor();
    await keyboard.press('e');
    const form = page.getByRole('form', { name: 'Close the conversation' });
    await form.locator('input:focus').waitFor();
    await writeInto(page, form.getByLabel('Disposition'), 'delivery');
    await keyboard.press('Enter');
    await page.locator('.head .tag.closed').waitFor();

    const id = '15550109999-15550100001';
    expect(await conversation(id)).to.include({ state: 'closed', agentId: 'ana' });
    const { body: contact } = await service.call('GET', '/api/contacts/+15550100001');
    expect(contact.sessions[0]).to.include({ outcome: 'resolved', disposition: 'delivery' });
    expect(await bubbles(page)).to.deep.equal([
      'agent',
      (await bubbles(page))[1],
      'Hello, Ana here.',
      'Where is my parcel?',
      'Your parcel has left.',
      'Called the depot.',
      'Thank you!',
    ]);
    expect((await service.phone('15550100001', 3)).slice(1)).to.deep.equal([
      'Hello, Ana here.',
      'Your parcel has left.',
    ]);
  });

  it('shows a session that the customer reopened, and why it is here', async () => {
    const { service } = stage;
    const settings = { reopenSeconds: 600, times: { closeActive: null } };
    await service.call('PATCH', '/api/workstreams/demo-en', { settings });
    const id = await stage.waits('15550100021');
    const token = await service.agent('una', { name: 'Una' });
    const { page } = await stage.open(token);
    await service.call('PUT', '/api/me/presence', { presence: 'available' }, token);
    await service.call('POST', `/api/conversations/${id}/claim`, {}, token);
    // Settings are read once a second: its timer is gone once they were.
    await eventually(
      () => conversation(id),
      ({ timers }) => timers.length === 0,
    );
    await service.call('POST', `/api/conversations/${id}/close`, {}, token);
    await service.textIn('15550100021', 'One more thing');
    await page.getByRole('link', { name: /555 010 0021/ }).click();
    await page.locator('.happened', { hasText: 'Reopened, since the customer wrote again: Una' }).waitFor();
    await page.locator('.summary .reason', { hasText: 'The customer wrote again' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    await page.getByRole('dialog', { name: 'Why here?' }).getByText('Reopened').waitFor();
  });

  /** Among those who wait, by keyboard, whose number ends so. */
  async function openWaiting(page: Page, end: string) {
    await page.keyboard.press('2');
    await page.locator('.row', { hasText: end }).waitFor();
    await page.keyboard.press('j');
    await page.locator('.head h1', { hasText: end }).waitFor();
  }

  it('has one winner where two reach for the same conversation, and tells the other who', async () => {
    const id = await stage.waits('15550100011');
    const tokens = [
      await stage.service.agent('ben', { name: 'Ben' }),
      await stage.service.agent('eve', { name: 'Eve' }),
    ];
    const both = await Promise.all(tokens.map((token) => stage.open(token)));
    const pages = both.map(({ page }) => page);
    for (const page of pages) await openWaiting(page, '0011');
    await Promise.all(pages.map((page) => page.keyboard.press('c')));
    const { agentId } = await eventually(
      () => conversation(id),
      (one) => one.agentId !== null,
    );
    const [winner, loser] = agentId === 'ben' ? pages : pages.toReversed();
    await winner!.getByText('yours').waitFor();
    const name = agentId === 'ben' ? 'Ben' : 'Eve';
    await loser!.getByText(`${name} has it`).waitFor();
    await loser!.locator('.toast', { hasText: name }).first().waitFor();
    expect(await loser!.getByRole('button', { name: 'Reply' }).isDisabled()).to.equal(true);

    // The other sees at once that an answer is being written.
    await winner!.locator('textarea:focus').waitFor();
    await winner!.keyboard.type('H');
    await loser!.getByText(`${name} is writing`).waitFor();
  });

  it('lets a supervisor assign what waits, and the agent has it on the desk', async () => {
    const id = await stage.waits('15550100012');
    const { page: agent } = await stage.open(await stage.service.agent('eli', { name: 'Eli' }));
    const { page } = await stage.open(await stage.service.agent('sam', { name: 'Sam', role: 'supervisor' }));
    await openWaiting(page, '0012');
    await page.keyboard.press('t');
    await page.locator('dialog input:focus').waitFor();
    await arrowTo(page, page.getByRole('radio', { name: /^Eli/ }));
    await page.keyboard.press('Enter');
    await page.getByText('Eli has it').waitFor();
    await agent.getByRole('link', { name: /555 010 0012/ }).waitFor();
    // Looking through the list leaves its keys alone; a click opens it to answer.
    await agent.keyboard.press('j');
    await agent.getByRole('heading', { name: '+1 555 010 0012' }).waitFor();
    expect(await agent.locator('textarea:focus').count()).to.equal(0);
    await agent.keyboard.press('Escape');
    await agent.getByRole('link', { name: /555 010 0012/ }).click();
    await agent.locator('textarea:focus').waitFor();
    // What is wrong with others' conversations, and closing them, is a supervisor's as well.
    await page.keyboard.press('w');
    await page.getByRole('dialog', { name: 'Why here?' }).getByText('Queue').first().waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.locator('dialog input:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.head .tag.closed').waitFor();
    expect((await conversation(id)).stretches.at(-1).reason).to.equal('force_closed');
  });
});
