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

  it('is dark where the reader wants it dark', async () => {
    const colour = () =>
      page.evaluate<string>('getComputedStyle(document.querySelector(".phone")).backgroundColor');
    await open({ colorScheme: 'light' });
    expect(await colour()).to.equal('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await colour()).to.equal('rgb(17, 20, 27)');
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
