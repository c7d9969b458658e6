import { z } from 'zod';
import { queuesNamedIn } from '../../conversations/routing-rules.ts';
import { SwitchboardError } from '../../errors.ts';
import { isDuplicateKey } from '../../store/collection.ts';
import type { QueueDoc, Store } from '../../store/documents.ts';
import { workstreamOf } from '../../store/workstream.ts';
import type { HttpParts } from '../parts.ts';
import { countQueue } from '../queue-counts.ts';
import { type Route, route } from '../route.ts';
import { idParameter, newQueue, type Queue, queue, queueChanges } from '../schemas.ts';
import { queueView } from '../views.ts';
import { EXAMPLE_QUEUE } from './examples.ts';

const tag = 'Queues';

export function queueRoutes({ store, now }: Pick<HttpParts, 'store' | 'now'>): Route[] {
  const withCounts = async (doc: QueueDoc): Promise<Queue> =>
    queueView(doc, await countQueue(store, doc._id, await store.agents.find({}).toArray()));
  return [
    route({
      operation: 'listQueues',
      method: 'get',
      path: '/api/queues',
      tag,
      summary: 'All queues, with what waits in them now',
      description: 'Agents see all of them, since they may transfer to any.',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'Every queue, by id.',
        schema: z.object({ items: z.array(queue) }),
        example: { items: [EXAMPLE_QUEUE] },
      },
      errors: [],
      async handle() {
        const agents = await store.agents.find({}).toArray();
        const items: Queue[] = [];
        for (const doc of await store.queues.find({}, { sort: { _id: 1 } }).toArray()) {
          items.push(queueView(doc, await countQueue(store, doc._id, agents)));
        }
        return { items };
      },
    }),
    route({
      operation: 'createQueue',
      method: 'post',
      path: '/api/queues',
      tag,
      summary: 'Add a queue',
      request: z.object({ body: newQueue }),
      exampleBody: { id: 'support', name: 'Support' },
      answer: { status: 201, description: 'The queue.', schema: queue, example: EXAMPLE_QUEUE },
      errors: ['exists_already'],
      async handle({ body }) {
        const { id, ...fields } = body;
        const at = now();
        const made: QueueDoc = { _id: id, ...fields, createdAt: at, changedAt: at };
        await store.queues.insertOne(made).catch((error: unknown) => {
          throw isDuplicateKey(error) ? new SwitchboardError('exists_already') : error;
        });
        return withCounts(made);
      },
    }),
    route({
      operation: 'getQueue',
      method: 'get',
      path: '/api/queues/{id}',
      tag,
      summary: 'One queue',
      request: z.object({ params: idParameter }),
      answer: { status: 200, description: 'The queue.', schema: queue, example: EXAMPLE_QUEUE },
      errors: ['not_found'],
      async handle({ params }) {
        const known = await store.queues.findOne({ _id: params.id });
        if (!known) throw unknownQueue();
        return withCounts(known);
      },
    }),
    route({
      operation: 'changeQueue',
      method: 'patch',
      path: '/api/queues/{id}',
      tag,
      summary: 'Change a queue',
      description: 'A new priority holds for conversations that come in from now on.',
      request: z.object({ params: idParameter, body: queueChanges }),
      exampleBody: { priority: 10 },
      answer: { status: 200, description: 'The queue, changed.', schema: queue, example: EXAMPLE_QUEUE },
      errors: ['not_found'],
      async handle({ params, body }) {
        const changed = await store.queues.findOneAndUpdate(
          { _id: params.id },
          { $set: { ...body, changedAt: now() } },
          { returnDocument: 'after' },
        );
        if (!changed) throw unknownQueue();
        return withCounts(changed);
      },
    }),
    route({
      operation: 'deleteQueue',
      method: 'delete',
      path: '/api/queues/{id}',
      tag,
      summary: 'Delete a queue',
      description:
        'Refused while conversations are in it that are not closed, while the handoffs of a workstream go there, and while a rule of one names it.',
      request: z.object({ params: idParameter }),
      empty: 'Deleted.',
      errors: ['not_found', 'in_use'],
      async handle({ params }) {
        await refuseWhileInUse(store, params.id);
        const { deletedCount } = await store.queues.deleteOne({ _id: params.id });
        if (deletedCount === 0) throw unknownQueue();
        return null;
      },
    }),
  ];
}

function unknownQueue(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such queue.');
}

async function refuseWhileInUse(
  store: Pick<Store, 'conversations' | 'workstreams'>,
  queueId: string,
): Promise<void> {
  const live = await store.conversations.countDocuments({
    queueId,
    state: { $in: ['open', 'active', 'waiting', 'wrap_up'] },
  });
  if (live > 0) {
    throw new SwitchboardError('in_use', 'Conversations are in the queue: close or transfer them first.', {
      details: { conversations: live },
    });
  }
  const workstreams = await store.workstreams.find({}).toArray();
  if (workstreams.some((workstream) => workstream.queueId === queueId)) {
    throw new SwitchboardError('in_use', 'The handoffs of a workstream go there: name another queue first.');
  }
  const named = workstreams.flatMap((workstream) => queuesNamedIn(workstreamOf(workstream).settings));
  if (named.some((one) => one.queueId === queueId)) {
    throw new SwitchboardError('in_use', 'A rule of a workstream names it: change the rule first.');
  }
}
