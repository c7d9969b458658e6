import { expect } from 'chai';
import type { ConversationDoc } from '../../../src/store/documents.ts';
import { aConversation, CONVERSATION, CUSTOMER, NUMBER } from '../../support/conversations.ts';
import { handOver, openStage, type Stage } from '../stage.ts';

const T = 1_800_000_000_000;

/** The support number's conversation with this customer. */
function withCustomer(customer: string, fields: Partial<ConversationDoc>): ConversationDoc {
  const times = { createdAt: T, changedAt: T, lastMessageAt: T };
  return aConversation({ _id: `${NUMBER}-${customer}`, customer, ...times, ...fields });
}

describe('/api/conversations', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const ids = async (query: string, as = 'sam'): Promise<string[]> => {
    const { status, body } = await stage.call(`GET /api/conversations${query}`, { as });
    expect(status).to.equal(200);
    return body.items.map(({ customer }: { customer: string }) => customer);
  };

  it('shows a conversation exactly as the contract says', async () => {
    await handOver(stage);
    const { status, body } = await stage.call(`GET /api/conversations/${CONVERSATION}`);
    expect(status).to.equal(200);
    const { version, ...rest } = body;
    expect(version).to.be.a('number');
    const at = new Date(stage.rig.time).toISOString();
    expect(at).to.match(/^2027-01-15T08:00:00\.\d{3}Z$/);
    expect(rest).to.deep.equal({
      id: CONVERSATION,
      channelId: 'default',
      number: NUMBER,
      customer: CUSTOMER,
      locale: 'en',
      state: 'open',
      handler: null,
      agentId: null,
      queueId: 'support',
      priority: 0,
      session: 1,
      reopens: null,
      createdAt: at,
      queuedAt: at,
      lastMessageAt: at,
      unansweredSince: at,
      optedOutAt: null,
      sentiment: 'neutral',
      handoff: { reason: 'customer_asked', summary: 'Wants a person', context: { order: '1234' } },
      owner: null,
      timers: [
        { kind: 'untaken', at: new Date(stage.rig.time + 600_000).toISOString() },
        { kind: 'auto_close', at: new Date(stage.rig.time + 30 * 86_400_000).toISOString() },
      ],
      stretches: [
        { place: 'bot', since: at, reason: 'customer_wrote', agentId: null, queueId: null },
        { place: 'open', since: at, reason: 'handed_off', agentId: null, queueId: 'support' },
      ],
      consulted: [],
      offer: null,
      participants: [],
      preferredAgentIds: [],
      skills: [],
      position: 1,
      estimatedWaitSeconds: null,
      translates: false,
    });
    const [listed] = (await stage.call('GET /api/conversations')).body.items;
    expect(body).to.deep.include(listed);
  });

  it('gives a transcript from either end, a page at a time', async () => {
    await handOver(stage);
    for (const text of ['one', 'two', 'three']) {
      stage.rig.time += 1000;
      await stage.rig.textIn(text);
    }
    const path = `/api/conversations/${CONVERSATION}/messages`;
    const texts = async (query: string) => {
      const { body } = await stage.call(`GET ${path}${query}`);
      return { texts: body.items.map(({ text }: { text: string }) => text), cursor: body.cursor };
    };
    const { texts: all } = await texts('');
    expect(all.slice(-3)).to.deep.equal(['one', 'two', 'three']);
    const newest = await texts('?order=newest&limit=2');
    expect(newest.texts).to.deep.equal(['three', 'two']);
    const rest = await texts(`?order=newest&cursor=${newest.cursor}`);
    expect([...newest.texts, ...rest.texts]).to.deep.equal(all.toReversed());
    expect((await stage.call(`GET ${path}?order=random`)).status).to.equal(400);
  });

  it('names the owner', async () => {
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    const { body } = await stage.call(`GET /api/conversations/${CONVERSATION}`);
    expect(body.owner).to.deep.equal({ id: 'ana', name: 'Ana' });
  });

  it('shows timers', async () => {
    await stage.store.conversations.insertOne(
      withCustomer('101', {
        state: 'open',
        queueId: 'support',
        queuedAt: T,
        lastMessageAt: T,
        untakenAt: T + 60_000,
      }),
    );
    const { body } = await stage.call(`GET /api/conversations/${NUMBER}-101`);
    expect(body.timers).to.deep.equal([
      { kind: 'untaken', at: '2027-01-15T08:01:00.000Z' },
      { kind: 'auto_close', at: '2027-02-14T08:00:00.000Z' },
    ]);
  });

  it('answers 404 for an id that is not there, and 403 to who may not see it', async () => {
    await handOver(stage);
    for (const path of ['1-2', 'x', '%2e%2e', `${CONVERSATION}0`]) {
      const { status, body } = await stage.call(`GET /api/conversations/${path}`);
      expect([status, body.code], path).to.deep.equal([404, 'not_found']);
    }
    for (const path of [CONVERSATION, `${CONVERSATION}/messages`]) {
      const { status, body, text } = await stage.call(`GET /api/conversations/${path}`, { as: 'eve' });
      expect([status, body.code]).to.deep.equal([403, 'forbidden']);
      expect(text).not.to.contain('Wants a person');
    }
  });

  it('lists what an agent may see: own, of their queues, and the bot’s', async () => {
    for (const [customer, fields] of [
      ['101', { state: 'open', queueId: 'support' }],
      ['102', { state: 'open', queueId: 'sales' }],
      ['103', { state: 'active', handler: 'agent', queueId: 'sales', agentId: 'ana' }],
      ['104', { state: 'active', handler: 'agent', queueId: 'support', agentId: 'ben' }],
      ['105', { state: 'active', handler: 'bot' }],
      ['106', { state: 'closed', queueId: 'sales', agentId: 'ben' }],
    ] as const) {
      await stage.store.conversations.insertOne(withCustomer(customer, fields));
    }
    expect(await ids('', 'ana')).to.have.members(['101', '103', '104', '105']);
    expect(await ids('', 'eve')).to.have.members(['102', '103', '105', '106']);
    expect(await ids('', 'sam')).to.have.length(6);
    expect(await ids('', 'root')).to.have.length(6);
    expect(await ids('?queue=sales', 'ana')).to.deep.equal(['103']);
  });

  it('filters, and filters add up', async () => {
    for (const [customer, fields] of [
      [
        '101',
        {
          state: 'open',
          queueId: 'support',
          handoff: { reason: 'no_match', summary: 'Order 77', context: '{}' },
        },
      ],
      ['102', { state: 'active', handler: 'agent', queueId: 'support', agentId: 'ana' }],
      ['103', { state: 'active', handler: 'agent', queueId: 'sales', agentId: 'ben' }],
      [
        '104',
        { state: 'closed', queueId: 'sales', agentId: 'ana', number: '15550107777', _id: '15550107777-104' },
      ],
      ['105', { state: 'waiting', handler: 'agent', queueId: 'sales', agentId: 'ana' }],
    ] as const) {
      await stage.store.conversations.insertOne(withCustomer(customer, fields));
    }
    expect(await ids('?state=open')).to.deep.equal(['101']);
    expect(await ids('?state=active')).to.have.members(['102', '103']);
    expect(await ids('?state=closed')).to.deep.equal(['104']);
    expect(await ids('?queue=sales')).to.have.members(['103', '104', '105']);
    expect(await ids('?queue=sales&state=waiting')).to.deep.equal(['105']);
    expect(await ids('?agent=ana')).to.have.members(['102', '104', '105']);
    expect(await ids('?agent=ana&state=closed')).to.deep.equal(['104']);
    expect(await ids('?agent=ana&state=active&queue=sales')).to.deep.equal([]);
    expect(await ids('?number=15550107777')).to.deep.equal(['104']);
    expect(await ids('?customer=%2B102')).to.deep.equal(['102']);
    expect(await ids(`?customer=102&number=${NUMBER}`)).to.deep.equal(['102']);
    expect(await ids('?customer=102&number=15550107777')).to.deep.equal([]);
    expect(await ids('?q=ORDER')).to.deep.equal(['101']);
    expect(await ids('?q=no_match&state=open')).to.deep.equal(['101']);
    expect(await ids('?q=105')).to.deep.equal(['105']);
    expect(await ids('?q=nothing')).to.deep.equal([]);
  });

  it('lists those in which an agent takes part beside the owner, or was asked', async () => {
    const agents = { state: 'active', handler: 'agent', queueId: 'sales', agentId: 'ben' } as const;
    const stored: [string, Partial<ConversationDoc>][] = [
      ['101', { ...agents, consulted: ['ana'] }],
      ['102', { ...agents, state: 'waiting', participants: ['ana', 'sam'], consulted: ['ana'] }],
      ['103', { ...agents, participants: ['sam'] }],
      ['104', { ...agents, agentId: 'ana', consulted: ['ana'] }],
      ['105', { state: 'active', handler: 'bot' }],
    ];
    for (const [customer, fields] of stored) {
      await stage.store.conversations.insertOne(withCustomer(customer, fields));
    }
    expect(await ids('?beside=ana', 'ana')).to.have.members(['101', '102']);
    expect(await ids('?beside=sam')).to.have.members(['102', '103']);
    expect(await ids('?beside=sam&state=waiting')).to.deep.equal(['102']);
    expect(await ids('?beside=ana&agent=ben&state=active')).to.deep.equal(['101']);
    expect(await ids('?beside=sam', 'ana'), 'of those in sight').to.deep.equal(['102']);
  });

  it('gives pages, the one that changed last first', async () => {
    for (let n = 100; n < 140; n++) {
      await stage.store.conversations.insertOne(
        withCustomer(String(n), { state: 'open', queueId: 'support', changedAt: T + Math.floor(n / 7) }),
      );
    }
    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await stage.call(
        `GET /api/conversations?limit=6&state=open${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(body.items.length).to.be.at.most(6);
      seen.push(...body.items.map(({ customer }: { customer: string }) => customer));
      cursor = body.cursor;
    }
    expect(new Set(seen).size).to.equal(40);
    const times = seen.map((customer) => Math.floor(Number(customer) / 7));
    expect(times).to.deep.equal([...times].sort((a, b) => b - a));
  });
});

describe('a filter that does not fit', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  for (const [query, path] of [
    ['?state=sleeping', 'query.state'],
    ['?limit=0', 'query.limit'],
    ['?limit=201', 'query.limit'],
    ['?limit=x', 'query.limit'],
    ['?cursor=x', 'query.cursor'],
    ['?number=abc', 'query.number'],
    ['?state=open&state=closed', 'query.state'],
    ['?colour=red', 'query.colour'],
  ] as const) {
    it(`answers 400 to ${query}`, async () => {
      const { status, body } = await stage.call(`GET /api/conversations${query}`);
      expect([status, body.code]).to.deep.equal([400, 'invalid_request']);
      expect(body.problems.map((problem: { path: string }) => problem.path)).to.deep.equal([path]);
    });
  }
});
