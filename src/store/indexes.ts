import type { IndexSpec } from './collection.ts';
import type { CollectionName } from './documents.ts';

/** Both engines make exactly these; each serves a named query. `_id` is always one. */
export const INDEXES: { [K in CollectionName]: IndexSpec[] } = {
  conversations: [
    { name: 'due', keys: { dueAt: 1 }, present: 'dueAt' },
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'desk', keys: { desk: 1, changedAt: 1 }, present: 'desk' },
    { name: 'queue', keys: { queueId: 1, state: 1, turnAt: 1 }, present: 'queueId' },
    { name: 'queued', keys: { queueId: 1, queuedAt: 1 }, present: 'queuedAt' },
    { name: 'taken', keys: { takenFrom: 1, takenAt: 1 }, present: 'takenAt' },
    { name: 'agent', keys: { agentId: 1, changedAt: 1 }, present: 'agentId' },
    { name: 'owner', keys: { agentId: 1, desk: 1 }, present: 'desk' },
    { name: 'customer', keys: { customer: 1 } },
    { name: 'news', keys: { newsAt: 1 }, present: 'newsAt' },
  ],
  messages: [
    { name: 'transcript', keys: { conversationId: 1, at: 1, sequence: 1 } },
    { name: 'next', keys: { nextAt: 1 }, present: 'nextAt' },
    { name: 'notice', keys: { noticeAt: 1 }, present: 'noticeAt' },
    { name: 'outstanding', keys: { outstanding: 1, sequence: 1 }, present: 'outstanding' },
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'problem', keys: { problem: 1, changedAt: 1 }, present: 'problem' },
    { name: 'untold', keys: { untoldAt: 1 }, present: 'untoldAt' },
    { name: 'news', keys: { newsAt: 1 }, present: 'newsAt' },
    { name: 'mentioned', keys: { mentions: 1, at: 1 }, present: 'mentions', each: 'mentions' },
  ],
  sessions: [
    { name: 'conversation', keys: { conversationId: 1, session: 1 } },
    { name: 'ended', keys: { endedAt: 1 } },
  ],
  agents: [
    { name: 'token', keys: { tokenHash: 1 }, present: 'tokenHash' },
    { name: 'grace', keys: { graceUntil: 1 }, present: 'graceUntil' },
  ],
  queues: [{ name: 'news', keys: { newsAt: 1 }, present: 'newsAt' }],
  presences: [],
  workstreams: [],
  quickReplies: [],
  macros: [],
  drafts: [
    { name: 'conversation', keys: { conversationId: 1 } },
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  signIns: [{ name: 'expires', keys: { expiresAt: 1 } }],
  idempotency: [{ name: 'expires', keys: { expiresAt: 1 } }],
  audit: [
    { name: 'at', keys: { at: 1 } },
    { name: 'agent', keys: { agentId: 1, at: 1 } },
    { name: 'target', keys: { target: 1, at: 1 } },
    { name: 'operation', keys: { operation: 1, at: 1 } },
  ],
  webhooks: [],
  publisher: [],
  events: [
    { name: 'sequence', keys: { sequence: 1 } },
    { name: 'conversation', keys: { conversationId: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  deliveries: [
    { name: 'due', keys: { webhookId: 1, nextAt: 1 }, present: 'nextAt' },
    { name: 'lane', keys: { lane: 1, sequence: 1 }, present: 'lane' },
    { name: 'conversation', keys: { conversationId: 1 } },
    { name: 'list', keys: { webhookId: 1, status: 1, changedAt: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  dialogSets: [],
  publications: [],
  files: [
    { name: 'conversation', keys: { conversationId: 1 } },
    { name: 'expires', keys: { expiresAt: 1 } },
  ],
  fileChunks: [{ name: 'expires', keys: { expiresAt: 1 } }],
  erasures: [
    { name: 'due', keys: { dueAt: 1 }, present: 'dueAt' },
    { name: 'at', keys: { at: 1 } },
  ],
  channels: [],
  numberClaims: [],
  sendBuckets: [],
  optouts: [
    { name: 'changed', keys: { changedAt: 1 } },
    { name: 'customer', keys: { customer: 1 }, present: 'customer' },
  ],
};
