import { z } from 'zod';
import { mentionedIn } from '../mentions.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { closing, conversation, idParameter, versionOnly } from '../schemas.ts';
import { conversationView } from '../views.ts';
import { expected } from './claims.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

const tag = 'Progress';

/** How the owner takes a conversation to its end: parked, taken up again, ended, closed. */
export function progressRoutes({ store, desk }: Pick<HttpParts, 'store' | 'desk'>): Route[] {
  const errors = ['not_owner', 'not_found', 'stale_version', 'wrong_state'] as const;
  const answered = (state: 'waiting' | 'active' | 'wrap_up' | 'closed') => ({
    status: 200 as const,
    description: `The conversation, now \`${state}\`.`,
    schema: conversation,
    example: { ...EXAMPLE_CONVERSATION, state, handler: state === 'closed' ? null : ('agent' as const) },
  });
  return [
    route({
      operation: 'waitConversation',
      method: 'post',
      path: '/api/conversations/{id}/wait',
      tag,
      summary: 'Park it',
      description:
        'For when the customer has to find something out. It stays yours and costs no capacity; their next text makes it `active` again. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: versionOnly }),
      answer: answered('waiting'),
      errors,
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.wait(params.id, actor, expected(body))),
    }),
    route({
      operation: 'resumeConversation',
      method: 'post',
      path: '/api/conversations/{id}/resume',
      tag,
      summary: 'Take it up again',
      description: 'From `waiting` or `wrap_up`. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: versionOnly }),
      answer: answered('active'),
      errors,
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.resume(params.id, actor, expected(body))),
    }),
    route({
      operation: 'endConversation',
      method: 'post',
      path: '/api/conversations/{id}/end',
      tag,
      summary: 'End it: only the notes are left to write',
      description: 'A text from the customer makes it `active` again. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: versionOnly }),
      answer: answered('wrap_up'),
      errors,
      handle: async ({ params, body }, { actor }) =>
        conversationView(await desk.end(params.id, actor, expected(body))),
    }),
    route({
      operation: 'closeConversation',
      method: 'post',
      path: '/api/conversations/{id}/close',
      tag,
      summary: 'Close it',
      description:
        'The session is over; the customer’s next text opens another one, with the bot. `@agent-1` in the note tells that agent. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: closing }),
      exampleBody: { outcome: 'resolved', disposition: 'delivery', note: 'Arrives tomorrow.' },
      answer: answered('closed'),
      errors,
      async handle({ params, body }, { actor, effectKey: key }) {
        const { version: _, ...result } = body;
        const closed = { ...result, ...(await mentionedIn(store, result.note)), key };
        return conversationView(await desk.close(params.id, actor, closed, expected(body)));
      },
    }),
  ];
}
