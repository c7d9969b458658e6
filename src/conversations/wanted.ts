import type { AgentDoc, ConversationDoc } from '../store/documents.ts';
import type { Workstream } from '../store/workstream.ts';
import type { Waiting } from './distribution.ts';
import type { Settings } from './settings.ts';

/** Milliseconds. Who missed or rejected a conversation is asked again after this, or once they have been away and come back. */
const PASSED_OVER = 600_000;

/** Whether a workstream's conversations are put before agents. */
export function isPush({ settings }: Workstream): boolean {
  return settings.distribution.mode === 'push';
}

/** Whether a conversation that waits is put before agents. */
export function isPushed(
  { assignAnyway, number }: Pick<ConversationDoc, 'assignAnyway' | 'number'>,
  settings: Pick<Settings, 'workstream'>,
): boolean {
  return assignAnyway === true || isPush(settings.workstream(number));
}

/** What a conversation that waits asks of whoever is to have it. */
export function wantedOf(
  conversation: ConversationDoc,
  settings: Pick<Settings, 'workstream'>,
  agents: readonly AgentDoc[],
  now: number,
): Waiting {
  const workstream = settings.workstream(conversation.number);
  const { distribution, capacity } = workstream.settings;
  const { _id, queueId = '', queuedAt = now, unansweredSince = queuedAt, lastAgentId } = conversation;
  return {
    conversationId: _id,
    queueId,
    workstreamId: workstream._id,
    distribution,
    cost: capacity.cost,
    skills: conversation.skills ?? [],
    locale: conversation.locale,
    ...(distribution.sameAgent && lastAgentId !== undefined ? { lastAgentId } : {}),
    preferredAgentIds: conversation.preferredAgentIds ?? [],
    excluded: (conversation.passedOver ?? []).flatMap(({ agentId, at }) => {
      const back = agents.find(({ _id }) => _id === agentId)?.presenceAt ?? 0;
      return back > at || at + PASSED_OVER <= now ? [] : [agentId];
    }),
    ...(conversation.assignAnyway ? { whatever: true } : {}),
    priority: conversation.priority,
    queuePriority: 0,
    since: unansweredSince,
    queuedAt,
  };
}
