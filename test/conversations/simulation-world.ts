import { expect } from 'chai';
import type { Bot } from '../../src/bot-turn.ts';
import { compileRouting } from '../../src/conversations/routing-rules.ts';
import type { Settings } from '../../src/conversations/settings.ts';
import { newStaffing } from '../../src/store/agent.ts';
import type { AgentDoc, QueueDoc, Store } from '../../src/store/documents.ts';
import { DEFAULT_SETTINGS, workstreamOf } from '../../src/store/workstream.ts';
import { anAnswer, NUMBER } from '../support/conversations.ts';
import { rule } from '../support/queues.ts';
import {
  BEGIN,
  type Fate,
  FIRST_RESPONSE,
  hoursOf,
  OFFER,
  type Script,
  type Team,
} from './simulation-script.ts';

/** What a customer texts who no longer wants to wait. */
export const LEAVE = 'never mind';

const WORKSTREAM = workstreamOf({
  _id: 'default',
  numbers: [],
  language: 'en',
  queueId: 'support',
  settings: {
    ...DEFAULT_SETTINGS,
    distribution: { ...DEFAULT_SETTINGS.distribution, mode: 'push', offerSeconds: OFFER / 1000 },
    times: { ...DEFAULT_SETTINGS.times, firstResponse: FIRST_RESPONSE / 1000 },
    messages: {},
    classification: [
      { name: 'priority', rules: [{ name: 'dear', when: 'vars.priority == 2', set: { priority: 2 } }] },
    ],
  },
});

const ROUTING = compileRouting(WORKSTREAM.settings);

/** One workstream that pushes, and the teams' queues. */
export function settingsOf(queues: readonly QueueDoc[]): Settings {
  return {
    workstream: () => WORKSTREAM,
    workstreams: () => [WORKSTREAM],
    queue: (id) => queues.find(({ _id }) => _id === id),
    queues: () => queues,
    routing: () => ROUTING,
    asksWaiting: () => false,
  };
}

/** Hands everybody over to the queue that the script has for them. */
export function reception({ arrivals }: Script): Bot {
  const of = new Map(arrivals.map((arrival) => [arrival.customer, arrival]));
  return async ({ activity, conversation }) => {
    const arrival = of.get(conversation.customer);
    if (!arrival || activity.type !== 'message') return anAnswer();
    return anAnswer({
      handoff: {
        queue: arrival.queueId,
        reason: 'customer_asked',
        summary: '',
        context: { priority: arrival.priority },
        skills: [],
        priority: null,
        unlessClosed: false,
        untakenAfter: null,
      },
    });
  };
}

export function queueOf(team: Team): QueueDoc {
  const { queueId, movesOn } = team;
  const hours = hoursOf(team);
  return {
    _id: queueId,
    name: queueId,
    priority: 0,
    ...(hours ? { hours } : {}),
    overflow: [
      rule({ is: 'closed' }, { do: 'end' }),
      ...(movesOn
        ? [rule({ is: 'age', seconds: movesOn.after / 1000 }, { do: 'queue', queueId: movesOn.queueId })]
        : []),
    ],
    createdAt: BEGIN,
    changedAt: BEGIN,
  };
}

export function agentOf({ queueId }: Team, n: number, capacity: number): AgentDoc {
  return {
    _id: `${queueId}-${n}`,
    name: `Agent ${n}`,
    role: 'agent',
    queues: [queueId],
    languages: [],
    skills: [],
    capacity,
    tokenHash: `${queueId} ${n}`,
    createdAt: BEGIN,
    changedAt: BEGIN,
    ...newStaffing(BEGIN),
  };
}

/** From what the store says in the end. */
export async function fatesOf(store: Store, { arrivals }: Script): Promise<Map<string, Fate>> {
  const fates = new Map<string, Fate>();
  for (const { customer } of arrivals) {
    const _id = `${NUMBER}-${customer}`;
    const [conversation, sessions] = await Promise.all([
      store.conversations.findOne({ _id }),
      store.sessions.find({ conversationId: _id }).toArray(),
    ]);
    const session = sessions[0];
    const stretches = session?.stretches ?? conversation?.stretches ?? [];
    const taken = stretches.filter(({ place }) => place === 'agent').map(({ since }) => since);
    const last = stretches.at(-1);
    const left = last?.place === 'bot' && stretches.length > 1;
    expect(sessions.length, `sessions of ${_id}`).to.be.at.most(1);
    fates.set(customer, {
      taken,
      end: session
        ? { outcome: session.outcome, at: session.endedAt }
        : left
          ? { outcome: 'left', at: last.since }
          : null,
    });
  }
  return fates;
}
