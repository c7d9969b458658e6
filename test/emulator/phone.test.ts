import { expect } from 'chai';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { CUSTOMER, HELLO, type Stage, SUPPORT, setStage, until } from './stage.ts';

const SPANISH = '15550108888';
const NUMBERS = [
  { number: SUPPORT, label: 'English' },
  { number: SPANISH, label: 'Español' },
];

describe('the phone page', function () {
  this.timeout(30_000);
  let browser: Browser;
  let stage: Stage;
  let page: Page;
  /** What the browser's console and the page's scripts complained of. */
  let complaints: string[];

  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());

  beforeEach(async () => {
    stage = await setStage({ numbers: NUMBERS });
  });
  afterEach(async () => {
    await page?.context().close();
    await stage.stop();
    expect(complaints).to.deep.equal([]);
  });

  async function open(options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 }, ...options });
    page = await context.newPage();
    complaints = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await page.goto(`${stage.url}/emulator/phone`);
    await page.getByText('online', { exact: true }).waitFor();
    await page.getByLabel('From').fill(CUSTOMER);
  }

  const bubbles = () => page.locator('.bubble').allTextContents();

  it('texts in with the keyboard alone, and shows what became of the text', async () => {
    await open();
    await page.getByLabel('Text message').focus();
    await page.keyboard.type('line one');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('line two');
    await page.keyboard.press('Enter');
    await page.locator('.mine .good', { hasText: 'received' }).waitFor();
    expect(stage.receiver.callbacks[0]!.body.user_response).to.include({
      phone_number: CUSTOMER,
      sender_id: SUPPORT,
      mo_message: 'line one\nline two',
    });
    expect(await bubbles()).to.deep.equal(['line one\nline two']);
    expect(await page.getByLabel('Text message').inputValue()).to.equal('');
  });

  it('shows answers as they come, with segments, encoding and status', async () => {
    await open();
    await stage.send({ ...HELLO, message: '(1/2) 您的訂單已出貨。' });
    await page.locator('.meta', { hasText: '1 segment · UCS-2 · in progress' }).waitFor();
    stage.time.advance(100);
    await page.locator('.meta', { hasText: 'at the gateway' }).waitFor();
    await until(() => stage.receiver.callbacks.length === 1);
    stage.time.advance(100);
    await page.locator('.meta', { hasText: 'delivered' }).waitFor();
    await stage.send({ ...HELLO, message: `(2/2) ${'a'.repeat(200)}` });
    await page.locator('.meta', { hasText: '2 segments · GSM-7' }).waitFor();
    expect(await page.locator('.bubble').count()).to.equal(2);
  });

  it('says what went wrong with a message or a text', async () => {
    await open();
    stage.emulator.setFaults({ receipts: { failCode: 510, delay: 0 } });
    await stage.send(HELLO);
    await page.locator('.bad', { hasText: '510 Blocked by the subscriber' }).waitFor();
    stage.receiver.answer = () => 503;
    await page.getByLabel('Text message').fill('Hello?');
    await page.keyboard.press('Enter');
    await page.locator('.bad', { hasText: 'not received, retrying' }).waitFor();
  });

  it('shows the thread of the two numbers chosen, and keeps them over a reload', async () => {
    await open();
    await stage.send({ ...HELLO, message: 'Hello' });
    await stage.send({ ...HELLO, message: 'Hola', sender_id: SPANISH });
    await stage.send({ ...HELLO, message: 'Somebody else', phone_number: '15550100002' });
    await stage.send({ ...HELLO, message: 'Short', sender_id: '55512' });
    await page.getByText('Hello', { exact: true }).waitFor();
    expect(await bubbles()).to.deep.equal(['Hello']);
    await page.getByLabel('Text to').selectOption(SPANISH);
    await page.getByText('Hola').waitFor();
    expect(await bubbles()).to.deep.equal(['Hola']);
    await page.reload();
    await page.getByText('Hola').waitFor();
    expect(await page.getByLabel('From').inputValue()).to.equal(CUSTOMER);
    await page.getByLabel('Text to').selectOption({ label: 'Another number…' });
    await page.getByLabel('Its number').fill('55512');
    await page.getByText('Short').waitFor();
    expect(await bubbles()).to.deep.equal(['Short']);
  });

  it('shows texts as text, whatever is in them', async () => {
    await open();
    const nasty =
      '<img src=x onerror="document.title=\'taken\'"><script>document.title="taken"</script>&amp;';
    await stage.send({ ...HELLO, message: nasty });
    await page.locator('.bubble').waitFor();
    await page.getByLabel('Text message').fill(nasty);
    await page.keyboard.press('Enter');
    await page.locator('.mine .bubble').waitFor();
    expect(await bubbles()).to.deep.equal([nasty, nasty]);
    expect(await page.locator('.bubble *').count()).to.equal(0);
    expect(await page.title()).to.equal('Phone · switchboard emulator');
  });

  it('runs nothing but its own files', async () => {
    await open();
    const { headers } = await fetch(`${stage.url}/emulator/phone`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).to.include("default-src 'none'").and.include("script-src 'self'");
    expect(policy).to.not.include('unsafe');
    const hosts = await page.evaluate(() =>
      performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin),
    );
    expect(new Set(hosts)).to.deep.equal(new Set([stage.url]));
  });

  it('fits 360 pixels, with a text that has no place to break', async () => {
    await open();
    await stage.send({ ...HELLO, message: 'a'.repeat(1600) });
    await page.locator('.bubble').waitFor();
    const wide = await page.evaluate<number>(
      'Math.max(...[...document.querySelectorAll("*")].map((each) => each.getBoundingClientRect().right))',
    );
    expect(wide).to.be.at.most(360);
  });

  it('shows how the conversation stands in the service behind, and sets its clock forward', async () => {
    let now = Date.parse('2026-03-02T10:00:00Z');
    const shown = { step: 'main/menu', state: 'active', handler: 'bot', language: 'es' };
    await stage.stop();
    stage = await setStage({
      numbers: NUMBERS,
      service: {
        conversation: async (number, customer) =>
          number === SUPPORT && customer === CUSTOMER
            ? { ...shown, variables: { user: { name: 'Ana' } } }
            : null,
        advance: (time) => {
          now += time;
        },
        now: () => now,
      },
    });
    await open();
    await page.getByText('main/menu · es · active with the bot').click();
    await page.getByText('"name": "Ana"').waitFor();
    await page.getByRole('button', { name: '+10 min' }).click();
    await until(() => now === Date.parse('2026-03-02T10:10:00Z'), 'the jump');
    await page.getByRole('button', { name: 'New', exact: true }).click();
    await page.getByText('Nobody has written yet').waitFor();
    const widest = await page.evaluate<number>(
      'Math.max(...[...document.querySelectorAll("*")].map((each) => each.getBoundingClientRect().right))',
    );
    expect(widest).to.be.at.most(360);
  });

  it('shows texts only where the service does not let itself be looked into', async () => {
    await open();
    expect(await page.locator('.bench').isVisible()).to.equal(false);
    for (const [method, path] of [
      ['GET', '/emulator/conversation?from=1&to=2'],
      ['POST', '/emulator/clock'],
    ] as const) {
      expect((await fetch(stage.url + path, { method })).status).to.equal(404);
    }
  });

  it('is dark where the reader wants it dark', async () => {
    const colour = () =>
      page.evaluate<string>('getComputedStyle(document.querySelector(".phone")).backgroundColor');
    await open({ colorScheme: 'light' });
    expect(await colour()).to.equal('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colour()).to.equal('rgb(17, 20, 27)');
  });

  it('has a second phone beside the first, with numbers of its own, also after a reload', async () => {
    await open({ viewport: { width: 1000, height: 700 } });
    await page.getByRole('button', { name: 'Second phone' }).click();
    const phones = page.getByRole('region', { name: 'Phone' });
    await phones.nth(1).getByLabel('From').fill('15550100002');
    await stage.send({ ...HELLO, message: 'To the second', phone_number: '15550100002' });
    await phones.nth(1).locator('.bubble', { hasText: 'To the second' }).waitFor();
    expect(await phones.nth(0).locator('.bubble').count()).to.equal(0);
    await page.reload();
    await phones.nth(1).locator('.bubble', { hasText: 'To the second' }).waitFor();
    await page.getByRole('button', { name: 'Second phone' }).click();
    expect(await phones.count()).to.equal(1);
  });

  it('switches faults on and off', async () => {
    await open();
    const [asked] = await Promise.all([
      page.waitForResponse((answer) => answer.request().method() === 'PUT'),
      page.getByLabel('Fault').selectOption('failed'),
    ]);
    expect(asked.status()).to.equal(200);
    await stage.send(HELLO);
    stage.time.advance(100);
    await until(() => stage.receiver.callbacks.length === 1);
    stage.time.advance(100);
    await page.locator('.bad', { hasText: '510' }).waitFor();
    for (const fault of ['slow', 'refuse', 'unknown', 'silent', 'twice', 'none']) {
      const [answer] = await Promise.all([
        page.waitForResponse((each) => each.request().method() === 'PUT'),
        page.getByLabel('Fault').selectOption(fault),
      ]);
      expect(answer.status(), fault).to.equal(200);
    }
  });

  it('says so when the emulator is gone, and keeps the text', async () => {
    await open();
    await stage.stop();
    await page.getByLabel('Text message').fill('Anybody?');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'was not sent' }).waitFor();
    expect(await page.getByLabel('Text message').inputValue()).to.equal('Anybody?');
    complaints = complaints.filter((complaint) => !complaint.includes('ERR_'));
    stage = await setStage();
  });
});
