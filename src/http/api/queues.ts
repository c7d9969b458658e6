import { z } from 'zod';
import { lookingAnew } from '../../conversations/look-anew.ts';
import { queuesNamedIn } from '../../conversations/routing-rules.ts';
import { SwitchboardError } from '../../errors.ts';
import { insertOnce, type UpdateFilter } from '../../store/collection.ts';
import type { QueueDoc, Store } from '../../store/documents.ts';
import { workstreamOf } from '../../store/workstream.ts';
import { changesNothing, laterThan, refuseStale } from '../changed-at.ts';
import { pageOfAll, placeById } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { countQueue } from '../queue-counts.ts';
import {
  hoursOf,
  newQueue,
  type Queue,
  queue,
  queueChange,
  queuesNamedInOverflow,
} from '../queue-schemas.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';
import { queueView } from '../views.ts';
import { EXAMPLE_QUEUE } from './examples.ts';

const tag = 'Queues';

export function queueRoutes({ store, desk, now }: Pick<HttpParts, 'store' | 'desk' | 'now'>): Route[] {
  const withCounts = async (doc: QueueDoc): Promise<Queue> =>
    queueView(doc, await countQueue(store, doc._id, await store.agents.find({}).toArray()), now());
  return [
    route({
      operation: 'listQueues',
      method: 'get',
      path: '/api/queues',
      tag,
      summary: 'All queues, with what waits in them now',
      description: 'Agents see all of them, since they may transfer to any.',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every queue, by id.',
        schema: pageOf(queue),
        example: { items: [EXAMPLE_QUEUE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const agents = await store.agents.find({}).toArray();
        const page = pageOfAll(await store.queues.find({}).toArray(), placeById, query);
        const items: Queue[] = [];
        for (const doc of page.items) {
          items.push(queueView(doc, await countQueue(store, doc._id, agents), now()));
        }
        return { ...page, items };
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
        const { id, name, priority, hours, overflow, levelSeconds } = body;
        await refuseOverflow(store, id, overflow);
        const at = now();
        const made: QueueDoc = {
          _id: id,
          name,
          priority,
          ...(hours && { hours: hoursOf(hours) }),
          ...(overflow.length > 0 && { overflow }),
          ...(levelSeconds !== null && { levelSeconds }),
          createdAt: at,
          changedAt: at,
        };
        if (!(await insertOnce(store.queues, made))) throw new SwitchboardError('exists_already');
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
      description:
        'A new priority holds for conversations that come in from now on. `hours` and `overflow` are replaced whole; null, and an empty list, take them away. With `changedAt` only while nobody else has changed it since.',
      request: z.object({ params: idParameter, body: queueChange }),
      exampleBody: { priority: 10 },
      answer: { status: 200, description: 'The queue, changed.', schema: queue, example: EXAMPLE_QUEUE },
      errors: ['not_found', 'stale_version'],
      async handle({ params, body }) {
        const { hours, levelSeconds, changedAt, ...fields } = body;
        const changed = await change(params.id, async (before) => {
          refuseStale(before, changedAt);
          if (changesNothing(body)) return null;
          await refuseOverflow(store, before._id, body.overflow ?? []);
          return {
            $set: {
              ...fields,
              ...(hours && { hours: hoursOf(hours) }),
              ...(typeof levelSeconds === 'number' && { levelSeconds }),
              ...(body.overflow && lookingAnew(now())),
              changedAt: laterThan(before, now()),
            },
            ...((hours === null || levelSeconds === null) && {
              $unset: {
                ...(hours === null && { hours: '' as const }),
                ...(levelSeconds === null && { levelSeconds: '' as const }),
              },
            }),
          };
        });
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
        'Refused while conversations are in it that are not closed, while the handoffs of a workstream go there, while a rule of one names it, and while another queue’s overflow does. What is moved there in that very moment goes on to the queue of its workstream.',
      request: z.object({ params: idParameter }),
      empty: 'Deleted.',
      errors: ['not_found', 'in_use'],
      async handle({ params }) {
        const isThere = (await store.queues.findOne({ _id: params.id })) !== null;
        if (isThere) {
          await refuseWhileInUse(store, params.id);
          await store.queues.deleteOne({ _id: params.id });
        }
        await desk.takeBackFrom({ queueId: params.id });
        if (!isThere) throw unknownQueue();
        return null;
      },
    }),
  ];

  /** Decided anew when somebody else has changed it meanwhile; null changes nothing. */
  async function change(
    id: string,
    decide: (before: QueueDoc) => Promise<UpdateFilter<QueueDoc> | null>,
  ): Promise<QueueDoc> {
    for (;;) {
      const before = await store.queues.findOne({ _id: id });
      if (!before) throw unknownQueue();
      const update = await decide(before);
      if (update === null) return before;
      const changed = await store.queues.findOneAndUpdate({ _id: id, changedAt: before.changedAt }, update, {
        returnDocument: 'after',
      });
      if (changed) return changed;
    }
  }
}

function unknownQueue(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such queue.');
}

/** Throws `invalid_request` for each rule that sends conversations to a queue that there is not, or back to its own. */
async function refuseOverflow(
  store: Pick<Store, 'queues'>,
  queueId: string,
  rules: NonNullable<QueueDoc['overflow']>,
): Promise<void> {
  const named = queuesNamedInOverflow(rules);
  if (named.length === 0) return;
  const known = new Set((await store.queues.find({}).toArray()).map((doc) => doc._id));
  const problems = named.flatMap(({ path, queueId: id }) => {
    if (id === queueId)
      return [{ path: `body.overflow.${path}`, message: 'Name another queue than its own.' }];
    return known.has(id) ? [] : [{ path: `body.overflow.${path}`, message: `There is no queue ${id}.` }];
  });
  if (problems.length > 0) throw invalidRequest(problems);
}

async function refuseWhileInUse(
  store: Pick<Store, 'conversations' | 'workstreams' | 'queues'>,
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
  // Its own cannot name it, so each that does is another's.
  const others = await store.queues.find({}).toArray();
  if (
    others.some(({ overflow = [] }) => queuesNamedInOverflow(overflow).some((one) => one.queueId === queueId))
  ) {
    throw new SwitchboardError('in_use', 'The overflow of another queue goes there: change that first.');
  }
}
