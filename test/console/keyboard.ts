import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';

/** More fields than any page has. */
const MOST = 120;

/** Goes there by Tab, as somebody does who has no mouse. Fails when it cannot be reached so. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let n = 0; n < MOST; n++) {
    await page.keyboard.press('Tab');
    if ((await target.and(page.locator(':focus')).count()) > 0) return;
  }
  expect.fail(`${target} cannot be reached by Tab`);
}

/** Goes to the one of several radio buttons by arrows; the focus is on one of them. */
export async function arrowTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let n = 0; n < MOST; n++) {
    if (await target.isChecked()) return;
    await page.keyboard.press('ArrowDown');
  }
  expect.fail(`${target} cannot be reached by arrows`);
}

/** Tab leads there, and this is written over what stands there. */
export async function writeInto(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
