import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { conversation, idParameter, versionOnly } from '../schemas.ts';
import { conversationView } from '../views.ts';
import { expected } from './claims.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

const tag = 'Supervisors';

const consulting = versionOnly.extend({
  agentId: z.string().min(1).max(64),
  speak: z.boolean().default(false).meta({ description: 'True: they write to the customer too.' }),
});

const leaving = versionOnly.extend({
  agentId: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'Who is to have left; you, if left out.' }),
});

/** How a colleague or a supervisor comes to write to a customer whom an agent has, and leaves again. */
export function participantRoutes({ desk }: Pick<HttpParts, 'desk'>): Route[] {
  return [
    route({
      operation: 'consultColleague',
      method: 'post',
      path: '/api/conversations/{id}/consult',
      tag: 'Transfers',
      summary: 'Ask a colleague',
      description:
        'They see the conversation, whatever queues they serve, and write notes in it; with `speak` they also write to the customer. You stay the owner. It ends when they leave or are taken out, own it themselves, or no agent has the conversation any more. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: consulting }),
      exampleBody: { agentId: 'agent-2' },
      answer: {
        status: 200,
        description: 'The conversation.',
        schema: conversation,
        example: EXAMPLE_CONVERSATION,
      },
      errors: ['not_owner', 'not_found', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.consult(params.id, actor, body, expected(body))),
    }),
    route({
      operation: 'joinConversation',
      method: 'post',
      path: '/api/conversations/{id}/join',
      tag,
      summary: 'Write to the customer beside the agent',
      description:
        'Only where another agent has it. The agent stays its owner, and it stays in its state; what you then write goes out in your name. Joining again is fine. You have left once no agent has the conversation. `participants` of the conversation shows who has joined.',
      request: z.object({ params: idParameter, body: versionOnly }),
      answer: {
        status: 200,
        description: 'The conversation.',
        schema: conversation,
        example: EXAMPLE_CONVERSATION,
      },
      errors: ['not_found', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.join(params.id, actor, expected(body))),
    }),
    route({
      operation: 'leaveConversation',
      method: 'post',
      path: '/api/conversations/{id}/leave',
      tag,
      summary: 'Leave a conversation that you have joined or were asked about',
      description:
        'Fine also where you have not, as long as you may see it. With `agentId` the owner, or a supervisor, takes out a colleague who was asked or added, or a supervisor who has joined.',
      request: z.object({ params: idParameter, body: leaving }),
      answer: {
        status: 200,
        description: 'The conversation.',
        schema: conversation,
        example: EXAMPLE_CONVERSATION,
      },
      errors: ['forbidden', 'not_owner', 'not_found', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.leave(params.id, actor, body, expected(body))),
    }),
  ];
}
