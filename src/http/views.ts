import type { z } from 'zod';
import { loadOf } from '../conversations/capacity.ts';
import { nextOpening, openAt } from '../conversations/hours.ts';
import { sentimentOf } from '../conversations/sentiment.ts';
import type { AgentDoc, ConversationDoc, MessageDoc, QueueDoc, Stretch } from '../store/documents.ts';
import type { Agent, Colleague } from './agent-schemas.ts';
import type { Message } from './message-schemas.ts';
import type { Queue } from './queue-schemas.ts';
import { hoursView } from './queue-schemas.ts';
import type { Conversation, stretch } from './schemas.ts';

/** Documents as the API shows them: ids without underscore, ISO times, null for what is absent. */

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

export function conversationView(doc: ConversationDoc): Conversation {
  return {
    id: doc._id,
    channelId: doc.channelId,
    number: doc.number,
    customer: doc.customer,
    locale: doc.locale ?? null,
    state: doc.state,
    handler: doc.handler ?? null,
    agentId: doc.agentId ?? null,
    participants: doc.participants ?? [],
    consulted: doc.consulted ?? [],
    queueId: doc.queueId ?? null,
    priority: doc.priority,
    skills: doc.skills ?? [],
    preferredAgentIds: doc.preferredAgentIds ?? [],
    offer: doc.offer ? { agentId: doc.offer.agentId, until: isoTime(doc.offer.until) } : null,
    session: doc.session,
    reopens: doc.reopens ?? null,
    version: doc.version,
    createdAt: isoTime(doc.createdAt),
    queuedAt: doc.queuedAt === undefined ? null : isoTime(doc.queuedAt),
    lastMessageAt: isoTime(doc.lastMessageAt),
    unansweredSince: doc.unansweredSince === undefined ? null : isoTime(doc.unansweredSince),
    optedOutAt: doc.optedOutAt === undefined ? null : isoTime(doc.optedOutAt),
    sentiment: sentimentOf(doc.moods),
    handoff: doc.handoff === undefined ? null : { ...doc.handoff, context: JSON.parse(doc.handoff.context) },
  };
}

export function stretchView({ place, since, reason, agentId, queueId }: Stretch): z.output<typeof stretch> {
  return { place, since: isoTime(since), reason, agentId: agentId ?? null, queueId: queueId ?? null };
}

export function messageView(doc: MessageDoc): Message {
  return {
    id: doc._id,
    conversationId: doc.conversationId,
    session: doc.session,
    direction: doc.direction,
    author: doc.author,
    text: doc.text,
    ...(doc.masked ? { masked: doc.masked } : {}),
    at: isoTime(doc.at),
    status: doc.status,
    segments: doc.segments,
    ...(doc.error === undefined ? {} : { error: doc.error }),
    ...(doc.status === 'failed' && doc.problem === undefined ? { resent: true } : {}),
    ...(doc.mentions === undefined ? {} : { mentions: doc.mentions }),
  };
}

export function agentView(doc: AgentDoc, now: number): Agent {
  return {
    ...colleagueView(doc),
    role: doc.role,
    capacity: doc.capacity,
    limits: doc.limits,
    load: loadOf(doc, now),
    rights: doc.rights ?? [],
    hasToken: doc.tokenHash !== undefined,
    tokenExpiresAt: doc.tokenExpiresAt === undefined ? null : isoTime(doc.tokenExpiresAt),
  };
}

export function colleagueView(doc: AgentDoc): Colleague {
  return {
    id: doc._id,
    name: doc.name,
    presence: doc.presence,
    presenceId: doc.presenceId ?? null,
    queues: doc.queues,
    languages: doc.languages,
    skills: doc.skills,
  };
}

/** What a queue looks like now. */
export interface QueueCounts {
  waiting: number;
  oldestAt: number | undefined;
  agentsAvailable: number;
  agentsThere: number;
}

/** `now` in milliseconds since 1970. */
export function queueView(doc: QueueDoc, counts: QueueCounts, now: number): Queue {
  const { open } = openAt(doc.hours, now);
  const opensAt = open ? null : nextOpening(doc.hours, now);
  return {
    id: doc._id,
    name: doc.name,
    priority: doc.priority,
    waiting: counts.waiting,
    oldest: counts.oldestAt === undefined ? null : isoTime(counts.oldestAt),
    agentsAvailable: counts.agentsAvailable,
    agentsThere: counts.agentsThere,
    hours: doc.hours === undefined ? null : hoursView(doc.hours),
    overflow: doc.overflow ?? [],
    levelSeconds: doc.levelSeconds ?? null,
    open,
    opensAt: opensAt === null ? null : isoTime(opensAt),
    changedAt: isoTime(doc.changedAt),
  };
}
