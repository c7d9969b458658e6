import { z } from 'zod';
import { AUTOMATED_MESSAGES } from '../store/workstream.ts';
import { digits } from './optout-schemas.ts';
import { overflowAction } from './queue-schemas.ts';
import { traceEntry } from './trace-schemas.ts';
import { classification, language, routes } from './workstream-schemas.ts';

/** What goes in and out of the API about a try-out of routing; see `schemas.ts`. */

const code = z.string().min(1).max(64);

const sample = z
  .strictObject({
    customer: digits.meta({
      description: 'The customer’s number, with country code.',
      example: '15550100001',
    }),
    number: digits
      .optional()
      .meta({ description: 'The support number. When it is left out the first of the workstream.' }),
    locale: language.optional().meta({ description: 'When it is left out the language of the workstream.' }),
    reason: code.default('customer_asked').meta({ description: 'Why the bot hands over.' }),
    variables: z
      .record(z.string().max(64), z.json())
      .default({})
      .meta({ description: 'What the bot has collected: `vars` of the rules.' }),
    skills: z.array(code).max(20).default([]).meta({ description: 'That the dialog asks for.' }),
    priority: z
      .number()
      .int()
      .min(-100)
      .max(100)
      .nullable()
      .default(null)
      .meta({ description: 'That the dialog asks for; null = that of the queue.' }),
    time: z.iso.datetime({ offset: true }).optional().meta({
      description: 'When it is handed over, such as 2026-03-02T23:30:00Z. When it is left out now.',
    }),
    queue: code.nullable().default(null).meta({ description: 'That the dialog asks for; null = none.' }),
  })
  .meta({ id: 'SampleHandoff', description: 'A handoff that might be.' });

export const rulesToTry = z
  .strictObject({ sample, classification: classification.optional(), routes: routes.optional() })
  .meta({ id: 'RulesToTry' });

export const rulesTried = z
  .object({
    queueId: z.string().meta({ description: 'Where it would go.' }),
    priority: z.number().int(),
    skills: z.array(z.string()),
    variables: z.record(z.string(), z.json()).meta({ description: 'What rules have set.' }),
    closed: z
      .object({
        opensAt: z.iso.datetime().nullable().meta({ description: 'Null = not within a year (UTC).' }),
        holiday: z.string().nullable(),
      })
      .nullable()
      .meta({ description: 'Set when the queue is outside its hours then.' }),
    action: overflowAction
      .nullable()
      .meta({ description: 'What the queue does instead of only queueing it, as its overflow rules say.' }),
    messages: z
      .array(z.enum(AUTOMATED_MESSAGES))
      .meta({ description: 'Automated messages that say so to the customer, where they are on.' }),
    trace: z.array(traceEntry).meta({ description: 'How it came to that, as of a conversation.' }),
  })
  .meta({ id: 'RulesTried' });
