import { z } from 'zod';
import type { Filter } from '../../store/collection.ts';
import type { AuditDoc } from '../../store/documents.ts';
import { type AuditEntry, auditEntry, auditFilter } from '../audit-schemas.ts';
import { pageByTime } from '../paging.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { pageOf } from '../schemas.ts';
import { isoTime } from '../views.ts';

type AuditFilter = z.output<typeof auditFilter>;

const EXAMPLE: AuditEntry = {
  id: 'write:7d1f0c9b2a6e4f3880b1c5d4e6f70912',
  at: '2026-03-02T09:40:00.000Z',
  agentId: 'agent-1',
  operation: 'closeConversation',
  target: '15550109999-15550100001',
  changes: [{ field: 'outcome', value: 'resolved' }, { field: 'note' }],
  refused: null,
};

export function auditRoutes({ store }: Pick<HttpParts, 'store'>): Route[] {
  return [
    route({
      operation: 'listAudit',
      method: 'get',
      path: '/api/audit',
      tag: 'Supervisors',
      summary: 'Who changed what, and who read what of customers, the latest first',
      description:
        'An entry for every write of the API that reached its operation, also for one that was refused there; none for what the role or the schema refuses before it, for drafts, a try-out of rules, what one has seen, and a claim where nothing waits. An entry `signIn` where a sign-in by the provider made an agent or changed their role. One entry for an agent who reads a conversation’s transcript, however often, in ten minutes; so of contact cards, the list of opt-outs and what else shows what customers are and wrote. Filters add up. No operation changes an entry or takes it away, but for the erasure of a customer, which takes the number out, and the retention of a workstream.',
      request: z.object({ query: auditFilter }),
      answer: {
        status: 200,
        description: 'A page of entries.',
        schema: pageOf(auditEntry),
        example: { items: [EXAMPLE], cursor: null },
      },
      errors: [],
      async handle({ query }) {
        const page = await pageByTime<AuditDoc>(
          query,
          (before, limit) => store.audit.find(filterOf(query, before), { sort: { at: -1 }, limit }).toArray(),
          (entry) => matches(entry, query),
        );
        return { items: page.items.map(entryView), cursor: page.cursor };
      },
    }),
  ];
}

/** The one of the filters that leaves the fewest goes to an index; `matches` sees to the rest. `before`: up to then. */
function filterOf({ target, agent, operation, from, to }: AuditFilter, before?: number): Filter<AuditDoc> {
  const at = {
    $gte: from === undefined ? 0 : Date.parse(from),
    ...(before !== undefined ? { $lte: before } : to === undefined ? {} : { $lt: Date.parse(to) }),
  };
  if (target !== undefined) return { target, at };
  if (agent !== undefined) return { agentId: agent, at };
  return operation === undefined ? { at } : { operation, at };
}

function matches(entry: AuditDoc, { agent, operation }: AuditFilter): boolean {
  return (
    (agent === undefined || entry.agentId === agent) &&
    (operation === undefined || entry.operation === operation)
  );
}

export function entryView({ _id, at, agentId, operation, target, changes, refused }: AuditDoc): AuditEntry {
  return { id: _id, at: isoTime(at), agentId, operation, target, changes, refused: refused ?? null };
}
