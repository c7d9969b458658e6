import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { build } from 'vite';
import type { Translate } from '../../src/translation/translation.ts';
import { launchChromium } from '../emulator/chromium.ts';
import { type RunningApp, SUPPORT, startApp } from '../support/running-app.ts';

let built: Promise<unknown> | undefined;

/** The console as it is now, in `dist/console`, made once for all tests. */
export function buildConsole(): Promise<unknown> {
  built ??= build({
    configFile: join(import.meta.dirname, '../../src/console/vite.config.ts'),
    logLevel: 'silent',
  });
  return built;
}

/** Milliseconds: what does not come by then does not come. A machine busy with all else takes seconds to open a page. */
const PATIENCE = 15_000;

export interface ConsolePage {
  page: Page;
  context: BrowserContext;
  /** What the browser's console and the page's scripts complained of. */
  complaints: string[];
}

export interface Opening extends BrowserContextOptions {
  /** Where the service is reached. */
  at?: string;
  /** A script that runs in the page before its own. */
  before?: string;
}

/** The way between a browser and the service, which can be cut. */
export interface Wire {
  url: string;
  /** Ends all connections, and takes none until `mend`. */
  cut: () => void;
  mend: () => void;
  close: () => Promise<void>;
}

export interface ConsoleStage {
  service: RunningApp;
  browser: Browser;
  /** A page of its own, signed in with this token by keyboard. */
  open: (token: string, options?: Opening) => Promise<ConsolePage>;
  /** The customer's phone, in a browser too. */
  phone: (customer: string) => Promise<Page>;
  wire: () => Promise<Wire>;
  /** A customer asks for a person and waits in `support`. Answers the id of the conversation. */
  waits: (customer: string, text?: string, number?: string) => Promise<string>;
  close: () => Promise<void>;
}

/** What the browser says of itself when a request is refused, or the network is gone: no mistake of the page. */
const EXPECTED = /Failed to load resource|net::ERR_/;

/** `dataDir` holds what is there from before. */
export async function openConsoleStage(
  given: { dataDir?: string; translate?: Translate } = {},
): Promise<ConsoleStage> {
  await buildConsole();
  const { translate, ...where } = given;
  const service = await startApp(translate === undefined ? {} : { translate }, where);
  const browser = await launchChromium();
  const pages: ConsolePage[] = [];
  const wires: Wire[] = [];
  return {
    service,
    browser,
    async open(token, { at = service.url, before, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      if (before !== undefined) await context.addInitScript(before);
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !EXPECTED.test(message.text())) complaints.push(message.text());
      });
      pages.push({ page, context, complaints });
      await page.goto(`${at}/console/`);
      await page.locator('input:focus').waitFor();
      await page.keyboard.type(token);
      await page.keyboard.press('Enter');
      await page.locator('.link.live').waitFor({ state: 'attached' });
      return { page, context, complaints };
    },
    async phone(customer) {
      const context = await browser.newContext({ viewport: { width: 360, height: 640 } });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE);
      pages.push({ page, context, complaints: [] });
      await page.goto(`${service.url}/emulator/phone`);
      await page.getByText('online', { exact: true }).waitFor();
      await page.getByLabel('From').fill(customer);
      return page;
    },
    async wire() {
      const made = await createWire(new URL(service.url));
      wires.push(made);
      return made;
    },
    async waits(customer, text = 'agent', number = SUPPORT.en) {
      await service.textIn(customer, text, number);
      await service.phone(customer, 1);
      return `${number}-${customer}`;
    },
    async close() {
      const complaints = pages.flatMap((one) => one.complaints);
      for (const { context } of pages) await context.close();
      await browser.close();
      for (const one of wires) await one.close();
      await service.stop();
      expect(complaints).to.deep.equal([]);
    },
  };
}

async function createWire(service: URL): Promise<Wire> {
  const sockets = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(Number(service.port), service.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    cut,
    mend() {
      whole = true;
    },
    close() {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
