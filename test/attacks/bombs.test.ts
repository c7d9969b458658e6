import { expect } from 'chai';
import { openStage, type Stage } from '../http/stage.ts';
import { aWorkstream } from '../support/workstreams.ts';

/** Conditions that would keep the process busy for ages, or fill its memory. */
const BOMBS = [
  'customer.matches("^(\\\\d+)+x$")',
  'vars.x.matches("(a|aa)+$")',
  'vars.x.matches(vars.pattern)',
  '[1,2,3,4,5,6,7,8,9].map(a, [1,2,3,4,5,6,7,8,9].map(b, [1,2,3,4,5,6,7,8,9].map(c, 1))) == []',
  'cel.bind(a, "ab", cel.bind(b, a + a, cel.bind(c, b + b, c == "x")))',
  `${'('.repeat(150)}true${')'.repeat(150)}`,
];

describe('bombs', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
    await stage.store.workstreams.insertOne(aWorkstream());
  });
  after(() => stage.close());

  const routesWith = (when: string) => [{ name: 'R', when, to: [{ queueId: 'support', percent: 100 }] }];

  it('in rules are refused before any conversation meets them, by a save and by a try-out', async () => {
    for (const when of BOMBS) {
      const routes = routesWith(when);
      const saved = await stage.call('PATCH /api/workstreams/default', {
        ...{ as: 'root', body: { settings: { routes } } },
      });
      expect([saved.status, saved.body.problems?.[0].path], when).to.deep.equal([
        400,
        'body.settings.routes.0.when',
      ]);
      const sample = { customer: '15550100001', variables: { x: `${'a'.repeat(60)}!`, pattern: '(a+)+$' } };
      const tried = await stage.call('POST /api/workstreams/default/try-rules', {
        ...{ as: 'root', body: { sample, routes } },
      });
      expect(tried.status, when).to.equal(400);
    }
    expect((await stage.store.workstreams.findOne({ _id: 'default' }))?.settings?.routes).to.equal(undefined);
  });

  it('of names are plain values, however many there are', async () => {
    const variables = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`v${n}`, n]));
    const tried = await stage.call('POST /api/workstreams/default/try-rules', {
      ...{ as: 'root', body: { sample: { customer: '15550100001', variables }, routes: routesWith('true') } },
    });
    expect(tried.status).to.equal(200);
  });
});
