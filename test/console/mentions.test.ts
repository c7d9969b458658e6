import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { tabTo } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the console, for whom a note names', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  const note = (id: string, text: string) =>
    stage.service.call('POST', `/api/conversations/${id}/messages`, { text, note: true });
  const button = (page: Page, unseen: number) =>
    page.getByLabel(`Mentions of you: ${unseen} not seen`, { exact: true });
  const newOnes = (page: Page) => page.locator('.mentions a', { hasText: 'New' });

  it('counts what came while they were away, leads there by keyboard, and knows then that it was seen', async () => {
    const [first, second] = [await stage.waits('15550100071'), await stage.waits('15550100072')];
    const token = await stage.service.agent('ana', { name: 'Ana' });
    await note(first, '@ana, is this yours?');
    const { page } = await stage.open(token);
    await button(page, 1).waitFor();
    await note(second, 'And this, @ana?');
    await button(page, 2).waitFor();
    await page.keyboard.press('M');
    await newOnes(page).nth(1).waitFor();
    expect(await page.locator('.mentions .what').allTextContents()).to.deep.equal([
      'And this, @ana?',
      '@ana, is this yours?',
    ]);
    await tabTo(page, page.getByRole('link', { name: '@ana, is this yours?' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '+1 555 010 0071' }).waitFor();
    await button(page, 0).waitFor();
    expect(await page.locator('.mentions').isVisible()).to.equal(false);

    await page.reload();
    await button(page, 0).waitFor();
    await page.keyboard.press('M');
    await page.locator('.mentions a').nth(1).waitFor();
    expect(await newOnes(page).count()).to.equal(0);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.matches("summary")')).to.equal(true);
  });

  it('shows what they may not read without its text, leading nowhere', async () => {
    const id = await stage.waits('15550100073');
    const token = await stage.service.agent('ben', { name: 'Ben', queues: [] });
    await note(id, '@ben, a secret');
    const { page } = await stage.open(token);
    await button(page, 1).waitFor();
    await page.keyboard.press('M');
    await page.getByText('In a conversation that you may not read.').waitFor();
    expect(await page.locator('.mentions a[href]').count()).to.equal(0);
    expect(await page.locator('.mentions').textContent()).not.to.contain('secret');
  });

  it('is read anew when it is opened: what may be read by now leads there, what was seen elsewhere is seen', async () => {
    const id = await stage.waits('15550100075');
    const token = await stage.service.agent('fay', { name: 'Fay', queues: [] });
    await stage.service.call('POST', `/api/conversations/${id}/claim`, {});
    await note(id, '@fay, would you look?');
    const { page } = await stage.open(token);
    await button(page, 1).waitFor();
    await page.keyboard.press('M');
    await page.getByText('In a conversation that you may not read.').waitFor();
    await page.reload();
    await button(page, 1).waitFor();
    await stage.service.call('POST', `/api/conversations/${id}/consult`, { agentId: 'fay' });
    const { body } = await stage.service.call('GET', '/api/mentions', undefined, token);
    await stage.service.call('PUT', '/api/mentions/seen', { until: body.items[0].at }, token);
    await page.keyboard.press('M');
    await button(page, 0).waitFor();
    expect(await newOnes(page).count()).to.equal(0);
    await tabTo(page, page.getByRole('link', { name: '@fay, would you look?' }));
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '+1 555 010 0075' }).waitFor();
  });

  it('shows the older ones too, and keeps them when a new one comes', async () => {
    const id = await stage.waits('15550100074');
    const token = await stage.service.agent('eli', { name: 'Eli' });
    for (let n = 0; n < 22; n++) await note(id, `@eli ${n}`);
    const { page } = await stage.open(token);
    await button(page, 22).waitFor();
    await page.keyboard.press('M');
    await page.locator('.mentions a').nth(19).waitFor();
    await tabTo(page, page.locator('.mentions button'));
    await page.keyboard.press('Enter');
    const texts = await eventually(
      () => page.locator('.mentions .what').allTextContents(),
      ({ length }) => length === 22,
    );
    expect(texts).to.deep.equal(Array.from({ length: 22 }, (_, n) => `@eli ${21 - n}`));
    expect(await page.locator('.mentions button').count()).to.equal(0);
    await note(id, '@eli 22');
    await page.getByText('@eli 22').waitFor();
    expect(await page.locator('.mentions .what').count()).to.equal(23);
  });
});
