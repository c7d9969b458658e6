import { z } from 'zod';
import type { DraftDoc } from '../../store/documents.ts';
import { normaliseText } from '../../telesign/text.ts';
import { type Draft, draft, newDraft } from '../draft-schemas.ts';
import { DRAFT_KEPT, draftId, dropDraft } from '../drafts.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';
import { isoTime } from '../views.ts';
import { visibleConversation } from './conversations.ts';

const tag = 'Drafts';

const EXAMPLE_DRAFT: Draft = {
  agentId: 'agent-1',
  at: '2026-03-02T09:30:40.000Z',
  text: 'Hola, soy Ana. Su pedido',
};

/** Who writes what and has not sent it, so that two do not answer the same customer. */
export function draftRoutes({ store, now }: Pick<HttpParts, 'store' | 'now'>): Route[] {
  return [
    route({
      operation: 'listDrafts',
      method: 'get',
      path: '/api/conversations/{id}/drafts',
      tag,
      summary: 'Who is writing an answer',
      description:
        'The last one first. Only your own has its text. Whoever may see the conversation may ask.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'One draft for each agent who has one.',
        schema: z.object({ items: z.array(draft) }),
        example: { items: [EXAMPLE_DRAFT, { agentId: 'agent-2', at: '2026-03-02T09:12:04.000Z' }] },
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params }, context) {
        const { _id: conversationId } = await visibleConversation(store, params.id, context);
        const drafts = await store.drafts.find({ conversationId }).toArray();
        const kept = drafts.filter(({ expiresAt }) => expiresAt > now());
        kept.sort((a, b) => b.changedAt - a.changedAt);
        return { items: kept.map((doc) => draftView(doc, context.actor.id)) };
      },
    }),
    route({
      operation: 'keepDraft',
      method: 'put',
      path: '/api/conversations/{id}/draft',
      tag,
      summary: 'Keep what you are writing',
      description:
        'Send it every few seconds while the agent types: colleagues who may see the conversation get a `typing` event. It is gone once you reply, or after seven days. Whoever may see the conversation may write one.',
      request: z.object({ params: idParameter, body: newDraft }),
      exampleBody: { text: 'Hola, soy Ana. Su pedido' },
      answer: { status: 200, description: 'Your draft.', schema: draft, example: EXAMPLE_DRAFT },
      errors: ['forbidden', 'not_found'],
      async handle({ params, body }, context) {
        const { _id: conversationId } = await visibleConversation(store, params.id, context);
        const agentId = context.actor.id;
        const at = now();
        const fields = {
          conversationId,
          agentId,
          text: normaliseText(body.text),
          changedAt: at,
          expiresAt: at + DRAFT_KEPT,
        };
        const _id = draftId(conversationId, agentId);
        await store.drafts.updateOne({ _id }, { $set: fields }, { upsert: true });
        return draftView({ _id, ...fields }, agentId);
      },
    }),
    route({
      operation: 'deleteDraft',
      method: 'delete',
      path: '/api/conversations/{id}/draft',
      tag,
      summary: 'Throw your draft away',
      description: 'Also when there is none.',
      request: z.object({ params: idParameter }),
      empty: 'There is none now.',
      errors: [],
      async handle({ params }, { actor }) {
        await dropDraft(store, params.id, actor.id);
        return null;
      },
    }),
  ];
}

function draftView({ agentId, changedAt, text }: DraftDoc, reader: string): Draft {
  return { agentId, at: isoTime(changedAt), ...(agentId === reader ? { text } : {}) };
}
