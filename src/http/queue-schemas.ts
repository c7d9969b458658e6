import { z } from 'zod';
import { MOST_FOR_RULES } from '../conversations/own-queue.ts';
import type { Hours, OverflowRule } from '../store/queue.ts';
import { readChangedAt } from './changed-at.ts';
import { name, ownId, time } from './schemas.ts';

/** What goes in and out of the API about queues; see `schemas.ts`. */

const HOUR = 60;
const WEEK = 7 * 24 * HOUR;

/** As many as Omnichannel waits for: from a minute to two days. */
const WAIT = { min: 60, max: 172_800 };

const from = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 09:00, from 00:00 to 23:59')
  .meta({ description: 'HH:MM', example: '09:00' });
const to = z
  .string()
  .regex(/^(([0-3]\d|4[0-7]):[0-5]\d|48:00)$/, 'write a time such as 18:00, up to 48:00')
  .meta({
    description: 'HH:MM, the first minute that is not served; beyond 24:00 it is in the next day.',
    example: '18:00',
  });

/** IANA names only: what `Intl` takes besides, such as +01:00, knows no summer time. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'write a time zone such as Europe/Madrid')
  .meta({ description: 'IANA', example: 'Europe/Madrid' });

const holiday = z.strictObject({
  date: z.iso.date().meta({ description: 'In `timeZone`.', example: '2026-12-25' }),
  name: z.string().trim().min(1).max(100),
  open: z
    .array(z.strictObject({ from, to }))
    .max(10)
    .superRefine((spans, context) => {
      for (const problem of spanProblems(spans.map((span) => minutesOf(span))))
        context.addIssue({ code: 'custom', ...problem });
    })
    .meta({ description: 'Instead of the week’s times; empty = closed.' }),
});

export const hours = z
  .strictObject({
    timeZone,
    week: z
      .array(
        z.strictObject({
          day: z.number().int().min(1).max(7).meta({ description: '1 = Monday to 7 = Sunday' }),
          from,
          to,
        }),
      )
      .max(70)
      .superRefine((spans, context) => {
        const inWeek = spans.map(({ day, ...times }) => minutesOf(times, (day - 1) * 24 * HOUR));
        for (const problem of spanProblems(inWeek, WEEK)) context.addIssue({ code: 'custom', ...problem });
      }),
    holidays: z
      .array(holiday)
      .max(366)
      .superRefine((holidays, context) => {
        for (const [index, { date }] of holidays.entries()) {
          if (holidays.findIndex((other) => other.date === date) === index) continue;
          context.addIssue({ code: 'custom', path: [index, 'date'], message: 'the date is there already' });
        }
      })
      .default([]),
  })
  .meta({ id: 'Hours', description: 'When a queue is served.' });

const when = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('closed') }).meta({ description: 'Outside the hours, before queueing.' }),
  z
    .strictObject({ is: z.literal('full'), waiting: z.number().int().min(1).max(MOST_FOR_RULES) })
    .meta({ description: 'That many wait already, before queueing.' }),
  z
    .strictObject({ is: z.literal('age'), seconds: z.number().int().min(WAIT.min).max(WAIT.max) })
    .meta({ description: 'It has waited for so long.' }),
]);

const then = z
  .discriminatedUnion('do', [
    z.strictObject({ do: z.literal('end') }),
    z.strictObject({ do: z.literal('queue'), queueId: z.string().min(1).max(64) }),
    z.strictObject({ do: z.literal('call_back') }),
    z.strictObject({ do: z.literal('assign') }),
    z.strictObject({ do: z.literal('bot') }),
  ])
  .meta({
    description:
      '`end` closes the session with a text · `queue` sends it to another queue · `call_back` writes that we write when somebody is free, and it goes on waiting · `assign` gives it to whom it fits best, whatever their capacity, once somebody is not `offline` · `bot` gives it back to the bot',
  });

export { then as overflowAction };

export const overflow = z.array(z.strictObject({ when, then })).max(20).meta({
  description:
    'Before queueing, the first rule that holds acts. While a conversation waits, each rule of `age` acts once, that of the shortest wait first.',
});

export type HoursView = z.output<typeof hours>;

/** Hours of the API as the store has them: times of day in minutes. */
export function hoursOf({ timeZone, week, holidays }: HoursView): Hours {
  return {
    timeZone,
    week: week.map(({ day, ...times }) => ({ day, ...minutesOf(times) })),
    holidays: holidays.map(({ date, name, open }) => ({
      date,
      name,
      open: open.map((times) => minutesOf(times)),
    })),
  };
}

/** Hours of the store as the API has them: times of day as HH:MM. */
export function hoursView({ timeZone, week, holidays }: Hours): HoursView {
  return {
    timeZone,
    week: week.map(({ day, ...span }) => ({ day, ...timesOf(span) })),
    holidays: holidays.map(({ date, name, open }) => ({ date, name, open: open.map(timesOf) })),
  };
}

/** The queues that rules send conversations to, each with its path within the rules. */
export function queuesNamedInOverflow(rules: readonly OverflowRule[]): { path: string; queueId: string }[] {
  return rules.flatMap(({ then: action }, index) =>
    action.do === 'queue' ? [{ path: `${index}.then.queueId`, queueId: action.queueId }] : [],
  );
}

interface Span {
  from: number;
  to: number;
}

/** Each span that is empty, or in which another is that comes before it in the list. A `cycle` begins anew after its minutes. */
function spanProblems(spans: Span[], cycle = 0): { path: (string | number)[]; message: string }[] {
  return spans.flatMap((span, index) => {
    if (span.from >= span.to) return [{ path: [index, 'to'], message: 'it must be later than `from`' }];
    const other = spans.findIndex((one, at) => at < index && overlap(one, span, cycle));
    return other < 0 ? [] : [{ path: [index], message: `it overlaps with number ${other}` }];
  });
}

function overlap(a: Span, b: Span, cycle: number): boolean {
  return [-cycle, 0, cycle].some((shift) => a.from + shift < b.to && b.from < a.to + shift);
}

/** Minutes since midnight, and `more`; NaN for what is not a time. */
function minutesOf(times: { from: string; to: string }, more = 0): Span {
  return { from: minutes(times.from) + more, to: minutes(times.to) + more };
}

function minutes(time: string): number {
  const [hour, minute] = time.split(':');
  return Number(hour) * HOUR + Number(minute);
}

function timesOf({ from, to }: Span): { from: string; to: string } {
  return { from: clock(from), to: clock(to) };
}

function clock(minute: number): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / HOUR))}:${two(minute % HOUR)}`;
}

function isTimeZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const priority = z.number().int().min(-100).max(100).meta({ description: 'Higher is taken first.' });

const levelSeconds = z
  .number()
  .int()
  .min(1)
  .max(604_800)
  .nullable()
  .meta({ description: 'Seconds within which a conversation should be taken; null = no service level.' });
const queueSettings = {
  hours: hours.nullable().meta({ description: 'When it is served; null = always.' }),
  overflow,
  levelSeconds,
};

export const queue = z
  .object({
    id: z.string(),
    name: z.string(),
    priority,
    waiting: z.number().int().meta({ description: 'How many conversations wait.' }),
    oldest: time.nullable().meta({ description: 'Since when the longest waits.' }),
    agentsAvailable: z.number().int().meta({ description: 'Members whose presence is `available`.' }),
    agentsThere: z.number().int().meta({
      description:
        'Members who are not `offline`. Where it is 0, or the queue is closed, no agent transfers to it.',
    }),
    ...queueSettings,
    open: z.boolean().meta({ description: 'Whether it is in its hours now.' }),
    opensAt: time.nullable().meta({
      description: 'When it opens next; null while it is open, and when that is more than 370 days away.',
    }),
    changedAt: time.meta({ description: 'When its settings changed last (UTC).' }),
  })
  .meta({ id: 'Queue' });

export const newQueue = z
  .strictObject({
    id: ownId,
    name,
    priority: priority.default(0),
    hours: queueSettings.hours.default(null),
    overflow: overflow.default([]),
    levelSeconds: levelSeconds.default(null),
  })
  .meta({ id: 'NewQueue' });
export const queueChanges = z.strictObject({ name, priority, ...queueSettings }).partial();
export const queueChange = queueChanges.extend({ changedAt: readChangedAt }).meta({ id: 'QueueChanges' });

export type Queue = z.output<typeof queue>;
