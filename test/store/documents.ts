import type { AgentDoc, ConversationDoc, MessageDoc } from '../../src/store/documents.ts';

export function aConversation(fields: Partial<ConversationDoc> & { _id: string }): ConversationDoc {
  return {
    channelId: 'default',
    number: '15550109999',
    customer: '15550100001',
    state: 'active',
    priority: 0,
    session: 1,
    epoch: 0,
    version: 0,
    createdAt: 0,
    changedAt: 0,
    lastMessageAt: 0,
    inbox: [],
    events: [],
    wake: 0,
    pending: [],
    handled: [],
    endedSessions: [],
    lastSequence: 0,
    timers: [],
    leaseUntil: 0,
    attempts: 0,
    ...fields,
  };
}

export function aMessage(fields: Partial<MessageDoc> & { _id: string }): MessageDoc {
  return {
    conversationId: 'c',
    channelId: 'default',
    session: 1,
    direction: 'out',
    author: { kind: 'bot' },
    text: 'hello',
    at: 0,
    sequence: 0,
    status: 'queued',
    segments: 1,
    changedAt: 0,
    attempts: 0,
    ...fields,
  };
}

export function anAgent(fields: Partial<AgentDoc> & { _id: string }): AgentDoc {
  return {
    name: 'Ada',
    role: 'agent',
    queues: [],
    languages: [],
    skills: [],
    capacity: 1,
    presence: 'available',
    tokenHash: fields._id,
    createdAt: 0,
    changedAt: 0,
    ...fields,
  };
}
