import type { Action } from './action-step.ts';

/** Orders of the sample shop: what became of them, and the days until they arrive. */
const ORDERS: Record<number, { status: 'packing' | 'shipped' | 'delivered'; days: number }> = {
  10234: { status: 'shipped', days: 2 },
  10235: { status: 'packing', days: 4 },
  10236: { status: 'delivered', days: 0 },
  10237: { status: 'shipped', days: 1 },
};

/** `{ number }` → `{ found: false }`, or `{ found: true, status, days }`. A real one would ask the shop's own system. */
const lookupOrder: Action = async ({ number }) => {
  const order = typeof number === 'number' ? ORDERS[number] : undefined;
  return order ? { found: true, ...order } : { found: false };
};

/** `{ title, shop }` → `{ reserved, until }`. The sample shop never has an atlas. */
const reserveBook: Action = async ({ title }) => {
  const isThere = typeof title === 'string' && !/atlas|地圖/i.test(title);
  return { reserved: isThere, until: isThere ? '18:00' : null };
};

/** The actions that the sample dialogs call: used in demo mode. */
export const sampleActions = { lookupOrder, reserveBook };

/** The program that the sample dialogs ask about gift cards. */
export const SAMPLE_HOST = 'cards.example.com';

const CARDS = `https://${SAMPLE_HOST}/v1/cards/`;

/** Gift cards of the sample shop, by their numbers. */
const GIFT_CARDS: { [number: string]: { amount: number; expires?: string } } = {
  '100200': { amount: 25, expires: '2027-12-31' },
  '100300': { amount: 7.5 },
};

/** What that program would answer; undefined for all other addresses. */
export function sampleAnswer(url: string): { status: number; body: string } | undefined {
  if (!url.startsWith(CARDS)) return undefined;
  const card = GIFT_CARDS[url.slice(CARDS.length, CARDS.length + 6)];
  return card ? { status: 200, body: JSON.stringify(card) } : { status: 404, body: '{}' };
}
