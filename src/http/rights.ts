import type { Role } from '../store/documents.ts';

/**
 * Who may call what: the least role for each operation. The one place to look; a route without a row does not
 * type-check. What an agent may do with one conversation is decided by the desk (`conversations/rights.ts`).
 */
export const RIGHTS = {
  getMe: 'agent',
  setPresence: 'agent',

  listAgents: 'admin',
  createAgent: 'admin',
  getAgent: 'admin',
  changeAgent: 'admin',
  deleteAgent: 'admin',
  setAgentPresence: 'supervisor',

  listPresences: 'agent',
  createPresence: 'admin',
  changePresence: 'admin',
  deletePresence: 'admin',

  listWorkstreams: 'admin',
  getWorkstream: 'admin',
  changeWorkstream: 'admin',

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
  listDeadLetters: 'supervisor',
  resendMessage: 'agent',
  settleMessage: 'agent',

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

  getBoard: 'supervisor',
  reportHandling: 'supervisor',
  reportDialogs: 'supervisor',
  listAudit: 'admin',

  streamEvents: 'agent',
} as const satisfies Record<string, Role>;

export type Operation = keyof typeof RIGHTS;

const RANKS: Readonly<Record<Role, number>> = { agent: 0, supervisor: 1, admin: 2 };

export function mayCall(role: Role, operation: Operation): boolean {
  return RANKS[role] >= RANKS[RIGHTS[operation]];
}
