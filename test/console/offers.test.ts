import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { arrowTo, tabTo } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

describe('the console, with offers, colleagues and texts that fail', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  const conversation = async (id: string) =>
    (await stage.service.call('GET', `/api/conversations/${id}`)).body;

  it('puts before whoever is free what waits, with the time that is left, and asks a colleague', async () => {
    const { service } = stage;
    await service.call('PATCH', '/api/workstreams/demo-en', { settings: { distribution: { mode: 'push' } } });
    const { page } = await stage.open(await service.agent('ana', { name: 'Ana' }));
    await service.agent('ben', { name: 'Ben' });
    await page.keyboard.press('s');
    await page.keyboard.type('Av');
    await page.locator('.presence[data-presence="available"]').waitFor();
    await page.keyboard.press('Escape');
    const id = await stage.waits('15550100041');
    const offer = page.getByRole('region', { name: 'Offered to you' });
    await offer.getByText('+1 555 010 0041').waitFor();
    expect(await offer.getByRole('timer').textContent()).to.match(/^[12]:\d\d$/);
    await page.keyboard.press('y');
    await page.getByText('Ana accepted it').waitFor();
    expect(await conversation(id)).to.include({ state: 'active', agentId: 'ana' });

    await page.locator('textarea:focus').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('a');
    await page.locator('dialog input:focus').waitFor();
    await arrowTo(page, page.getByRole('radio', { name: /^Ben/ }));
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect((await conversation(id)).consulted).to.deep.equal(['ben']);

    await page.keyboard.press('a');
    await page.locator('dialog input:focus').waitFor();
    const takeOut = page.getByRole('button', { name: 'Take Ben out' });
    await tabTo(page, takeOut);
    await page.keyboard.press('Enter');
    await takeOut.waitFor({ state: 'detached' });
    expect((await conversation(id)).consulted).to.deep.equal([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.keyboard.press('b');
    const dialog = page.getByRole('dialog', { name: 'Return to the bot' });
    await dialog.getByRole('option', { name: 'main', exact: true }).waitFor({ state: 'attached' });
    await page.keyboard.type('main');
    await tabTo(page, dialog.getByLabel('Step'));
    await page.keyboard.type('menu');
    await tabTo(page, dialog.getByRole('button', { name: 'Return to the bot' }));
    await page.keyboard.press('Enter');
    await page.getByText('The bot answers').first().waitFor();
    expect(await conversation(id)).to.include({ state: 'active', handler: 'bot' });
  });

  it('takes two colleagues out, one right after the other', async () => {
    const { service } = stage;
    const token = await service.agent('ned', { name: 'Ned' });
    const id = await stage.waits('15550100046');
    await service.call('POST', `/api/conversations/${id}/claim`, {}, token);
    for (const name of ['Pia', 'Quin']) {
      const agentId = name.toLowerCase();
      await service.agent(agentId, { name });
      await service.call('POST', `/api/conversations/${id}/consult`, { agentId }, token);
    }
    const { page } = await stage.open(token);
    await page.goto(`${service.url}/console/#/c/${id}`);
    await page.getByLabel('Text to the customer').waitFor();
    await page.keyboard.press('a');
    let letGo = () => {};
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route('**/leave', async (route) => {
      await gone;
      await route.continue();
    });
    for (const name of ['Pia', 'Quin']) await page.getByRole('button', { name: `Take ${name} out` }).click();
    letGo();
    await eventually(
      () => conversation(id),
      ({ consulted }) => consulted.length === 0,
    );
    await service.call('POST', `/api/conversations/${id}/close`);
  });

  it('says why nobody can have what waits', async () => {
    const { service } = stage;
    await service.call('PUT', '/api/agents/ana/presence', { presence: 'offline' });
    const { page } = await stage.open(await service.agent('joe', { name: 'Joe' }));
    const id = await stage.waits('15550100044');
    await page.keyboard.press('2');
    await page.locator('.row', { hasText: '0044' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('w');
    const said = 'Nobody can have it now: none of the queue’s agents is available.';
    await page.getByRole('dialog').getByText(said).waitFor();
    expect((await service.call('POST', `/api/conversations/${id}/close`, {})).status).to.equal(200);
  });

  it('says what became of a text that failed, and sends it again', async () => {
    const { service } = stage;
    await service.call('PATCH', '/api/workstreams/demo-en', { settings: { distribution: { mode: 'pick' } } });
    // A look of before the change must offer it to nobody.
    const put = await service.call('PUT', '/api/agents/ana/presence', { presence: 'offline' });
    expect(put.status).to.equal(200);
    const { page } = await stage.open(await service.agent('eve', { name: 'Eve' }));
    const id = await stage.waits('15550100042');
    await page.keyboard.press('2');
    await page.locator('.row', { hasText: '0042' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    await service.call('PUT', '/emulator/faults', { receipts: { failCode: 510, delay: 0 } });
    await page.keyboard.type('Hello?');
    await page.keyboard.press('Enter');
    const failed = page.locator('.message', { hasText: 'Hello?' });
    await failed.getByText(/failed: .*510/).waitFor();
    await service.call('PUT', '/emulator/faults', {});
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    await failed.getByRole('button', { name: 'Send again' }).and(page.locator(':focus')).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.message .status.delivered').last().waitFor();
    await eventually(
      async () => (await service.call('GET', `/api/conversations/${id}/messages`)).body.items,
      (items) => items.filter(({ text }: { text: string }) => text === 'Hello?').length === 2,
    );
    await failed.getByText('sent again').waitFor();
    expect(await page.getByRole('button', { name: 'Send again' }).count()).to.equal(0);
    await service.call('POST', `/api/conversations/${id}/close`);
  });

  it('offers to send a failed text again to its owner and supervisors, and to its author once it is closed', async () => {
    const { service } = stage;
    const owner = await service.agent('kim', { name: 'Kim' });
    const id = await stage.waits('15550100045');
    await service.call('POST', `/api/conversations/${id}/claim`, {}, owner);
    await service.call('PUT', '/emulator/faults', { receipts: { failCode: 510, delay: 0 } });
    await service.call('POST', `/api/conversations/${id}/messages`, { text: 'Hi!' }, owner);
    const offered = async (token: string) => {
      const { page } = await stage.open(token);
      await page.goto(`${service.url}/console/#/c/${id}`);
      const failed = page.locator('.message', { hasText: 'Hi!' });
      await failed.getByText(/failed: .*510/).waitFor();
      return (await failed.getByRole('button', { name: 'Send again' }).count()) === 1;
    };
    expect(await offered(owner)).to.equal(true);
    expect(await offered(await service.agent('lou', { name: 'Lou' }))).to.equal(false);
    expect(await offered(await service.agent('max', { name: 'Max', role: 'supervisor' }))).to.equal(true);
    await service.call('PUT', '/emulator/faults', {});
    const closed = await service.call('POST', `/api/conversations/${id}/close`, {}, owner);
    expect(closed.status).to.equal(200);
    expect(await offered(owner)).to.equal(true);
  });

  it('shows who is not there and which queue is closed, and lets only a supervisor transfer to them', async () => {
    const { service } = stage;
    const later = { day: ((new Date().getUTCDay() + 1) % 7) + 1, from: '09:00', to: '10:00' };
    const queues = { night: [], late: [later], nobody: undefined };
    for (const [id, week] of Object.entries(queues)) {
      const hours = week && { timeZone: 'UTC', week, holidays: [] };
      await service.call('POST', '/api/queues', { id, name: id, ...(hours && { hours }) });
    }
    const token = await service.agent('gil', { name: 'Gil', queues: ['support', 'night', 'late'] });
    await service.agent('hugo', { name: 'Hugo' });
    await service.call('PUT', '/api/agents/gil/presence', { presence: 'away' });
    const lead = await service.agent('lea', { name: 'Lea', role: 'supervisor' });
    const id = await stage.waits('15550100044');
    await service.call('POST', `/api/conversations/${id}/claim`, {}, token);
    const choices = async (as: string, button: string) => {
      const { page } = await stage.open(as);
      await page.goto(`${service.url}/console/#/c/${id}`);
      await page.getByRole('button', { name: button, exact: true }).click();
      const choice = (name: string) => page.getByRole('dialog').getByRole('radio', { name });
      await choice('night').waitFor();
      return choice;
    };
    const agents = await choices(token, 'Transfer');
    expect(await agents('support 0 waiting').isEnabled()).to.equal(true);
    expect(await agents('nobody nobody is there').isDisabled()).to.equal(true);
    expect(await agents('night closed ·').isDisabled()).to.equal(true);
    expect(await agents('late closed until').isDisabled()).to.equal(true);
    expect(await agents('Hugo Offline').isDisabled()).to.equal(true);
    const leads = await choices(lead, 'Assign');
    for (const name of ['nobody nobody is there', 'night closed ·', 'late closed until', 'Hugo Offline'])
      expect(await leads(name).isEnabled(), name).to.equal(true);
    await service.call('POST', `/api/conversations/${id}/close`);
  });

  it('asks what became of a text when nobody knows, and says when a customer wants none', async () => {
    const { service } = stage;
    const { page } = await stage.open(await service.agent('sam', { name: 'Sam' }));
    const id = await stage.waits('15550100043');
    await page.keyboard.press('2');
    await page.locator('.row', { hasText: '0043' }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('button', { name: 'Take it' }).waitFor();
    await page.keyboard.press('c');
    await page.locator('textarea:focus').waitFor();
    await service.call('PUT', '/emulator/faults', {
      send: { mode: 'drop', times: 1 },
      receipts: { none: true },
    });
    await page.keyboard.type('Did it arrive?');
    await page.keyboard.press('Enter');
    const message = page.locator('.message', { hasText: 'Did it arrive?' });
    await message.getByText('not known whether it arrived').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('f');
    await page.locator('.message .buttons button:focus').waitFor();
    await page.keyboard.press('Enter');
    await message.locator('.status.sent').waitFor();

    await service.call('PUT', '/emulator/faults', {});
    await service.textIn('15550100043', 'STOP');
    await page
      .getByRole('complementary')
      .getByText(/Opted out since/)
      .waitFor();
    expect((await conversation(id)).optedOutAt).to.be.a('string');
  });
});
