import { expect } from 'chai';
import { compileRouting, queuesNamedIn, type RuleProblem } from '../../src/conversations/routing-rules.ts';
import { SwitchboardError } from '../../src/errors.ts';
import type { WorkstreamSettings } from '../../src/store/workstream.ts';

type Rules = Pick<WorkstreamSettings, 'classification' | 'routes'>;

function problemsOf(rules: Partial<Rules>): RuleProblem[] {
  try {
    compileRouting({ classification: [], routes: [], ...rules });
  } catch (error) {
    if (!(error instanceof SwitchboardError)) throw error;
    expect(error.code).to.equal('invalid_request');
    return error.details.problems as RuleProblem[];
  }
  return [];
}

const to = [{ queueId: 'support', percent: 100 }];

describe('the rules of a workstream', () => {
  it('are taken when nothing is wrong', () => {
    expect(
      problemsOf({
        classification: [
          { name: 'Language', rules: [{ name: 'Spanish', when: 'locale == "es"', set: { skills: ['es'] } }] },
          { name: 'Value', rules: [{ name: 'Spanish', when: 'vars.total > 100', set: { priority: 5 } }] },
        ],
        routes: [
          { name: 'Orders', when: 'vars.topic == "order"', to },
          {
            name: 'Rest',
            when: 'true',
            to: [
              { queueId: 'support', percent: 70 },
              { queueId: 'sales', percent: 30 },
            ],
          },
        ],
      }),
    ).to.deep.equal([]);
  });

  it('are refused with the path of each mistake', () => {
    const rule = { name: 'one', when: 'true', set: {} };
    const problems = problemsOf({
      classification: [
        { name: 'A', rules: [rule, { ...rule, when: 'colour == "red"' }] },
        { name: 'A', rules: [] },
      ],
      routes: [
        { name: 'R', when: 'priority', to },
        { name: 'S', when: 'true', to: [{ queueId: 'support', percent: 40 }] },
        {
          name: 'R',
          when: 'true',
          to: [
            { queueId: 'a', percent: 50 },
            { queueId: 'a', percent: 50 },
          ],
        },
        { name: 'T', when: 'true', to: [] },
      ],
    });
    expect(problems).to.have.deep.members([
      { path: 'classification.0.rules.1.when', message: 'At character 1: Unknown variable: colour' },
      { path: 'classification.0.rules.1.name', message: 'The name stands before.' },
      { path: 'classification.1.name', message: 'The name stands before.' },
      { path: 'routes.0.when', message: 'At character 1: it is always an int, never true or false' },
      { path: 'routes.1.to', message: 'The percentages add up to 40, not to 100.' },
      { path: 'routes.2.to.1.queueId', message: 'The queue stands in the split before.' },
      { path: 'routes.2.name', message: 'The name stands before.' },
      { path: 'routes.3.to', message: 'The percentages add up to 0, not to 100.' },
    ]);
  });

  it('name queues in splits and in conditions', () => {
    expect(
      queuesNamedIn({
        classification: [{ name: 'A', rules: [{ name: 'full', when: 'waiting.sales > 9', set: {} }] }],
        routes: [
          { name: 'R', when: 'open["out-of-town"]', to },
          { name: 'S', when: 'open.', to: [{ queueId: 'late', percent: 100 }] },
        ],
      }),
    ).to.deep.equal([
      { path: 'classification.0.rules.0.when', queueId: 'sales' },
      { path: 'routes.0.when', queueId: 'out-of-town' },
      { path: 'routes.0.to.0.queueId', queueId: 'support' },
      { path: 'routes.1.to.0.queueId', queueId: 'late' },
    ]);
  });
});
