import { z } from 'zod';
import { SwitchboardError } from '../../errors.ts';
import { isOfProvider } from '../../sign-in/provider-id.ts';
import { newStaffing } from '../../store/agent.ts';
import { insertOnce } from '../../store/collection.ts';
import type { AgentDoc, ExtraRight, Role, Store } from '../../store/documents.ts';
import { agent, agentChanges, agentWithToken, newAgent, tokenRenewal } from '../agent-schemas.ts';
import { tokenHash } from '../auth.ts';
import { pageOfAll, placeById } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { mayWriteSecrets, secretsNeeded } from '../rights.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';
import { agentView } from '../views.ts';
import { EXAMPLE_AGENT } from './examples.ts';

const tag = 'Agents';

export function agentRoutes({
  store,
  desk,
  now,
  randomToken,
}: Pick<HttpParts, 'store' | 'desk' | 'now' | 'randomToken'>): Route[] {
  return [
    route({
      operation: 'listAgents',
      method: 'get',
      path: '/api/agents',
      tag,
      summary: 'All agents',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every agent, by id.',
        schema: pageOf(agent),
        example: { items: [EXAMPLE_AGENT], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = pageOfAll(await store.agents.find({}).toArray(), placeById, query);
        return { ...page, items: page.items.map((one) => agentView(one, now())) };
      },
    }),
    route({
      operation: 'createAgent',
      method: 'post',
      path: '/api/agents',
      tag,
      summary: 'Add an agent',
      description:
        'The answer holds the agent’s bearer token. It is shown this once: only its hash is kept. Who loses it gets a new one.',
      request: z.object({ body: newAgent }),
      exampleBody: {
        id: 'agent-1',
        name: 'First agent',
        role: 'agent',
        queues: ['support'],
        languages: ['en', 'es'],
      },
      answer: {
        status: 201,
        description: 'The agent and the token.',
        schema: agentWithToken,
        example: { agent: { ...EXAMPLE_AGENT, presence: 'offline', load: 0 }, token: 'sb_4mTq…' },
      },
      errors: ['exists_already'],
      async handle({ body }) {
        await refuseUnknownQueues(store, body.queues);
        await refuseUnknownWorkstreams(store, body.limits);
        const { id, tokenExpiresAt, ...fields } = body;
        const token = randomToken();
        const at = now();
        const expires = expiryOf(tokenExpiresAt, at, 'body.tokenExpiresAt');
        const made: AgentDoc = {
          _id: id,
          ...newStaffing(at),
          ...fields,
          tokenHash: tokenHash(token),
          ...(expires !== undefined && { tokenExpiresAt: expires }),
          createdAt: at,
          changedAt: at,
        };
        if (!(await insertOnce(store.agents, made))) throw new SwitchboardError('exists_already');
        return { agent: agentView(made, at), token };
      },
    }),
    route({
      operation: 'getAgent',
      method: 'get',
      path: '/api/agents/{id}',
      tag,
      summary: 'One agent',
      request: z.object({ params: idParameter }),
      answer: { status: 200, description: 'The agent.', schema: agent, example: EXAMPLE_AGENT },
      errors: ['not_found'],
      handle: async ({ params }) => agentView(await knownAgent(store, params.id), now()),
    }),
    route({
      operation: 'changeAgent',
      method: 'patch',
      path: '/api/agents/{id}',
      tag,
      summary: 'Change an agent',
      description:
        'Fields that are left out stay as they are. Queues and limits that name what has been deleted since may be sent back as they were read. The last admin cannot be given another role. Role and rights of who signs in at a provider are the provider’s to give.',
      request: z.object({ params: idParameter, body: agentChanges }),
      exampleBody: { queues: ['support', 'returns'], capacity: 8 },
      answer: { status: 200, description: 'The agent, changed.', schema: agent, example: EXAMPLE_AGENT },
      errors: ['not_found', 'last_admin', 'set_by_provider'],
      async handle({ params, body }) {
        const before = await knownAgent(store, params.id);
        if (isOfProvider(before._id)) refuseOtherRole(before, body);
        if (body.queues !== undefined) await refuseUnknownQueues(store, body.queues, before.queues);
        if (body.limits !== undefined) await refuseUnknownWorkstreams(store, body.limits, before.limits);
        await keepAnAdmin(store, before, body.role ?? before.role);
        const changed = await store.agents.findOneAndUpdate(
          { _id: before._id },
          { $set: { ...body, changedAt: now() } },
          { returnDocument: 'after' },
        );
        if (!changed) throw unknownAgent();
        return agentView(changed, now());
      },
    }),
    route({
      operation: 'deleteAgent',
      method: 'delete',
      path: '/api/agents/{id}',
      tag,
      summary: 'Delete an agent',
      description:
        'The token is void at once, and what is offered to the agent goes to the next. Refused while the agent owns conversations that are not closed, and for the last admin. What comes to them in that very moment goes back to its queue.',
      request: z.object({ params: idParameter }),
      empty: 'Deleted.',
      errors: ['not_found', 'in_use', 'last_admin'],
      async handle({ params }) {
        const before = await store.agents.findOne({ _id: params.id });
        if (!before) {
          await desk.takeBackFrom({ agentId: params.id });
          throw unknownAgent();
        }
        await keepAnAdmin(store, before, null);
        const owned = await store.conversations.countDocuments({
          agentId: before._id,
          state: { $in: ['active', 'waiting', 'wrap_up'] },
        });
        if (owned > 0) {
          throw new SwitchboardError(
            'in_use',
            'The agent owns conversations: close or transfer them first.',
            {
              details: { conversations: owned },
            },
          );
        }
        // First, so that nothing is offered to them from here on.
        const last = await store.agents.findOneAndUpdate(
          { _id: before._id },
          { $set: { presence: 'offline', presenceAt: now(), changedAt: now() } },
          { returnDocument: 'after' },
        );
        if (last) await desk.passOffersOn(last);
        const { deletedCount } = await store.agents.deleteOne({ _id: before._id });
        if (deletedCount === 0) throw unknownAgent();
        await desk.takeBackFrom({ agentId: before._id });
        return null;
      },
    }),
    route({
      operation: 'renewToken',
      method: 'post',
      path: '/api/agents/{id}/token',
      tag,
      summary: 'Give an agent a new token',
      description:
        'Shown this once. The one before is void at once, and event streams that came with it end within seconds. For an agent with the right to write secrets it takes that right. Who signs in at a provider gets none, since it would outlast what the provider says of them.',
      request: z.object({ params: idParameter, body: tokenRenewal }),
      exampleBody: { expiresAt: '2027-03-02T00:00:00Z' },
      answer: {
        status: 200,
        description: 'The agent and the new token.',
        schema: agentWithToken,
        example: { agent: EXAMPLE_AGENT, token: 'sb_9kWz…' },
      },
      errors: ['not_found', 'set_by_provider'],
      async handle({ params, body }, { agent: asking }) {
        const before = await knownAgent(store, params.id);
        if (isOfProvider(before._id)) throw new SwitchboardError('set_by_provider');
        if (mayWriteSecrets(before) && !mayWriteSecrets(asking)) throw secretsNeeded();
        const token = randomToken();
        const expires = expiryOf(body.expiresAt ?? undefined, now(), 'body.expiresAt');
        const renewed = await store.agents.findOneAndUpdate(
          { _id: before._id },
          {
            $set: {
              tokenHash: tokenHash(token),
              ...(expires !== undefined && { tokenExpiresAt: expires }),
              changedAt: now(),
            },
            ...(expires === undefined && { $unset: { tokenExpiresAt: true as const } }),
          },
          { returnDocument: 'after' },
        );
        if (!renewed) throw unknownAgent();
        return { agent: agentView(renewed, now()), token };
      },
    }),
    route({
      operation: 'revokeToken',
      method: 'delete',
      path: '/api/agents/{id}/token',
      tag,
      summary: 'Take an agent’s token away',
      description: 'It is void at once. The agent stays, with what they own, and may get a new token later.',
      request: z.object({ params: idParameter }),
      empty: 'The agent has no token.',
      errors: ['not_found'],
      async handle({ params }) {
        const { matchedCount } = await store.agents.updateOne(
          { _id: params.id },
          { $unset: { tokenHash: true, tokenExpiresAt: true }, $set: { changedAt: now() } },
        );
        if (matchedCount === 0) throw unknownAgent();
        return null;
      },
    }),
  ];
}

/** Milliseconds since 1970. Throws `invalid_request` for a time that is over. */
function expiryOf(time: string | undefined, now: number, path: string): number | undefined {
  if (time === undefined) return undefined;
  const at = Date.parse(time);
  if (at <= now) throw invalidRequest([{ path, message: 'Name a time that is still to come.' }]);
  return at;
}

function unknownAgent(): SwitchboardError {
  return new SwitchboardError('not_found', 'There is no such agent.');
}

async function knownAgent(store: Pick<Store, 'agents'>, id: string): Promise<AgentDoc> {
  const known = await store.agents.findOne({ _id: id });
  if (!known) throw unknownAgent();
  return known;
}

/** Throws `set_by_provider` for what the next token of the provider would undo. */
function refuseOtherRole(
  { role, rights = [] }: AgentDoc,
  changes: { role?: Role | undefined; rights?: ExtraRight[] | undefined },
): void {
  const { role: toRole = role, rights: toRights = rights } = changes;
  if (toRole !== role || toRights.join() !== rights.join()) throw new SwitchboardError('set_by_provider');
}

/**
 * Throws `last_admin` when nobody would be left to administer. Two admins who delete each other in the same instant
 * slip through; the next start then makes the admin of `ADMIN_TOKEN` again.
 */
async function keepAnAdmin(store: Pick<Store, 'agents'>, before: AgentDoc, role: Role | null): Promise<void> {
  if (before.role !== 'admin' || role === 'admin') return;
  const agents = await store.agents.find({}).toArray();
  if (agents.some((other) => other.role === 'admin' && other._id !== before._id)) return;
  throw new SwitchboardError('last_admin');
}

/**
 * Throws `invalid_request` with the path of each queue of `body.queues` that there is not. What was there before, in
 * `before`, may have been deleted since: who sends back what they have read has made no mistake.
 */
export async function refuseUnknownQueues(
  store: Pick<Store, 'queues'>,
  ids: readonly string[],
  before: readonly string[] = [],
): Promise<void> {
  const there = (await store.queues.find({}).toArray()).map((queue) => queue._id);
  const known = new Set([...there, ...before]);
  const problems = ids.flatMap((id, n) =>
    known.has(id) ? [] : [{ path: `body.queues.${n}`, message: 'There is no such queue.' }],
  );
  if (problems.length > 0) throw invalidRequest(problems);
}

/** The same of the workstreams of `body.limits`. */
async function refuseUnknownWorkstreams(
  store: Pick<Store, 'workstreams'>,
  limits: AgentDoc['limits'],
  before: AgentDoc['limits'] = {},
): Promise<void> {
  const there = (await store.workstreams.find({}).toArray()).map((workstream) => workstream._id);
  const known = new Set([...there, ...Object.keys(before)]);
  const problems = Object.keys(limits)
    .filter((id) => !known.has(id))
    .map((id) => ({ path: `body.limits.${id}`, message: 'There is no such workstream.' }));
  if (problems.length > 0) throw invalidRequest(problems);
}
