import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { ADMIN_TOKEN } from '../support/running-app.ts';
import { tabTo, writeInto } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the administrator’s pages', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  async function at(part: string) {
    const { page } = await stage.open(ADMIN_TOKEN);
    await page.goto(`${stage.service.url}/console/#/admin/${part}`);
    await page.locator('.ready').waitFor();
    return page;
  }

  it('add a channel by keyboard alone, say what is wrong where it is wrong, and ask the account', async () => {
    const { page } = await stage.open(ADMIN_TOKEN);
    const { keyboard } = page;
    await keyboard.press('A');
    await page.locator('.ready').waitFor();
    await keyboard.press('n');
    const form = page.getByRole('form', { name: 'New' });
    await form.waitFor();
    expect(await form.getByLabel('Authentication').inputValue()).to.equal('hmac');
    await keyboard.press('Tab');
    await keyboard.type('second');
    await writeInto(page, form.getByRole('textbox', { name: 'Name', exact: true }), 'Second account');
    await writeInto(page, form.getByLabel('TeleSign customer id'), 'not an id!');
    const key = Buffer.from('a key of an account').toString('base64');
    await writeInto(page, form.getByLabel('API key'), key);
    await tabTo(page, form.getByRole('button', { name: 'Add' }));
    await keyboard.press('Enter');
    await writeInto(page, form.getByLabel('Number', { exact: false }).first(), '15550107777');
    await writeInto(page, form.getByLabel('Address of the API'), stage.service.url);
    await keyboard.press('Enter');
    await form.locator('[aria-invalid="true"]').first().waitFor();
    expect(await form.getByLabel('TeleSign customer id').getAttribute('aria-invalid')).to.equal('true');

    // The focus is on what is wrong.
    await form.locator('[aria-invalid="true"]:focus').waitFor();
    await keyboard.press('Control+A');
    await keyboard.type('11111111-0000-4000-8000-000000000000');
    await keyboard.press('Enter');
    await tabTo(page, page.getByRole('link', { name: 'second' }));
    await keyboard.press('Enter');
    await page.locator('h2:focus', { hasText: 'second' }).waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Check the account' }));
    await keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'TeleSign does not know the customer id.' }).waitFor();
    expect(await page.getByLabel('Callback URL').inputValue()).to.match(/\/callbacks\/telesign\/second$/);
    await tabTo(page, page.locator('summary', { hasText: 'Mail for TeleSign’s support' }));
    await keyboard.press('Enter');
    await page.locator('.mail').filter({ hasText: '/callbacks/telesign/second' }).waitFor();
    const { body } = await stage.service.call('GET', '/api/channels/second');
    expect(body).to.deep.include({ name: 'Second account', auth: 'hmac', hasKey: true });
    expect(body.numbers[0]).to.include({ number: '15550107777', type: 'geo' });
  });

  it('make an agent and show the token this once', async () => {
    const page = await at('agents/new');
    const form = page.getByRole('form', { name: 'New' });
    await form.getByLabel('Id', { exact: false }).first().fill('eve');
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('Eve');
    await form.getByLabel('Languages').fill('en, es');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Token or secret' });
    const told = await dialog.getByLabel('Token or secret').inputValue();
    const me = await stage.service.call('GET', '/api/me', undefined, told);
    expect(me.status).to.equal(200);
    expect(me.body).to.deep.include({ id: 'eve', languages: ['en', 'es'] });
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('send only what was changed, and delete after asking', async () => {
    const { service } = stage;
    await service.call('POST', '/api/queues', { id: 'night', name: 'Night', priority: 3 });
    const page = await at('queues/night');
    const [request] = await Promise.all([
      page.waitForRequest((sent) => sent.method() === 'PATCH'),
      page
        .getByLabel('Name')
        .fill('Nights')
        .then(() => page.keyboard.press('Enter')),
    ]);
    const { changedAt, ...changed } = request.postDataJSON();
    expect(changed).to.deep.equal({ name: 'Nights' });
    expect(Date.parse(changedAt)).to.be.above(0);
    await page.getByRole('link', { name: 'night' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    // Enter alone deletes nothing.
    await page.locator('dialog button:focus', { hasText: 'Cancel' }).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('link', { name: 'night' }).waitFor({ state: 'detached' });
    expect((await service.call('GET', '/api/queues/night')).status).to.equal(404);
  });

  /** Keeps the list of queues back until it is let go. `asked` = the page waits for it. */
  async function holdQueues(page: Page) {
    const asked = page.waitForRequest(
      (sent) => sent.method() === 'GET' && sent.url().endsWith('/api/queues'),
    );
    let letGo = () => {};
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route('**/api/queues', async (route) => {
      await gone;
      await route.continue();
    });
    return { asked, letGo };
  }

  it('overwrite nothing that a colleague changed meanwhile: the form keeps to what it was opened with', async () => {
    const { service } = stage;
    await service.call('POST', '/api/queues', { id: 'shared', name: 'Shared', priority: 3 });
    const page = await at('queues/shared');
    const form = page.getByRole('form', { name: 'shared' });
    const refusal = form.getByRole('alert').filter({ hasText: 'Cancel, and open it again.' });
    await service.call('PATCH', '/api/queues/shared', { name: 'Of a colleague' });
    await form.getByLabel('Priority').fill('6');
    await page.keyboard.press('Enter');
    await refusal.waitFor();
    expect(await form.getByLabel('Priority').inputValue()).to.equal('6');
    // Not by trying again either.
    await Promise.all([
      page.waitForResponse((answer) => answer.status() === 409),
      form.getByRole('button', { name: 'Save' }).click(),
    ]);
    await refusal.waitFor();
    await form.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('link', { name: 'shared' }).click();
    expect(await form.getByLabel('Name').inputValue()).to.equal('Of a colleague');
    await form.getByLabel('Priority').fill('7');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'shared' }).waitFor();
    const { body } = await service.call('GET', '/api/queues/shared');
    expect(body).to.include({ name: 'Of a colleague', priority: 7 });
  });

  it('begin with what is there as one opens them, whatever a colleague did since the list was read', async () => {
    const { service } = stage;
    await service.call('POST', '/api/queues', { id: 'early', name: 'Early', priority: 3 });
    await service.call('POST', '/api/queues', { id: 'brief', name: 'Brief', priority: 3 });
    const page = await at('queues');
    const link = (name: string) => page.getByRole('link', { name });
    const form = page.getByRole('form', { name: 'early' });
    await link('early').waitFor();
    await service.call('PATCH', '/api/queues/early', { name: 'Of a colleague' });
    await service.call('DELETE', '/api/queues/brief');
    const queues = await holdQueues(page);
    await link('early').click();
    await queues.asked;
    expect(await form.count()).to.equal(0);
    queues.letGo();
    await page.locator('h2:focus', { hasText: 'early' }).waitFor();
    expect(await form.getByLabel('Name').inputValue()).to.equal('Of a colleague');
    await form.getByLabel('Priority').fill('6');
    await page.keyboard.press('Enter');
    await link('early').waitFor();
    const { body } = await service.call('GET', '/api/queues/early');
    expect(body).to.include({ name: 'Of a colleague', priority: 6 });
    await page.goto(`${service.url}/console/#/admin/queues/brief`);
    await page.getByRole('alert').filter({ hasText: 'It is not there any more.' }).waitFor();
    await page.keyboard.press('Escape');
    await link('early').waitFor();
    expect(await link('brief').count()).to.equal(0);
  });

  it('undo nothing that was saved just before: the list is there again before one gets back to it', async () => {
    const { service } = stage;
    await service.call('POST', '/api/queues', { id: 'own', name: 'Own', priority: 3 });
    const page = await at('queues/own');
    const form = page.getByRole('form', { name: 'own' });
    const queues = await holdQueues(page);
    await form.getByLabel('Name').fill('Changed');
    await page.keyboard.press('Enter');
    await queues.asked;
    expect(await form.isVisible()).to.equal(true);
    queues.letGo();
    await page.getByRole('link', { name: 'own' }).click();
    expect(await form.getByLabel('Name').inputValue()).to.equal('Changed');
  });

  it('try the rules as they stand in the form, and save nothing by it', async () => {
    const { service } = stage;
    await service.call('POST', '/api/queues', { id: 'refunds', name: 'Refunds', priority: 4 });
    const rule = {
      name: 'Refunds',
      when: 'vars.topic == "refund"',
      to: [{ queueId: 'refunds', percent: 100 }],
    };
    await service.call('PATCH', '/api/workstreams/demo-en', { settings: { routes: [rule] } });
    const page = await at('workstreams/demo-en');
    await page.getByText('Try the rules', { exact: true }).click();
    const form = page.getByRole('form', { name: 'Try the rules' });
    const outcome = page.locator('.try-rules').getByRole('status');
    await form.getByRole('textbox', { name: 'Customer', exact: true }).fill('nobody');
    await page.keyboard.press('Enter');
    await form.locator('[aria-invalid="true"]').waitFor();
    await form.getByRole('textbox', { name: 'Customer', exact: true }).fill('+1 555 010 0071');
    await form.getByLabel('Its name').fill('topic');
    await form.getByRole('button', { name: 'Add' }).click();
    await form.getByRole('textbox', { name: 'topic' }).fill('refund');
    await form.getByRole('button', { name: 'Try' }).click();
    await outcome.getByText('"because":"rule"').waitFor();
    expect(await outcome.locator('.facts').first().textContent()).to.match(/^Queuerefunds/);
    expect(await outcome.locator('.trace li').count()).to.equal(2);

    await page.getByRole('textbox', { name: 'When', exact: true }).fill('vars.topic == "order"');
    await form.getByRole('button', { name: 'Try' }).click();
    await outcome.getByText('did_not_hold').waitFor();
    await outcome.getByText('"because":"no_rule"').waitFor();

    await page.getByRole('textbox', { name: 'When', exact: true }).fill('vars.topic ==');
    await form.getByRole('button', { name: 'Try' }).click();
    await form.getByRole('alert').filter({ hasText: 'body.routes.0.when' }).waitFor();
    const { body } = await service.call('GET', '/api/workstreams/demo-en');
    expect(body.settings.routes).to.deep.equal([rule]);
  });

  it('switch an automated message on in a language, found by its name among many', async () => {
    const page = await at('workstreams/demo-en');
    const { keyboard } = page;
    const group = page.locator('details.group', { hasText: /^Greeting/ });
    await tabTo(page, group.locator('summary'));
    await keyboard.press('Enter');
    await tabTo(page, group.getByLabel('On'));
    await keyboard.press('Space');
    await writeInto(page, group.getByLabel('Its name'), 'en');
    await tabTo(page, group.getByRole('button', { name: 'Add' }));
    await keyboard.press('Enter');
    await writeInto(page, group.getByLabel('en', { exact: true }), 'Welcome!');
    await group.locator('summary', { hasText: 'On' }).waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Save' }));
    await keyboard.press('Enter');
    await page.getByRole('link', { name: 'demo-en' }).waitFor();
    const { body } = await stage.service.call('GET', '/api/workstreams/demo-en');
    expect(body.settings.messages.greeting).to.deep.equal({ on: true, texts: { en: 'Welcome!' } });
  });
});
