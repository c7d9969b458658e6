import { newStaffing } from '../../src/store/agent.ts';
import type { AgentDoc, MessageDoc } from '../../src/store/documents.ts';

export { aConversation } from '../support/conversations.ts';

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
    ...newStaffing(0),
    presence: 'available',
    tokenHash: fields._id,
    createdAt: 0,
    changedAt: 0,
    ...fields,
  };
}
