import { agentRoutes } from './api/agents.ts';
import { auditRoutes } from './api/audit.ts';
import { boardRoutes } from './api/board.ts';
import { channelCheckRoutes } from './api/channel-checks.ts';
import { channelRoutes } from './api/channels.ts';
import { claimRoutes } from './api/claims.ts';
import { colleagueRoutes } from './api/colleagues.ts';
import { contactRoutes } from './api/contacts.ts';
import { conversationRoutes } from './api/conversations.ts';
import { deadLetterRoutes } from './api/dead-letters.ts';
import { deliveryRoutes } from './api/deliveries.ts';
import { dialogRoutes } from './api/dialogs.ts';
import { draftRoutes } from './api/drafts.ts';
import { fileRoutes } from './api/files.ts';
import { keyRoutes } from './api/keys.ts';
import { macroRoutes } from './api/macros.ts';
import { meRoutes } from './api/me.ts';
import { mentionRoutes } from './api/mentions.ts';
import { messageRoutes } from './api/messages.ts';
import { optoutRoutes } from './api/optouts.ts';
import { participantRoutes } from './api/participants.ts';
import { preferredAgentRoutes } from './api/preferred-agents.ts';
import { presenceRoutes } from './api/presences.ts';
import { privacyRoutes } from './api/privacy.ts';
import { progressRoutes } from './api/progress.ts';
import { queueRoutes } from './api/queues.ts';
import { quickReplyRoutes } from './api/quick-replies.ts';
import { reportRoutes } from './api/reports.ts';
import { traceRoutes } from './api/trace.ts';
import { transferRoutes } from './api/transfers.ts';
import { translationRoutes } from './api/translations.ts';
import { tryRulesRoutes } from './api/try-rules.ts';
import { webhookRoutes } from './api/webhooks.ts';
import { workstreamRoutes } from './api/workstreams.ts';
import { BACKUP_ROUTE } from './backup.ts';
import { CALLBACK_ROUTE } from './callbacks.ts';
import { GRAPH_ROUTE } from './dialog-graph.ts';
import { EVENTS_ROUTE } from './events.ts';
import { HEALTH_ROUTES } from './health.ts';
import { FILE_LINK_ROUTE, MEDIA_ROUTE } from './media.ts';
import type { HttpParts } from './parts.ts';
import type { Described, Route } from './route.ts';
import { SESSION_ROUTES } from './session.ts';

/** The API, in the order of the documentation. */
export function apiRoutes(parts: HttpParts): Route[] {
  return [
    ...meRoutes(parts),
    ...colleagueRoutes(parts),
    ...queueRoutes(parts),
    ...conversationRoutes(parts),
    ...traceRoutes(parts),
    ...claimRoutes(parts),
    ...messageRoutes(parts),
    ...translationRoutes(parts),
    ...transferRoutes(parts),
    ...preferredAgentRoutes(parts),
    ...progressRoutes(parts),
    ...participantRoutes(parts),
    ...fileRoutes(parts),
    ...draftRoutes(parts),
    ...mentionRoutes(parts),
    ...quickReplyRoutes(parts),
    ...macroRoutes(parts),
    ...contactRoutes(parts),
    ...privacyRoutes(parts),
    ...optoutRoutes(parts),
    ...deadLetterRoutes(parts),
    ...agentRoutes(parts),
    ...presenceRoutes(parts),
    ...channelRoutes(parts),
    ...channelCheckRoutes(parts),
    ...workstreamRoutes(parts),
    ...tryRulesRoutes(parts),
    ...dialogRoutes(parts),
    ...boardRoutes(parts),
    ...reportRoutes(parts),
    ...auditRoutes(parts),
    ...webhookRoutes(parts),
    ...keyRoutes(parts),
    ...deliveryRoutes(parts),
  ];
}

/** All that is documented: the API, and what is served in other ways. */
export function documented(routes: readonly Route[]): Described[] {
  return [
    ...SESSION_ROUTES,
    ...routes,
    GRAPH_ROUTE,
    EVENTS_ROUTE,
    BACKUP_ROUTE,
    MEDIA_ROUTE,
    FILE_LINK_ROUTE,
    CALLBACK_ROUTE,
    ...HEALTH_ROUTES,
  ];
}
