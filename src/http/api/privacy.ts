import { z } from 'zod';
import { beginErasure } from '../../privacy/erasures.ts';
import { type KeptConversation, keptOf } from '../../privacy/export.ts';
import type { ErasureDoc } from '../../store/documents.ts';
import { pageByTime } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { customerParameter, erasure, kept } from '../privacy-schemas.ts';
import { readable } from '../readable-message.ts';
import { type Route, route } from '../route.ts';
import { pageOf, paging } from '../schemas.ts';
import { conversationView, isoTime, messageView } from '../views.ts';
import { entryView } from './audit.ts';
import { EXAMPLE_CONVERSATION, EXAMPLE_MESSAGE } from './examples.ts';
import { evidenceView } from './optouts.ts';

const tag = 'Contacts';

const EXAMPLE: z.output<typeof erasure> = {
  id: 'tq1uGx7hW0m3',
  at: '2026-03-02T09:40:00.000Z',
  agentId: 'admin',
  erased: { conversations: 1, messages: 34, sessions: 2, drafts: 0, events: 12, files: 1, audit: 5 },
  doneAt: null,
};

export function privacyRoutes(
  parts: Pick<HttpParts, 'store' | 'settings' | 'now' | 'randomToken' | 'notesIn'>,
): Route[] {
  const { store, settings, now } = parts;
  return [
    route({
      operation: 'exportContact',
      method: 'get',
      path: '/api/contacts/{number}/export',
      tag,
      summary: 'All that is kept of a customer',
      description:
        'To hand out to the customer who asks for it. What it tells of agents, and their notes, is in it. It is in the audit.',
      request: z.object({ params: customerParameter }),
      answer: {
        status: 200,
        description: 'Everything, by conversation.',
        schema: kept,
        example: {
          number: '15550100001',
          at: '2026-03-02T09:40:00.000Z',
          conversations: [
            {
              conversation: EXAMPLE_CONVERSATION,
              botState: { language: 'es' },
              messages: [EXAMPLE_MESSAGE],
              sessions: [],
              drafts: [],
              files: [],
              audit: [],
            },
          ],
          consent: [],
        },
      },
      errors: ['invalid_request'],
      async handle({ params }) {
        const { number } = params;
        const conversations = await keptOf(store, number);
        const consent = await store.optouts.find({ customer: number }).toArray();
        return {
          number,
          at: isoTime(now()),
          conversations: await Promise.all(conversations.map((one) => keptView(parts, one))),
          consent: consent.map(evidenceView),
        };
      },
    }),
    route({
      operation: 'eraseContact',
      method: 'post',
      path: '/api/contacts/{number}/erase',
      tag,
      summary: 'Take away all that is kept of a customer',
      description:
        'Conversations, messages, sessions, drafts, files, events of webhooks; in the audit a random id takes the place of the number. That the customer wants no texts stays, as a hash. What was in hand meanwhile, and what the embedded store’s files still hold of it, is gone a minute later: `doneAt`. Refused while a queue or an agent has a conversation of the customer. What TeleSign, receivers of webhooks and backups have is not reached.',
      request: z.object({ params: customerParameter }),
      answer: { status: 200, description: 'What was erased at once.', schema: erasure, example: EXAMPLE },
      errors: ['wrong_state'],
      async handle({ params }, { agent }) {
        const randomId = () => parts.randomToken().slice(0, 12);
        const begun = await beginErasure({ store, settings, now, randomId }, params.number, agent._id);
        return erasureView(begun);
      },
    }),
    route({
      operation: 'listErasures',
      method: 'get',
      path: '/api/erasures',
      tag,
      summary: 'What was erased, the latest first',
      request: z.object({ query: z.strictObject(paging) }),
      answer: {
        status: 200,
        description: 'A page of erasures.',
        schema: pageOf(erasure),
        example: { items: [EXAMPLE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = await pageByTime<ErasureDoc>(query, (before, limit) =>
          store.erasures
            .find({ at: before === undefined ? { $gte: 0 } : { $lte: before } }, { sort: { at: -1 }, limit })
            .toArray(),
        );
        return { items: page.items.map(erasureView), cursor: page.cursor };
      },
    }),
  ];
}

function erasureView({ _id, at, agentId, erased, doneAt }: ErasureDoc): z.output<typeof erasure> {
  return { id: _id, at: isoTime(at), agentId, erased, doneAt: doneAt === undefined ? null : isoTime(doneAt) };
}

async function keptView(
  { store, notesIn }: Pick<HttpParts, 'store' | 'notesIn'>,
  { conversation, messages, sessions, drafts, files, audit }: KeptConversation,
) {
  const shown = await Promise.all(messages.map((doc) => readable(store, doc)));
  return {
    conversation: conversationView(conversation),
    botState: conversation.botState === undefined ? null : notesIn(conversation.botState),
    messages: shown.map(messageView),
    sessions: sessions.map((doc) => ({
      session: doc.session,
      startedAt: isoTime(doc.startedAt),
      endedAt: isoTime(doc.endedAt),
      outcome: doc.outcome,
      disposition: doc.disposition ?? null,
      note: doc.note ?? null,
      agentId: doc.agentId ?? null,
      survey: doc.survey?.score ?? null,
    })),
    drafts: drafts.map(({ agentId, text, changedAt }) => ({ agentId, text, changedAt: isoTime(changedAt) })),
    files: files.map(({ name, type, size, createdAt }) => ({
      name,
      type,
      size,
      createdAt: isoTime(createdAt),
    })),
    audit: audit.map(entryView),
  };
}
