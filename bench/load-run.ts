import type { Latency } from './latency.ts';

/** What the load generator is asked to do. */
export interface LoadRun {
  /** Where the service listens: `http://127.0.0.1:<port>`. */
  origin: string;
  /**
   * `callback`: a text counts as done when its callback is answered; `reply`: when besides that the sink has the
   * bot's reply. A customer texts again only when the last text is done.
   */
  until: 'callback' | 'reply';
  inFlight: number;
  /** How many customers text in this run, and how often each. */
  customers: number;
  texts: number;
  /** The number of conversations that the store was filled with; the customers are taken from all over them. 0 = new ones. */
  filled: number;
  /** Milliseconds until a reply counts as missing. */
  replyWithin: number;
  /** Whether each reply is compared with the script: dearer, so for warming up only. */
  compare: boolean;
}

export interface LoadResult {
  /** Texts done, in one second. */
  rate: number;
  count: number;
  seconds: number;
  /** From sending the callback to its 200. */
  callback: Latency;
  /** From sending the callback to the sink having the reply; zeros for `until: 'callback'`. */
  reply: Latency;
  /** Callbacks that were not answered with 200. */
  errors: number;
  /** Replies that did not come in time. */
  missing: number;
  /** Replies that came when none was awaited. */
  doubled: number;
  /** Replies that are not the script's; counted with `compare` only. */
  wrong: number;
  /** One of the wrong ones. */
  wrongExample?: string;
  /** Share of a core that the generator itself used: near 1 it is the generator that is measured. */
  generatorCpu: number;
}

export type FromLoad =
  | { kind: 'ready'; sinkUrl: string }
  | { kind: 'result'; result: LoadResult }
  | { kind: 'failed'; reason: string };
