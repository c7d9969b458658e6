import { expect } from 'chai';
import { aConversation } from '../../support/conversations.ts';
import { aWorkstream } from '../../support/workstreams.ts';
import { openStage, type Stage } from '../stage.ts';

const toSales = (when: string) => [{ name: 'Sales', when, to: [{ queueId: 'sales', percent: 100 }] }];

describe('POST /api/workstreams/{id}/try-rules', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    stage.rig.time = Date.parse('2026-03-02T09:30:00Z');
    await stage.store.workstreams.insertOne(
      aWorkstream({
        numbers: ['15550109999'],
        settings: { routes: toSales('has(vars.topic) && vars.topic == "order"') },
      }),
    );
  });
  afterEach(() => stage.close());

  const tried = (sample: object, rules: object = {}, as = 'root') =>
    stage.call('POST /api/workstreams/default/try-rules', {
      as,
      body: { sample: { customer: '15550100001', ...sample }, ...rules },
    });

  it('says where the workstream’s own rules send a sample, and why', async () => {
    const { status, body } = await tried({ variables: { topic: 'order' } });
    expect(status).to.equal(200);
    const at = '2026-03-02T09:30:00.000Z';
    expect(body).to.deep.equal({
      queueId: 'sales',
      priority: 5,
      skills: [],
      variables: {},
      closed: null,
      action: null,
      messages: [],
      trace: [
        {
          at,
          step: 'route',
          rule: 'Sales',
          expression: 'has(vars.topic) && vars.topic == "order"',
          values: { 'vars.topic': 'order' },
          result: 'held',
          decision: { queueId: 'sales' },
        },
        {
          at,
          step: 'queue',
          values: { queue: null },
          result: 'held',
          decision: { queueId: 'sales', because: 'rule' },
        },
      ],
    });
    expect((await tried({})).body.queueId).to.equal('support');
    expect((await tried({ queue: 'sales' })).body.queueId).to.equal('sales');
  });

  it('shows rules all that a handoff has, and the workstream’s number and language when none is named', async () => {
    const facts = ['customer', 'number', 'locale', 'reason', 'skills', 'priority', 'queue'];
    const rules = { routes: toSales(`${facts.map((name) => `${name} == ${name}`).join(' && ')}`) };
    const given = {
      ...{ customer: '+1 (555) 010-0007', number: '15550109998', locale: 'es', reason: 'refund' },
      ...{ skills: ['orders'], priority: 7, queue: 'support' },
    };
    expect((await tried(given, rules)).body.trace[0].values).to.deep.equal({
      ...given,
      customer: '15550100007',
    });
    expect((await tried({}, rules)).body.trace[0].values).to.deep.include({
      ...{ number: '15550109999', locale: 'en', reason: 'customer_asked', queue: null },
    });
  });

  it('tries rules that are not saved, and leaves the others as they are', async () => {
    const classification = [
      {
        name: 'Value',
        rules: [{ name: 'Large', when: 'vars.total > 500', set: { priority: 9, skills: ['orders'] } }],
      },
    ];
    const sample = { variables: { topic: 'order', total: 900 }, skills: ['spanish'] };
    const { body } = await tried(sample, { classification });
    expect(body).to.deep.include({ queueId: 'sales', priority: 9, skills: ['spanish', 'orders'] });
    expect((await tried(sample, { classification, routes: [] })).body.queueId).to.equal('support');
    const failed = (await tried({}, { classification, routes: toSales('true') })).body;
    expect(failed.queueId).to.equal('support');
    expect(failed.trace[0]).to.include({ result: 'failed', problem: 'no_value' });
  });

  it('has a priority in the place of the queue’s own: that of a rule, else of the dialog', async () => {
    const routes = toSales('true');
    const classification = [{ name: 'A', rules: [{ name: 'All', when: 'true', set: { priority: 2 } }] }];
    const priorityOf = async (sample: object, rules: object) =>
      (await tried(sample, { routes, ...rules })).body.priority;
    expect(await priorityOf({ priority: 3 }, { classification })).to.equal(2);
    expect(await priorityOf({ priority: 3 }, {})).to.equal(3);
    expect(await priorityOf({}, {})).to.equal(5);
    expect((await tried({}, { routes: toSales('priority == 0') })).body.queueId).to.equal('sales');
  });

  it('tells the time by the hours of the workstream’s own queue, whatever queue it leads to, else in UTC', async () => {
    const hoursIn = (_id: string, timeZone: string) =>
      stage.store.queues.updateOne({ _id }, { $set: { hours: { timeZone, week: [], holidays: [] } } });
    const leadsTo = async (hour: number) =>
      (await tried({}, { routes: toSales(`time.hour == ${hour}`) })).body.queueId;
    await hoursIn('sales', 'Asia/Taipei');
    expect(await leadsTo(9)).to.equal('sales');
    await hoursIn('support', 'Europe/Madrid');
    expect(await leadsTo(10)).to.equal('sales');
  });

  it('gives the first queue of a split, each time', async () => {
    const to = [
      { queueId: 'support', percent: 1 },
      { queueId: 'sales', percent: 99 },
    ];
    for (let n = 0; n < 5; n++) {
      const { body } = await tried({}, { routes: [{ name: 'Split', when: 'true', to }] });
      expect(body.queueId).to.equal('support');
    }
  });

  it('says what the queue would do at the sample’s time', async () => {
    const hours = {
      timeZone: 'Europe/Madrid',
      week: [{ day: 1, from: 540, to: 1080 }],
      holidays: [{ date: '2026-03-09', name: 'Fair', open: [] }],
    };
    // biome-ignore lint/suspicious/noThenProperty: the API's own word.
    const overflow = [{ when: { is: 'closed' }, then: { do: 'call_back' } }] as const;
    await stage.store.queues.updateOne({ _id: 'support' }, { $set: { hours, overflow: [...overflow] } });
    expect((await tried({})).body).to.deep.include({ closed: null, action: null });
    const night = (await tried({ time: '2026-03-02T22:00:00+01:00' })).body;
    expect(night).to.deep.include({
      closed: { opensAt: '2026-03-16T08:00:00.000Z', holiday: null },
      action: { do: 'call_back' },
      messages: ['out_of_hours', 'call_back'],
    });
    expect(night.trace.at(-1)).to.deep.include({ step: 'overflow', queueId: 'support' });
    expect(night.trace.at(-1).at).to.equal('2026-03-02T21:00:00.000Z');
    const holiday = (await tried({ time: '2026-03-09T10:00:00Z' })).body;
    expect([holiday.closed.holiday, holiday.messages]).to.deep.equal(['Fair', ['holiday', 'call_back']]);
  });

  it('counts who waits now, for rules and for a queue that is full', async () => {
    await stage.store.conversations.insertOne(
      aConversation({ _id: 'before', state: 'open', queueId: 'sales', queuedAt: 0, turnAt: 0 }),
    );
    const when = { is: 'full', waiting: 1 } as const;
    // biome-ignore lint/suspicious/noThenProperty: the API's own word.
    const overflow = [{ when, then: { do: 'queue', queueId: 'support' } as const }];
    await stage.store.queues.updateOne({ _id: 'sales' }, { $set: { overflow } });
    const { body } = await tried({}, { routes: toSales('waiting.sales == 1') });
    expect(body.queueId).to.equal('support');
    expect(body.trace.map(({ step }: { step: string }) => step)).to.deep.equal([
      'route',
      'queue',
      'overflow',
    ]);
  });

  it('names mistakes as saving does', async () => {
    const routes = [
      { name: 'A', when: 'vars.topic ==', to: [{ queueId: 'sales', percent: 100 }] },
      { name: 'B', when: 'true', to: [{ queueId: 'nowhere', percent: 60 }] },
    ];
    const { status, body } = await tried({}, { routes });
    expect([status, body.code]).to.deep.equal([400, 'invalid_request']);
    expect(body.problems.map(({ path }: { path: string }) => path)).to.have.members([
      'body.routes.0.when',
      'body.routes.1.to',
      'body.routes.1.to.0.queueId',
    ]);
    expect((await tried({ customer: 'nobody' })).body.problems[0].path).to.equal('body.sample.customer');
  });

  it('is for admins, of a workstream that is there', async () => {
    expect((await tried({}, {}, 'sam')).body.code).to.equal('forbidden');
    const body = { sample: { customer: '15550100001' } };
    const answer = await stage.call('POST /api/workstreams/nothing/try-rules', { as: 'root', body });
    expect(answer.status).to.equal(404);
  });

  it('changes nothing, and leaves nothing in the audit', async () => {
    const before = await stage.store.workstreams.find({}).toArray();
    await tried({ variables: { topic: 'order' } }, { classification: [], routes: [] });
    expect(await stage.store.workstreams.find({}).toArray()).to.deep.equal(before);
    expect(await stage.store.audit.find({ at: { $gte: 0 } }).toArray()).to.deep.equal([]);
    expect(await stage.store.conversations.findOne({ _id: '15550109999-15550100001' })).to.equal(null);
  });
});
