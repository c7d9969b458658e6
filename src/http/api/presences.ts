import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import { insertOnce } from '../../store/collection.ts';
import type { AgentDoc, PresenceDoc, Store } from '../../store/documents.ts';
import { agent } from '../agent-schemas.ts';
import { pageOfAll, placeById } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import {
  becomes,
  newPresence,
  ownPresence,
  type PresenceView,
  presenceChange,
  presenceChanges,
  presenceView,
  setPresence,
} from '../presence.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';
import { agentView } from '../views.ts';
import { EXAMPLE_AGENT } from './examples.ts';

const tag = 'Presences';

const EXAMPLE: PresenceView = { id: 'lunch', name: 'Lunch', base: 'away' };

export function presenceRoutes({ store, desk, now }: Pick<HttpParts, 'store' | 'desk' | 'now'>): Route[] {
  return [
    route({
      operation: 'listPresences',
      method: 'get',
      path: '/api/presences',
      tag,
      summary: 'All own presences',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every own presence, by id.',
        schema: pageOf(ownPresence),
        example: { items: [EXAMPLE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = pageOfAll(await store.presences.find({}).toArray(), placeById, query);
        return { ...page, items: page.items.map(presenceView) };
      },
    }),
    route({
      operation: 'createPresence',
      method: 'post',
      path: '/api/presences',
      tag,
      summary: 'Add an own presence',
      request: z.object({ body: newPresence }),
      exampleBody: EXAMPLE,
      answer: { status: 201, description: 'The presence.', schema: ownPresence, example: EXAMPLE },
      errors: ['exists_already'],
      async handle({ body: { id, name, base } }) {
        const made: PresenceDoc = { _id: id, name, base };
        if (!(await insertOnce(store.presences, made))) throw new SwitchboardError('exists_already');
        return presenceView(made);
      },
    }),
    route({
      operation: 'changePresence',
      method: 'patch',
      path: '/api/presences/{id}',
      tag,
      summary: 'Change an own presence',
      description:
        'Fields that are left out stay as they are. A new `base` holds at once, also for agents who have it.',
      request: z.object({ params: idParameter, body: presenceChanges }),
      exampleBody: { base: 'busy' },
      answer: {
        status: 200,
        description: 'The presence, changed.',
        schema: ownPresence,
        example: { ...EXAMPLE, base: 'busy' },
      },
      errors: ['not_found'],
      async handle({ params, body }) {
        const _id = params.id;
        const changed =
          Object.keys(body).length === 0
            ? await store.presences.findOne({ _id })
            : await store.presences.findOneAndUpdate({ _id }, { $set: body }, { returnDocument: 'after' });
        if (!changed) throw unknownPresence();
        for (const { _id: agentId } of body.base === undefined ? [] : await whoHave(store, _id)) {
          const theirs = { presence: changed.base, presenceId: _id };
          await becomes({ store, desk, now }, { _id: agentId, presenceId: _id }, theirs);
        }
        return presenceView(changed);
      },
    }),
    route({
      operation: 'deletePresence',
      method: 'delete',
      path: '/api/presences/{id}',
      tag,
      summary: 'Delete an own presence',
      description: 'Agents who have it keep what it was mapped to.',
      request: z.object({ params: idParameter }),
      empty: 'Deleted.',
      errors: ['not_found'],
      async handle({ params }) {
        const { deletedCount } = await store.presences.deleteOne({ _id: params.id });
        if (deletedCount === 0) throw unknownPresence();
        for (const { _id } of await whoHave(store, params.id)) {
          await store.agents.updateOne(
            { _id, presenceId: params.id },
            { $set: { changedAt: now() }, $unset: { presenceId: true } },
          );
        }
        return null;
      },
    }),
    route({
      operation: 'setAgentPresence',
      method: 'put',
      path: '/api/agents/{id}/presence',
      tag,
      summary: 'Say whether a colleague is there',
      description: 'For supervisors. Takes and does what `PUT /api/me/presence` does.',
      request: z.object({ params: idParameter, body: presenceChange }),
      exampleBody: { presence: 'away' },
      answer: {
        status: 200,
        description: 'The agent, changed.',
        schema: agent,
        example: { ...EXAMPLE_AGENT, presence: 'away' },
      },
      errors: ['not_found'],
      async handle({ params, body }) {
        const changed = await setPresence({ store, desk, now }, params.id, body);
        if (!changed) throw new SwitchboardError('not_found', 'There is no such agent.');
        return agentView(changed, now());
      },
    }),
  ];
}

function unknownPresence(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such presence.');
}

async function whoHave(store: Pick<Store, 'agents'>, presenceId: string): Promise<AgentDoc[]> {
  return (await store.agents.find({}).toArray()).filter((one) => one.presenceId === presenceId);
}
