import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { SUPPORT } from '../support/running-app.ts';
import { tabTo } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the translation of texts in the console', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  let asked: string[];
  /** Ends what is being translated. */
  let answer: () => void;
  let waits: boolean;
  let fails: boolean;

  before(async () => {
    stage = await openConsoleStage({
      async translate({ text, to }) {
        asked.push(text);
        if (fails) throw new Error('no engine');
        if (waits) {
          await new Promise<void>((resolve) => {
            answer = resolve;
          });
        }
        return { text: `${text} (${to})`, from: to === 'en' ? 'es' : 'en' };
      },
    });
  });
  beforeEach(() => {
    asked = [];
    answer = () => {};
    waits = false;
    fails = false;
  });
  after(() => stage?.close());

  /** A page on which somebody has a customer of this number. */
  async function taken(customer: string, number: string, agent: string): Promise<{ page: Page; id: string }> {
    const id = await stage.waits(customer, number === SUPPORT.es ? 'agente' : 'agent', number);
    const { page } = await stage.open(await stage.service.agent(agent, { name: agent }));
    await page.goto(`${stage.service.url}/console/#/c/${id}`);
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    return { page, id };
  }
  const field = (page: Page) => page.getByLabel('Text to the customer');
  const sent = async (id: string) => {
    const { body } = await stage.service.call('GET', `/api/conversations/${id}/messages`);
    return body.items
      .filter(({ author }: { author: { kind: string } }) => author.kind === 'agent')
      .map(({ text }: { text: string }) => text);
  };

  it('shows a customer’s message in the reader’s language below it, by button and by key', async () => {
    const { page } = await taken('15550100071', SUPPORT.es, 'ana');
    // So low that the messages do not fit.
    await page.setViewportSize({ width: 1280, height: 420 });
    const message = page.locator('.message.customer');
    await page.keyboard.press('Escape');
    await page.keyboard.press('l');
    await message.getByText('agente (en)').waitFor();
    expect(await message.locator('.bubble').allTextContents()).to.deep.equal(['agente', 'agente (en)']);
    expect(await message.getByText('Translation from Spanish').count()).to.equal(1);
    expect(await page.getByRole('log').textContent()).to.equal('Translation: agente (en)');
    const below = await page
      .locator('.thread')
      .evaluate(({ scrollHeight, scrollTop, clientHeight }) => [
        scrollTop,
        scrollHeight - scrollTop - clientHeight,
      ]);
    expect(below[0], 'it does not fit').to.be.above(0);
    expect(below[1], 'who was at the end stays there').to.be.below(2);
    await page.keyboard.press('l');
    await message.getByText('agente (en)').waitFor({ state: 'detached' });
    await tabTo(page, message.getByRole('button', { name: 'Translate', exact: true }));
    await page.keyboard.press('Enter');
    await message.getByText('agente (en)').waitFor();
    expect(asked).to.deep.equal(['agente']);

    // What the bot has told them, too.
    const bots = page.locator('.message.bot');
    await bots.getByRole('button', { name: 'Translate', exact: true }).first().click();
    await bots.locator('.translation').waitFor();
  });

  it('puts an answer into the customer’s language, and sends it not before the agent does', async () => {
    const { page, id } = await taken('15550100072', SUPPORT.es, 'ben');
    await page.keyboard.type('It arrives tomorrow');
    await tabTo(page, page.getByRole('button', { name: 'Translate into Spanish' }));
    await page.keyboard.press('Enter');
    await page.locator('textarea:focus').waitFor();
    expect(await field(page).inputValue()).to.equal('It arrives tomorrow (es)');
    expect(await sent(id)).to.deep.equal([]);

    // The way back, and there again.
    await page.getByRole('button', { name: 'Undo the translation' }).click();
    expect(await field(page).inputValue()).to.equal('It arrives tomorrow');
    await page.keyboard.press('Escape');
    await page.keyboard.press('d');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('!');
    await page.keyboard.press('Enter');
    await eventually(
      () => sent(id),
      (texts) => texts.length === 1,
    );
    expect(await sent(id)).to.deep.equal(['It arrives tomorrow (es)!']);
    await page.getByRole('button', { name: 'Translate into Spanish' }).waitFor();
    expect(asked).to.deep.equal(['It arrives tomorrow', 'It arrives tomorrow']);

    // What was changed since is not thrown away.
    await field(page).fill('Sorry');
    await page.getByRole('button', { name: 'Translate into Spanish' }).click();
    await page.getByRole('button', { name: 'Undo the translation' }).waitFor();
    await field(page).fill('Sorry (es), Ana');
    await page.getByRole('button', { name: 'Translate into Spanish' }).waitFor();
    expect(await page.getByRole('button', { name: 'Undo the translation' }).count()).to.equal(0);
  });

  it('sends nothing while it translates', async () => {
    const { page, id } = await taken('15550100073', SUPPORT.es, 'cleo');
    waits = true;
    await page.keyboard.type('Hello');
    await page.getByRole('button', { name: 'Translate into Spanish' }).click();
    await page.getByRole('button', { name: 'Translating…' }).waitFor();
    await field(page).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type(' you');
    expect(await field(page).inputValue()).to.equal('Hello');
    answer();
    await page.getByRole('button', { name: 'Undo the translation' }).waitFor();
    await page.keyboard.press('Enter');
    await eventually(
      () => sent(id),
      (texts) => texts.length === 1,
    );
    expect(await sent(id)).to.deep.equal(['Hello (es)']);
  });

  it('leaves all as it is, and says so, when the engine fails', async () => {
    const { page } = await taken('15550100074', SUPPORT.es, 'dora');
    fails = true;
    await page.keyboard.type('Hello');
    await page.getByRole('button', { name: 'Translate into Spanish' }).click();
    await page.getByText('The translation has failed. Try again.').waitFor();
    expect(await field(page).inputValue()).to.equal('Hello');
    fails = false;
    await page.getByRole('button', { name: 'Translate into Spanish' }).click();
    await page.getByRole('button', { name: 'Undo the translation' }).waitFor();
    expect(await field(page).inputValue()).to.equal('Hello (es)');
  });

  it('is offered for answers once a customer is seen to write in another language than their number’s', async () => {
    const { page } = await taken('15550100075', SUPPORT.en, 'eve');
    await page.keyboard.type('Hello');
    await page.locator('.message.customer .translate').waitFor();
    expect(await page.locator('.message:not(.customer) .translate').count()).to.equal(0);
    expect(await page.getByRole('button', { name: /^Translate into/ }).count()).to.equal(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    const listed = await page.getByRole('dialog').locator('kbd').allTextContents();
    expect(listed).to.include('l').and.to.not.include('d');
    await page.keyboard.press('Escape');
    await page.keyboard.press('l');
    await page.getByRole('button', { name: 'Translate into Spanish' }).waitFor();
  });
});

describe('the console of a service that translates nothing', function () {
  this.timeout(40_000);

  it('does not offer it', async () => {
    const stage = await openConsoleStage();
    try {
      const id = await stage.waits('15550100076', 'agente', SUPPORT.es);
      const { page } = await stage.open(await stage.service.agent('fay', { name: 'Fay' }));
      await page.goto(`${stage.service.url}/console/#/c/${id}`);
      await page.getByRole('button', { name: 'Take it' }).waitFor();
      await page.locator('.message.customer').waitFor();
      await page.keyboard.press('c');
      await page.locator('textarea:focus').waitFor();
      expect(await page.getByRole('button', { name: /^Translate/ }).count()).to.equal(0);
    } finally {
      await stage.close();
    }
  });
});
