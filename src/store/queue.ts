import type { QueueNews } from './webhook.ts';

/** When a queue is served. Times of day are minutes since midnight in `timeZone`. */
export interface Hours {
  /** IANA, such as `Europe/Madrid`. */
  timeZone: string;
  /** `day`: 1 = Monday … 7 = Sunday. `to` beyond 1440 goes on into the next day. */
  week: { day: number; from: number; to: number }[];
  /** Dates in `timeZone` (`2026-12-25`); `open` replaces the week's times, and is empty when nobody is there. */
  holidays: { date: string; name: string; open: { from: number; to: number }[] }[];
}

export type OverflowAction =
  | { do: 'end' } // close the session with a text
  | { do: 'queue'; queueId: string }
  | { do: 'call_back' } // a text that says that we write when somebody is free; it goes on waiting
  | { do: 'assign' } // whom it fits best, whatever the capacity
  | { do: 'bot' };

/** Asked in order; the first that holds acts. */
export interface OverflowRule {
  when:
    | { is: 'closed' } // outside the hours; before queueing
    | { is: 'full'; waiting: number } // that many wait already; before queueing
    | { is: 'age'; seconds: number }; // while it waits
  then: OverflowAction;
}

export interface QueueDoc {
  _id: string;
  name: string;
  /** Higher is taken first. */
  priority: number;
  /** Absent = always open. */
  hours?: Hours;
  /** Absent = it only grows. */
  overflow?: OverflowRule[];
  /** Seconds within which a conversation should be taken; absent = no service level. */
  levelSeconds?: number;
  /** Since when somebody has waited for longer; absent = nobody does. */
  overLevelAt?: number;
  /** What is to be told of it; `newsAt` is there while there is some. */
  news?: QueueNews[];
  newsAt?: number;
  /** When to look at what waits in it, since its rules for that were changed. */
  lookAnewAt?: number;
  createdAt: number;
  changedAt: number;
}
