import type { z } from 'zod';
import { agentChanges, newAgent } from '../http/agent-schemas.ts';
import { channelChanges, newChannel } from '../http/channel-schemas.ts';
import { macroChanges, newMacro } from '../http/macro-schemas.ts';
import { newPresence, presenceChanges } from '../http/presence.ts';
import { newQueue, queueChanges } from '../http/queue-schemas.ts';
import { newQuickReply, quickReplyChanges } from '../http/quick-reply-schemas.ts';
import { newWebhook, webhookChanges } from '../http/webhook-schemas.ts';
import { newWorkstream, workstreamChanges } from '../http/workstream-schemas.ts';
import { isOfProvider } from '../sign-in/provider-id.ts';
import { WEBHOOK_URL, webhookTodo } from './webhook-url.ts';

/** One thing of the configuration, as the file and the API have it. */
export type Item = { [field: string]: unknown };

/** One kind of thing that a configuration file has. */
export interface Section {
  /** In the file. */
  name: string;
  /** In the API. */
  path: string;
  /** The field that tells one from another. */
  key: string;
  /** What travels, in the order of the file. Keys, secrets and tokens are in none. */
  fields: readonly string[];
  /** The API's own schemas. */
  create: z.ZodObject;
  change: z.ZodObject;
  /** False for what the service makes of its settings, or keeps for one person. */
  isKept: (item: Item) => boolean;
  /** Fields that may name others of the section, so they are written once all of them are there. */
  later: readonly string[];
  /** The field of which the API changes what is named, and leaves the rest. */
  merged?: string;
  /** What is to be done by hand for one that was made. */
  todo?: (key: string) => string;
  /** Where the key does not stand in the file as it is. */
  naming?: Naming;
}

/** How items are named in a file whose key has a part that is to stay out of it. */
export interface Naming {
  /** Items of the API, with the key that they have in a file. */
  inFile: (items: readonly Item[]) => Item[];
  /** Whether an item, as `inFile` gives it, is the one that a file means by a key. */
  isMeant: (item: Item, key: string) => boolean;
  /** The key that a new item is made with. */
  toMake: (key: string) => string;
  /** The key for people. */
  shown: (key: string) => string;
  /** What is not in the file, for people; `there` is undefined for an item that is to be made. */
  leftOut: (key: string, there: Item | undefined) => string | undefined;
}

const all = () => true;

/** In the order in which they can name each other. */
export const SECTIONS: readonly Section[] = [
  {
    name: 'presences',
    path: '/api/presences',
    key: 'id',
    fields: ['id', 'name', 'base'],
    create: newPresence,
    change: presenceChanges,
    isKept: all,
    later: [],
  },
  {
    name: 'queues',
    path: '/api/queues',
    key: 'id',
    fields: ['id', 'name', 'priority', 'hours', 'overflow', 'levelSeconds'],
    create: newQueue,
    change: queueChanges,
    isKept: all,
    later: ['overflow'],
  },
  {
    name: 'channels',
    path: '/api/channels',
    key: 'id',
    fields: ['id', 'name', 'customerId', 'apiUrl', 'auth', 'numbers'],
    create: newChannel,
    change: channelChanges,
    isKept: ({ source }) => source === 'api',
    later: [],
    todo: (id) => `write its API key: PATCH /api/channels/${id} {"apiKey": …}`,
  },
  {
    name: 'workstreams',
    path: '/api/workstreams',
    key: 'id',
    fields: ['id', 'numbers', 'language', 'queueId', 'settings'],
    create: newWorkstream,
    change: workstreamChanges,
    isKept: all,
    later: [],
    merged: 'settings',
  },
  {
    name: 'agents',
    path: '/api/agents',
    key: 'id',
    fields: ['id', 'name', 'role', 'rights', 'queues', 'languages', 'skills', 'capacity', 'limits'],
    create: newAgent,
    change: agentChanges,
    // Those of a sign-in provider are made by it.
    isKept: ({ id }) => typeof id === 'string' && !isOfProvider(id),
    later: [],
    todo: (id) => `give a token: POST /api/agents/${id}/token`,
  },
  {
    name: 'quickReplies',
    path: '/api/quick-replies',
    key: 'slug',
    fields: ['slug', 'tags', 'queues', 'texts'],
    create: newQuickReply,
    change: quickReplyChanges,
    isKept: ({ personal }) => personal === false,
    later: [],
  },
  {
    name: 'macros',
    path: '/api/macros',
    key: 'id',
    fields: ['id', 'name', 'steps'],
    create: newMacro,
    change: macroChanges,
    isKept: all,
    later: [],
  },
  {
    name: 'webhooks',
    path: '/api/webhooks',
    key: 'url',
    fields: ['url', 'events', 'on', 'includeTexts'],
    create: newWebhook,
    change: webhookChanges,
    isKept: all,
    later: [],
    todo: webhookTodo,
    naming: WEBHOOK_URL,
  },
];
