import { createHash } from 'node:crypto';
import type { Hours } from '../../src/store/queue.ts';
import { seeded } from '../support/random.ts';

/** What happens in a simulated stretch of days, decided beforehand: the service and the model are given the same. */
export interface Script {
  seed: number;
  teams: readonly Team[];
  arrivals: readonly Arrival[];
  /** Milliseconds since 1970; the last arrival is before it. */
  end: number;
}

export interface Team {
  queueId: string;
  agents: number;
  /** Hours of the day (UTC) in which all of them are there. */
  from: number;
  to: number;
  /** The queue's own hours; absent = always open. */
  open?: { from: number; to: number };
  /** Milliseconds of waiting after which a conversation moves on to another queue. */
  movesOn?: { after: number; queueId: string };
}

export interface Arrival {
  customer: string;
  at: number;
  queueId: string;
  priority: number;
  /** Milliseconds; whoever still waits after it gives up. Null = waits for as long as it takes. */
  patience: number | null;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday. */
export const BEGIN = Date.UTC(2027, 0, 4);
/** A queue that is closed ends what comes; one that is open and unattended lets it wait. */
const TEAMS = (agents: number): Team[] => [
  {
    queueId: 'support',
    agents: Math.ceil(agents * 0.5),
    from: 8,
    to: 20,
    open: { from: 8, to: 20 },
    movesOn: { after: 2 * HOUR, queueId: 'late' },
  },
  { queueId: 'sales', agents: Math.ceil(agents * 0.3), from: 9, to: 18 },
  { queueId: 'late', agents: Math.floor(agents * 0.2), from: 7, to: 23 },
];

/**
 * What an agent does with an offer, how long they take, and how long they are away then. These are odd times, since what
 * happens in the same millisecond has no order, in the service as little as in life. Of 20,000 customers two may be at one
 * all the same; a script in which that decides anything has not one outcome (`SameTime`).
 */
export type OfferAnswer =
  | { kind: 'accept'; after: number }
  | { kind: 'reject'; after: number; back: number }
  | { kind: 'miss'; back: number };
/** `reply` and `done` in milliseconds since the agent took it. */
export type Handling =
  | { kind: 'close' | 'end'; reply: number; done: number }
  | { kind: 'silent'; back: number }
  | { kind: 'crash'; reply: number | null; at: number; back: number };

/** Milliseconds. */
export const OFFER = 120_000;
export const FIRST_RESPONSE = 10 * MINUTE;

/**
 * Customers of the day by the hour, with a burst at noon, over `days` days and nights; each agent has as much to do as
 * there is time for.
 */
export function scriptOf(
  seed: number,
  size: { agents: number; conversations: number; days: number },
): Script {
  const random = seeded(seed);
  const arrivals = Array.from({ length: size.conversations }, (_, n): Arrival => {
    const day = BEGIN + Math.floor(random() * size.days) * DAY;
    const burst = random() < 0.25;
    const at = Math.floor(day + (burst ? 12 * HOUR + random() * 10 * MINUTE : random() ** 0.7 * DAY));
    return {
      customer: String(15_560_000_000 + n),
      at,
      queueId: random() < 0.65 ? 'support' : 'sales',
      priority: random() < 0.2 ? 2 : 0,
      patience: random() < 0.15 ? Math.floor(random() * 40 * MINUTE) : null,
    };
  });
  arrivals.sort((a, b) => a.at - b.at);
  return { seed, teams: TEAMS(size.agents), arrivals, end: BEGIN + size.days * DAY };
}

/** What whoever is asked the `n`th time about this customer does: the same, whoever it is. */
export function answerOf({ seed }: Script, customer: string, n: number): OfferAnswer {
  const random = chance(seed, customer, 'offer', n);
  const kind = random();
  const after = Math.floor(1000 + random() * (OFFER - 2000));
  const back = Math.floor((4 + 2 * random()) * MINUTE);
  if (n < 3 && kind < 0.08) return { kind: 'reject', after, back };
  if (n < 3 && kind < 0.16) return { kind: 'miss', back };
  return { kind: 'accept', after: Math.floor(after / 8) };
}

/** What whoever takes this customer the `n`th time does then. */
export function handlingOf({ seed }: Script, customer: string, n: number): Handling {
  const random = chance(seed, customer, 'handling', n);
  const kind = random();
  const reply = Math.floor(5000 + random() * 4 * MINUTE);
  const done = Math.floor(reply + MINUTE + random() * 12 * MINUTE);
  const back = Math.floor((15 + 10 * random()) * MINUTE);
  // Whoever has not replied is gone before the first response is due, which would come to the queue by another way.
  if (n < 2 && kind < 0.02) return { kind: 'crash', reply: null, at: reply, back };
  if (n < 2 && kind < 0.04) return { kind: 'crash', reply, at: done, back };
  if (n < 2 && kind < 0.08) return { kind: 'silent', back };
  return { kind: kind < 0.5 ? 'close' : 'end', reply, done };
}

function chance(seed: number, customer: string, what: string, n: number): () => number {
  const digest = createHash('sha256').update(`${seed} ${customer} ${what} ${n}`).digest();
  return seeded(digest.readInt32LE(0));
}

/** Whether the team is there at `at`. */
export function onShift({ from, to }: Pick<Team, 'from' | 'to'>, at: number): boolean {
  const hour = (at % DAY) / HOUR;
  return hour >= from && hour < to;
}

export function hoursOf({ open }: Team): Hours | undefined {
  if (!open) return undefined;
  const week = [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from: open.from * 60, to: open.to * 60 }));
  return { timeZone: 'UTC', week, holidays: [] };
}

/** The times at which a team comes and goes, until `until`. */
export function shiftChanges({ from, to }: Team, until: number): number[] {
  const times: number[] = [];
  for (let day = BEGIN; day < until; day += DAY) times.push(day + from * HOUR, day + to * HOUR);
  return times;
}

/** What became of a customer, as far as both can tell. */
export interface Fate {
  /** When agents took it, each time. */
  taken: number[];
  end: { outcome: string; at: number } | null;
}

/** Things that happen at a time, the earliest first; of one time, the first that was said. */
export class Agenda {
  readonly #items: { at: number; n: number; run: () => unknown }[] = [];
  #n = 0;

  get next(): number | undefined {
    return this.#items[0]?.at;
  }

  at(at: number, run: () => unknown): void {
    const item = { at, n: this.#n++, run };
    let [low, high] = [0, this.#items.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#items[middle];
      if (other && other.at <= at) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
  }

  /** What happens at `at` or before it. */
  take(at: number): (() => unknown)[] {
    const first = this.#items.findIndex((item) => item.at > at);
    return this.#items.splice(0, first < 0 ? this.#items.length : first).map(({ run }) => run);
  }
}
