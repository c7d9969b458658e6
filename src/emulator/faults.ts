import { z } from 'zod';

const milliseconds = z.int().min(0).max(600_000);

/**
 * What the emulator does wrong, on purpose. Every member has a default, so `{}` is a TeleSign in good health and
 * what a `PUT` leaves out is healed.
 */
export const FaultsSchema = z.strictObject({
  account: z
    .strictObject({
      /** TeleSign's code for an account that it does not serve, such as 10010 (suspended): the answer to every request. */
      refuse: z.int().min(10_000).max(10_999).nullable().default(null),
    })
    .prefault({}),
  /** `POST /v1/messaging`, of requests that are authenticated. */
  send: z
    .strictObject({
      /**
       * `slow` accepts at once and answers after `delay`; `429`, `500` and `503` refuse with TeleSign's own codes;
       * `drop` accepts, then cuts the connection; `refuse` cuts it and accepts nothing.
       */
      mode: z.enum(['ok', 'slow', '429', '500', '503', 'drop', 'refuse']).default('ok'),
      /** Milliseconds, for `slow`. */
      delay: milliseconds.default(2_000),
      /** How many requests it lasts; null = until it is changed. */
      times: z.int().min(1).nullable().default(null),
      /** Requests a second that it takes, whatever the mode: those beyond are refused with 429. Null = any number. */
      perSecond: z.int().min(1).max(1000).nullable().default(null),
      /** The share of requests that it hits. */
      share: z.number().min(0).max(1).default(1),
    })
    .prefault({}),
  receipts: z
    .strictObject({
      /** Milliseconds from acceptance to 203, and again from 203 to the final status. */
      delay: milliseconds.default(100),
      /** Each receipt is posted twice. */
      duplicate: z.boolean().default(false),
      /** The final status is posted first, then 203. */
      reorder: z.boolean().default(false),
      /** The final status instead of 200, such as 207, 503 or 510. */
      failCode: z.int().min(200).max(99_999).nullable().default(null),
      /** No receipts, and the status stays 290. */
      none: z.boolean().default(false),
    })
    .prefault({}),
  inbound: z
    .strictObject({
      /** Each text is posted twice with the same reference id, also when the first post was answered with 200. */
      duplicate: z.boolean().default(false),
      /** Texts go out in swapped pairs; one that stays alone goes out after a second. */
      reorder: z.boolean().default(false),
      /** Milliseconds before the first attempt. */
      delay: milliseconds.default(0),
    })
    .prefault({}),
});

export type Faults = z.infer<typeof FaultsSchema>;
/** What a `PUT` may hold. */
export type FaultsInput = z.input<typeof FaultsSchema>;
export type SendFault = Faults['send'];

export interface FaultPlan {
  readonly current: Faults;
  set(faults: Faults): void;
  /** The fault for one send. Counts it off where `times` is given; the last one heals the emulator. */
  takeSend(now: number): SendFault;
}

export function createFaultPlan(random: () => number): FaultPlan {
  const healthy = FaultsSchema.parse({});
  let current = healthy;
  /** When requests of the last second were taken, the oldest first. Milliseconds. */
  const taken: number[] = [];
  return {
    get current() {
      return current;
    },
    set(faults) {
      current = faults;
    },
    takeSend(now) {
      const { send } = current;
      if (send.perSecond !== null) {
        while ((taken[0] ?? now) <= now - 1000) taken.shift();
        if (taken.length >= send.perSecond) return { ...send, mode: '429' };
        taken.push(now);
      }
      if (send.mode === 'ok' || random() >= send.share) return healthy.send;
      if (send.times !== null) {
        const left = send.times - 1;
        const { perSecond } = send;
        current = {
          ...current,
          send: left === 0 ? { ...healthy.send, perSecond } : { ...send, times: left },
        };
      }
      return send;
    },
  };
}
