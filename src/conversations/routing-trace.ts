import type { Json } from '../bot-turn.ts';
import type { RuleOutput } from '../store/workstream.ts';

/**
 * Why a handoff is in its queue: a rule held · the dialog asked for it and no rule held · no rule held and the dialog
 * asked for none · no rule held and there is no queue as the dialog asked for · a rule failed.
 */
export type QueueReason = 'rule' | 'asked_for' | 'no_rule' | 'no_such_queue' | 'error';

/** One thing that routing asked, and what came of it. */
export interface TraceEntry {
  step: 'classification' | 'route' | 'queue';
  ruleset?: string;
  rule?: string;
  expression?: string;
  /** What the expression reads, as it writes it; a name without a value is left out. May hold a customer's number. */
  values: { [name: string]: Json };
  result: 'held' | 'did_not_hold' | 'failed';
  /** With `failed`: why. */
  problem?: 'no_value' | 'not_true_or_false' | 'no_such_queue';
  /** What a rule that held gives; and at last the queue. */
  decision?: RuleOutput & { queueId?: string; because?: QueueReason };
  /** How many rules that did not hold were asked before this one and are left out for want of room. */
  leftOut?: number;
}

/** A conversation keeps its trace, so it has to stay small. */
export const MAX_TRACE = 50;

/** Collects a trace. Rules that did not hold are left out once only `decisive` entries more have room. */
export class TraceNotes {
  readonly entries: TraceEntry[] = [];
  readonly #decisive: number;
  #passed = 0;
  #leftOut = 0;

  constructor(decisive: number) {
    this.#decisive = decisive;
  }

  note(entry: TraceEntry): void {
    this.entries.push(this.#leftOut === 0 ? entry : { ...entry, leftOut: this.#leftOut });
    this.#leftOut = 0;
  }

  /** A rule that did not hold; `entry` is asked for only when there is room. */
  passed(entry: () => TraceEntry): void {
    if (this.#passed + this.#decisive >= MAX_TRACE) {
      this.#leftOut++;
      return;
    }
    this.#passed++;
    this.note(entry());
  }
}
