import { z } from 'zod';
import { colleague, colleagueFilter } from '../agent-schemas.ts';
import { pageOfAll, placeById } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { pageOf } from '../schemas.ts';
import { colleagueView } from '../views.ts';
import { EXAMPLE_COLLEAGUE } from './examples.ts';

export function colleagueRoutes({ store }: Pick<HttpParts, 'store'>): Route[] {
  return [
    route({
      operation: 'listColleagues',
      method: 'get',
      path: '/api/colleagues',
      tag: 'Colleagues',
      summary: 'Whom I may transfer to or ask',
      description:
        'Whatever queues you serve, since a conversation may go to anybody. An agent transfers only to who is not `offline`; asked may be everybody.',
      request: z.object({ query: colleagueFilter }),
      answer: {
        status: 200,
        description: 'Every agent but yourself, by id.',
        schema: pageOf(colleague),
        example: { items: [EXAMPLE_COLLEAGUE], cursor: null },
      },
      errors: [],
      async handle({ query }, { actor }) {
        const others = (await store.agents.find({}).toArray()).filter(
          ({ _id, queues }) =>
            _id !== actor.id && (query.queue === undefined || queues.includes(query.queue)),
        );
        const page = pageOfAll(others, placeById, query);
        return { ...page, items: page.items.map(colleagueView) };
      },
    }),
  ];
}
