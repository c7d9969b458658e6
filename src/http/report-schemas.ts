import { z } from 'zod';
import { GROUPINGS } from '../conversations/report.ts';
import { timeZone } from './queue-schemas.ts';

/** What goes in and out of the API about reports; see `schemas.ts`. */

const DAY = 24 * 60 * 60 * 1000;
const MOST_DAYS = 92;

const time = z.iso.datetime({ offset: true });

export const reportQuery = z
  .strictObject({
    from: time.meta({ description: 'Sessions that ended from then on.', example: '2026-03-01T00:00:00Z' }),
    to: time.meta({
      description: `And before then; at most ${MOST_DAYS} days later.`,
      example: '2026-04-01T00:00:00Z',
    }),
    by: z.enum(GROUPINGS),
    timeZone: timeZone.default('UTC').meta({ description: 'What a day and an hour are (IANA).' }),
    format: z.enum(['json', 'csv']).optional().meta({ description: 'Stands before `Accept`.' }),
  })
  .superRefine(({ from, to }, context) => {
    const length = Date.parse(to) - Date.parse(from);
    if (length > 0 && length <= MOST_DAYS * DAY) return;
    const message = `it must be later than \`from\`, by at most ${MOST_DAYS} days`;
    context.addIssue({ code: 'custom', path: ['to'], message });
  });

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
      .meta({ description: 'Closed or left by the customer while waiting, before any agent had them.' }),
    resolvedByBot: z.number().int().meta({ description: 'Ended by the bot; nobody else had them.' }),
    escalations: z
      .array(z.object({ reason: z.string(), count: z.number().int() }))
      .meta({ description: 'Handoffs by their reason.' }),
    firstWait: durations.meta({ description: 'From the first handoff until an agent had it.' }),
    speedOfAnswer: durations.meta({ description: 'From the first handoff to the first text of a person.' }),
    handle: durations.meta({ description: 'For how long agents had it, wrap-up included, parked not.' }),
    wrapUp: durations,
    survey: z.object({ answers: z.number().int(), average: z.number().nullable() }),
  })
  .meta({ id: 'ReportRow' });

export const handlingReport = z
  .object({
    from: time,
    to: time,
    by: z.enum(GROUPINGS),
    timeZone: z.string(),
    total: row.meta({ description: 'Each session once.' }),
    rows: z.array(row).meta({ description: 'By key.' }),
  })
  .meta({ id: 'HandlingReport' });

export type HandlingReport = z.output<typeof handlingReport>;
export type ReportRowView = z.output<typeof row>;
