import { isDeepStrictEqual } from 'node:util';
import { SwitchboardError } from '../errors.ts';
import type { AgentDoc, Role } from '../store/documents.ts';

/**
 * Who may call what: the least role for each operation. The one place to look; a route without a row does not
 * type-check. What an agent may do with one conversation is decided by the desk (`conversations/rights.ts`).
 */
export const RIGHTS = {
  getMe: 'agent',
  setPresence: 'agent',
  listColleagues: 'agent',

  listAgents: 'admin',
  createAgent: 'admin',
  getAgent: 'admin',
  changeAgent: 'admin',
  deleteAgent: 'admin',
  renewToken: 'admin',
  revokeToken: 'admin',
  setAgentPresence: 'supervisor',

  listPresences: 'agent',
  createPresence: 'admin',
  changePresence: 'admin',
  deletePresence: 'admin',

  listChannels: 'admin',
  createChannel: 'admin',
  getChannel: 'admin',
  changeChannel: 'admin',
  deleteChannel: 'admin',
  validateChannel: 'admin',
  getCallbackMail: 'admin',

  listWorkstreams: 'admin',
  getWorkstream: 'admin',
  createWorkstream: 'admin',
  copyWorkstream: 'admin',
  tryRules: 'admin',
  changeWorkstream: 'admin',
  deleteWorkstream: 'admin',

  rotateKeys: 'admin',

  listWebhooks: 'admin',
  createWebhook: 'admin',
  getWebhook: 'admin',
  changeWebhook: 'admin',
  deleteWebhook: 'admin',
  rotateWebhookSecret: 'admin',
  testWebhook: 'admin',
  listDeliveries: 'admin',
  replayWebhook: 'admin',
  retryDelivery: 'admin',

  listQueues: 'agent',
  getQueue: 'agent',
  createQueue: 'admin',
  changeQueue: 'admin',
  deleteQueue: 'admin',
  claimNext: 'agent',

  listConversations: 'agent',
  getConversation: 'agent',
  claimConversation: 'agent',
  acceptConversation: 'agent',
  rejectConversation: 'agent',
  getTrace: 'agent',
  transferConversation: 'agent',
  preferAgents: 'agent',
  returnConversation: 'agent',
  waitConversation: 'agent',
  resumeConversation: 'agent',
  endConversation: 'agent',
  closeConversation: 'agent',
  joinConversation: 'supervisor',
  consultColleague: 'agent',
  leaveConversation: 'agent',

  listTranscript: 'agent',
  writeMessage: 'agent',
  translateText: 'agent',
  listDeadLetters: 'supervisor',
  resendMessage: 'agent',
  settleMessage: 'agent',

  listMentions: 'agent',
  seeMentions: 'agent',

  listDrafts: 'agent',
  keepDraft: 'agent',
  deleteDraft: 'agent',

  // Of a quick reply for everybody it takes a supervisor; see `mayChangeReply` in conversations/quick-replies.ts.
  listQuickReplies: 'agent',
  createQuickReply: 'agent',
  changeQuickReply: 'agent',
  deleteQuickReply: 'agent',
  renderQuickReply: 'agent',

  listMacros: 'agent',
  createMacro: 'supervisor',
  changeMacro: 'supervisor',
  deleteMacro: 'supervisor',
  runMacro: 'agent',

  getContact: 'agent',
  exportContact: 'admin',
  eraseContact: 'admin',
  listErasures: 'admin',

  listOptouts: 'supervisor',
  getOptout: 'supervisor',
  createOptout: 'supervisor',
  startTexts: 'admin',
  importOptouts: 'admin',

  getDialogs: 'agent',
  drawDialogs: 'supervisor',
  listPublications: 'supervisor',
  getDialogSet: 'supervisor',
  publishDialogs: 'admin',
  getSessionsInDialogs: 'supervisor',

  getBoard: 'supervisor',
  reportHandling: 'supervisor',
  reportDialogs: 'supervisor',
  listAudit: 'admin',

  getBackup: 'admin',
  openMedia: 'agent',
  keepFile: 'agent',

  streamEvents: 'agent',
} as const satisfies Record<string, Role>;

export type Operation = keyof typeof RIGHTS;

/** What takes the right to write secrets beside the role: whoever has it may read what customers write, elsewhere. */
const SECRET_OPERATIONS: ReadonlySet<string> = new Set<Operation>([
  'createWebhook',
  'rotateWebhookSecret',
  'rotateKeys',
]);

/**
 * Fields that take it too. A channel's host and id are among them: with another host, the next request would carry the
 * key, or a signature made with it, to whoever is there. So is where a webhook goes, and whether texts go along.
 */
const SECRET_FIELDS: { readonly [O in Operation]?: readonly string[] } = {
  createChannel: ['apiKey'],
  changeChannel: ['apiKey', 'previousApiKey', 'customerId', 'apiUrl', 'auth'],
  changeWebhook: ['url', 'includeTexts'],
  createAgent: ['rights'],
  changeAgent: ['rights'],
};

const RANKS: Readonly<Record<Role, number>> = { agent: 0, supervisor: 1, admin: 2 };

type Asking = Pick<AgentDoc, 'role' | 'rights'>;

export function mayWriteSecrets({ rights = [] }: Pick<AgentDoc, 'rights'>): boolean {
  return rights.includes('secrets');
}

export function needsSecrets(operation: string): boolean {
  return SECRET_OPERATIONS.has(operation);
}

/** Throws `forbidden`. */
export function refuseUnlessMay(agent: Asking, operation: Operation): void {
  if (RANKS[agent.role] < RANKS[RIGHTS[operation]]) {
    throw new SwitchboardError('forbidden', `This takes the role ${RIGHTS[operation]}.`);
  }
  if (needsSecrets(operation) && !mayWriteSecrets(agent)) throw secretsNeeded();
}

/** Throws `forbidden` for a field that only who may write secrets may write. */
export function refuseSecretFields(agent: Asking, operation: Operation, body: unknown): void {
  const fields = SECRET_FIELDS[operation];
  if (fields === undefined || mayWriteSecrets(agent) || typeof body !== 'object' || body === null) return;
  const written = Object.entries(body).filter(([field]) => fields.includes(field));
  // A new agent without rights, said in words.
  const givesNothing =
    operation === 'createAgent' && written.every(([, value]) => isDeepStrictEqual(value, []));
  if (written.length > 0 && !givesNothing) throw secretsNeeded();
}

export function secretsNeeded(): SwitchboardError {
  return new SwitchboardError('forbidden', 'This takes the right to write secrets.');
}
