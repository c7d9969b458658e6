import { z } from 'zod';
import { PLACES, PRESENCES } from '../store/documents.ts';
import { presence } from './agent-schemas.ts';
import { pageOf, paging, sentiment } from './schemas.ts';

/** What goes in and out of the API about the supervisors' board; see `schemas.ts`. */

const time = z.iso.datetime();
const count = z.number().int();

const share = z
  .object({
    within: count.meta({ description: 'Taken within the level.' }),
    counted: count.meta({
      description: 'Of so many: taken, or waiting or given up for longer than the level.',
    }),
    share: z.number().nullable().meta({ description: '0 to 1; null where nothing was counted.' }),
  })
  .meta({ id: 'ServiceLevelShare' });

const queueBoard = z
  .object({
    id: z.string(),
    name: z.string(),
    open: z.boolean().meta({ description: 'Whether it is in its hours now.' }),
    waiting: count,
    oldest: time.nullable().meta({ description: 'Since when the longest waits.' }),
    active: count.meta({ description: 'With an agent.' }),
    parked: count.meta({ description: 'In the state `waiting`.' }),
    wrapUp: count,
    agents: z.record(z.enum(PRESENCES), count).meta({ description: 'Its members by presence.' }),
    level: z
      .object({
        seconds: count,
        over: count.meta({ description: 'How many wait for longer than it.' }),
        today: share,
        lastHour: share,
      })
      .nullable()
      .meta({
        description:
          'Of the waits that began today (by the time zone of its hours, else UTC), and in the last hour.',
      }),
  })
  .meta({ id: 'QueueBoard', description: 'Counts end at 10,000.' });

const waitingConversation = z
  .object({
    id: z.string(),
    number: z.string(),
    customer: z.string(),
    queueId: z.string(),
    queuedAt: time,
    waitedSeconds: count,
    priority: count,
    reason: z.string().nullable().meta({ description: 'Of the handoff.' }),
    skills: z.array(z.string()),
    locale: z.string().nullable(),
    offeredTo: z.string().nullable().meta({ description: 'The agent who has been asked.' }),
    sentiment,
  })
  .meta({ id: 'WaitingConversation' });

const agentBoard = z
  .object({
    id: z.string(),
    name: z.string(),
    presence,
    presenceId: z.string().nullable(),
    presenceAt: time.meta({ description: 'Since when.' }),
    load: z.number(),
    capacity: count,
    work: z.array(
      z.object({
        id: z.string().meta({ description: 'The conversation’s.' }),
        place: z.enum(PLACES),
        since: time,
        queueId: z.string().nullable(),
        sentiment,
      }),
    ),
  })
  .meta({ id: 'AgentBoard' });

export const boardQuery = z.strictObject(paging);

export const board = z
  .object({
    at: time,
    queues: z.array(queueBoard),
    waiting: pageOf(waitingConversation).meta({ description: 'Who waits longest comes first.' }),
    agents: z.array(agentBoard),
    deadLetters: z.object({ failed: count, unknown: count }).meta({
      description:
        'Messages that failed, or whose outcome is unknown, and that a person has to look at; up to 10,000.',
    }),
    workComplete: z.boolean().meta({
      description: 'False: of each state, only the 1,000 conversations that changed last are in `work`.',
    }),
  })
  .meta({ id: 'Board' });

export type Board = z.output<typeof board>;
export type QueueBoard = z.output<typeof queueBoard>;
export type AgentBoard = z.output<typeof agentBoard>;
export type WaitingConversation = z.output<typeof waitingConversation>;
