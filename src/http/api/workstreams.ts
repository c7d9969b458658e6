import { z } from 'zod';
import { claimNumbers, releaseNumbers } from '../../channels/number-claims.ts';
import { lookingAnew } from '../../conversations/look-anew.ts';
import { SwitchboardError } from '../../errors.ts';
import { insertOnce } from '../../store/collection.ts';
import type { Store, WorkstreamDoc } from '../../store/documents.ts';
import { DEFAULT_SETTINGS, workstreamOf } from '../../store/workstream.ts';
import { changesNothing, laterThan, refuseStale } from '../changed-at.ts';
import { pageOfAll, placeById } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';
import { isoTime } from '../views.ts';
import { refuseMistakes, withChanges } from '../workstream-changes.ts';
import {
  newWorkstream,
  type SettingsChanges,
  type WorkstreamView,
  workstream,
  workstreamChange,
  workstreamCopy,
} from '../workstream-schemas.ts';

const tag = 'Workstreams';

/** What numbers have that no workstream lists. */
const DEFAULT = 'default';

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

type Parts = Pick<HttpParts, 'store' | 'now' | 'channels' | 'dialogs'>;

export function workstreamRoutes(parts: Parts): Route[] {
  const { store, now } = parts;
  return [
    route({
      operation: 'listWorkstreams',
      method: 'get',
      path: '/api/workstreams',
      tag,
      summary: 'All workstreams',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every workstream, by id.',
        schema: pageOf(workstream),
        example: { items: [EXAMPLE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = pageOfAll(await store.workstreams.find({}).toArray(), placeById, query);
        return { ...page, items: page.items.map(workstreamView) };
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
      operation: 'createWorkstream',
      method: 'post',
      path: '/api/workstreams',
      tag,
      summary: 'Add a workstream',
      description:
        'Settings that are left out have their default. A number is in one workstream only: take it out of the other first.',
      request: z.object({ body: newWorkstream }),
      exampleBody: { id: 'sales', language: 'en', queueId: 'support', numbers: ['15550109998'] },
      answer: { status: 201, description: 'The workstream.', schema: workstream, example: EXAMPLE },
      errors: ['exists_already', 'number_taken'],
      async handle({ body }) {
        const { id, settings, ...fields } = body;
        refuseUnknownDialog(settings);
        await refuseMistakes(store, body.queueId, settings);
        return workstreamView(await insert({ _id: id, ...fields }, settings));
      },
    }),
    route({
      operation: 'copyWorkstream',
      method: 'post',
      path: '/api/workstreams/{id}/copy',
      tag,
      summary: 'Make another workstream like this one',
      description: 'With its language, queue and settings, and the numbers that are named here, or none.',
      request: z.object({ params: idParameter, body: workstreamCopy }),
      exampleBody: { id: 'sales', numbers: ['15550109998'] },
      answer: { status: 201, description: 'The copy.', schema: workstream, example: EXAMPLE },
      errors: ['not_found', 'exists_already', 'number_taken'],
      async handle({ params, body }) {
        const { language, queueId, settings } = await knownWorkstream(store, params.id);
        const { id: _id, numbers } = body;
        return workstreamView(
          await insert({ _id, numbers, language, queueId, ...(settings && { settings }) }, {}),
        );
      },
    }),
    route({
      operation: 'changeWorkstream',
      method: 'patch',
      path: '/api/workstreams/{id}',
      tag,
      summary: 'Change a workstream',
      description:
        'What is left out stays as it is, in `distribution`, `capacity`, `times`, `attachments`, `retention` and `messages` field by field; `dialog`, `quietHours`, `flood`, `reopenSeconds`, `classification`, `routes` and the `texts` of a message are replaced whole. With `changedAt` only while nobody else has changed it since. Rules are checked, and each mistake is named with its path. From the first change on, the language and the queue are the API’s, and DEFAULT_LANGUAGE no longer changes them.',
      request: z.object({ params: idParameter, body: workstreamChange }),
      exampleBody: {
        language: 'es',
        settings: {
          times: { remind: 3600, closeReminded: 86_400 },
          routes: [{ name: 'Orders', when: '"orders" in skills', to: [{ queueId: 'sales', percent: 100 }] }],
        },
      },
      answer: { status: 200, description: 'The workstream, changed.', schema: workstream, example: EXAMPLE },
      errors: ['not_found', 'number_taken', 'stale_version'],
      async handle({ params, body }) {
        const { settings, changedAt, ...fields } = body;
        await knownWorkstream(store, params.id);
        refuseUnknownDialog(settings ?? {});
        // What timers and capacity are made of.
        const { times, capacity, quietHours } = settings ?? {};
        const looksAnew = body.numbers || times || capacity || quietHours !== undefined;
        await refuseMistakes(store, body.queueId, settings ?? {});
        for (;;) {
          const before = await knownWorkstream(store, params.id);
          refuseStale(before, changedAt);
          if (changesNothing(body)) return workstreamView(before);
          if (body.numbers) {
            await claim(before._id, body.numbers);
            await lookAtDefault();
          }
          const changed = await store.workstreams.findOneAndUpdate(
            { _id: before._id, changedAt: before.changedAt ?? { $exists: false } },
            {
              $set: {
                ...fields,
                ...(settings ? { settings: withChanges(before, settings) } : {}),
                ...(looksAnew ? lookingAnew(now()) : {}),
                changedAt: laterThan(before, now()),
              },
            },
            { returnDocument: 'after' },
          );
          if (!changed) continue;
          const gone = before.numbers.filter((number) => !changed.numbers.includes(number));
          await releaseNumbers(store, { kind: 'workstream', owner: before._id, numbers: gone });
          return workstreamView(changed);
        }
      },
    }),
    route({
      operation: 'deleteWorkstream',
      method: 'delete',
      path: '/api/workstreams/{id}',
      tag,
      summary: 'Delete a workstream',
      description:
        'Its numbers are then handled as `default` says, which cannot be deleted, also in conversations that are open.',
      request: z.object({ params: idParameter }),
      empty: 'Deleted.',
      errors: ['not_found', 'set_by_environment'],
      async handle({ params }) {
        if (params.id === DEFAULT) throw new SwitchboardError('set_by_environment');
        const { _id, numbers } = await knownWorkstream(store, params.id);
        await lookAtDefault();
        await store.workstreams.deleteOne({ _id });
        await releaseNumbers(store, { kind: 'workstream', owner: _id, numbers });
        return null;
      },
    }),
  ];

  /** Later publications may lack it: the bot then begins where the dialogs say. */
  function refuseUnknownDialog({ dialog }: SettingsChanges): void {
    const live = parts.dialogs?.library.current().scripts.dialogs;
    if (typeof dialog !== 'string' || live === undefined || live.has(dialog)) return;
    throw invalidRequest([
      { path: 'body.settings.dialog', message: 'The live dialogs have none with this id.' },
    ]);
  }

  /** It has the numbers that another is about to lose: first, since nothing would say so afterwards. */
  async function lookAtDefault(): Promise<void> {
    await store.workstreams.updateOne({ _id: DEFAULT }, { $set: lookingAnew(now()) });
  }

  async function insert(doc: WorkstreamDoc, settings: SettingsChanges): Promise<WorkstreamDoc> {
    if (await store.workstreams.findOne({ _id: doc._id })) throw new SwitchboardError('exists_already');
    await claim(doc._id, doc.numbers);
    const changed = Object.keys(settings).length > 0 ? { settings: withChanges(doc, settings) } : {};
    const made = { ...doc, ...changed, ...lookingAnew(now()), changedAt: now() };
    if (!(await insertOnce(store.workstreams, made))) throw new SwitchboardError('exists_already');
    return made;
  }

  /** Throws `invalid_request` for a number of no channel, and `number_taken` for one of another workstream. */
  async function claim(owner: string, numbers: readonly string[]): Promise<void> {
    await parts.channels.read();
    const unknown = numbers.flatMap((number, n) =>
      parts.channels.listing(number) === undefined
        ? [{ path: `body.numbers.${n}`, message: 'No channel has this number.' }]
        : [],
    );
    if (unknown.length > 0) throw invalidRequest(unknown);
    const docs = await store.workstreams.find({}).toArray();
    const lists = (id: string, number: string) =>
      docs.some((doc) => doc._id === id && doc.numbers.includes(number));
    // Those of the settings came to their workstream without a claim.
    const taken = new Map(
      docs
        .filter(({ _id }) => _id !== owner)
        .flatMap((doc) => doc.numbers.map((number) => [number, doc._id] as const))
        .filter(([number]) => numbers.includes(number)),
    );
    const claims =
      taken.size > 0
        ? taken
        : await claimNumbers(store, { kind: 'workstream', owner, numbers, lists, now: now() });
    if (claims.size === 0) return;
    const problems = numbers.flatMap((number, n) =>
      claims.has(number)
        ? [{ path: `body.numbers.${n}`, message: `The workstream ${claims.get(number)} has it.` }]
        : [],
    );
    throw new SwitchboardError('number_taken', undefined, { details: { problems } });
  }
}

function workstreamView(doc: WorkstreamDoc): WorkstreamView {
  const { _id: id, language, queueId, settings } = workstreamOf(doc);
  const changedAt = doc.changedAt === undefined ? null : isoTime(doc.changedAt);
  return { id, numbers: doc.numbers, language, queueId, settings, changedAt };
}

export async function knownWorkstream(store: Pick<Store, 'workstreams'>, id: string): Promise<WorkstreamDoc> {
  const known = await store.workstreams.findOne({ _id: id });
  if (!known) throw new SwitchboardError('not_found', 'There is no such workstream.');
  return known;
}
