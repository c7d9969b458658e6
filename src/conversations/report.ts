import { IANAZone } from 'luxon';
import type { SessionDoc, Stretch } from '../store/documents.ts';
import type { Share } from './level-tally.ts';
import { keepsLevel, type Levels, waitIn } from './service-level.ts';
import { type Distribution, Sketch } from './sketch.ts';

export const GROUPINGS = ['queue', 'agent', 'language', 'day', 'hour'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What a report looks at in a session that has ended. */
export type ReportedSession = Pick<
  SessionDoc,
  'endedAt' | 'disposition' | 'locale' | 'answeredAt' | 'handoffReason' | 'reopens' | 'survey' | 'stretches'
>;

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

export interface Report {
  /** Each session once; a row by queue or agent counts one that several had for each of them. */
  total: ReportRow;
  /** By key, hours by their time; the one without a key is the last. */
  rows: ReportRow[];
}

/** A bot of one's own may make up reasons, and agents dispositions; beyond so many different ones in a row they are counted together. */
const MOST_CODES = 100;
const OTHER = 'other';

/** How it is made: `timeZone` (IANA) says what a day and an hour are; a session counts where it ended. */
export interface ReportParts {
  by: Grouping;
  timeZone?: string;
  levels?: Levels;
}

export function report(sessions: Iterable<ReportedSession>, parts: ReportParts): Report {
  const made = createReport(parts);
  for (const session of sessions) made.add(session);
  return made.result();
}

/** The same, a session at a time: it holds numbers per row, never sessions. */
export function createReport({ by, timeZone = 'UTC', levels = new Map() }: ReportParts): {
  add: (session: ReportedSession) => void;
  result: () => Report;
} {
  const zone = IANAZone.create(timeZone);
  const total = new Row();
  const rows = new Map<string | null, Row>();
  const row = (key: string | null) => {
    const known = rows.get(key) ?? new Row();
    rows.set(key, known);
    return known;
  };
  return {
    add(session) {
      const spans = spansOf(session, levels);
      count(session, spans, inOne(total));
      if (by === 'queue' || by === 'agent') {
        const keys = keysOf(spans, by);
        const own = (span: Span) => row(keyIn(span, by) ?? null);
        count(session, spans, { of: (span) => row(keys.of(span)), own, all: keys.all.map(row) });
        return;
      }
      const key = by === 'language' ? (session.locale ?? null) : periodOf(session.endedAt, by, zone);
      count(session, spans, inOne(row(key)));
    },
    result: () => ({
      total: total.view(null),
      rows: [...rows]
        .sort(([a], [b]) => (by === 'hour' && byTime(a, b)) || byKey(a, b))
        .map(([key, counted]) => counted.view(key)),
    }),
  };
}

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

class Row {
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

/** A stretch with its end. */
interface Span extends Stretch {
  until: number;
  /** Null where it is no wait, or it cannot be said. */
  keepsLevel: boolean | null;
}

function spansOf({ stretches, endedAt }: ReportedSession, levels: Levels): Span[] {
  return stretches.map((stretch, n) => {
    const next = stretches[n + 1];
    const wait = waitIn(stretch, next, endedAt);
    return { ...stretch, until: next?.since ?? endedAt, keepsLevel: wait && keepsLevel(wait, levels) };
  });
}

const WITH_AGENT: ReadonlySet<string> = new Set(['agent', 'waiting', 'wrap_up']);
const AT_DESK: ReadonlySet<string> = new Set(['open', ...WITH_AGENT]);

/** Why a customer begins to wait for a person. Who is passed on by one who had them does not begin. */
const FIRST_WAITS: ReadonlySet<string> = new Set(['handed_off', 'reopened']);

/** The rows of one session. */
interface Rows {
  /** Where what happens once counts, and time where it was spent: of a span, or of the session as a whole. */
  of: (span: Span | undefined) => Row;
  /** Of whoever had it in a span, and nobody after them. */
  own: (span: Span) => Row;
  /** Those that had the session. */
  all: readonly Row[];
}

function inOne(row: Row): Rows {
  return { of: () => row, own: () => row, all: [row] };
}

function count(session: ReportedSession, spans: readonly Span[], rows: Rows): void {
  const desk = spans.filter(({ place }) => AT_DESK.has(place));
  const first = spans.findIndex(({ place, reason }) => place === 'open' && FIRST_WAITS.has(reason));
  const queued = spans[first];
  const taken = queued && spans.slice(first).find(({ place }) => place === 'agent');
  for (const row of rows.all) {
    row.sessions += 1;
    if (desk.length > 0) row.escalated += 1;
    if (session.reopens !== undefined) row.reopened += 1;
    const handled = spans.filter((span) => isHandling(span) && rows.of(span) === row);
    if (handled.length > 0) row.handle.add(lengthOf(handled));
    const wrapped = handled.filter(({ place }) => place === 'wrap_up');
    if (wrapped.length > 0) row.wrapUp.add(lengthOf(wrapped));
  }
  for (const [n, span] of spans.entries()) {
    if (span.reason === 'handed_off')
      rows.of(span).escalations.add(span.handoff ?? session.handoffReason ?? 'unknown');
    if (span.reason === 'transferred') rows.own(spans[n - 1] ?? span).transfers += 1;
    if (span.keepsLevel !== null) {
      const { serviceLevel } = rows.of(span);
      serviceLevel.counted += 1;
      serviceLevel.within += Number(span.keepsLevel);
    }
  }
  if (queued && taken) rows.of(taken).firstWait.add(taken.since - queued.since);
  const { answeredAt, survey, disposition } = session;
  if (queued && answeredAt !== undefined && answeredAt >= queued.since) {
    const speaker = spans.findLast(({ place, since }) => place === 'agent' && since <= answeredAt);
    rows.of(speaker).speedOfAnswer.add(answeredAt - queued.since);
  }
  const isHad = spans.some(({ place }) => WITH_AGENT.has(place));
  const left = isHad ? undefined : spans.find((span, n) => isLeft(span, spans[n + 1]));
  if (left) rows.of(left).abandoned += 1;
  if (desk.length === 0 && spans.at(-1)?.reason === 'bot_ended') rows.of(undefined).resolvedByBot += 1;
  if (disposition !== undefined) rows.of(undefined).dispositions.add(disposition);
  if (survey !== undefined) rows.of(spans.findLast(({ place }) => place === 'agent')).rate(survey.score);
}

function isHandling({ place }: Span): boolean {
  return place === 'agent' || place === 'wrap_up';
}

function isLeft({ place }: Span, next: Span | undefined): boolean {
  if (place !== 'open') return false;
  return next?.place === 'closed' || next?.reason === 'customer_left';
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { since, until }) => sum + until - since, 0);
}

/** The queue or the agent of a span itself. */
function keyIn({ queueId, agentId }: Span, by: 'queue' | 'agent'): string | undefined {
  return by === 'queue' ? queueId : agentId;
}

/** The queues or agents that had a session, or null alone; and whose a span is. */
function keysOf(
  spans: readonly Span[],
  by: 'queue' | 'agent',
): { all: (string | null)[]; of: (span: Span | undefined) => string | null } {
  const own = (span: Span) => keyIn(span, by);
  const all = new Set(spans.filter(({ place }) => AT_DESK.has(place)).flatMap((span) => own(span) ?? []));
  if (all.size === 0) return { all: [null], of: () => null };
  const keys = [...all];
  return {
    all: keys,
    // Before an agent has it, what happens is counted for the one who gets it; after the last, for the last.
    of(span) {
      const from = span === undefined ? spans.length : spans.indexOf(span);
      return (
        spans.slice(from).map(own).find(Boolean) ?? spans.slice(0, from).map(own).findLast(Boolean) ?? null
      );
    },
  };
}

/** `2026-03-02`, or with the hour `2026-03-02T09:00+01:00`. */
function periodOf(at: number, by: 'day' | 'hour', zone: IANAZone): string {
  const offset = zone.offset(at);
  const local = new Date(at + offset * 60_000).toISOString();
  return by === 'day' ? local.slice(0, 10) : `${local.slice(0, 13)}:00${zone.formatOffset(at, 'short')}`;
}

/** As text, the hour that a clock shows twice would have its second before its first: `+01:00` before `+02:00`. */
function byTime(a: string | null, b: string | null): number {
  return a === null || b === null ? 0 : Date.parse(a) - Date.parse(b);
}

function byKey(a: string | null, b: string | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a < b ? -1 : Number(a > b);
}
