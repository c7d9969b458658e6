import { z } from 'zod';
import { GROUPINGS } from '../conversations/report.ts';
import { timeZone } from './queue-schemas.ts';

/** What goes in and out of the API about reports; see `schemas.ts`. */

const DAY = 24 * 60 * 60 * 1000;
const MOST_DAYS = 92;

const time = z.iso.datetime({ offset: true });

const period = {
  from: time.meta({ description: 'Sessions that ended from then on.', example: '2026-03-01T00:00:00Z' }),
  to: time.meta({
    description: `And before then; at most ${MOST_DAYS} days later.`,
    example: '2026-04-01T00:00:00Z',
  }),
};
const format = z.enum(['json', 'csv']).optional().meta({ description: 'Stands before `Accept`.' });

export const dialogReportQuery = z.strictObject({ ...period, format }).superRefine(notTooLong);

const key = z.string().min(1).max(100).optional();
const filter = {
  queue: key.meta({ description: 'Only what `by=queue` counts for this one.' }),
  agent: key.meta({ description: 'Only what `by=agent` counts for this one.' }),
  language: key.meta({ description: 'Only sessions in this language.' }),
};

export const reportQuery = z
  .strictObject({
    ...period,
    by: z.enum(GROUPINGS),
    ...filter,
    timeZone: timeZone.default('UTC').meta({ description: 'What a day and an hour are (IANA).' }),
    format,
  })
  .superRefine(notTooLong);

function notTooLong({ from, to }: { from: string; to: string }, context: z.RefinementCtx): void {
  const length = Date.parse(to) - Date.parse(from);
  if (length > 0 && length <= MOST_DAYS * DAY) return;
  const message = `it must be later than \`from\`, by at most ${MOST_DAYS} days`;
  context.addIssue({ code: 'custom', path: ['to'], message });
}

const durations = z
  .object({
    count: z.number().int(),
    average: z.number().nullable(),
    p50: z.number().nullable(),
    p90: z.number().nullable(),
  })
  .meta({ id: 'Durations', description: 'In seconds; percentiles are at most 1 % off.' });

const row = z
  .object({
    key: z.string().nullable().meta({ description: 'Null: no queue, no agent, no language.' }),
    sessions: z.number().int(),
    escalated: z.number().int().meta({ description: 'A queue or an agent had them.' }),
    abandoned: z
      .number()
      .int()
      .meta({ description: 'Closed or left by the customer while waiting; no agent ever had them.' }),
    resolvedByBot: z.number().int().meta({ description: 'Ended by the bot; nobody else had them.' }),
    reopened: z.number().int().meta({ description: 'They went on with the session before: see `reopens`.' }),
    transfers: z
      .number()
      .int()
      .meta({ description: 'How often an agent passed on what was theirs; counted for that agent.' }),
    escalations: z
      .array(z.object({ reason: z.string(), count: z.number().int() }))
      .meta({ description: 'Handoffs by their reason.' }),
    dispositions: z
      .array(z.object({ disposition: z.string(), count: z.number().int() }))
      .meta({ description: 'Sessions by the code that the agent closed them with.' }),
    firstWait: durations.meta({
      description: 'From the first handoff, or the reopening into a queue, until an agent had it.',
    }),
    speedOfAnswer: durations.meta({ description: 'From then to the first text of a person.' }),
    handle: durations.meta({ description: 'For how long agents had it, wrap-up included, parked not.' }),
    wrapUp: durations,
    serviceLevel: z.object({ within: z.number().int(), counted: z.number().int() }).meta({
      description:
        'Waits that were taken within the service level that their queue has now, of those that were, or that were longer.',
    }),
    survey: z.object({ answers: z.number().int(), average: z.number().nullable() }),
  })
  .meta({ id: 'ReportRow' });

export const handlingReport = z
  .object({
    from: time,
    to: time,
    by: z.enum(GROUPINGS),
    ...filter,
    timeZone: z.string(),
    total: row.meta({ description: 'Each session once.' }),
    rows: z.array(row).meta({ description: 'By key.' }),
  })
  .meta({ id: 'HandlingReport' });

const stepRow = z
  .object({
    dialog: z.string(),
    step: z.string().meta({ description: 'Its id, or the one made of its kind and text key.' }),
    language: z.string().nullable(),
    reached: z.number().int().meta({ description: 'The bot waited there.' }),
    handedOver: z
      .number()
      .int()
      .meta({ description: 'It was the last step, and a person was called from there.' }),
    left: z.number().int().meta({ description: 'It was the last step: the customer wrote no more.' }),
  })
  .meta({ id: 'StepRow' });

export const dialogReport = z
  .object({
    from: time,
    to: time,
    rows: z.array(stepRow).meta({ description: 'By dialog, step and language.' }),
  })
  .meta({ id: 'DialogReport' });

export type DialogReport = z.output<typeof dialogReport>;
export type HandlingReport = z.output<typeof handlingReport>;
export type ReportRowView = z.output<typeof row>;
