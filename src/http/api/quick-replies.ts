import { z } from 'zod';
import { mayChangeReply, maySeeReply } from '../../conversations/quick-replies.ts';
import type { Actor } from '../../conversations/rights.ts';
import { SwitchboardError } from '../../errors.ts';
import { insertOnce } from '../../store/collection.ts';
import type { QuickReplyDoc, Store } from '../../store/documents.ts';
import { type Position, pageOfAll } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import {
  newQuickReply,
  type QuickReply,
  quickReply,
  quickReplyChanges,
  quickReplyFilter,
  type RenderedReply,
  renderedReply,
  renderParameters,
  slugParameter,
} from '../quick-reply-schemas.ts';
import { previewOf } from '../reply-preview.ts';
import { type Route, route } from '../route.ts';
import { pageOf } from '../schemas.ts';
import { refuseUnknownQueues } from './agents.ts';
import { visibleConversation } from './conversations.ts';

const tag = 'Quick replies';

const EXAMPLE_REPLY: QuickReply = {
  slug: 'on-its-way',
  tags: ['delivery'],
  queues: ['support'],
  texts: {
    en: 'Your order {{order.number}} arrives tomorrow.',
    es: 'Su pedido {{order.number}} llega mañana.',
  },
  personal: false,
};

const EXAMPLE_RENDERED: RenderedReply = {
  text: 'Su pedido 1042 llega mañana.',
  language: 'es',
  segments: 1,
  encoding: 'GSM-7',
  missing: [],
};

export function quickReplyRoutes(parts: Pick<HttpParts, 'store' | 'settings' | 'now'>): Route[] {
  const { store, now } = parts;
  return [
    route({
      operation: 'listQuickReplies',
      method: 'get',
      path: '/api/quick-replies',
      tag,
      summary: 'Texts at hand',
      description:
        'Everybody’s and your own, by slug. Filters add up. With `q`, first the one of that very slug, then those whose slug begins so.',
      request: z.object({ query: quickReplyFilter }),
      answer: {
        status: 200,
        description: 'Quick replies.',
        schema: pageOf(quickReply),
        example: { items: [EXAMPLE_REPLY], cursor: null },
      },
      errors: [],
      async handle({ query }, { actor }) {
        const replies = await store.quickReplies.find({}).toArray();
        const found = replies.filter((doc) => maySeeReply(actor, doc) && matches(doc, query));
        const page = pageOfAll(found, (doc) => placeOf(doc, query.q), query);
        return { ...page, items: page.items.map(replyView) };
      },
    }),
    route({
      operation: 'createQuickReply',
      method: 'post',
      path: '/api/quick-replies',
      tag,
      summary: 'Add one',
      description:
        'One for everybody takes a supervisor. A slug is taken once, also by what a colleague keeps for themselves.',
      request: z.object({ body: newQuickReply }),
      exampleBody: {
        slug: 'on-its-way',
        tags: ['delivery'],
        texts: { en: 'Your order {{order.number}} arrives tomorrow.' },
      },
      answer: { status: 201, description: 'The quick reply.', schema: quickReply, example: EXAMPLE_REPLY },
      errors: ['forbidden', 'exists_already'],
      async handle({ body }, { actor }) {
        const { slug, personal, ...fields } = body;
        const at = now();
        const made: QuickReplyDoc = {
          _id: slug,
          ...fields,
          ...(personal ? { personal: actor.id } : {}),
          createdAt: at,
          changedAt: at,
        };
        if (!mayChangeReply(actor, made)) throw supervisorsOnly();
        await refuseUnknownQueues(store, body.queues);
        if (!(await insertOnce(store.quickReplies, made))) throw new SwitchboardError('exists_already');
        return replyView(made);
      },
    }),
    route({
      operation: 'changeQuickReply',
      method: 'patch',
      path: '/api/quick-replies/{slug}',
      tag,
      summary: 'Change one',
      description:
        'Your own, or as a supervisor everybody’s. `texts` is replaced as a whole. Queues that have been deleted since may be sent back as they were read.',
      request: z.object({ params: slugParameter, body: quickReplyChanges }),
      exampleBody: { tags: ['delivery', 'orders'] },
      answer: {
        status: 200,
        description: 'The quick reply, changed.',
        schema: quickReply,
        example: EXAMPLE_REPLY,
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params, body }, { actor }) {
        const known = await visibleReply(store, params.slug, actor);
        if (!mayChangeReply(actor, known)) throw supervisorsOnly();
        if (body.queues !== undefined) await refuseUnknownQueues(store, body.queues, known.queues);
        const changed = await store.quickReplies.findOneAndUpdate(
          { _id: known._id },
          { $set: { ...body, changedAt: now() } },
          { returnDocument: 'after' },
        );
        if (!changed) throw unknownReply();
        return replyView(changed);
      },
    }),
    route({
      operation: 'deleteQuickReply',
      method: 'delete',
      path: '/api/quick-replies/{slug}',
      tag,
      summary: 'Delete one',
      description:
        'Your own, or as a supervisor everybody’s. Admins also delete what an agent kept for themselves. Refused while a macro uses it.',
      request: z.object({ params: slugParameter }),
      empty: 'Deleted.',
      errors: ['forbidden', 'not_found', 'in_use'],
      async handle({ params }, { actor }) {
        if (actor.role !== 'admin') {
          const known = await visibleReply(store, params.slug, actor);
          if (!mayChangeReply(actor, known)) throw supervisorsOnly();
        }
        for (const macro of await store.macros.find({}).toArray()) {
          if (macro.steps.some((step) => 'quickReply' in step && step.quickReply === params.slug))
            throw new SwitchboardError('in_use', 'A macro uses it: change the macro first.');
        }
        const { deletedCount } = await store.quickReplies.deleteOne({ _id: params.slug });
        if (deletedCount === 0) throw unknownReply();
        return null;
      },
    }),
    route({
      operation: 'renderQuickReply',
      method: 'get',
      path: '/api/conversations/{id}/quick-replies/{slug}',
      tag,
      summary: 'One as it would leave for this customer',
      description:
        'In the conversation’s language, else the nearest, else the workstream’s, with the values filled in. It sends nothing: let the agent look at it, then send it as a message.',
      request: z.object({ params: renderParameters }),
      answer: { status: 200, description: 'The text.', schema: renderedReply, example: EXAMPLE_RENDERED },
      errors: ['forbidden', 'not_found'],
      async handle({ params }, context) {
        const conversation = await visibleConversation(store, params.id, context);
        const known = await visibleReply(store, params.slug, context.actor);
        return previewOf(parts, known, conversation, context.agent);
      },
    }),
  ];
}

function replyView({ _id, tags, queues, texts, personal }: QuickReplyDoc): QuickReply {
  return { slug: _id, tags, queues, texts, personal: personal !== undefined };
}

function matches(doc: QuickReplyDoc, query: z.output<typeof quickReplyFilter>): boolean {
  const words = query.q?.toLowerCase();
  return (
    (query.tag === undefined || doc.tags.includes(query.tag)) &&
    (query.queue === undefined || doc.queues.length === 0 || doc.queues.includes(query.queue)) &&
    (words === undefined ||
      [doc._id, ...doc.tags, ...Object.values(doc.texts)].some((text) => text.toLowerCase().includes(words)))
  );
}

/** Who writes a slug means that one, whatever other texts its letters are in. The same in each page of one search. */
function placeOf({ _id }: QuickReplyDoc, q = ''): Position {
  const [slug, words] = [_id.toLowerCase(), q.toLowerCase()];
  return { at: slug === words ? 0 : slug.startsWith(words) ? 1 : 2, tie: _id };
}

async function visibleReply(
  store: Pick<Store, 'quickReplies'>,
  slug: string,
  actor: Actor,
): Promise<QuickReplyDoc> {
  const known = await store.quickReplies.findOne({ _id: slug });
  if (!known || !maySeeReply(actor, known)) throw unknownReply();
  return known;
}

function unknownReply(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such quick reply.');
}

function supervisorsOnly(): SwitchboardError {
  return new SwitchboardError('forbidden', 'What is for everybody takes a supervisor; make it personal.');
}
