import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import type { Store } from '../../store/documents.ts';
import type { HttpParts } from '../parts.ts';
import { readable } from '../readable-message.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';
import { toTranslate, translation } from '../translation-schemas.ts';
import { visibleConversation } from './conversations.ts';

export function translationRoutes({ store, translate }: Pick<HttpParts, 'store' | 'translate'>): Route[] {
  return [
    route({
      operation: 'translateText',
      method: 'post',
      path: '/api/conversations/{id}/translate',
      tag: 'Messages',
      summary: 'Translate a message, or what you are about to write',
      description:
        'Nothing is sent or kept: the answer is for the agent, who sends what they choose. Whoever may see the conversation may ask. The text goes to the translation engine of the service (`TRANSLATE_URL`, or a function of the program), a masked one never.',
      request: z.object({ params: idParameter, body: toTranslate }),
      exampleBody: { messageId: 'in:0011223344556677', to: 'en' },
      answer: {
        status: 200,
        description: 'The translation.',
        schema: translation,
        example: { text: 'When will my order arrive?', from: 'es', to: 'en' },
      },
      errors: [
        'forbidden',
        'not_found',
        'translation_off',
        'message_masked',
        'translation_failed',
        'translation_timeout',
      ],
      async handle({ params, body }, context) {
        const conversation = await visibleConversation(store, params.id, context);
        if (translate === undefined) throw new SwitchboardError('translation_off');
        const { messageId, text: draft = '', from, to } = body;
        const text = messageId === undefined ? draft : await textOf(store, messageId, conversation._id);
        const translated = await translate({ text, from, to });
        const known = translated.from ?? from;
        return { text: translated.text, ...(known === undefined ? {} : { from: known }), to };
      },
    }),
  ];
}

/** Throws `not_found`, and `message_masked` for what is for the bot alone. */
async function textOf(
  store: Pick<Store, 'conversations' | 'messages'>,
  messageId: string,
  conversationId: string,
): Promise<string> {
  const message = await store.messages.findOne({ _id: messageId });
  if (message?.conversationId !== conversationId) {
    throw new SwitchboardError('not_found', 'There is no such message in this conversation.');
  }
  const { text, masked } = await readable(store, message);
  if (masked) throw new SwitchboardError('message_masked');
  return text;
}
