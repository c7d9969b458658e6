import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import type { MessageDoc } from '../../store/documents.ts';
import { dropDraft } from '../drafts.ts';
import { mediaOf } from '../media.ts';
import { mentionedIn } from '../mentions.ts';
import { message, newMessage, transcriptPage, writtenMessage } from '../message-schemas.ts';
import { decodeCursor, readPage } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { readable } from '../readable-message.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf } from '../schemas.ts';
import { messageView } from '../views.ts';
import { visibleConversation } from './conversations.ts';
import { EXAMPLE_MESSAGE } from './examples.ts';

const tag = 'Messages';

export function messageRoutes({
  store,
  desk,
  settings,
}: Pick<HttpParts, 'store' | 'desk' | 'settings'>): Route[] {
  return [
    route({
      operation: 'listTranscript',
      method: 'get',
      path: '/api/conversations/{id}/messages',
      tag,
      summary: 'The transcript',
      description:
        'All sessions, with notes, the oldest first unless `order` says otherwise. Whoever may see the conversation may read it.',
      request: z.object({ params: idParameter, query: transcriptPage }),
      answer: {
        status: 200,
        description: 'A page of messages.',
        schema: pageOf(message),
        example: { items: [EXAMPLE_MESSAGE], cursor: null },
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params, query }, context) {
        const conversation = await visibleConversation(store, params.id, context);
        const { _id: conversationId } = conversation;
        const order = query.order === 'oldest' ? 1 : -1;
        const beyond = (from: number) => (order === 1 ? { $gte: from } : { $lte: from });
        const page = await readPage<MessageDoc>({
          read: (from, limit) =>
            store.messages
              .find(
                { conversationId, ...(from === undefined ? {} : { at: beyond(from) }) },
                { sort: { at: order, sequence: order }, limit },
              )
              .toArray(),
          positionOf: (doc) => ({ at: doc.at, tie: `${String(doc.sequence).padStart(12, '0')} ${doc._id}` }),
          order,
          after: decodeCursor(query.cursor),
          limit: query.limit,
        });
        const shown = await Promise.all(page.items.map((doc) => readable(store, doc)));
        const items = shown.map((doc) => {
          const media = mediaOf(settings, conversation, doc).map(({ kind }, n) => ({ n, kind }));
          return { ...messageView(doc), ...(media.length > 0 && { media }) };
        });
        return { items, cursor: page.cursor };
      },
    }),
    route({
      operation: 'writeMessage',
      method: 'post',
      path: '/api/conversations/{id}/messages',
      tag,
      summary: 'Answer the customer, or leave a note',
      description:
        'Only the owner answers, while the conversation is `active` or `waiting`. A long text leaves as several parts, in order. A note is for colleagues only; whoever may see the conversation may write one, in any state; `@agent-1` in it tells that agent. Send an `Idempotency-Key`: with it, a repetition never texts the customer twice.',
      request: z.object({ params: idParameter, body: newMessage }),
      exampleBody: { text: 'Hola, soy Ana. Su pedido llega mañana.' },
      answer: {
        status: 201,
        description: 'The message as it stands: `queued`. Its further way comes as events.',
        schema: writtenMessage,
        example: EXAMPLE_MESSAGE,
      },
      errors: ['not_owner', 'forbidden', 'not_found', 'wrong_state'],
      async handle({ params, body }, { actor, effectKey: key }) {
        if (body.note) {
          const mentions = await mentionedIn(store, body.text);
          return messageView(await desk.note(params.id, actor, { text: body.text, key, ...mentions }));
        }
        const parts = (await desk.reply(params.id, actor, { text: body.text, key })).map((part) =>
          messageView(part),
        );
        await dropDraft(store, params.id, actor.id);
        const [first] = parts;
        if (!first) throw new SwitchboardError('internal');
        return parts.length === 1 ? first : { ...first, parts };
      },
    }),
  ];
}
