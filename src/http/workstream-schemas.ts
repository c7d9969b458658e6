import { z } from 'zod';
import { ROUTING_LIMITS } from '../conversations/routing-rules.ts';
import type { AutomatedMessage } from '../store/workstream.ts';

/** What goes in and out of the API about workstreams; see `schemas.ts`. */

const DAY = 86_400;

export const language = z
  .string()
  .max(35)
  .refine((tag) => {
    try {
      return Intl.getCanonicalLocales(tag).length === 1;
    } catch {
      return false;
    }
  }, 'write a language tag such as en or zh-TW')
  .meta({ description: 'BCP 47', example: 'es' });

const queueId = z.string().min(1).max(64).meta({ description: 'The id of a queue.' });
const ruleName = z.string().trim().min(1).max(100);
const seconds = z
  .number()
  .int()
  .min(1)
  .max(365 * DAY);
const secondsOrNever = seconds.nullable();

const distributionFields = {
  mode: z.enum(['pick', 'push']).meta({
    description: '`pick`: agents take from the list · `push`: they are offered one.',
  }),
  method: z.enum(['highest_free', 'round_robin', 'longest_idle']).meta({
    description:
      'Who is offered it first: who has most capacity free · each in turn · who has had nothing for the longest time.',
  }),
  skills: z.enum(['exact', 'closest', 'none']).meta({
    description:
      'Of the skills that rules asked for: `exact` all · `closest` as many as can be had · `none` they do not count.',
  }),
  languages: z.boolean().meta({ description: 'Only agents who have the conversation’s language.' }),
  sameAgent: z
    .boolean()
    .meta({ description: 'Who had the customer last is offered it first, if they are there.' }),
  offerSeconds: z.number().int().min(5).max(3600).meta({ description: 'How long an agent has to accept.' }),
};

const capacityFields = {
  cost: z.number().int().min(1).max(100).meta({
    description: 'Units that a conversation takes up while it is offered to an agent or active.',
  }),
  wrapUp: z
    .union([z.enum(['always', 'never']), z.strictObject({ seconds: z.number().int().min(30).max(3600) })])
    .meta({ description: 'For how long one in wrap-up takes up as much.' }),
};

const timesFields = {
  closeOpen: secondsOrNever.meta({ description: 'One that waits in a queue is closed.' }),
  closeActive: secondsOrNever.meta({
    description: 'One with the bot or an agent is closed, since the last message.',
  }),
  closeWaiting: secondsOrNever.meta({ description: 'One that its agent parked is closed.' }),
  closeWrapUp: secondsOrNever.meta({ description: 'One in wrap-up is closed.' }),
  remind: secondsOrNever.meta({
    description: 'The customer has not answered an agent: a text reminds them.',
  }),
  closeReminded: secondsOrNever.meta({ description: 'Still no answer, so long after the reminder: closed.' }),
  firstResponse: secondsOrNever.meta({
    description: 'An agent who has not written by then loses the conversation to the queue.',
  }),
  untaken: seconds.meta({
    description: 'Nobody has taken a handoff, unless the dialog names a time of its own.',
  }),
};

const automatedFields = {
  on: z.boolean(),
  texts: z
    .record(language, z.string().trim().min(1).max(1600))
    .refine((texts) => Object.keys(texts).length <= 50, 'at most 50 languages')
    .meta({ description: 'By language. One that is missing here comes from the locale files.' }),
};

/** One field for each automated message. */
function messagesWith<T extends z.ZodType>(setting: T) {
  return {
    greeting: setting,
    queued: setting,
    position: setting,
    assigned: setting,
    not_assigned: setting,
    transferred: setting,
    left: setting,
    ended: setting,
    out_of_hours: setting,
    holiday: setting,
    overflow_ended: setting,
    call_back: setting,
    inactivity_reminder: setting,
    inactivity_closed: setting,
    survey: setting,
    survey_thanks: setting,
  } satisfies Record<AutomatedMessage, T>;
}

const expression = z.string().min(1).max(500).meta({
  description:
    'CEL, true or false, over `customer`, `number`, `locale`, `reason`, `vars`, `skills`, `priority`, `time`, `queue`, `open` and `waiting`.',
  example: 'has(vars.topic) && vars.topic == "order"',
});

const ruleOutput = z
  .strictObject({
    priority: z.number().int().min(-100).max(100),
    skills: z
      .array(z.string().min(1).max(64))
      .max(20)
      .meta({ description: 'Added to those asked for so far.' }),
    variables: z
      .record(
        z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'a name of letters, digits and underscores'),
        z.union([z.string().max(200), z.number(), z.boolean()]),
      )
      .refine((variables) => Object.keys(variables).length <= 20, 'at most 20 variables'),
  })
  .partial()
  .meta({ description: 'What a conversation gets for which the rule holds.' });

const classification = z
  .array(
    z.strictObject({
      name: ruleName,
      rules: z
        .array(z.strictObject({ name: ruleName, when: expression, set: ruleOutput }))
        .max(ROUTING_LIMITS.rules),
    }),
  )
  .max(ROUTING_LIMITS.rulesets)
  .meta({
    description:
      'Rulesets, in order; the first rule of each that holds gives its output, and later rulesets see it.',
  });

const routes = z
  .array(
    z.strictObject({
      name: ruleName,
      when: expression,
      to: z
        .array(z.strictObject({ queueId, percent: z.number().int().min(1).max(100) }))
        .min(1)
        .max(ROUTING_LIMITS.split)
        .meta({ description: 'The percentages add up to 100.' }),
    }),
  )
  .max(ROUTING_LIMITS.rules)
  .meta({
    description:
      'Asked in order; the first that holds names the queue. When none does it is the queue that the dialog asked for, else `queueId`. When a rule fails it is `queueId`.',
  });

export const workstream = z
  .object({
    id: z.string(),
    numbers: z.array(z.string()).meta({
      description: 'Support numbers, digits with country code. They are set in the service’s settings.',
    }),
    language: language.meta({ description: 'Of customers who have not chosen one (BCP 47).' }),
    queueId: queueId.meta({ description: 'Where handoffs go that no rule and no dialog sends elsewhere.' }),
    settings: z
      .object({
        distribution: z.object(distributionFields),
        capacity: z.object(capacityFields),
        times: z.object(timesFields).meta({ description: 'Seconds; null = never.' }),
        messages: z.object(messagesWith(z.object(automatedFields))).partial(),
        classification,
        routes,
      })
      .meta({ description: 'All of them: where the workstream has none of its own, the default.' }),
    changedAt: z.iso.datetime().nullable().meta({ description: 'By the API; null = never (UTC).' }),
  })
  .meta({ id: 'Workstream', description: 'How conversations on its numbers are handled.' });

export const workstreamChanges = z
  .strictObject({
    language,
    queueId,
    settings: z
      .strictObject({
        distribution: z.strictObject(distributionFields).partial(),
        capacity: z.strictObject(capacityFields).partial(),
        times: z.strictObject(timesFields).partial(),
        messages: z.strictObject(messagesWith(z.strictObject(automatedFields).partial())).partial(),
        classification,
        routes,
      })
      .partial(),
  })
  .partial()
  .meta({ id: 'WorkstreamChanges' });

export type WorkstreamView = z.output<typeof workstream>;
export type SettingsChanges = NonNullable<z.output<typeof workstreamChanges>['settings']>;
