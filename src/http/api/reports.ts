import { z } from 'zod';
import { createDialogReport } from '../../conversations/dialog-report.ts';
import { endedSessions } from '../../conversations/ended-sessions.ts';
import { createReport } from '../../conversations/report.ts';
import { levelsOf } from '../../conversations/service-level.ts';
import { type Cell, csvOf } from '../csv.ts';
import type { HttpParts } from '../parts.ts';
import {
  type DialogReport,
  dialogReport,
  dialogReportQuery,
  type HandlingReport,
  handlingReport,
  type ReportRowView,
  reportQuery,
} from '../report-schemas.ts';
import { type Route, route } from '../route.ts';

const durations = (average: number) => ({ count: 40, average, p50: average - 2, p90: average * 2 });

const EXAMPLE_ROW: ReportRowView = {
  key: 'support',
  sessions: 42,
  escalated: 42,
  abandoned: 2,
  resolvedByBot: 0,
  reopened: 0,
  transfers: 3,
  escalations: [
    { reason: 'customer_asked', count: 40 },
    { reason: 'bot_failed', count: 2 },
  ],
  dispositions: [{ disposition: 'delivery', count: 31 }],
  firstWait: durations(48.5),
  speedOfAnswer: durations(95),
  handle: durations(420),
  wrapUp: durations(30),
  serviceLevel: { within: 36, counted: 40 },
  survey: { answers: 11, average: 4.45 },
};

const EXAMPLE: HandlingReport = {
  from: '2026-03-01T00:00:00Z',
  to: '2026-04-01T00:00:00Z',
  by: 'queue',
  timeZone: 'UTC',
  total: { ...EXAMPLE_ROW, key: null },
  rows: [EXAMPLE_ROW],
};

const EXAMPLE_STEPS: DialogReport = {
  from: '2026-03-01T00:00:00Z',
  to: '2026-04-01T00:00:00Z',
  rows: [{ dialog: 'main', step: 'menu', language: 'en', reached: 120, handedOver: 12, left: 7 }],
};

export function reportRoutes({ store }: Pick<HttpParts, 'store'>): Route[] {
  return [
    route({
      operation: 'reportHandling',
      method: 'get',
      path: '/api/reports/handling',
      tag: 'Supervisors',
      summary: 'How sessions were handled, by queue, agent, language, day or hour',
      description:
        'Of the sessions that ended in the period; a session counts for the day and hour in which it ended. By queue and agent, one that several had counts for each of them: what happened once (a first wait, an answer, a handoff) where it happened, time where it was spent. `queue`, `agent` and `language` leave out all else. As JSON, or as CSV with `Accept: text/csv` or `format=csv`.',
      request: z.object({ query: reportQuery }),
      answer: { status: 200, description: 'The report.', schema: handlingReport, example: EXAMPLE },
      csv: { example: reportCsv(EXAMPLE), of: reportCsv },
      errors: [],
      async handle({ query: { from, to, by, timeZone, queue, agent, language } }) {
        const only = { queue, agent, language };
        const levels = levelsOf(await store.queues.find({}).toArray());
        const report = createReport({ by, only, timeZone, levels });
        for await (const batch of endedSessions(store, Date.parse(from), Date.parse(to))) {
          for (const session of batch) report.add(session);
        }
        return { from, to, by, ...only, timeZone, ...report.result() };
      },
    }),
    route({
      operation: 'reportDialogs',
      method: 'get',
      path: '/api/reports/dialogs',
      tag: 'Supervisors',
      summary: 'Where customers leave the bot, by dialog, step and language',
      description:
        'Of the sessions that ended in the period, and whose bot runs dialog files. A session counts once for each step at which the bot waited. As JSON, or as CSV with `Accept: text/csv` or `format=csv`.',
      request: z.object({ query: dialogReportQuery }),
      answer: { status: 200, description: 'The report.', schema: dialogReport, example: EXAMPLE_STEPS },
      csv: { example: dialogCsv(EXAMPLE_STEPS), of: dialogCsv },
      errors: [],
      async handle({ query: { from, to } }) {
        const report = createDialogReport();
        for await (const batch of endedSessions(store, Date.parse(from), Date.parse(to))) {
          for (const session of batch) report.add(session);
        }
        return { from, to, rows: report.rows() };
      },
    }),
  ];
}

const STEP_FIELDS = ['dialog', 'step', 'language', 'reached', 'handedOver', 'left'] as const;

function dialogCsv({ rows }: DialogReport): string {
  return csvOf(
    STEP_FIELDS,
    rows.map((row) => STEP_FIELDS.map((field): Cell => row[field])),
  );
}

const COUNTS = ['sessions', 'escalated', 'abandoned', 'resolvedByBot', 'reopened', 'transfers'] as const;
const TIMES = ['firstWait', 'speedOfAnswer', 'handle', 'wrapUp'] as const;
const FIGURES = ['count', 'average', 'p50', 'p90'] as const;

/** A line for each row; the total can be had by other means, and would be summed up with them. */
function reportCsv({ by, rows }: HandlingReport): string {
  const header = [
    by,
    ...COUNTS,
    ...TIMES.flatMap((time) => FIGURES.map((figure) => `${time}.${figure}`)),
    'serviceLevel.within',
    'serviceLevel.counted',
    'survey.answers',
    'survey.average',
    'escalations',
    'dispositions',
  ];
  return csvOf(
    header,
    rows.map((row): Cell[] => [
      row.key,
      ...COUNTS.map((count) => row[count]),
      ...TIMES.flatMap((time) => FIGURES.map((figure) => row[time][figure])),
      row.serviceLevel.within,
      row.serviceLevel.counted,
      row.survey.answers,
      row.survey.average,
      row.escalations.map(({ reason, count }) => `${reason}: ${count}`).join('; '),
      row.dispositions.map(({ disposition, count }) => `${disposition}: ${count}`).join('; '),
    ]),
  );
}
