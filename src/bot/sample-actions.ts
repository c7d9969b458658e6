import type { Action } from './script-dialog.ts';

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

/** The actions that the sample dialogs call: used in demo mode. */
export const sampleActions = { lookupOrder };
