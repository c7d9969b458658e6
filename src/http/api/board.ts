import { z } from 'zod';
import { createBoard } from '../board.ts';
import { type Board, board, boardQuery } from '../board-schemas.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { EXAMPLE_AGENT, EXAMPLE_CONVERSATION, EXAMPLE_QUEUE } from './examples.ts';

const EXAMPLE: Board = {
  at: '2026-03-02T09:31:10.000Z',
  queues: [
    {
      id: EXAMPLE_QUEUE.id,
      name: EXAMPLE_QUEUE.name,
      open: true,
      waiting: 1,
      oldest: '2026-03-02T09:28:10.000Z',
      active: 1,
      parked: 0,
      wrapUp: 0,
      agents: { available: 1, busy: 0, do_not_disturb: 0, away: 0, offline: 0 },
      level: {
        seconds: 300,
        over: 0,
        today: { within: 41, counted: 50, share: 0.82 },
        lastHour: { within: 9, counted: 9, share: 1 },
      },
    },
  ],
  waiting: {
    items: [
      {
        id: '15550109999-15550100002',
        number: '15550109999',
        customer: '15550100002',
        queueId: EXAMPLE_QUEUE.id,
        queuedAt: '2026-03-02T09:28:10.000Z',
        waitedSeconds: 180,
        priority: 0,
        reason: 'customer_asked',
        skills: [],
        locale: 'es',
        offeredTo: null,
        sentiment: 'negative',
      },
    ],
    cursor: null,
  },
  agents: [
    {
      id: EXAMPLE_AGENT.id,
      name: EXAMPLE_AGENT.name,
      presence: 'available',
      presenceId: null,
      presenceAt: '2026-03-02T08:59:12.000Z',
      load: 1,
      capacity: EXAMPLE_AGENT.capacity,
      work: [
        {
          id: EXAMPLE_CONVERSATION.id,
          place: 'agent',
          since: '2026-03-02T09:29:40.000Z',
          queueId: EXAMPLE_QUEUE.id,
          sentiment: 'neutral',
        },
      ],
    },
  ],
  deadLetters: { failed: 1, unknown: 0 },
  workComplete: true,
};

export function boardRoutes({ store, now }: Pick<HttpParts, 'store' | 'now'>): Route[] {
  const { read } = createBoard({ store, now });
  return [
    route({
      operation: 'getBoard',
      method: 'get',
      path: '/api/board',
      tag: 'Supervisors',
      summary: 'Queues, who waits, agents and their work, as they are now',
      description:
        '`limit` and `cursor` are for the list of who waits. Queues and agents may be a second old, service levels some seconds.',
      request: z.object({ query: boardQuery }),
      answer: { status: 200, description: 'The board.', schema: board, example: EXAMPLE },
      errors: [],
      handle: ({ query }) => read(query),
    }),
  ];
}
