import type { Share } from './level-tally.ts';
import { type Distribution, Sketch } from './sketch.ts';

/** Durations in seconds. What a field means, docs/handoff-api.md says. */
export interface ReportRow {
  /** Null: no queue, no agent, no language. */
  key: string | null;
  sessions: number;
  escalated: number;
  abandoned: number;
  resolvedByBot: number;
  /** They went on with the session before. */
  reopened: number;
  /** How often an agent passed on what was theirs; counted for that agent. */
  transfers: number;
  /** The most frequent first. */
  escalations: { reason: string; count: number }[];
  /** The same: as what agents closed it. */
  dispositions: { disposition: string; count: number }[];
  firstWait: Distribution;
  speedOfAnswer: Distribution;
  handle: Distribution;
  wrapUp: Distribution;
  /** Of waits, by the service levels that queues have now. */
  serviceLevel: Share;
  survey: { answers: number; average: number | null };
}

/** A bot of one's own may make up reasons, and agents dispositions; beyond so many different ones in a row they are counted together. */
const MOST_CODES = 100;
const OTHER = 'other';

/** How often each code came. */
class Tally {
  readonly #counts = new Map<string, number>();

  add(code: string): void {
    const known = this.#counts.has(code) || this.#counts.size < MOST_CODES;
    const counted = known ? code : OTHER;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
  }

  /** The most frequent first. */
  view(): { code: string; count: number }[] {
    return [...this.#counts]
      .map(([code, times]) => ({ code, count: times }))
      .sort((a, b) => b.count - a.count || byKey(a.code, b.code));
  }
}

/** What is counted in one row; `view` says it in seconds. */
export class Row {
  sessions = 0;
  escalated = 0;
  abandoned = 0;
  resolvedByBot = 0;
  reopened = 0;
  transfers = 0;
  readonly serviceLevel: Share = { within: 0, counted: 0 };
  readonly firstWait = new Sketch();
  readonly speedOfAnswer = new Sketch();
  readonly handle = new Sketch();
  readonly wrapUp = new Sketch();
  readonly escalations = new Tally();
  readonly dispositions = new Tally();
  #answers = 0;
  #scores = 0;

  rate(score: number): void {
    this.#answers += 1;
    this.#scores += score;
  }

  view(key: string | null): ReportRow {
    const seconds = 1 / 1000;
    return {
      key,
      sessions: this.sessions,
      escalated: this.escalated,
      abandoned: this.abandoned,
      resolvedByBot: this.resolvedByBot,
      reopened: this.reopened,
      transfers: this.transfers,
      escalations: this.escalations.view().map(({ code, ...times }) => ({ reason: code, ...times })),
      dispositions: this.dispositions.view().map(({ code, ...times }) => ({ disposition: code, ...times })),
      firstWait: this.firstWait.summary(seconds),
      speedOfAnswer: this.speedOfAnswer.summary(seconds),
      handle: this.handle.summary(seconds),
      wrapUp: this.wrapUp.summary(seconds),
      serviceLevel: this.serviceLevel,
      survey: {
        answers: this.#answers,
        average: this.#answers === 0 ? null : Math.round((100 * this.#scores) / this.#answers) / 100,
      },
    };
  }
}

/** The one without a key is the last. */
export function byKey(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}
