import type { Agent, Colleague } from '../agent-schemas.ts';
import type { MentionItem } from '../mention-schemas.ts';
import type { Message } from '../message-schemas.ts';
import type { Queue } from '../queue-schemas.ts';
import type { Conversation } from '../schemas.ts';

/** One story, told by every example of the documentation: Ana answers a customer who asked for a person. */

export const EXAMPLE_AGENT: Agent = {
  id: 'agent-1',
  name: 'First agent',
  role: 'agent',
  queues: ['support'],
  languages: ['en', 'es'],
  skills: ['orders'],
  capacity: 5,
  limits: {},
  presence: 'available',
  presenceId: null,
  rights: [],
  hasToken: true,
  tokenExpiresAt: null,
  load: 2,
};

export const EXAMPLE_COLLEAGUE: Colleague = {
  id: 'ben',
  name: 'Ben',
  presence: 'away',
  presenceId: 'lunch',
  queues: ['support', 'returns'],
  languages: ['en'],
  skills: ['orders'],
};

type Rule = Queue['overflow'][number];
const overflowRule = (when: Rule['when'], then: Rule['then']): Rule => ({ when, then });

export const EXAMPLE_QUEUE: Queue = {
  id: 'support',
  name: 'Support',
  priority: 0,
  waiting: 2,
  oldest: '2026-03-02T09:28:10.000Z',
  agentsAvailable: 1,
  agentsThere: 2,
  hours: {
    timeZone: 'Europe/Madrid',
    week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' })),
    holidays: [{ date: '2026-12-25', name: 'Christmas', open: [] }],
  },
  overflow: [overflowRule({ is: 'age', seconds: 900 }, { do: 'call_back' })],
  levelSeconds: 300,
  open: true,
  opensAt: null,
  changedAt: '2026-03-02T09:00:00.000Z',
};

export const EXAMPLE_CONVERSATION: Conversation = {
  id: '15550109999-15550100001',
  channelId: 'default',
  number: '15550109999',
  customer: '15550100001',
  locale: 'es',
  state: 'active',
  handler: 'agent',
  agentId: 'agent-1',
  participants: [],
  consulted: [],
  queueId: 'support',
  priority: 0,
  skills: [],
  preferredAgentIds: [],
  offer: null,
  session: 3,
  reopens: null,
  version: 17,
  createdAt: '2026-01-12T18:04:31.000Z',
  queuedAt: null,
  optedOutAt: null,
  sentiment: 'neutral',
  lastMessageAt: '2026-03-02T09:30:00.000Z',
  unansweredSince: '2026-03-02T09:30:00.000Z',
  handoff: {
    reason: 'customer_asked',
    summary: 'Pregunta por el pedido 1042',
    context: { order: { number: '1042', status: 'shipped' } },
  },
};

export const EXAMPLE_MESSAGE: Message = {
  id: 'out:agent:7d1f0c9b2a6e4f3880b1c5d4e6f70912:0',
  conversationId: '15550109999-15550100001',
  session: 3,
  direction: 'out',
  author: { kind: 'agent', id: 'agent-1' },
  text: 'Hola, soy Ana. Su pedido llega mañana.',
  at: '2026-03-02T09:31:05.000Z',
  status: 'queued',
  segments: 1,
};

export const EXAMPLE_MENTION: MentionItem = {
  conversationId: '15550109999-15550100001',
  messageId: 'note:3c5e7a9b1d2f4c6e8a0b2d4f6e8a0c1e',
  by: 'agent-2',
  at: '2026-03-02T09:33:20.000Z',
  text: '@agent-1, the depot has found it.',
  seen: false,
};

export const EXAMPLE_FAILED: Message = {
  ...EXAMPLE_MESSAGE,
  status: 'failed',
  error: { code: '221', message: 'Handset unreachable' },
};
