import { z } from 'zod';
import { ROUTING_LIMITS } from '../conversations/routing-rules.ts';
import type { AutomatedMessage } from '../store/workstream.ts';
import { readChangedAt } from './changed-at.ts';
import { ownText } from './own-text.ts';
import { timeZone } from './queue-schemas.ts';
import { ownId } from './schemas.ts';

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
      'Who is offered it first: who has most capacity free · each in turn · who has been there with nothing to do for the longest time.',
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

const dialog = z.string().min(1).max(64).nullable().meta({
  description:
    'The dialog with which the bot begins on these numbers: best one with the trigger `workstream`. Null = the one with the trigger `start`. What a program’s own bot makes of it is its to say.',
});

const days = z.number().int().min(1).max(3650).nullable();

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 21:00, from 00:00 to 23:59');
const quietHours = z
  .strictObject({
    timeZone,
    from: timeOfDay.meta({ example: '21:00' }),
    to: timeOfDay.meta({ example: '08:00' }),
  })
  .refine(({ from, to }) => from !== to, 'from and to are the same: write null for no quiet hours')
  .nullable()
  .meta({
    description:
      'When reminders, surveys, calls back and what programs send by themselves wait; answers leave at once. Across midnight where `from` is later. Null = never.',
  });

const texts = z.number().int().min(5).max(1000);
const flood = z
  .strictObject({
    slowAfter: texts.meta({ description: 'From here on the bot answers every five seconds.' }),
    muteAfter: texts.meta({ description: 'From here on nothing is answered, but by a person.' }),
    muteSeconds: z.number().int().min(60).max(86_400),
  })
  .refine(({ slowAfter, muteAfter }) => slowAfter < muteAfter, 'slowAfter must be below muteAfter')
  .nullable()
  .meta({
    description:
      'A customer’s number that texts without an end, as programs do. Texts count up, six a minute are forgotten. Null = nobody is slowed.',
  });

const reopenSeconds = z
  .number()
  .int()
  .min(1)
  .max(7 * DAY)
  .nullable()
  .meta({
    description:
      'For so long after a session that a person had has ended, the customer’s next text goes to people again: to the same agent who is there and has room, else into the same queue. Null = to the bot.',
  });

const retentionFields = {
  transcripts: days.meta({ description: 'Messages and notes.' }),
  sessions: days.meta({
    description:
      'What reports are made of. A closed conversation goes when neither these nor messages are left of it.',
  }),
  audit: days.meta({ description: 'What was done about its conversations, and who read them.' }),
};

const attachmentFields = {
  customers: z.boolean().meta({ description: 'Pictures that came as MMS are listed, and can be opened.' }),
  agents: z.boolean().meta({ description: 'Agents give files to customers, as links.' }),
};

const automatedFields = {
  on: z.boolean(),
  texts: z
    .record(language, ownText)
    .refine((texts) => Object.keys(texts).length <= 50, 'at most 50 languages')
    .meta({
      description:
        'By language, with `{{agent}}`, `{{queue}}`, `{{holiday}}`, `{{position}}`, `{{wait}}` or `{{opens}}`. One that is missing here comes from the locale files.',
    }),
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
    opted_out: setting,
    opted_in: setting,
    help: setting,
    stop_unclear: setting,
  } satisfies Record<AutomatedMessage, T>;
}

const expression = z.string().min(1).max(500).meta({
  description:
    'CEL, true or false, over `customer`, `number`, `locale`, `reason`, `vars`, `skills`, `priority`, `time` (in the zone of the hours of the workstream’s queue, else UTC), `queue`, `open` and `waiting` (of each queue at most 10,000).',
  example: 'has(vars.topic) && vars.topic == "order"',
});

const ruleOutput = z
  .strictObject({
    priority: z
      .number()
      .int()
      .min(-100)
      .max(100)
      .meta({ description: 'Replaces that of the queue; it is not added to it.' }),
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

export const classification = z
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

export const routes = z
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
      description: 'Support numbers of channels. A number that none lists is handled as `default` says.',
    }),
    language: language.meta({ description: 'Of customers who have not chosen one (BCP 47).' }),
    queueId: queueId.meta({ description: 'Where handoffs go that no rule and no dialog sends elsewhere.' }),
    settings: z
      .object({
        dialog,
        distribution: z.object(distributionFields),
        capacity: z.object(capacityFields),
        times: z.object(timesFields).meta({ description: 'Seconds; null = never.' }),
        messages: z.object(messagesWith(z.object(automatedFields))).partial(),
        quietHours,
        attachments: z.object(attachmentFields),
        flood,
        reopenSeconds,
        retention: z.object(retentionFields).meta({ description: 'Days; null = it is kept for ever.' }),
        classification,
        routes,
      })
      .meta({ description: 'All of them: where the workstream has none of its own, the default.' }),
    changedAt: z.iso.datetime().nullable().meta({ description: 'By the API; null = never (UTC).' }),
  })
  .meta({ id: 'Workstream', description: 'How conversations on its numbers are handled.' });

const numbers = z
  .array(z.string().max(64))
  .max(200)
  .transform((list) => [...new Set(list)])
  .meta({ description: 'Each is one channel’s, and in one workstream only.' });

const changes = {
  numbers,
  language,
  queueId,
  settings: z
    .strictObject({
      dialog,
      distribution: z.strictObject(distributionFields).partial(),
      capacity: z.strictObject(capacityFields).partial(),
      times: z.strictObject(timesFields).partial(),
      messages: z.strictObject(messagesWith(z.strictObject(automatedFields).partial())).partial(),
      quietHours,
      attachments: z.strictObject(attachmentFields).partial(),
      flood,
      reopenSeconds,
      retention: z.strictObject(retentionFields).partial(),
      classification,
      routes,
    })
    .partial(),
};

export const workstreamChanges = z.strictObject(changes).partial();
export const workstreamChange = workstreamChanges
  .extend({ changedAt: readChangedAt })
  .meta({ id: 'WorkstreamChanges' });

export const newWorkstream = z
  .strictObject({
    ...changes,
    id: ownId,
    numbers: numbers.default([]),
    settings: changes.settings.default({}),
  })
  .meta({ id: 'NewWorkstream' });

export const workstreamCopy = z
  .strictObject({ id: ownId, numbers: numbers.default([]) })
  .meta({ id: 'WorkstreamCopy' });

export type WorkstreamView = z.output<typeof workstream>;
export type SettingsChanges = NonNullable<z.output<typeof workstreamChanges>['settings']>;
