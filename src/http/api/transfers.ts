import { z } from 'zod';
import { mentionedIn } from '../mentions.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { conversation, idParameter, returnTarget, transfer } from '../schemas.ts';
import { conversationView } from '../views.ts';
import { expected } from './claims.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

const tag = 'Transfers';

export function transferRoutes({ store, desk }: Pick<HttpParts, 'store' | 'desk'>): Route[] {
  return [
    route({
      operation: 'transferConversation',
      method: 'post',
      path: '/api/conversations/{id}/transfer',
      tag,
      summary: 'Hand it to a queue or to an agent',
      description:
        'Name either. In a queue it waits again, and is not offered to whoever had it before they have been away and come back, or ten minutes have passed; an agent owns it at once, whatever their capacity. The owner may, and supervisors. An agent transfers to whom may take it: a colleague who is not `offline`, a queue that is open and has another member who is not `offline`; else it is `nobody_there` or `queue_closed`. A supervisor is not refused. `@agent-1` in the note tells that agent.',
      request: z.object({ params: idParameter, body: transfer }),
      exampleBody: { queueId: 'returns', note: 'Wants to send order 1042 back.' },
      answer: {
        status: 200,
        description: 'The conversation.',
        schema: conversation,
        example: {
          ...EXAMPLE_CONVERSATION,
          state: 'open',
          handler: null,
          agentId: null,
          queueId: 'returns',
          queuedAt: '2026-03-02T09:40:00.000Z',
        },
      },
      errors: ['not_owner', 'not_found', 'stale_version', 'wrong_state', 'nobody_there', 'queue_closed'],
      async handle({ params, body }, { actor, effectKey: key }) {
        const { note } = body;
        const noted = { key, ...(note === undefined ? {} : { note, ...(await mentionedIn(store, note)) }) };
        if (body.queueId !== undefined) {
          const to = { queueId: body.queueId, ...noted };
          return conversationView(await desk.transfer(params.id, actor, to, expected(body)));
        }
        if (body.agentId === undefined)
          throw invalidRequest([{ path: 'body', message: 'Name a queue or an agent.' }]);
        const to = { agentId: body.agentId, ...noted };
        return conversationView(await desk.transfer(params.id, actor, to, expected(body)));
      },
    }),
    route({
      operation: 'returnConversation',
      method: 'post',
      path: '/api/conversations/{id}/return',
      tag,
      summary: 'Give it back to the bot',
      description:
        'The bot hears of it at once and goes on at the dialog and step that are named, or where its own file says. A dialog or step that it does not have is an `invalid_request`. The owner may, and supervisors.',
      request: z.object({ params: idParameter, body: returnTarget }),
      exampleBody: { dialog: 'main', step: 'again', variables: { solved: true } },
      answer: {
        status: 200,
        description: 'The conversation, with the bot.',
        schema: conversation,
        example: { ...EXAMPLE_CONVERSATION, handler: 'bot', agentId: null, queueId: null, handoff: null },
      },
      errors: ['not_owner', 'not_found', 'stale_version', 'wrong_state'],
      async handle({ params, body }, { actor, effectKey: key }) {
        const { version: _, ...target } = body;
        return conversationView(await desk.return(params.id, actor, { ...target, key }, expected(body)));
      },
    }),
  ];
}
