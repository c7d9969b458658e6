import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { tabTo } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the supervisor’s board', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  let token: string;
  before(async () => {
    stage = await openConsoleStage();
    const { service } = stage;
    await service.call('PATCH', '/api/queues/support', { name: 'Support', levelSeconds: 300 });
    token = await service.agent('sam', { name: 'Sam', role: 'supervisor' });
    const ana = await service.agent('ana', { name: 'Ana' });
    const id = await stage.waits('15550100081');
    await service.call('POST', `/api/conversations/${id}/claim`, {}, ana);
    await service.call('POST', `/api/conversations/${id}/messages`, { text: 'Done.' }, ana);
    await service.call(
      'POST',
      `/api/conversations/${id}/close`,
      { outcome: 'resolved', disposition: 'refund' },
      ana,
    );
    await stage.waits('15550100082');
  });
  after(() => stage?.close());

  /** A half hour beside the full ones: what reads an hour out of a time must read the hour. */
  const timezoneId = 'Asia/Kolkata';

  it('shows who waits where, what agents have, and the sessions of each hour of the day', async () => {
    const { page } = await stage.open(token, { timezoneId });
    await page.keyboard.press('B');
    const queues = page.getByRole('group', { name: 'Queues' });
    await queues.getByRole('rowheader', { name: 'Support' }).waitFor();
    const cells = await queues
      .getByRole('row', { name: /Support/ })
      .getByRole('cell')
      .allTextContents();
    expect(cells[0]).to.equal('1');
    expect(cells.at(-1)).to.match(/^100% within 5m/);
    const waiting = page.getByRole('group', { name: 'Who waits' }).getByRole('row').nth(1);
    expect(await waiting.getByRole('cell').first().textContent()).to.equal('Support');

    const hour = new Intl.DateTimeFormat('en', { hour: 'numeric', hourCycle: 'h23', timeZone: timezoneId });
    const shown = page.getByRole('figure').locator('.unseen');
    expect(await shown.textContent()).to.match(new RegExp(`^${Number(hour.format(new Date()))}: 0, 1`));

    // Who forgot to go is set to be away.
    const presence = page.getByLabel('Presence of Ana');
    await tabTo(page, presence);
    await page.keyboard.type('Aw');
    await eventually(
      async () => (await stage.service.call('GET', '/api/agents/ana')).body,
      (ana) => ana.presence === 'away',
    );
  });

  it('reports a period by agent, names them, and gives it as a file', async () => {
    const { page } = await stage.open(token, { timezoneId });
    await page.keyboard.press('B');
    await page.locator('.board-now').waitFor();
    await page.keyboard.press('2');
    await tabTo(page, page.locator('.filters select'));
    await page.keyboard.type('Agent');
    const row = page.getByRole('rowheader', { name: 'Ana', exact: true });
    await row.waitFor();
    const dispositions = page.getByRole('region', { name: 'Dispositions' }).getByRole('listitem');
    expect(await dispositions.allTextContents()).to.deep.equal(['refund1']);
    const download = page.waitForEvent('download');
    await tabTo(page, page.getByRole('link', { name: 'Download as CSV' }));
    await page.keyboard.press('Enter');
    const file = await readFile(await (await download).path(), 'utf8');
    expect(file)
      .to.match(/^agent,/)
      .and.include('ana,1');
  });

  it('says why the bot handed over, and draws the dialogs', async () => {
    const { page } = await stage.open(token, { timezoneId });
    await page.keyboard.press('B');
    await page.locator('.board-now').waitFor();
    await page.keyboard.press('3');
    await page.getByRole('meter', { name: 'The customer asked for a person' }).waitFor();
    const drawing = page.getByRole('img', { name: 'The dialogs' });
    await drawing.scrollIntoViewIfNeeded();
    await eventually(
      () => page.evaluate<number>('document.querySelector(".drawing img").naturalWidth'),
      (width) => width > 0,
    );
  });

  it('left open, has what did not go out since, and after midnight the new day', async () => {
    const { service } = stage;
    const { page } = await stage.open(token, { timezoneId });
    // About noon there, whenever this runs.
    await page.clock.install({ time: new Date().setUTCHours(6, 0, 0, 0) });
    await page.reload();
    await page.locator('.link.live').waitFor({ state: 'attached' });
    const today = async (make: () => Promise<void>) => {
      const [request] = await Promise.all([page.waitForRequest(/reports\/handling/), make()]);
      return Date.parse(new URL(request.url()).searchParams.get('from') ?? '');
    };
    const before = await today(() => page.keyboard.press('B'));
    await page.locator('.board-now').waitFor();
    const notOut = page.getByRole('region', { name: 'Messages that did not go out' });
    expect(await notOut.count()).to.equal(0);

    const id = await stage.waits('15550100083');
    await service.call('POST', `/api/conversations/${id}/claim`, {});
    const faults = (body: object) => service.call('PUT', '/emulator/faults', body);
    await faults({ receipts: { failCode: 207 } });
    await service.call('POST', `/api/conversations/${id}/messages`, { text: 'Hello?' });
    await eventually(
      async () => (await service.call('GET', '/api/messages?status=failed')).body,
      ({ items }) => items.length === 1,
    );
    await faults({});
    await page.clock.fastForward(4_000);
    await notOut.getByRole('link', { name: '+1 555 010 0083' }).waitFor();
    expect(await today(() => page.clock.fastForward('24:00:00'))).to.equal(before + 24 * 3_600_000);
  });
});
