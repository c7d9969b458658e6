import { z } from 'zod';
import { queuesNamedIn, routingProblems } from '../../conversations/routing-rules.ts';
import { SwitchboardError } from '../../errors.ts';
import type { Store, WorkstreamDoc } from '../../store/documents.ts';
import {
  AUTOMATED_MESSAGES,
  DEFAULT_SETTINGS,
  type WorkstreamSettings,
  workstreamOf,
} from '../../store/workstream.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';
import { isoTime } from '../views.ts';
import {
  type SettingsChanges,
  type WorkstreamView,
  workstream,
  workstreamChanges,
} from '../workstream-schemas.ts';

const tag = 'Workstreams';

const EXAMPLE: WorkstreamView = {
  id: 'default',
  numbers: ['15550109999'],
  language: 'en',
  queueId: 'support',
  settings: {
    ...DEFAULT_SETTINGS,
    classification: [
      {
        name: 'Value',
        rules: [
          {
            name: 'Large orders',
            when: 'has(vars.total) && vars.total > 500',
            set: { priority: 10, skills: ['orders'] },
          },
        ],
      },
    ],
    routes: [
      {
        name: 'Orders',
        when: '"orders" in skills && open.sales',
        to: [
          { queueId: 'sales', percent: 80 },
          { queueId: 'support', percent: 20 },
        ],
      },
    ],
  },
  changedAt: '2026-03-02T09:30:00.000Z',
};

export function workstreamRoutes({ store, now }: Pick<HttpParts, 'store' | 'now'>): Route[] {
  return [
    route({
      operation: 'listWorkstreams',
      method: 'get',
      path: '/api/workstreams',
      tag,
      summary: 'All workstreams',
      request: z.object({}),
      answer: {
        status: 200,
        description: 'Every workstream, by id.',
        schema: z.object({ items: z.array(workstream) }),
        example: { items: [EXAMPLE] },
      },
      errors: [],
      async handle() {
        const all = await store.workstreams.find({}, { sort: { _id: 1 } }).toArray();
        return { items: all.map(workstreamView) };
      },
    }),
    route({
      operation: 'getWorkstream',
      method: 'get',
      path: '/api/workstreams/{id}',
      tag,
      summary: 'One workstream',
      request: z.object({ params: idParameter }),
      answer: { status: 200, description: 'The workstream.', schema: workstream, example: EXAMPLE },
      errors: ['not_found'],
      handle: async ({ params }) => workstreamView(await knownWorkstream(store, params.id)),
    }),
    route({
      operation: 'changeWorkstream',
      method: 'patch',
      path: '/api/workstreams/{id}',
      tag,
      summary: 'Change a workstream',
      description:
        'What is left out stays as it is, in `distribution`, `capacity`, `times` and `messages` field by field; `classification`, `routes` and the `texts` of a message are replaced whole. Rules are checked, and each mistake is named with its path. From the first change on, the language and the queue are the API’s, and DEFAULT_LANGUAGE no longer changes them.',
      request: z.object({ params: idParameter, body: workstreamChanges }),
      exampleBody: {
        language: 'es',
        settings: {
          times: { remind: 3600, closeReminded: 86_400 },
          routes: [{ name: 'Orders', when: '"orders" in skills', to: [{ queueId: 'sales', percent: 100 }] }],
        },
      },
      answer: { status: 200, description: 'The workstream, changed.', schema: workstream, example: EXAMPLE },
      errors: ['not_found'],
      async handle({ params, body }) {
        const { settings, ...fields } = body;
        await knownWorkstream(store, params.id);
        await refuseMistakes(store, body.queueId, settings ?? {});
        for (;;) {
          const before = await knownWorkstream(store, params.id);
          const changed = await store.workstreams.findOneAndUpdate(
            { _id: before._id, changedAt: before.changedAt ?? { $exists: false } },
            {
              $set: {
                ...fields,
                ...(settings ? { settings: withChanges(before, settings) } : {}),
                // Strictly later, since it is also what tells that somebody else wrote meanwhile.
                changedAt: Math.max(now(), (before.changedAt ?? 0) + 1),
              },
            },
            { returnDocument: 'after' },
          );
          if (changed) return workstreamView(changed);
        }
      },
    }),
  ];
}

function workstreamView(doc: WorkstreamDoc): WorkstreamView {
  const { _id: id, language, queueId, settings } = workstreamOf(doc);
  const changedAt = doc.changedAt === undefined ? null : isoTime(doc.changedAt);
  return { id, numbers: doc.numbers, language, queueId, settings, changedAt };
}

async function knownWorkstream(store: Pick<Store, 'workstreams'>, id: string): Promise<WorkstreamDoc> {
  const known = await store.workstreams.findOne({ _id: id });
  if (!known) throw new SwitchboardError('not_found', 'There is no such workstream.');
  return known;
}

/** Throws `invalid_request` with every mistake in the rules, and every queue that there is not. */
async function refuseMistakes(
  store: Pick<Store, 'queues'>,
  queueId: string | undefined,
  { classification = [], routes = [] }: SettingsChanges,
): Promise<void> {
  const rules = { classification, routes };
  const inSettings = <T extends { path: string }>(found: T): T => ({
    ...found,
    path: `body.settings.${found.path}`,
  });
  const named = [
    ...(queueId === undefined ? [] : [{ path: 'body.queueId', queueId }]),
    ...queuesNamedIn(rules).map(inSettings),
  ];
  const known = new Set((await store.queues.find({}).toArray()).map((queue) => queue._id));
  const problems = [
    ...routingProblems(rules).map(inSettings),
    ...named
      .filter((one) => !known.has(one.queueId))
      .map(({ path, queueId: id }) => ({ path, message: `There is no queue ${id}.` })),
  ];
  if (problems.length > 0) throw invalidRequest(problems);
}

/** The workstream's own settings, with the changes. */
function withChanges(doc: WorkstreamDoc, changes: SettingsChanges): Partial<WorkstreamSettings> {
  const { settings } = workstreamOf(doc);
  const { distribution, capacity, times, messages, classification, routes } = changes;
  return {
    ...doc.settings,
    ...(distribution && { distribution: { ...settings.distribution, ...distribution } }),
    ...(capacity && { capacity: { ...settings.capacity, ...capacity } }),
    ...(times && { times: { ...settings.times, ...times } }),
    ...(messages && { messages: { ...doc.settings?.messages, ...changedMessages(settings, messages) } }),
    ...(classification && { classification }),
    ...(routes && { routes }),
  };
}

function changedMessages(
  { messages: before }: WorkstreamSettings,
  changes: NonNullable<SettingsChanges['messages']>,
): WorkstreamSettings['messages'] {
  const changed: WorkstreamSettings['messages'] = {};
  for (const message of AUTOMATED_MESSAGES) {
    const change = changes[message];
    if (change) changed[message] = { on: false, texts: {}, ...before[message], ...change };
  }
  return changed;
}
