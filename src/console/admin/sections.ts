/** The administrator's pages: each a collection of the API, by the names of its operations. */
export interface Section {
  part: string;
  /** Operation ids. */
  list: string;
  create?: string;
  change?: string;
  remove?: string;
  /** Tries the rules that are in its form. */
  tryOut?: string;
  /** The field that its address ends with. */
  idField: string;
  /** Fields shown in the list. */
  columns: readonly string[];
}

export const SECTIONS: readonly Section[] = [
  {
    part: 'channels',
    list: 'listChannels',
    create: 'createChannel',
    change: 'changeChannel',
    remove: 'deleteChannel',
    idField: 'id',
    columns: ['id', 'name', 'numbers', 'auth', 'hasKey', 'source'],
  },
  {
    part: 'workstreams',
    list: 'listWorkstreams',
    create: 'createWorkstream',
    change: 'changeWorkstream',
    remove: 'deleteWorkstream',
    tryOut: 'tryRules',
    idField: 'id',
    columns: ['id', 'numbers', 'language', 'queueId'],
  },
  {
    part: 'queues',
    list: 'listQueues',
    create: 'createQueue',
    change: 'changeQueue',
    remove: 'deleteQueue',
    idField: 'id',
    columns: ['id', 'name', 'priority', 'levelSeconds', 'open', 'waiting'],
  },
  {
    part: 'agents',
    list: 'listAgents',
    create: 'createAgent',
    change: 'changeAgent',
    remove: 'deleteAgent',
    idField: 'id',
    columns: ['id', 'name', 'role', 'queues', 'languages', 'presence', 'load'],
  },
  {
    part: 'presences',
    list: 'listPresences',
    create: 'createPresence',
    change: 'changePresence',
    remove: 'deletePresence',
    idField: 'id',
    columns: ['id', 'name', 'base'],
  },
  {
    part: 'quick-replies',
    list: 'listQuickReplies',
    create: 'createQuickReply',
    change: 'changeQuickReply',
    remove: 'deleteQuickReply',
    idField: 'slug',
    columns: ['slug', 'tags', 'queues', 'texts'],
  },
  {
    part: 'macros',
    list: 'listMacros',
    create: 'createMacro',
    change: 'changeMacro',
    remove: 'deleteMacro',
    idField: 'id',
    columns: ['id', 'name', 'steps'],
  },
  {
    part: 'optouts',
    list: 'listOptouts',
    create: 'createOptout',
    change: 'startTexts',
    idField: 'id',
    columns: ['customer', 'number', 'state', 'since', 'source', 'words'],
  },
  {
    part: 'webhooks',
    list: 'listWebhooks',
    create: 'createWebhook',
    change: 'changeWebhook',
    remove: 'deleteWebhook',
    idField: 'id',
    columns: ['url', 'events', 'on'],
  },
  {
    part: 'dialogs',
    list: 'listPublications',
    create: 'publishDialogs',
    idField: 'id',
    columns: ['id', 'setId', 'at', 'by'],
  },
  {
    part: 'audit',
    list: 'listAudit',
    idField: 'id',
    columns: ['at', 'agentId', 'operation', 'target', 'changes', 'refused'],
  },
];
