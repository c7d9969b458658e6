import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { conversation, idParameter, versionOnly } from '../schemas.ts';
import { conversationView } from '../views.ts';
import { expected } from './claims.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

/** As many as Dynamics 365 has for a contact. */
const MOST = 3;

const preference = versionOnly.extend({
  agentIds: z.array(z.string().min(1).max(64)).max(MOST).meta({
    description: 'The first who is there and has room is asked first; empty = nobody in particular.',
  }),
});

export function preferredAgentRoutes({ desk }: Pick<HttpParts, 'desk'>): Route[] {
  return [
    route({
      operation: 'preferAgents',
      method: 'put',
      path: '/api/conversations/{id}/preferred-agents',
      tag: 'Transfers',
      summary: 'Say whom this customer is to have',
      description:
        'Where the workstream pushes, these are offered the customer’s conversations before others, in this and later sessions. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: preference }),
      exampleBody: { agentIds: ['agent-1'] },
      answer: {
        status: 200,
        description: 'The conversation.',
        schema: conversation,
        example: { ...EXAMPLE_CONVERSATION, preferredAgentIds: ['agent-1'] },
      },
      errors: ['not_owner', 'not_found', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.prefer(params.id, actor, body.agentIds, expected(body))),
    }),
  ];
}
