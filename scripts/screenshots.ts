import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { createApp } from '../src/app.ts';
import { createLog } from '../src/log.ts';

/**
 * Takes the pictures of the documentation: `npm run screenshots`. With `--all`, every page in light and dark, wide and
 * narrow, in every language or those that follow it (`--all en zh-TW`), into `screenshots/`, which git leaves out. Needs
 * Chromium (`CHROMIUM`, /usr/bin/chromium), and a font for Chinese.
 */

const ADMIN_TOKEN = 'a-token-for-the-screenshots';
const SUPPORT = { en: '15550109999', es: '15550109998', 'zh-TW': '15550109997' };
const IMAGES = join(import.meta.dirname, '../docs/images');
const ALL = join(import.meta.dirname, '../screenshots');

interface Scene {
  url: string;
  token: string;
  call: (method: string, path: string, body?: unknown, token?: string) => Promise<Record<string, unknown>>;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A shop's morning: customers in three languages, some answered, one to whom a text did not get, others waiting. */
async function setScene(url: string): Promise<Scene> {
  const call: Scene['call'] = async (method, path, body, token = ADMIN_TOKEN) => {
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text.startsWith('{') ? JSON.parse(text) : {};
  };
  /** Until the newest text of a conversation with these words has come to this status. */
  const until = async (id: string, text: string, status: string) => {
    for (let tries = 0; tries < 600; tries++) {
      const path = `/api/conversations/${id}/messages?order=newest&limit=10`;
      const { items } = await call('GET', path).catch(() => ({ items: [] }));
      const found = (items as { text: string; status: string }[]).find((message) => message.text === text);
      if (found?.status === status) return;
      await pause(50);
    }
    throw new Error(`A text of ${id} has never been ${status}.`);
  };
  const textIn = async (from: string, text: string, to = SUPPORT.en) => {
    await call('POST', '/emulator/inbound', { from, to, text });
    await until(`${to}-${from}`, text, 'handled');
  };
  const tokenOf = async (id: string) => String((await call('POST', `/api/agents/${id}/token`, {})).token);
  const token = await tokenOf('sample-agent');
  await call('POST', '/api/agents', {
    id: 'agent-1',
    name: 'First agent',
    queues: ['support'],
    languages: ['es'],
  });
  await call('PATCH', '/api/queues/support', { name: 'Support', levelSeconds: 300 });
  await call('PUT', '/api/me/presence', { presence: 'available' }, token);
  await call('PUT', '/api/agents/agent-1/presence', { presence: 'busy' });
  for (const [slug, en, es] of [
    ['on-its-way', 'Your order arrives tomorrow.', 'Su pedido llega mañana.'],
    ['sorry', 'We are sorry about that.', 'Lamentamos lo ocurrido.'],
    [
      'new-parcel',
      'We send you a new parcel today, at no cost.',
      'Hoy le enviamos un paquete nuevo, sin coste.',
    ],
  ] as const) {
    await call('POST', '/api/quick-replies', { slug, tags: ['delivery'], texts: { en, es } });
  }
  const conversationOf = (customer: string) => `/api/conversations/${SUPPORT.en}-${customer}`;
  for (const [customer, disposition] of [
    ['15550100006', 'delivery'],
    ['15550100007', 'invoice'],
    ['15550100008', 'delivery'],
  ] as const) {
    await textIn(customer, 'agent');
    await call('POST', `${conversationOf(customer)}/claim`, {}, token);
    await call('POST', `${conversationOf(customer)}/messages`, { text: 'Done, it is on its way.' }, token);
    await call('POST', `${conversationOf(customer)}/close`, { outcome: 'resolved', disposition }, token);
  }
  for (const text of ['Hello', '2', 'no']) await textIn('15550100009', text);
  for (const text of ['Hello', '4', 'My parcel is wet, and one of the books is torn.']) {
    await textIn('15550100001', text);
  }
  await textIn('34600100200', 'Quiero hablar con una persona', SUPPORT.es);
  await textIn('886912345678', '我想找真人客服', SUPPORT['zh-TW']);
  for (const n of [3, 4, 5]) await textIn(`1555010000${n}`, n === 4 ? 'Hello' : 'agent');
  await textIn('15550100005', 'Nobody answers. This is ridiculous.');
  const path = conversationOf('15550100001');
  await call('POST', `${path}/claim`, {}, token);
  const answer = 'Hello, I am sorry to hear that. May I see which book it is?';
  await call('POST', `${path}/messages`, { text: answer }, token);
  await until(`${SUPPORT.en}-15550100001`, answer, 'delivered');
  await textIn('15550100001', 'The atlas, order 1042');
  await call('POST', `${path}/messages`, { text: 'Asked the depot for a new copy.', note: true }, token);
  await call('POST', `${conversationOf('15550100003')}/claim`, {}, token);
  await call('PUT', '/emulator/faults', { receipts: { failCode: 503, delay: 0 } });
  await call('POST', `${conversationOf('15550100003')}/messages`, { text: 'What is it about?' }, token);
  await until(`${SUPPORT.en}-15550100003`, 'What is it about?', 'failed');
  await call('PUT', '/emulator/faults', {});
  return { url, token, call };
}

async function open(
  browser: Browser,
  { url }: Scene,
  token: string,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 720 }, ...options });
  const page = await context.newPage();
  await page.goto(`${url}/console/`);
  await page.locator('input[type="password"]').fill(token);
  await page.keyboard.press('Enter');
  await page.locator('.link.live').waitFor({ state: 'attached' });
  return page;
}

/** Each page by the name of its picture; what is done before it is taken. */
const PAGES: Record<string, (page: Page, scene: Scene) => Promise<unknown>> = {
  async 'console-desk'(page, { url }) {
    await page.goto(`${url}/console/#/c/${SUPPORT.en}-15550100001`);
    await page.locator('.message.note').waitFor();
    await page.locator('.composer textarea').fill('Thank you… we’ll send a new one today.');
    await page.locator('.dear').waitFor();
  },
  async 'console-quick-replies'(page) {
    await page.locator('.composer textarea').fill('/');
    await page.locator('.quick [role="option"]').nth(1).waitFor();
  },
  async 'console-keys'(page) {
    await page.locator('.composer textarea').fill('');
    await page.locator('#main').focus();
    await page.keyboard.press('?');
    await page.locator('dialog[open]').waitFor();
  },
  async 'console-waiting'(page, { url }) {
    await page.keyboard.press('Escape');
    await page.goto(`${url}/console/#/`);
    await page.locator('#main').focus();
    await page.keyboard.press('2');
    await page.locator('.virtual .row').nth(1).waitFor();
  },
  async 'console-failed'(page, { url }) {
    await page.goto(`${url}/console/#/c/${SUPPORT.en}-15550100003`);
    await page.locator('.message .buttons').waitFor();
  },
  async 'console-transfer'(page) {
    await page.keyboard.press('t');
    await page.locator('dialog[open] input').nth(1).waitFor();
  },
  async 'console-return'(page) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('b');
    await page.locator('dialog[open] option[value=""]').nth(1).waitFor({ state: 'attached' });
  },
  async 'console-close'(page) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await page.locator('dialog[open] .wrap-up').waitFor();
  },
  async 'console-why'(page) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('w');
    await page.locator('dialog[open] .trace li').first().waitFor();
  },
  async 'console-menu'(page) {
    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.locator('.menu[open] .who').waitFor();
  },
  async 'console-search'(page, { url }) {
    await page.keyboard.press('Escape');
    await page.goto(`${url}/console/#/`);
    await page.keyboard.press('4');
    await page.locator('.virtual .row').nth(4).waitFor();
  },
  'console-board': (page, { url }) => ready(page, `${url}/console/#/board/now`),
  'console-reports': (page, { url }) => ready(page, `${url}/console/#/board/reports`),
  'console-bot': (page, { url }) => ready(page, `${url}/console/#/board/bot`),
  'console-channels': (page, { url }) => ready(page, `${url}/console/#/admin/channels/new`),
  'console-workstream': (page, { url }) => ready(page, `${url}/console/#/admin/workstreams/demo-en`),
  'console-queue': (page, { url }) => ready(page, `${url}/console/#/admin/queues/support`),
  'console-agents': (page, { url }) => ready(page, `${url}/console/#/admin/agents`),
  'console-quick': (page, { url }) => ready(page, `${url}/console/#/admin/quick-replies`),
  'console-optouts': (page, { url }) => ready(page, `${url}/console/#/admin/optouts`),
  'console-audit': (page, { url }) => ready(page, `${url}/console/#/admin/audit`),
  async phone(page, { url }) {
    await page.goto(`${url}/emulator/phone`);
    await page.getByLabel('From').fill('15550100001');
    await page.getByText('The atlas, order 1042').waitFor();
    await page.getByText('active with the agent').click();
  },
  async 'console-sign-in'(page, { url }) {
    await page.context().clearCookies();
    await page.goto(`${url}/console/?`);
    await page.locator('.sign-in').waitFor();
  },
};

async function ready(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await page.locator('.ready').waitFor();
  // Charts and tables are read after it: a picture of them half empty tells less, but is none the worse for it.
  await pause(300);
}

/** Pixels; nobody looks at more. */
const HIGHEST = 3_000;

/** The whole page, also what one would scroll to. */
async function take(page: Page, path: string, width: number, height: number): Promise<void> {
  const more = await page.evaluate<number>(
    '(({ scrollHeight = 0, clientHeight = 0 }) => scrollHeight - clientHeight)(document.querySelector(".board, .admin") ?? {})',
  );
  if (more > 0) await page.setViewportSize({ width, height: Math.min(height + more, HIGHEST) });
  await page.screenshot({ path });
  if (more > 0) await page.setViewportSize({ width, height });
}

/** Those that the documentation shows. */
const KEPT = ['console-desk', 'console-board', 'console-channels'];

async function takeKept(browser: Browser, scene: Scene): Promise<void> {
  await mkdir(IMAGES, { recursive: true });
  const desk = await open(browser, scene, scene.token, {});
  const admin = await open(browser, scene, ADMIN_TOKEN, {});
  for (const name of KEPT) {
    const page = name === 'console-desk' ? desk : admin;
    await PAGES[name]?.(page, scene);
    await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  }
}

async function takeAll(browser: Browser, scene: Scene, locales: readonly string[]): Promise<void> {
  await rm(ALL, { recursive: true, force: true });
  await mkdir(ALL, { recursive: true });
  const looks = (['light', 'dark'] as const).flatMap((colorScheme) => [
    { colorScheme, size: 'wide', width: 1440, height: 860 },
    { colorScheme, size: 'narrow', width: 360, height: 740 },
  ]);
  // What is typed is kept for who typed it, so each language has an administrator of its own.
  const inLanguage = async (locale: string) => {
    const { token } = await scene.call('POST', '/api/agents', {
      id: `admin-${locale}`,
      name: `Administrator (${locale})`,
      role: 'admin',
      queues: ['support'],
    });
    for (const id of ['15550100001', '15550100003']) {
      const path = `/api/conversations/${SUPPORT.en}-${id}/join`;
      await scene.call('POST', path, {}, String(token));
    }
    for (const { colorScheme, size, width, height } of looks) {
      const options = { locale, colorScheme, viewport: { width, height } };
      const page = await open(browser, scene, String(token), options);
      for (const [name, go] of Object.entries(PAGES)) {
        await go(page, scene);
        await take(page, join(ALL, `${name}-${locale}-${colorScheme}-${size}.png`), width, height);
      }
      await page.context().close();
    }
  };
  await Promise.all(locales.map(inLanguage));
}

const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
const app = await createApp({
  env: { PORT: '0', DATA_DIR: dataDir, ADMIN_TOKEN },
  log: createLog('silent'),
});
const { url } = await app.start();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
});
try {
  const scene = await setScene(url);
  const [, , all, ...locales] = process.argv;
  if (all !== '--all') await takeKept(browser, scene);
  else await takeAll(browser, scene, locales.length > 0 ? locales : Object.keys(SUPPORT));
} finally {
  await browser.close();
  await app.stop();
  await rm(dataDir, { recursive: true });
}
