import { z } from 'zod';
import { whyUnplaced } from '../../conversations/unplaced.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';
import { traceEntry } from '../trace-schemas.ts';
import { isoTime } from '../views.ts';
import { visibleConversation } from './conversations.ts';

const stored = z.array(z.looseObject({ at: z.number(), step: traceEntry.shape.step }));

export function traceRoutes(parts: Pick<HttpParts, 'store' | 'settings' | 'now'>): Route[] {
  return [
    route({
      operation: 'getTrace',
      method: 'get',
      path: '/api/conversations/{id}/trace',
      tag: 'Conversations',
      summary: 'Why it is where it is',
      description:
        'Each rule that was asked at its handoff with the values that it read, what its queue did with it, who it was put before, what they answered, and who has moved it to another queue, oldest first. Of a long one the last 100. While it waits to be put before somebody and nobody can have it, a last entry says why, as of now. Who may see the conversation may.',
      request: z.object({ params: idParameter }),
      answer: {
        status: 200,
        description: 'The decisions; none for one that was never handed off or moved to a queue.',
        schema: z.object({ items: z.array(traceEntry) }),
        example: {
          items: [
            {
              at: '2026-03-02T09:30:00.000Z',
              step: 'route',
              rule: 'returns',
              expression: 'vars.topic == "returns"',
              values: { 'vars.topic': 'returns' },
              result: 'held',
              decision: { queueId: 'returns' },
            },
            {
              at: '2026-03-02T09:30:00.000Z',
              step: 'queue',
              values: { queue: 'support' },
              result: 'held',
              decision: { queueId: 'returns', because: 'rule' },
            },
          ],
        },
      },
      errors: ['forbidden', 'not_found'],
      async handle({ params }, context) {
        const conversation = await visibleConversation(parts.store, params.id, context);
        const entries = stored.parse(JSON.parse(conversation.trace ?? '[]'));
        const items = entries.map(({ at, ...rest }) => ({ at: isoTime(at), ...rest }));
        const why = await whyUnplaced(parts, conversation);
        if (why === null) return { items };
        const { queueId } = conversation;
        const nobody = { step: 'distribution' as const, queueId, agentId: null, why };
        return { items: [...items, { at: isoTime(parts.now()), ...nobody }] };
      },
    }),
  ];
}
