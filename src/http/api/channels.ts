import { z } from 'zod';
import { ENVIRONMENT_CHANNEL } from '../../channels/channels.ts';
import { openConversations } from '../../channels/ending.ts';
import { claimNumbers, releaseNumbers } from '../../channels/number-claims.ts';
import { SwitchboardError } from '../../errors.ts';
import { insertOnce } from '../../store/collection.ts';
import type { ChannelDoc, ChannelNumber, Store } from '../../store/documents.ts';
import { laterThan } from '../changed-at.ts';
import { type ChannelView, channel, channelChanges, channelEnd, newChannel } from '../channel-schemas.ts';
import { channelPlace, channelView, knownChannel, unknownChannel } from '../channel-view.ts';
import { pageOfAll } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { invalidRequest } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { idParameter, pageOf, wholeList } from '../schemas.ts';

const tag = 'Channels';

const EXAMPLE: ChannelView = {
  id: 'sales',
  name: 'Sales numbers',
  provider: 'telesign',
  source: 'api',
  customerId: '12345678-ABCD-4EF0-9876-1234567890AB',
  apiUrl: 'https://rest-ww.telesign.com',
  auth: 'hmac',
  numbers: [{ number: '15550109999', type: 'toll_free', description: 'On the invoices' }],
  hasKey: true,
  hasPreviousKey: false,
  callbackUrl: 'https://sms.example.com/callbacks/telesign/sales',
  createdAt: '2026-03-02T09:30:00.000Z',
  changedAt: '2026-03-02T09:30:00.000Z',
};

type Parts = Pick<
  HttpParts,
  | 'store'
  | 'now'
  | 'channels'
  | 'desk'
  | 'webhooks'
  | 'words'
  | 'settings'
  | 'defaultLanguage'
  | 'randomToken'
>;

export function channelRoutes(parts: Parts): Route[] {
  const { store, now, channels } = parts;
  return [
    route({
      operation: 'listChannels',
      method: 'get',
      path: '/api/channels',
      tag,
      summary: 'All channels',
      description: 'That of the service’s settings, `default`, comes first.',
      request: wholeList,
      answer: {
        status: 200,
        description: 'Every channel.',
        schema: pageOf(channel),
        example: { items: [EXAMPLE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        await channels.read();
        const page = pageOfAll(channels.all(), channelPlace, query);
        return { ...page, items: page.items.map((account) => channelView(account, channels)) };
      },
    }),
    route({
      operation: 'createChannel',
      method: 'post',
      path: '/api/channels',
      tag,
      summary: 'Add a channel',
      description:
        'Then give TeleSign its `callbackUrl`, and check it with `/validate`. Other processes know it within a second. Texts to a number that no workstream lists are handled as the workstream `default` says.',
      request: z.object({ body: newChannel }),
      exampleBody: {
        id: 'sales',
        name: 'Sales numbers',
        customerId: EXAMPLE.customerId,
        apiKey: 'c29tZSBrZXkgb2YgdGhlIGFjY291bnQ=',
        numbers: [{ number: '15550109999', type: 'toll_free', description: 'On the invoices' }],
      },
      answer: { status: 201, description: 'The channel.', schema: channel, example: EXAMPLE },
      errors: ['exists_already', 'number_taken'],
      async handle({ body }) {
        const { id, apiKey, ...fields } = body;
        refuseUrl(body.apiUrl);
        if (id === ENVIRONMENT_CHANNEL) throw new SwitchboardError('exists_already');
        await removeEnded(store, id);
        await channels.read();
        if (channels.account(id)) throw new SwitchboardError('exists_already');
        await claim(id, body.numbers);
        const at = now();
        const made: ChannelDoc = {
          _id: id,
          ...fields,
          ...(apiKey !== undefined && { apiKey: channels.sealed(apiKey) }),
          formerNumbers: [],
          createdAt: at,
          changedAt: at,
        };
        if (!(await insertOnce(store.channels, made))) throw new SwitchboardError('exists_already');
        return shown(id);
      },
    }),
    route({
      operation: 'getChannel',
      method: 'get',
      path: '/api/channels/{id}',
      tag,
      summary: 'One channel',
      request: z.object({ params: idParameter }),
      answer: { status: 200, description: 'The channel.', schema: channel, example: EXAMPLE },
      errors: ['not_found'],
      handle: async ({ params }) => shown(params.id),
    }),
    route({
      operation: 'changeChannel',
      method: 'patch',
      path: '/api/channels/{id}',
      tag,
      summary: 'Change a channel',
      description:
        'Fields that are left out stay as they are; `numbers` are replaced whole. It holds at once, without a restart. To rotate a key write the new one: callbacks signed with the one before are taken too, until `previousApiKey` is set to null.',
      request: z.object({ params: idParameter, body: channelChanges }),
      exampleBody: { apiKey: 'dGhlIG5leHQga2V5IG9mIHRoZSBhY2NvdW50' },
      answer: { status: 200, description: 'The channel, changed.', schema: channel, example: EXAMPLE },
      errors: ['not_found', 'set_by_environment', 'number_taken'],
      async handle({ params, body }) {
        if (body.apiUrl !== undefined) refuseUrl(body.apiUrl);
        for (;;) {
          const before = await changeable(store, params.id);
          if (body.numbers) await claim(before._id, body.numbers);
          const changed = await store.channels.findOneAndUpdate(
            { _id: before._id, changedAt: before.changedAt },
            changesOf(before, body),
            { returnDocument: 'after' },
          );
          if (!changed) continue;
          const numbers = before.numbers
            .map(({ number }) => number)
            .filter((number) => !lists(changed, number));
          await releaseNumbers(store, { kind: 'channel', owner: before._id, numbers });
          return shown(params.id);
        }
      },
    }),
    route({
      operation: 'deleteChannel',
      method: 'delete',
      path: '/api/channels/{id}',
      tag,
      summary: 'Delete a channel',
      description:
        'Refused with the number of open sessions, unless `sessions=close` says to close them. What was written stays to be read; texts that are on their way still leave; its callback URL answers 404 from now on, in other processes within a second.',
      request: z.object({ params: idParameter, query: channelEnd }),
      empty: 'Deleted.',
      errors: ['not_found', 'set_by_environment', 'in_use'],
      async handle({ params, query }, { actor, effectKey }) {
        const before = await changeable(store, params.id);
        let sessions = 0;
        for await (const { _id: id, state } of openConversations(store, before)) {
          sessions += 1;
          if (query.sessions === 'close' && state !== 'closed') {
            await parts.desk.close(id, actor, { outcome: query.outcome, key: effectKey }).catch(unlessClosed);
          }
        }
        if (sessions > 0 && query.sessions === undefined) {
          throw new SwitchboardError(
            'in_use',
            'Sessions are open on its numbers: close them first, or say sessions=close.',
            { details: { sessions } },
          );
        }
        const numbers = before.numbers.map(({ number }) => number);
        await store.channels.updateOne(
          { _id: before._id },
          { $set: { endedAt: now(), changedAt: laterThan(before, now()) } },
        );
        await releaseNumbers(store, { kind: 'channel', owner: before._id, numbers });
        await channels.read();
        return null;
      },
    }),
  ];

  async function shown(id: string): Promise<ChannelView> {
    return channelView(await knownChannel(channels, id), channels);
  }

  function refuseUrl(url: string): void {
    const message = parts.webhooks.urlProblem(url);
    if (message !== undefined) throw invalidRequest([{ path: 'body.apiUrl', message }]);
  }

  /** Throws `number_taken` with the path of each number that another channel has. */
  async function claim(owner: string, wanted: readonly ChannelNumber[]): Promise<void> {
    await channels.read();
    const numbers = wanted.map(({ number }) => number);
    const environment = channels.channel(ENVIRONMENT_CHANNEL)?.numbers ?? [];
    const taken = new Map<string, string>(
      numbers
        .filter((number) => environment.includes(number))
        .map((number) => [number, ENVIRONMENT_CHANNEL] as const),
    );
    if (taken.size === 0) {
      const has = (id: string, number: string) => channels.channel(id)?.numbers.includes(number) ?? false;
      const claims = await claimNumbers(store, { kind: 'channel', owner, numbers, lists: has, now: now() });
      for (const [number, id] of claims) taken.set(number, id);
    }
    if (taken.size === 0) return;
    const problems = numbers.flatMap((number, n) =>
      taken.has(number)
        ? [{ path: `body.numbers.${n}.number`, message: `The channel ${taken.get(number)} has it.` }]
        : [],
    );
    throw new SwitchboardError('number_taken', undefined, { details: { problems } });
  }

  function changesOf(before: ChannelDoc, body: z.output<typeof channelChanges>) {
    const { apiKey, previousApiKey, ...fields } = body;
    const former = body.numbers
      ? before.numbers
          .map(({ number }) => number)
          .filter((number) => !lists({ numbers: body.numbers }, number))
      : [];
    return {
      $set: {
        ...fields,
        ...(apiKey !== undefined && { apiKey: channels.sealed(apiKey) }),
        ...(apiKey !== undefined &&
          previousApiKey === undefined &&
          before.apiKey !== undefined && { previousApiKey: before.apiKey }),
        formerNumbers: [...new Set([...before.formerNumbers, ...former])],
        changedAt: laterThan(before, now()),
      },
      ...(previousApiKey === null && { $unset: { previousApiKey: true as const } }),
    };
  }
}

function lists(
  { numbers = [] }: { numbers?: readonly ChannelNumber[] | undefined },
  number: string,
): boolean {
  return numbers.some((one) => one.number === number);
}

async function changeable(store: Pick<Store, 'channels'>, id: string): Promise<ChannelDoc> {
  if (id === ENVIRONMENT_CHANNEL) throw new SwitchboardError('set_by_environment');
  const found = await store.channels.findOne({ _id: id });
  if (!found || found.endedAt !== undefined) throw unknownChannel();
  return found;
}

/** Makes room for a new one with the id of one that was deleted a moment ago. */
async function removeEnded({ channels }: Pick<Store, 'channels'>, id: string): Promise<void> {
  await channels.deleteOne({ _id: id, endedAt: { $gt: 0 } });
}

/** Its agent, or the bot, was quicker. */
function unlessClosed(error: unknown): void {
  if (error instanceof SwitchboardError && error.code === 'wrong_state') return;
  throw error;
}
