import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { tabTo } from './keyboard.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

/** In place of the browser's: they write down what would be heard and seen, and `__look` says who looks. */
const WRITTEN_DOWN = `
  window.__heard = { tones: 0, notices: [] };
  let away = false;
  window.__look = (elsewhere) => { away = elsewhere; };
  Object.defineProperty(document, 'hidden', { get: () => away });
  window.AudioContext = class {
    currentTime = 0;
    destination = {};
    createOscillator() {
      return { frequency: {}, connect: (next) => next, start: () => { window.__heard.tones += 1; }, stop() {} };
    }
    createGain() {
      const gain = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
      return { gain, connect: (next) => next };
    }
  };
  window.Notification = class extends EventTarget {
    static permission = 'default';
    static requestPermission = async () => (Notification.permission = 'granted');
    constructor(title, { body, tag }) {
      super();
      window.__heard.notices.push({ body, tag });
      window.__notice = this;
    }
    close() {}
  };
`;

interface Heard {
  tones: number;
  notices: { body: string; tag: string }[];
}

describe('the console, for who looks elsewhere', function () {
  this.timeout(40_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  const heardBy = (page: Page) => page.evaluate<Heard>('window.__heard');
  const hears = (page: Page, is: (heard: Heard) => boolean) => eventually(() => heardBy(page), is);
  const looksAway = (page: Page, away: boolean) => page.evaluate(`window.__look(${away})`);

  /** Whoever this is has the conversation of this customer open, and may be shown notices. */
  async function answering(name: string, customer: string, at = stage.service.url) {
    const token = await stage.service.agent(name.toLowerCase(), { name });
    const { page } = await stage.open(token, { at, before: WRITTEN_DOWN });
    await page.keyboard.press('u');
    await tabTo(page, page.getByRole('button', { name: 'Allow desktop notices' }));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow desktop notices' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    const id = await stage.waits(customer);
    await page.getByRole('button', { name: 'Take next (1 waits)' }).waitFor();
    await page.keyboard.press('n');
    await page.locator('textarea:focus').waitFor();
    return { page, id, token };
  }

  it('rings for a text of my own customer, and shows a notice only where the page is not in front', async () => {
    const { page, id } = await answering('Ana', '15550100051');
    expect(await heardBy(page)).to.deep.equal({ tones: 0, notices: [] });
    await stage.service.textIn('15550100051', 'Are you there?');
    await hears(page, ({ tones }) => tones === 2);
    expect((await heardBy(page)).notices).to.deep.equal([]);

    await looksAway(page, true);
    await stage.service.textIn('15550100051', 'Hello?');
    const { tones } = await hears(page, ({ notices }) => notices.length === 1);
    expect(tones).to.equal(4);
    expect((await heardBy(page)).notices).to.deep.equal([{ body: '+15550100051 wrote to you', tag: id }]);

    // A click on the notice leads to the conversation.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('.nothing').waitFor();
    await page.evaluate('window.__notice.dispatchEvent(new Event("click"))');
    await page.getByRole('heading', { name: '+1 555 010 0051' }).waitFor();
  });

  it('calls a colleague who is asked, and lists the conversation below their own until they leave', async () => {
    const { service } = stage;
    await service.call('POST', '/api/queues', { id: 'sales', name: 'Sales' });
    const { page, id: own, token } = await answering('Dan', '15550100055');
    // It is in no queue of theirs.
    const id = await stage.waits('15550100056');
    await service.call('PATCH', '/api/agents/dan', { queues: ['sales'] });
    await service.agent('fred', { name: 'Fred', role: 'supervisor' });
    await service.call('POST', `/api/conversations/${id}/transfer`, { agentId: 'fred' });
    await looksAway(page, true);
    await service.call('POST', `/api/conversations/${id}/consult`, { agentId: 'dan' });
    const { notices, tones } = await hears(page, (heard) => heard.notices.length === 1);
    const text = 'You are asked about +15550100056, whom fred has';
    expect([tones, notices]).to.deep.equal([2, [{ body: text, tag: id }]]);
    await page.locator('.toast', { hasText: text }).waitFor();
    const rows = () => page.locator('.inbox .virtual li').allInnerTexts();
    const listed = await eventually(rows, (all) => all.length === 2);
    expect(listed[0]).to.include('+1 555 010 0055').and.not.include('With colleagues');
    expect(listed[1]).to.include('With colleagues').and.include('+1 555 010 0056');

    // What is there already when the page is opened is listed, and calls nobody.
    await page.reload();
    await eventually(rows, (all) => all.length === 2);
    expect((await heardBy(page)).notices).to.deep.equal([]);
    await page.getByRole('tab', { name: 'Mine' }).click();
    await page.locator('.row', { hasText: '0056' }).click();
    await page.getByRole('heading', { name: '+1 555 010 0056' }).waitFor();
    await page.keyboard.press('Escape');
    await service.call('POST', `/api/conversations/${id}/leave`, {}, token);
    await eventually(rows, (all) => all.length === 1);
    for (const one of [id, own]) await service.call('POST', `/api/conversations/${one}/close`);
  });

  it('calls once for a note that names me, though the last seconds come again after a break', async () => {
    const wire = await stage.wire();
    const { page, id } = await answering('Eva', '15550100057', wire.url);
    const note = (text: string) =>
      stage.service.call('POST', `/api/conversations/${id}/messages`, { text, note: true });
    await looksAway(page, true);
    await note('@eva, look');
    await hears(page, ({ notices }) => notices.length === 1);
    wire.cut();
    await page.getByText('Connection lost').waitFor();
    wire.mend();
    await page.getByText('Connected', { exact: true }).waitFor({ state: 'attached' });
    await note('@eva, and again');
    await page.getByLabel('Mentions of you: 2 not seen', { exact: true }).waitFor();
    const { notices, tones } = await hears(page, (heard) => heard.notices.length >= 2);
    expect([notices.length, tones]).to.deep.equal([2, 4]);
    await stage.service.call('POST', `/api/conversations/${id}/close`);
  });

  it('shows a notice of who waits also where I had them, and they have come back', async () => {
    await stage.service.call('PATCH', '/api/workstreams/demo-en', { settings: { reopenSeconds: 600 } });
    const { page, id, token } = await answering('Cleo', '15550100054');
    await looksAway(page, true);
    await stage.service.call('POST', `/api/conversations/${id}/close`, {}, token);
    await page
      .locator('.composer', { hasText: 'It is closed. The customer’s next text opens it.' })
      .waitFor();
    await stage.service.textIn('15550100054', 'One more thing');
    const { notices, tones } = await hears(page, (heard) => heard.notices.length === 1);
    expect(notices).to.deep.equal([{ body: '+15550100054 waits for an agent', tag: id }]);
    expect(tones).to.equal(0);
    await stage.service.call('POST', `/api/conversations/${id}/close`);
  });

  it('shows a notice of who waits, without a sound, and is silent where sound is off', async () => {
    const { page } = await answering('Ben', '15550100052');
    await looksAway(page, true);
    const waits = await stage.waits('15550100053');
    const { notices, tones } = await hears(page, (heard) => heard.notices.length === 1);
    expect(notices).to.deep.equal([{ body: '+15550100053 waits for an agent', tag: waits }]);
    expect(tones).to.equal(0);

    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await tabTo(page, page.getByLabel('Sound for new messages'));
    await page.keyboard.press('Space');
    await page.keyboard.press('Escape');
    await stage.service.textIn('15550100052', 'Is it off?');
    await hears(page, (heard) => heard.notices.length === 2);
    expect((await heardBy(page)).tones).to.equal(0);
  });
});
