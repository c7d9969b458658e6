import { z } from 'zod';
import { positionOf, waitIn } from '../../conversations/position.ts';
import { mayKnow } from '../../conversations/rights.ts';
import { timersOf } from '../../conversations/timers.ts';
import { SwitchboardError } from '../../errors.ts';
import type { Filter } from '../../store/collection.ts';
import type { ConversationDoc, Store } from '../../store/documents.ts';
import { pageByChange } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Context, type Route, route } from '../route.ts';
import { conversation, conversationDetail, conversationFilter, idParameter, pageOf } from '../schemas.ts';
import { conversationView, isoTime, stretchView } from '../views.ts';
import { maySee } from '../visibility.ts';
import { EXAMPLE_CONVERSATION } from './examples.ts';

const tag = 'Conversations';

type ConversationFilter = z.output<typeof conversationFilter>;

export function conversationRoutes({
  store,
  settings,
  translate,
  now,
}: Pick<HttpParts, 'store' | 'settings' | 'translate' | 'now'>): Route[] {
  return [
    route({
      operation: 'listConversations',
      method: 'get',
      path: '/api/conversations',
      tag,
      summary: 'Conversations, the one that changed last first',
      description:
        'An agent sees what they own, what they were asked about, what is in a queue that they serve, and what the bot has. Supervisors and admins see all. Filters add up.',
      request: z.object({ query: conversationFilter }),
      answer: {
        status: 200,
        description: 'A page of conversations.',
        schema: pageOf(conversation),
        example: { items: [EXAMPLE_CONVERSATION], cursor: null },
      },
      errors: [],
      async handle({ query }, { actor }) {
        const indexed = indexedFilter(query);
        const page = await pageByChange<ConversationDoc>(
          query,
          (changed, limit) =>
            store.conversations
              .find({ ...indexed, ...changed }, { sort: { changedAt: -1 }, limit })
              .toArray(),
          (doc) => matches(doc, query) && maySee(actor, doc),
        );
        return { items: page.items.map(conversationView), cursor: page.cursor };
      },
    }),
    route({
      operation: 'getConversation',
      method: 'get',
      path: '/api/conversations/{id}',
      tag,
      summary: 'One conversation, with its owner and timers',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'The conversation.',
        schema: conversationDetail,
        example: {
          ...EXAMPLE_CONVERSATION,
          owner: { id: 'agent-1', name: 'First agent' },
          timers: [],
          stretches: [],
          position: null,
          estimatedWaitSeconds: null,
          translates: true,
        },
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params }, context) {
        const doc = await visibleConversation(store, params.id, context);
        const owner = doc.agentId === undefined ? null : await store.agents.findOne({ _id: doc.agentId });
        const { queueId } = doc;
        const position = await positionOf(store, doc);
        const wait =
          position === null || queueId === undefined
            ? null
            : await waitIn({ store, settings, now }, queueId, position);
        return {
          ...conversationView(doc),
          owner: owner && { id: owner._id, name: owner.name },
          timers: timersOf(doc, settings).map(({ kind, at }) => ({ kind, at: isoTime(at) })),
          stretches: doc.stretches.map(stretchView),
          position,
          estimatedWaitSeconds: wait === null ? null : Math.round(wait / 1000),
          translates: translate !== undefined,
        };
      },
    }),
  ];
}

/** Throws `not_found`, or `forbidden` when the agent may not see it. */
export async function visibleConversation(
  store: Pick<Store, 'conversations'>,
  id: string,
  { actor }: Context,
): Promise<ConversationDoc> {
  const doc = await store.conversations.findOne({ _id: id });
  if (!doc) throw new SwitchboardError('not_found', 'There is no such conversation.');
  mayKnow(actor, doc);
  return doc;
}

/**
 * The part of the filter that is left to an index; `matches` sees to the rest. What a queue or
 * an agent has is little, whatever else is stored, so its state is the best guide.
 */
function indexedFilter(filter: ConversationFilter): Filter<ConversationDoc> {
  const { customer, number, state, agent, beside } = filter;
  if (customer !== undefined) return number === undefined ? { customer } : { _id: `${number}-${customer}` };
  if (state === 'open' || state === 'waiting' || state === 'wrap_up') return { desk: state };
  if (state === 'active' && agent !== undefined) return { desk: state };
  if (agent !== undefined) return { agentId: agent };
  return beside === undefined ? {} : { desk: { $in: ['active', 'waiting', 'wrap_up'] } };
}

function matches(doc: ConversationDoc, filter: ConversationFilter): boolean {
  return (
    (filter.state === undefined || doc.state === filter.state) &&
    (filter.queue === undefined || doc.queueId === filter.queue) &&
    (filter.agent === undefined || doc.agentId === filter.agent) &&
    (filter.beside === undefined || isBeside(filter.beside, doc)) &&
    (filter.number === undefined || doc.number === filter.number) &&
    (filter.customer === undefined || doc.customer === filter.customer) &&
    (filter.q === undefined || mentions(doc, filter.q.toLowerCase()))
  );
}

function isBeside(id: string, { agentId, participants = [], consulted = [] }: ConversationDoc): boolean {
  return agentId !== id && (participants.includes(id) || consulted.includes(id));
}

function mentions(doc: ConversationDoc, words: string): boolean {
  const { reason = '', summary = '' } = doc.handoff ?? {};
  return [doc.customer, reason, summary].some((text) => text.toLowerCase().includes(words));
}
