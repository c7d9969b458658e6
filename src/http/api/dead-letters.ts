import { z } from 'zod';
import type { MessageDoc } from '../../store/documents.ts';
import { deadLetterPage, message, settling } from '../message-schemas.ts';
import { pageByChange } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf } from '../schemas.ts';
import { messageView } from '../views.ts';
import { EXAMPLE_FAILED, EXAMPLE_MESSAGE } from './examples.ts';

const tag = 'Messages';

/** What could not be sent, or nobody knows whether it was: a person decides. */
const WHO_MAY =
  'The owner of the conversation may, and supervisors; and who wrote it and had the conversation last, once that is closed or with the bot.';

export function deadLetterRoutes({ store, desk }: Pick<HttpParts, 'store' | 'desk'>): Route[] {
  return [
    route({
      operation: 'listDeadLetters',
      method: 'get',
      path: '/api/messages',
      tag,
      summary: 'Messages that a person has to look at, the newest first',
      description:
        '`failed`: the customer does not have it. `unknown`: TeleSign may or may not have it, and so the customer; it is never sent again by itself.',
      request: z.object({ query: deadLetterPage }),
      answer: {
        status: 200,
        description: 'A page of messages.',
        schema: pageOf(message),
        example: { items: [EXAMPLE_FAILED], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = await pageByChange<MessageDoc>(query, (changed, limit) =>
          store.messages
            .find({ problem: query.status, ...changed }, { sort: { changedAt: -1 }, limit })
            .toArray(),
        );
        return { items: page.items.map(messageView), cursor: page.cursor };
      },
    }),
    route({
      operation: 'resendMessage',
      method: 'post',
      path: '/api/messages/{id}/resend',
      tag,
      summary: 'Send a failed message again',
      description: `As a new message at the end of the conversation; the failed one leaves the list. Asking again answers with the same new message: it goes out once. ${WHO_MAY}`,
      request: z.object({ params: idParameter }),
      answer: { status: 201, description: 'The new message.', schema: message, example: EXAMPLE_MESSAGE },
      errors: ['not_owner', 'not_found', 'wrong_state', 'wrong_message_status'],
      handle: async ({ params }, { actor }) => messageView(await desk.resend(params.id, actor)),
    }),
    route({
      operation: 'settleMessage',
      method: 'post',
      path: '/api/messages/{id}/settle',
      tag,
      summary: 'Say what became of an unknown message',
      description: `For a message whose send broke off, once you found out: \`sent\` closes the matter, \`failed\` makes it ready to be sent again. ${WHO_MAY}`,
      request: z.object({ params: idParameter, body: settling }),
      exampleBody: { status: 'failed' },
      answer: { status: 200, description: 'The message.', schema: message, example: EXAMPLE_FAILED },
      errors: ['not_owner', 'not_found', 'wrong_state', 'wrong_message_status'],
      handle: async ({ params, body }, { actor }) =>
        messageView(await desk.settle(params.id, actor, body.status)),
    }),
  ];
}
