import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the console, when something is wrong', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  let token: string;
  before(async () => {
    stage = await openConsoleStage();
    token = await stage.service.agent('ana', { name: 'Ana' });
  });
  after(() => stage?.close());

  /** A conversation that Ana has, opened on a page of its own. */
  async function answering(customer: string, at = stage.service.url) {
    const id = await stage.waits(customer);
    await eventually(
      () => stage.service.call('POST', `/api/conversations/${id}/claim`, {}, token),
      ({ status }) => status === 200,
    );
    const opened = await stage.open(token, { at });
    await opened.page.goto(`${at}/console/#/c/${id}`);
    const field = opened.page.getByLabel('Text to the customer');
    await field.waitFor();
    await opened.page.keyboard.press('r');
    const write = (text: string) => opened.page.keyboard.type(text);
    const texts = () => opened.page.locator('.conversation .bubble').allTextContents();
    return { ...opened, id, field, write, texts };
  }

  it('keeps what is being written over a reload, and on another machine', async () => {
    const { page, field, write, id } = await answering('15550100021');
    await write('Half an ans');
    await page.reload();
    await field.waitFor();
    expect(await field.inputValue()).to.equal('Half an ans');
    await eventually(
      async () => (await stage.service.call('GET', `/api/conversations/${id}/drafts`, undefined, token)).body,
      ({ items }) => items[0]?.text === 'Half an ans',
    );
    const { page: other } = await stage.open(token);
    await other.goto(`${stage.service.url}/console/#/c/${id}`);
    await eventually(
      () => other.getByLabel('Text to the customer').inputValue(),
      (value) => value === 'Half an ans',
    );
  });

  it('never puts a note where a reply is sent, also over a reload', async () => {
    const { page, field, write } = await answering('15550100025');
    await write('For the customer');
    await page.keyboard.press('Escape');
    await page.keyboard.press('m');
    const note = page.getByLabel('Note for colleagues');
    expect(await note.inputValue()).to.equal('');
    await write('Between us');
    await page.reload();
    await field.waitFor();
    expect(await field.inputValue()).to.equal('For the customer');
    await page.keyboard.press('m');
    expect(await note.inputValue()).to.equal('Between us');
  });

  it('says that the connection is lost, keeps the text, catches up, and shows and sends nothing twice', async () => {
    const wire = await stage.wire();
    const { page, write, texts } = await answering('15550100022', wire.url);
    await write('Before the break');
    await page.keyboard.press('Enter');
    await page.locator('.message.agent .status.delivered').waitFor();
    await write('In the break');
    wire.cut();
    await page.getByText('Connection lost').waitFor();
    await page.keyboard.press('Enter');
    await stage.service.textIn('15550100022', 'Are you there?');
    await page.locator('.message.pending').waitFor();
    wire.mend();
    await page.getByText('Connected', { exact: true }).waitFor({ state: 'attached' });
    await page.locator('.conversation .bubble', { hasText: 'Are you there?' }).waitFor();
    const again = page.getByRole('button', { name: 'Try again' });
    const sent = () => page.locator('.message.agent:not(.pending)', { hasText: 'In the break' });
    await sent().or(again).first().waitFor();
    if ((await sent().count()) === 0) {
      await page.keyboard.press('Escape');
      await page.keyboard.press('f');
      await page.keyboard.press('Enter');
    }
    await sent().locator('.status.delivered').waitFor();
    const shown = (await texts()).slice(2);
    expect(shown).to.have.members(['Before the break', 'In the break', 'Are you there?']);
    expect(shown).to.have.length(3);
    expect((await stage.service.phone('15550100022', 3)).slice(1)).to.deep.equal([
      'Before the break',
      'In the break',
    ]);
  });

  it('has what was sent without an answer there again after a reload, once, and sends it once', async () => {
    const wire = await stage.wire();
    const { page, id, field, write } = await answering('15550100027', wire.url);
    await write('A long answer');
    await eventually(
      async () => (await stage.service.call('GET', `/api/conversations/${id}/drafts`, undefined, token)).body,
      ({ items }) => items[0]?.text.startsWith('A'),
    );
    wire.cut();
    await page.getByText('Connection lost').waitFor();
    await page.keyboard.press('Enter');
    const pending = page.locator('.message.pending', { hasText: 'A long answer' });
    await pending.waitFor();
    wire.mend();
    const drafts = page.waitForResponse((answer) => answer.url().endsWith('/drafts'));
    await page.reload();
    await pending.getByText('before an answer came').or(pending.getByText('does not answer')).waitFor();
    await field.waitFor();
    await (await drafts).finished();
    expect(await field.inputValue()).to.equal('');
    await pending.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.message.agent:not(.pending)', { hasText: 'A long answer' }).waitFor();
    await page.reload();
    await page.locator('.message.agent', { hasText: 'A long answer' }).waitFor();
    expect(await page.locator('.message.pending').count()).to.equal(0);
    expect((await stage.service.phone('15550100027', 2)).slice(1)).to.deep.equal(['A long answer']);
  });

  it('marks in the list who was sent a text that did not go out, also after a reload, until it has', async () => {
    const { page, id, write } = await answering('15550100028');
    const row = page.locator(`.row[href="#/c/${id}"]`);
    const mark = row.getByText('text not sent');
    await page.route('**/messages', (route) =>
      route.request().method() === 'POST'
        ? route.fulfill({ status: 429, json: { code: 'too_many_requests', status: 429 } })
        : route.continue(),
    );
    await write('Not yet');
    await page.keyboard.press('Enter');
    await mark.waitFor();
    await page.goto(`${stage.service.url}/console/#/`);
    await page.reload();
    await mark.waitFor();
    await page.unroute('**/messages');
    await row.click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await mark.waitFor({ state: 'detached' });
    expect((await stage.service.phone('15550100028', 2)).slice(1)).to.deep.equal(['Not yet']);
  });

  it('asks who is no longer signed in to sign in again, over what they were writing', async () => {
    const { page, context, write } = await answering('15550100023');
    await write('Nearly done');
    await context.clearCookies();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Please sign in again' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog.isVisible()).to.equal(true);
    await write('not a token');
    await page.keyboard.press('Enter');
    await dialog.getByText('No agent has this token').waitFor();
    await write(token);
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    // Back where it was written; the text itself is one key away.
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    await page.keyboard.press('Enter');
    await page.locator('.message.agent:not(.pending) .status.delivered').waitFor();
    expect(await stage.service.phone('15550100023', 2)).to.include('Nearly done');
  });

  it('shows any text as text: markup, right-to-left marks, 20,000 characters', async () => {
    const { page, texts } = await answering('15550100024');
    const markup =
      '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>&amp; {{agent}}';
    const turned = 'abc \u202eevil\u2066 مرحبا \u200f(1)';
    const long = 'w'.repeat(20_000);
    for (const text of [markup, turned, long]) await stage.service.textIn('15550100024', text);
    await eventually(texts, (shown) => shown.length === 5);
    expect((await texts()).slice(2)).to.deep.equal([markup, turned, long]);
    expect(await page.locator('.bubble *').count()).to.equal(0);
    expect(await page.title()).to.equal('switchboard');
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 700 });
      const widest = await page.evaluate<number>(
        'Math.max(...[...document.querySelectorAll("*")].map((each) => each.getBoundingClientRect().right))',
      );
      expect(widest, `at ${width}`).to.be.at.most(width);
    }
  });

  it('says in the agent’s language why a text did not arrive, and why a macro stopped', async () => {
    const { service } = stage;
    const steps = [{ do: 'reply', text: 'Pedido {{dialog.order}}' }];
    await service.call('POST', '/api/macros', { id: 'order', name: 'order', steps });
    const id = await stage.waits('15550100026');
    await service.call('POST', `/api/conversations/${id}/claim`, {}, token);
    const faults = (body: object) =>
      fetch(`${service.url}/emulator/faults`, { method: 'PUT', body: JSON.stringify(body) });
    await faults({ receipts: { failCode: 207 } });
    try {
      await service.call('POST', `/api/conversations/${id}/messages`, { text: 'Hola' }, token);
      const { page } = await stage.open(token);
      await page.evaluate('localStorage.setItem("switchboard.language", "es")');
      await page.goto(`${service.url}/console/#/c/${id}`);
      await page.reload();
      const status = page.locator('.message.agent .status.failed');
      await status.waitFor();
      expect((await status.textContent())?.trim()).to.equal(
        'fallido: teléfono apagado o sin cobertura (207)',
      );
      expect(await status.getAttribute('title')).to.match(/^The handset could not be reached/);
      await page.keyboard.press('o');
      await page.getByRole('button', { name: 'order' }).click();
      await page.getByText('No se hizo: Responder. Al texto le falta un valor: dialog.order.').waitFor();
    } finally {
      await faults({});
    }
  });

  it('refuses paths that lead elsewhere, and serves its files with a strict policy', async () => {
    const { url } = stage.service;
    const page = await fetch(`${url}/console/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.include("script-src 'self'");
    expect(policy).to.not.include('unsafe');
    expect(page.headers.get('cache-control')).to.equal('no-cache');
    const [, script = ''] = /src="(\/console\/assets\/[^"]+\.js)"/.exec(await page.text()) ?? [];
    const asset = await fetch(url + script);
    expect(asset.headers.get('cache-control')).to.include('immutable');
    expect(asset.headers.get('content-encoding')).to.equal('gzip');
    expect(asset.headers.get('x-content-type-options')).to.equal('nosniff');
    for (const path of [
      '../package.json',
      '%2e%2e/%2e%2e/package.json',
      '..%2f..%2fpackage.json',
      'assets/',
      'x.js',
    ]) {
      expect((await fetch(`${url}/console/${path}`)).status, path).to.equal(404);
    }
    expect((await fetch(`${url}/console`, { redirect: 'manual' })).headers.get('location')).to.equal(
      '/console/',
    );
  });
});
