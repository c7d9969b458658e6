import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { conversation, idParameter, versionOnly } from '../schemas.ts';
import { conversationView } from '../views.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

const tag = 'Claims';

export function claimRoutes({ desk }: Pick<HttpParts, 'desk'>): Route[] {
  return [
    route({
      operation: 'claimNext',
      method: 'post',
      path: '/api/queues/{id}/claim',
      tag,
      summary: 'Take the next conversation of a queue',
      description:
        'The next by priority and waiting time: ten minutes of waiting make up for one step of priority. However many ask at once, each gets another one.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'The conversation, now yours.',
        schema: conversation,
        example: EXAMPLE_CONVERSATION,
      },
      empty: 'None waits.',
      errors: ['forbidden', 'not_found'],
      async handle({ params }, { actor, effectKey, keyed }) {
        const claimed = await desk.claimNext(params.id, actor, keyed && { key: effectKey, ...keyed });
        return claimed && conversationView(claimed);
      },
    }),
    route({
      operation: 'claimConversation',
      method: 'post',
      path: '/api/conversations/{id}/claim',
      tag,
      summary: 'Take this conversation',
      description:
        'One that waits, or one that the bot has: an answer of the bot that is still on its way out is dropped. Of several who ask at once one wins; the others get `already_claimed` with the owner and the version. Taking one’s own again is fine.',
      request: z.object({ params: idParameter, body: versionOnly }),
      exampleBody: { version: 16 },
      answer: {
        status: 200,
        description: 'The conversation, now yours.',
        schema: conversation,
        example: EXAMPLE_CONVERSATION,
      },
      errors: ['forbidden', 'not_found', 'already_claimed', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.claim(params.id, actor, expected(body))),
    }),
    route({
      operation: 'acceptConversation',
      method: 'post',
      path: '/api/conversations/{id}/accept',
      tag,
      summary: 'Accept what is offered to me',
      description: 'A conversation whose `offer` names you, until its time is over.',
      request: z.object({ params: idParameter, body: versionOnly }),
      exampleBody: { version: 16 },
      answer: {
        status: 200,
        description: 'The conversation, now yours.',
        schema: conversation,
        example: EXAMPLE_CONVERSATION,
      },
      errors: ['not_found', 'offer_over', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.accept(params.id, actor, expected(body))),
    }),
    route({
      operation: 'rejectConversation',
      method: 'post',
      path: '/api/conversations/{id}/reject',
      tag,
      summary: 'Reject what is offered to me',
      description:
        'It goes to the next agent. Your presence becomes `do_not_disturb`: nothing else is offered to you until you change it.',
      request: z.object({ params: idParameter, body: versionOnly }),
      exampleBody: { version: 16 },
      answer: {
        status: 200,
        description: 'The conversation, which waits on.',
        schema: conversation,
        example: { ...EXAMPLE_CONVERSATION, state: 'open', handler: null, agentId: null },
      },
      errors: ['not_found', 'offer_over', 'stale_version', 'wrong_state'],
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.reject(params.id, actor, expected(body))),
    }),
  ];
}

/** The version that the caller read, if it said so. */
export function expected({ version }: { version?: number | undefined }): { version?: number } {
  return version === undefined ? {} : { version };
}
