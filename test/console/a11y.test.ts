import { createRequire } from 'node:module';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { SUPPORT } from '../support/running-app.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

interface Violation {
  id: string;
  impact: string | null;
  nodes: { html: string; failureSummary: string }[];
}

describe('the console, for everybody', function () {
  this.timeout(60_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage({ translate: async ({ text, to }) => `${text} (${to})` });
  });
  after(() => stage?.close());

  /** What axe-core finds that is serious or critical. */
  async function wrongOn(page: Page): Promise<string[]> {
    const violations = await page.evaluate<Violation[]>(
      'axe.run(document, { resultTypes: ["violations"] }).then((found) => found.violations)',
    );
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`),
      );
  }

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`has nothing serious or critical on any page, ${colorScheme}`, async () => {
      const { service } = stage;
      const token = await service.agent(`admin-${colorScheme}`, { name: 'Ada', role: 'admin' });
      const id = await stage.waits(colorScheme === 'light' ? '15550100031' : '15550100032');
      // What is still arriving has not its colours yet.
      const context = { colorScheme, reducedMotion: 'reduce', bypassCSP: true } as const;
      const { page } = await stage.open(token, context);
      const wrong: Record<string, string[]> = {};
      const look = async (name: string) => {
        // Of this very document: an address that differs after the # alone does not load another.
        if (!(await page.evaluate<boolean>('"axe" in window'))) await page.addScriptTag({ path: AXE });
        const found = await wrongOn(page);
        if (found.length > 0) wrong[name] = found;
      };
      await page.getByText('Take next').waitFor();
      await look('desk');
      await service.call('POST', `/api/conversations/${id}/messages`, {
        text: `@admin-${colorScheme}, look at this.`,
        note: true,
      });
      await page.locator('.bar .count').waitFor();
      await page.keyboard.press('M');
      await page.locator('.mentions a').waitFor();
      await look('mentions');
      await page.keyboard.press('Escape');
      await page.keyboard.press('2');
      await look('waiting');
      await page.keyboard.press('4');
      await page.getByLabel('Number, or words of the reason').waitFor();
      await look('search');
      await page.goto(`${service.url}/console/#/c/${id}`);
      await page.locator('.bubble').first().waitFor();
      await look('conversation');
      await page.locator('#main').focus();
      await page.keyboard.press('c');
      const field = page.getByLabel('Text to the customer');
      await field.fill('Señor, “it’s” 20 €');
      await page.getByText('Dearer encoding').waitFor();
      await look('composer');
      await field.fill('/');
      await page.getByText('No quick reply is named so.').waitFor();
      await look('quick replies');
      await field.fill('');
      await page.locator('#main').focus();
      for (const [key, name] of [
        ['t', 'transfer'],
        ['a', 'consult'],
        ['b', 'return'],
        ['x', 'close'],
        ['w', 'trace'],
        ['o', 'macros'],
        ['?', 'keys'],
      ] as const) {
        await page.keyboard.press(key);
        await page.getByRole('dialog').waitFor();
        await look(name);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'detached' });
      }
      await page.keyboard.press('m');
      await look('note');
      await page.locator('#main').focus();
      await page.keyboard.press('e');
      await page.getByRole('form', { name: 'Close the conversation' }).waitFor();
      await look('wrap-up');
      for (const place of PLACES) {
        await page.goto(`${service.url}/console/#/${place}`);
        await page.locator('.ready').waitFor();
        await look(place);
      }
      const foreign = await stage.waits(
        colorScheme === 'light' ? '15550100033' : '15550100034',
        'agente',
        SUPPORT.es,
      );
      await page.goto(`${service.url}/console/#/c/${foreign}`);
      await page.locator('.message.customer .translate').click();
      await page.locator('.translation').waitFor();
      await page.locator('#main').focus();
      await page.keyboard.press('c');
      await field.fill('Hello');
      await look('to be translated');
      await page.getByRole('button', { name: 'Translate into Spanish' }).click();
      await page.getByRole('button', { name: 'Undo the translation' }).waitFor();
      await look('translated');
      await page.setViewportSize({ width: 360, height: 700 });
      await page.goto(`${service.url}/console/#/c/${id}`);
      await page.locator('.bubble').first().waitFor();
      await look('narrow');
      await page.context().clearCookies();
      await page.goto(`${service.url}/console/?`);
      await page.getByLabel('Token').waitFor();
      await look('sign-in');
      expect(wrong).to.deep.equal({});
    });
  }
});

/** Pixels of CSS: what a page of 1280 has left at 400 % (WCAG 2.2, 1.4.10). */
const NARROWEST = 320;

describe('the console on a phone', function () {
  this.timeout(60_000);
  let stage: ConsoleStage;
  before(async () => {
    stage = await openConsoleStage();
  });
  after(() => stage?.close());

  for (const locale of ['en', 'es', 'zh-TW']) {
    it(`is never wider than its screen, ${locale}`, async () => {
      const { service } = stage;
      const token = await service.agent(`ada-${locale.toLowerCase()}`, { role: 'admin' });
      const { page } = await stage.open(token, { locale, viewport: { width: NARROWEST, height: 640 } });
      const wide: string[] = [];
      for (const place of ['', ...PLACES]) {
        await page.goto(`${service.url}/console/#/${place}`);
        await page
          .locator(place === '' ? '.bar' : '.ready')
          .first()
          .waitFor();
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (width > NARROWEST) wide.push(`${place}: ${width}`);
      }
      expect(wide).to.deep.equal([]);
    });
  }
});

/** The pages beside the desk. */
const PLACES: readonly string[] = [
  'board/now',
  'board/reports',
  'board/bot',
  'admin/channels',
  'admin/channels/new',
  'admin/workstreams/demo-en',
  'admin/queues/support',
  'admin/agents',
  'admin/audit',
];
