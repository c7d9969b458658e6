import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { newConversation } from '../../src/conversations/new-conversation.ts';
import type { ConversationDoc, MessageDoc } from '../../src/store/documents.ts';
import { openEmbeddedStore } from '../../src/store/embedded.ts';
import { eventually } from '../support/eventually.ts';
import { SUPPORT } from '../support/running-app.ts';
import { type ConsoleStage, openConsoleStage } from './stage.ts';

const MANY = 10_000;
const NUMBER = SUPPORT.en;
const LONG = `${NUMBER}-15550200000`;

/** Who waits, the one with the lowest number for the longest time. */
function waiting(n: number, now: number): ConversationDoc {
  const customer = String(15_550_200_000 + n);
  const at = now - (MANY - n) * 1000;
  return {
    _id: `${NUMBER}-${customer}`,
    ...newConversation({ number: NUMBER, customer }, at),
    channelId: 'default',
    locale: 'en',
    state: 'open',
    desk: 'open',
    queueId: 'support',
    queuedAt: at,
    turnAt: at,
    untakenAt: now + 3_600_000,
    session: 1,
    sessionStartedAt: at,
    epoch: 1,
    version: 3,
    lastMessageAt: at,
    stretches: [{ place: 'open', since: at, reason: 'handed_off', queueId: 'support' }],
    handoff: { reason: 'customer_asked', summary: `Needs help with order ${n}`, context: '{}' },
    inbox: [],
    wake: 0,
  };
}

function message(n: number, now: number): MessageDoc {
  const at = now - (MANY - n) * 60_000;
  return {
    _id: `in:${n}`,
    conversationId: LONG,
    channelId: 'default',
    session: 1,
    direction: 'in',
    author: { kind: 'customer' },
    text: `Message number ${n}`,
    at,
    sequence: 0,
    status: 'handled',
    segments: 1,
    changedAt: at,
    attempts: 0,
  };
}

describe('the console, with 10,000 conversations and 10,000 messages in one', function () {
  this.timeout(60_000);
  let dataDir: string;
  let stage: ConsoleStage;
  let page: Page;
  let painted: number;
  let usable: number;

  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
    const store = await openEmbeddedStore({ dataDir: join(dataDir, 'demo'), onUnindexed: 'throw' });
    const now = Date.now();
    for (let from = 0; from < MANY; from += 1000) {
      const numbers = Array.from({ length: 1000 }, (_, n) => from + n);
      await Promise.all([
        ...numbers.map((n) => store.conversations.insertOne(waiting(n, now))),
        ...numbers.map((n) => store.messages.insertOne(message(n, now))),
      ]);
    }
    await store.durable();
    await store.close();
    stage = await openConsoleStage({ dataDir });
    const token = await stage.service.agent('ana', { name: 'Ana' });
    ({ page } = await stage.open(token));
    // The best of three: how long the page takes, not what else the machine is busy with.
    painted = Infinity;
    usable = Infinity;
    for (let n = 0; n < 3; n++) {
      await page.reload();
      await page.getByText('Take next (10000 wait)').waitFor();
      usable = Math.min(usable, await page.evaluate<number>('performance.now()'));
      const first = 'performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Infinity';
      painted = Math.min(painted, await page.evaluate<number>(first));
    }
  });
  after(async () => {
    await stage?.close();
    await rm(dataDir, { recursive: true });
  });

  it('paints within a second, and has the desk ready soon after', () => {
    expect(painted, `${Math.round(painted)} ms`).to.be.below(1_000);
    // Measured: 90 ms and 170 ms.
    expect(usable, `${Math.round(usable)} ms`).to.be.below(2_500);
  });

  it('draws only the rows in sight, and scrolls on', async () => {
    await page.keyboard.press('2');
    const rows = page.locator('.virtual .row');
    await rows.first().waitFor();
    expect(await page.locator('.tabs .count').last().textContent()).to.equal(String(MANY));
    const before = await rows.first().textContent();
    // A list that still grows would put it further up, so it is put there until it stays.
    await eventually(
      () =>
        page.evaluate<boolean>(
          'document.querySelector(".virtual").scrollTop = 60000, document.querySelector(\'.virtual li[aria-posinset="790"]\') !== null',
        ),
      (shown) => shown,
    );
    expect(await rows.count()).to.be.below(40);
    expect(await rows.first().textContent()).to.not.equal(before);
  });

  it('reads a long conversation a page at a time, from its end', async () => {
    await page.goto(`${stage.service.url}/console/#/c/${encodeURIComponent(LONG)}`);
    await page.getByText(`Message number ${MANY - 1}`).waitFor();
    const bubbles = page.locator('.conversation .bubble');
    expect(await bubbles.count()).to.equal(50);
    // Stays where it was read when older ones come in above.
    const text = `Message number ${MANY - 45}`;
    await page.getByText(text).scrollIntoViewIfNeeded();
    await page.evaluate('document.querySelector(".thread").scrollTop = 0');
    await page.getByText(`Message number ${MANY - 51}`).waitFor({ state: 'attached' });
    // One page, or two where the first scroll has come near enough to the upper end for one.
    expect(await bubbles.count()).to.be.oneOf([100, 150]);
    expect(await page.evaluate<number>('document.querySelector(".thread").scrollTop')).to.be.above(500);
  });

  it('shows a customer’s text within 300 ms of its arrival', async () => {
    await page.goto(`${stage.service.url}/console/#/c/${encodeURIComponent(LONG)}`);
    await page.getByText(`Message number ${MANY - 1}`).waitFor();
    // The page itself says when it had painted a text, so that nobody's asking is counted.
    await page.evaluate(`
      window.painted = {};
      new MutationObserver(() => requestAnimationFrame(() => {
        for (const { textContent } of document.querySelectorAll('.bubble')) window.painted[textContent] ??= Date.now();
      })).observe(document.querySelector('.messages'), { childList: true });
    `);
    const took: number[] = [];
    for (let n = 0; n < 9; n++) {
      const at = Date.now();
      await stage.service.textIn('15550200000', `Fresh ${n}`);
      await page.locator('.bubble', { hasText: `Fresh ${n}` }).waitFor();
      const painted = await eventually(
        () => page.evaluate<number | null>(`window.painted['Fresh ${n}'] ?? null`),
        (time) => time !== null,
      );
      took.push((painted ?? Infinity) - at);
    }
    took.sort((a, b) => a - b);
    // Measured: 115 to 240 ms on two busy cores. The third best of nine: a hiccup of the machine is none of the page's.
    expect(took[2], took.join(', ')).to.be.at.most(300);
  });
});
