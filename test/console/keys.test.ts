import { expect } from 'chai';
import type { Page, Route } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

/**
 * Presses keys one right after another: between two of them the page may finish what it has begun, but neither paints nor
 * hears of anything, as happens to quick fingers on a slow machine.
 */
function pressAtOnce(page: Page, keys: readonly string[]): Promise<void> {
  return page.evaluate(`(async () => {
    for (const key of ${JSON.stringify(keys)}) {
      const target = document.activeElement ?? document.body;
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      for (let n = 0; n < 20; n++) await undefined;
    }
  })()`);
}

describe('the keys of the console', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  const ownerOf = async (id: string) =>
    (await stage.service.call('GET', `/api/conversations/${id}`)).body.agentId;

  it('go where the ones before led, however fast they come', async () => {
    const ids = [await stage.waits('15550100061'), await stage.waits('15550100062')];
    const { page } = await stage.open(await stage.service.agent('ana', { name: 'Ana' }));
    await page.keyboard.press('2');
    await page.locator('.row').nth(1).waitFor();
    // Down, and down again, and what is there then is taken: the second, not the one before.
    await pressAtOnce(page, ['j', 'j', 'c']);
    await eventually(
      () => ownerOf(ids[1]!),
      (owner) => owner === 'ana',
    );
    expect(await ownerOf(ids[0]!)).to.equal(null);
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Escape');

    // A dialog has the keys as soon as it is asked for, and so has the field of the search.
    await pressAtOnce(page, ['t', 'w']);
    expect(await page.getByRole('dialog').getByRole('heading').allTextContents()).to.deep.equal([
      'Who is to have it?',
    ]);
    await page.keyboard.press('Escape');
    await pressAtOnce(page, ['4', '2']);
    expect(await page.getByRole('tab', { selected: true }).textContent()).to.equal('Search');
  });

  it('take one customer each, also when one of them bounces', async () => {
    await stage.waits('15550100063');
    await stage.waits('15550100064');
    const { page } = await stage.open(await stage.service.agent('ben', { name: 'Ben' }));
    await page.getByRole('button', { name: /^Take next/ }).waitFor();
    let claims = 0;
    page.on('request', (request) => {
      if (request.url().endsWith('/claim')) claims += 1;
    });
    await pressAtOnce(page, ['n', 'n']);
    await page.locator('textarea:focus').waitFor();
    expect(claims).to.equal(1);
  });

  it('stay with who looks through the list, also where they take part', async () => {
    const id = await stage.waits('15550100067');
    await stage.service.call('POST', `/api/conversations/${id}/claim`, {});
    const token = await stage.service.agent('eve', { name: 'Eve', role: 'supervisor' });
    await stage.service.call('POST', `/api/conversations/${id}/join`, {}, token);
    const { page } = await stage.open(token);
    await page.goto(`${stage.service.url}/console/#/c/${id}`);
    await page.getByRole('button', { name: 'Reply', disabled: false }).waitFor();
    expect(await page.locator('textarea:focus').count()).to.equal(0);
    await page.keyboard.press('t');
    await page.getByRole('dialog').waitFor();
  });

  it('write an answer also before it is known that they take part, and send it no sooner', async () => {
    const id = await stage.waits('15550100068');
    await stage.service.call('POST', `/api/conversations/${id}/claim`, {});
    const token = await stage.service.agent('fay', { name: 'Fay', role: 'supervisor' });
    await stage.service.call('POST', `/api/conversations/${id}/join`, {}, token);
    const { page } = await stage.open(token);
    // The page may read it once to show it at all; what the shown one reads tells who takes part.
    const read = new Promise<Route>((resolve) => {
      void page.route(`**/api/conversations/${id}`, async (route) => {
        if ((await page.locator('.composer').count()) === 0) await route.continue();
        else resolve(route);
      });
    });
    await page.goto(`${stage.service.url}/console/#/c/${id}`);
    const route = await read;
    await page.keyboard.press('r');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('Let me help.');
    await page.keyboard.press('Enter');
    await route.continue();
    await page.getByRole('button', { name: 'Reply', disabled: false }).waitFor();
    expect(await page.getByLabel('Text to the customer').inputValue()).to.equal('Let me help.');
    await page.keyboard.press('Enter');
    await page.locator('.message', { hasText: 'Let me help.' }).waitFor();
    expect(await page.locator('.message.note').count()).to.equal(0);
  });

  it('choose the quick reply that was written, not one that was found for fewer letters', async () => {
    for (const [slug, en] of [
      ['refund', 'We give your money back.'],
      ['return', 'Please send it back.'],
    ] as const) {
      await stage.service.call('POST', '/api/quick-replies', { slug, texts: { en } });
    }
    const id = await stage.waits('15550100065');
    const { page } = await stage.open(await stage.service.agent('eli', { name: 'Eli' }));
    await page.goto(`${stage.service.url}/console/#/c/${id}`);
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('/re');
    await page.getByRole('option', { name: /refund/ }).waitFor();
    const asked = new Promise<Route>((resolve) => {
      void page.route(/quick-replies\?q=ret/, resolve);
    });
    await page.keyboard.type('t');
    await page.keyboard.press('Enter');
    await (await asked).continue();
    await eventually(
      () => page.getByLabel('Text to the customer').inputValue(),
      (text) => text === 'Please send it back.',
    );
  });

  it('choose the quick reply whose name was written, whatever others have that word in their text', async () => {
    await stage.service.call('POST', '/api/quick-replies', { slug: 'zulu', texts: { en: 'The right one.' } });
    for (let n = 0; n < 9; n++)
      await stage.service.call('POST', '/api/quick-replies', { slug: `a${n}`, texts: { en: `zulu ${n}` } });
    const id = await stage.waits('15550100070');
    const { page } = await stage.open(await stage.service.agent('joe', { name: 'Joe' }));
    await page.goto(`${stage.service.url}/console/#/c/${id}`);
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('/zulu');
    await page.keyboard.press('Enter');
    await eventually(
      () => page.getByLabel('Text to the customer').inputValue(),
      (text) => text === 'The right one.',
    );
  });

  it('run a macro once, also by a double click, and a text once where the answer was lost', async () => {
    const { service } = stage;
    for (const [id, text] of [
      ['hello', 'Hello from a macro.'],
      ['sorry', 'We are sorry.'],
    ] as const) {
      await service.call('POST', '/api/macros', { id, name: id, steps: [{ do: 'reply', text }] });
    }
    const id = await stage.waits('15550100069');
    const { page } = await stage.open(await service.agent('ida', { name: 'Ida' }));
    await page.goto(`${service.url}/console/#/c/${id}`);
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('o');
    const first = new Promise<Route>((resolve) => {
      void page.route('**/macros/*', resolve, { times: 1 });
    });
    let asked = 0;
    page.on('request', (request) => {
      if (/\/macros\/\w+$/.test(request.url())) asked += 1;
    });
    await page.getByRole('button', { name: 'hello' }).dblclick({ force: true });
    const route = await first;
    expect(await page.getByRole('button', { name: 'sorry' }).isDisabled()).to.equal(true);
    expect(asked).to.equal(1);

    // The service does it, but no answer arrives.
    await route.fetch();
    let lost = true;
    await page.route('**/macros/*', (again) => (lost ? again.abort() : again.continue()));
    await route.abort();
    await page.getByText('The service does not answer.').first().waitFor();
    lost = false;
    await page.getByRole('button', { name: 'hello' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { body } = await service.call('GET', `/api/conversations/${id}/messages`);
    const texts = body.items.map(({ text }: { text: string }) => text);
    expect(texts.filter((text: string) => text === 'Hello from a macro.')).to.have.length(1);
  });

  it('are there for every action on a conversation, and listed by a question mark', async () => {
    const id = await stage.waits('15550100066');
    const { page } = await stage.open(
      await stage.service.agent('sam', { name: 'Sam', role: 'admin', queues: ['support'] }),
    );
    await page.goto(`${stage.service.url}/console/#/c/${id}`);
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Escape');
    const buttons = page.locator('.head .actions button:not(.aside-toggle)');
    const keys = await Promise.all(
      (await buttons.all()).map(async (button) => (await button.getAttribute('aria-keyshortcuts')) ?? 'none'),
    );
    expect(keys.length).to.be.above(6);
    await page.keyboard.press('?');
    const listed = await page.getByRole('dialog').locator('kbd').allTextContents();
    expect(listed).to.include.members([
      ...keys,
      'g',
      'B',
      'A',
      'n',
      'j',
      'k',
      's',
      'u',
      'r',
      'm',
      'i',
      'Esc',
      '/',
    ]);
  });
});
