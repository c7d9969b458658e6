import { agentRoutes } from './api/agents.ts';
import { auditRoutes } from './api/audit.ts';
import { boardRoutes } from './api/board.ts';
import { claimRoutes } from './api/claims.ts';
import { contactRoutes } from './api/contacts.ts';
import { conversationRoutes } from './api/conversations.ts';
import { deadLetterRoutes } from './api/dead-letters.ts';
import { draftRoutes } from './api/drafts.ts';
import { macroRoutes } from './api/macros.ts';
import { meRoutes } from './api/me.ts';
import { messageRoutes } from './api/messages.ts';
import { participantRoutes } from './api/participants.ts';
import { preferredAgentRoutes } from './api/preferred-agents.ts';
import { presenceRoutes } from './api/presences.ts';
import { progressRoutes } from './api/progress.ts';
import { queueRoutes } from './api/queues.ts';
import { quickReplyRoutes } from './api/quick-replies.ts';
import { reportRoutes } from './api/reports.ts';
import { traceRoutes } from './api/trace.ts';
import { transferRoutes } from './api/transfers.ts';
import { webhookRoutes } from './api/webhooks.ts';
import { workstreamRoutes } from './api/workstreams.ts';
import { CALLBACK_ROUTE } from './callbacks.ts';
import { EVENTS_ROUTE } from './events.ts';
import { HEALTH_ROUTES } from './health.ts';
import type { HttpParts } from './parts.ts';
import type { Described, Route } from './route.ts';

/** The API, in the order of the documentation. */
export function apiRoutes(parts: HttpParts): Route[] {
  return [
    ...meRoutes(parts),
    ...queueRoutes(parts),
    ...conversationRoutes(parts),
    ...traceRoutes(parts),
    ...claimRoutes(parts),
    ...messageRoutes(parts),
    ...transferRoutes(parts),
    ...preferredAgentRoutes(parts),
    ...progressRoutes(parts),
    ...participantRoutes(parts),
    ...draftRoutes(parts),
    ...quickReplyRoutes(parts),
    ...macroRoutes(parts),
    ...contactRoutes(parts),
    ...deadLetterRoutes(parts),
    ...agentRoutes(parts),
    ...presenceRoutes(parts),
    ...workstreamRoutes(parts),
    ...boardRoutes(parts),
    ...reportRoutes(parts),
    ...auditRoutes(parts),
    ...webhookRoutes(parts),
  ];
}

/** All that is documented: the API, and what is served in other ways. */
export function documented(routes: readonly Route[]): Described[] {
  return [...routes, EVENTS_ROUTE, CALLBACK_ROUTE, ...HEALTH_ROUTES];
}
