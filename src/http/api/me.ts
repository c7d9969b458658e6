import { z } from 'zod';
import { prolongGrace } from '../../conversations/grace.ts';
import { SwitchboardError } from '../../errors.ts';
import { agent } from '../agent-schemas.ts';
import type { HttpParts } from '../parts.ts';
import { presenceChange, setPresence } from '../presence.ts';
import { type Route, route } from '../route.ts';
import { agentView } from '../views.ts';
import { EXAMPLE_AGENT } from './examples.ts';

const tag = 'Me';

export function meRoutes({ store, desk, now }: Pick<HttpParts, 'store' | 'desk' | 'now'>): Route[] {
  return [
    route({
      operation: 'getMe',
      method: 'get',
      path: '/api/me',
      tag,
      summary: 'Who I am',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'The agent whose token this is.',
        schema: agent,
        example: EXAMPLE_AGENT,
      },
      errors: [],
      handle: async (_, context) => agentView(context.agent, now()),
    }),
    route({
      operation: 'setPresence',
      method: 'put',
      path: '/api/me/presence',
      tag,
      summary: 'Say whether I am there',
      request: z.object({ body: presenceChange }),
      description:
        'Either a `presence`, or the `presenceId` of an own one (`GET /api/presences`). `offline` means that you get nothing new: what you have stays yours, and what is offered to you goes to the next.',
      exampleBody: { presence: 'available' },
      answer: { status: 200, description: 'The agent, changed.', schema: agent, example: EXAMPLE_AGENT },
      errors: [],
      async handle({ body }, context) {
        // Before it: the grace that is just over must not undo what they say.
        await prolongGrace(store, context.agent._id, now());
        const changed = await setPresence({ store, desk, now }, context.agent._id, body);
        if (!changed) throw new SwitchboardError('unauthenticated');
        return agentView(changed, now());
      },
    }),
  ];
}
