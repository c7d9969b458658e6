import { IANAZone } from 'luxon';
import type { SessionDoc, Stretch } from '../store/documents.ts';
import { byKey, type ReportRow, Row } from './report-row.ts';
import { keepsLevel, type Levels, waitIn } from './service-level.ts';

export const GROUPINGS = ['queue', 'agent', 'language', 'day', 'hour'] as const;
export type Grouping = (typeof GROUPINGS)[number];

/** What a report looks at in a session that has ended. */
export type ReportedSession = Pick<
  SessionDoc,
  'endedAt' | 'disposition' | 'locale' | 'answeredAt' | 'handoffReason' | 'reopens' | 'survey' | 'stretches'
>;

export interface Report {
  /** Each session once; a row by queue or agent counts one that several had for each of them. */
  total: ReportRow;
  /** By key, hours by their time; the one without a key is the last. */
  rows: ReportRow[];
}

/** What alone is counted: of a session, what a report by queue, agent or language has in the row of that key. */
export interface ReportFilter {
  queue?: string | undefined;
  agent?: string | undefined;
  language?: string | undefined;
}

/** How it is made: `timeZone` (IANA) says what a day and an hour are; a session counts where it ended. */
export interface ReportParts {
  by: Grouping;
  only?: ReportFilter;
  timeZone?: string;
  levels?: Levels;
}

export function report(sessions: Iterable<ReportedSession>, parts: ReportParts): Report {
  const made = createReport(parts);
  for (const session of sessions) made.add(session);
  return made.result();
}

/** The same, a session at a time: it holds numbers per row, never sessions. */
export function createReport({ by, only = {}, timeZone = 'UTC', levels = new Map() }: ReportParts): {
  add: (session: ReportedSession) => void;
  result: () => Report;
} {
  const zone = IANAZone.create(timeZone);
  const total = new Row();
  /** What is filtered out. */
  const nowhere = new Row();
  const rows = new Map<string | null, Row>();
  const row = (key: string | null) => {
    const known = rows.get(key) ?? new Row();
    rows.set(key, known);
    return known;
  };
  return {
    add(session) {
      if (only.language !== undefined && session.locale !== only.language) return;
      const spans = spansOf(session, levels);
      const wanted = wantedOf(spans, only);
      if (!wanted.had(() => true)) return;
      const within = ({ of, own, all }: Rows): Rows => ({
        of: (span) => (wanted.of(span) ? of(span) : nowhere),
        own: (span) => (wanted.own(span) ? own(span) : nowhere),
        all,
      });
      count(session, spans, within(inOne(total)));
      if (by === 'queue' || by === 'agent') {
        const keys = keysOf(spans, by);
        const all = keys.all.filter((key) => wanted.had((span) => keys.of(span) === key));
        const own = (span: Span) => row(keyIn(span, by) ?? null);
        count(session, spans, within({ of: (span) => row(keys.of(span)), own, all: all.map(row) }));
        return;
      }
      const key = by === 'language' ? (session.locale ?? null) : periodOf(session.endedAt, by, zone);
      count(session, spans, within(inOne(row(key))));
    },
    result: () => ({
      total: total.view(null),
      rows: [...rows]
        .sort(([a], [b]) => (by === 'hour' && byTime(a, b)) || byKey(a, b))
        .map(([key, counted]) => counted.view(key)),
    }),
  };
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

/** What of a session a filter lets count. */
interface Wanted {
  /** Whether what counts for this span, or for the session as a whole, does. */
  of: (span: Span | undefined) => boolean;
  own: (span: Span) => boolean;
  /** Whether it was had so, in a span that is as asked; without a filter always. */
  had: (asked: (span: Span) => boolean) => boolean;
}

function wantedOf(spans: readonly Span[], only: ReportFilter): Wanted {
  const filters = (['queue', 'agent'] as const).flatMap((by) => {
    const wanted = only[by];
    return wanted === undefined ? [] : [{ by, wanted, keys: keysOf(spans, by) }];
  });
  const of = (span: Span | undefined) => filters.every(({ wanted, keys }) => keys.of(span) === wanted);
  return {
    of,
    own: (span) => filters.every(({ by, wanted }) => keyIn(span, by) === wanted),
    had: (asked) =>
      filters.length === 0 || spans.some((span) => AT_DESK.has(span.place) && of(span) && asked(span)),
  };
}
