import type { ReturnTarget } from '../bot-turn.ts';
import { createDesk, type DeskParts } from '../conversations/desk.ts';
import type { Actor } from '../conversations/rights.ts';
import { newStaffing } from '../store/agent.ts';
import type { AgentDoc } from '../store/documents.ts';

const AGENT: Actor = { id: 'agent-1', role: 'supervisor', queues: [] };

/** The one agent of a rehearsal, who may do what every agent and supervisor may. What is refused rejects as the API refuses it. */
export interface RehearsalAgent {
  claim(): Promise<void>;
  say(text: string): Promise<void>;
  return(target: ReturnTarget): Promise<void>;
  wait(): Promise<void>;
  resume(): Promise<void>;
  end(): Promise<void>;
  close(outcome?: string): Promise<void>;
}

interface AgentParts extends Omit<DeskParts, 'due' | 'rejected'> {
  /** The id of the one conversation. */
  conversation: string;
  nextId: () => string;
  /** Resolves once everything is done that is due after what the agent did. */
  after: (done: Promise<unknown>) => Promise<void>;
}

export function createRehearsalAgent({ conversation, nextId, after, ...parts }: AgentParts): RehearsalAgent {
  const desk = createDesk({ ...parts, due: () => {}, rejected: async () => {} });
  return {
    claim: () => after(desk.claim(conversation, AGENT)),
    say: (text) => after(desk.reply(conversation, AGENT, { text, key: nextId() })),
    return: (target) => after(desk.return(conversation, AGENT, { ...target, key: nextId() })),
    wait: () => after(desk.wait(conversation, AGENT)),
    resume: () => after(desk.resume(conversation, AGENT)),
    end: () => after(desk.end(conversation, AGENT)),
    close: (outcome) =>
      after(desk.close(conversation, AGENT, { key: nextId(), ...(outcome ? { outcome } : {}) })),
  };
}

/** The agent as the store has them. */
export function rehearsalAgent(time: number): AgentDoc {
  return {
    _id: AGENT.id,
    name: 'Sample agent',
    role: AGENT.role,
    queues: [],
    languages: [],
    skills: [],
    capacity: 5,
    ...newStaffing(time),
    presence: 'available',
    tokenHash: '',
    createdAt: time,
    changedAt: time,
  };
}
