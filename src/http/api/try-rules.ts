import { z } from 'zod';
import { placementBy } from '../../conversations/placement.ts';
import { compileRouting } from '../../conversations/routing-rules.ts';
import { workstreamOf } from '../../store/workstream.ts';
import type { HttpParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { idParameter } from '../schemas.ts';
import { rulesToTry, rulesTried } from '../try-rules-schemas.ts';
import { isoTime } from '../views.ts';
import { refuseMistakes } from '../workstream-changes.ts';
import { knownWorkstream } from './workstreams.ts';

export function tryRulesRoutes({ store, now }: Pick<HttpParts, 'store' | 'now'>): Route[] {
  return [
    route({
      operation: 'tryRules',
      method: 'post',
      path: '/api/workstreams/{id}/try-rules',
      tag: 'Workstreams',
      summary: 'Try its rules on a sample',
      description:
        'Where a handoff would go, and why. Nothing is changed and nobody is written to. `classification` and `routes` are those to try, checked as when they are saved; what is left out is that of the workstream. Hours are asked as of the sample’s `time`; `waiting` is how many wait now. A route that splits gives its first queue.',
      request: z.object({ params: idParameter, body: rulesToTry }),
      exampleBody: {
        sample: { customer: '15550100001', variables: { topic: 'returns' } },
        routes: [
          { name: 'returns', when: 'vars.topic == "returns"', to: [{ queueId: 'sales', percent: 100 }] },
        ],
      },
      answer: {
        status: 200,
        description: 'What it comes to.',
        schema: rulesTried,
        example: {
          queueId: 'sales',
          priority: 0,
          skills: [],
          variables: {},
          closed: null,
          action: null,
          messages: [],
          trace: [
            {
              at: '2026-03-02T09:30:00.000Z',
              step: 'route',
              rule: 'returns',
              expression: 'vars.topic == "returns"',
              values: { 'vars.topic': 'returns' },
              result: 'held',
              decision: { queueId: 'sales' },
            },
            {
              at: '2026-03-02T09:30:00.000Z',
              step: 'queue',
              values: { queue: null },
              result: 'held',
              decision: { queueId: 'sales', because: 'rule' },
            },
          ],
        },
      },
      errors: ['not_found'],
      async handle({ params, body }) {
        const doc = await knownWorkstream(store, params.id);
        const { classification, routes, sample } = body;
        await refuseMistakes(store, undefined, { classification, routes }, 'body');
        const { language, queueId, settings } = workstreamOf(doc);
        const at = sample.time === undefined ? now() : Date.parse(sample.time);
        const { said, closed, trace, ...found } = await placementBy(
          // Always the first of a split: the same sample has the same answer each time.
          { store, now: () => at, random: () => 0 },
          {
            compiled: compileRouting({
              classification: classification ?? settings.classification,
              routes: routes ?? settings.routes,
            }),
            asksWaiting: true,
            fallbackQueueId: queueId,
          },
          {
            customer: sample.customer,
            number: sample.number ?? doc.numbers[0] ?? '',
            locale: sample.locale ?? language,
            reason: sample.reason,
            context: sample.variables,
            skills: sample.skills,
            priority: sample.priority,
            queue: sample.queue,
          },
        );
        const { queueId: goesTo, priority, skills, variables, action } = found;
        return {
          queueId: goesTo,
          priority,
          skills,
          variables,
          closed: closed && {
            opensAt: closed.opens && isoTime(closed.opens.at),
            holiday: closed.holiday ?? null,
          },
          action,
          messages: said,
          trace: trace.map((entry) => ({ at: isoTime(at), ...entry })),
        };
      },
    }),
  ];
}
