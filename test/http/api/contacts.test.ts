import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { aWorkstream } from '../../support/workstreams.ts';
import { handOver, openStage, type Stage } from '../stage.ts';

describe('/api/contacts', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await stage.store.workstreams.insertOne(aWorkstream({ numbers: ['15550109999'] }));
  });
  afterEach(() => stage.close());

  const card = (number: string, query = '', as = 'ana') =>
    stage.call(`GET /api/contacts/${encodeURIComponent(number)}${query}`, { as });

  it('are found however their number is written', async () => {
    await handOver(stage);
    for (const typed of [
      '+15550100001',
      '15550100001',
      '(555) 010-0001',
      '0015550100001',
      '+1 555-010-0001',
      '＋１５５５０１００００１',
    ]) {
      const { status, body } = await card(typed);
      expect(status, typed).to.equal(200);
      expect(body, typed).to.include({ number: '15550100001', e164: '+15550100001' });
      expect(
        body.conversations.map(({ id }: { id: string }) => id),
        typed,
      ).to.deep.equal([CONVERSATION]);
    }
  });

  it('are read in the country that is named, else in those of our numbers', async () => {
    for (const [typed, query, number] of [
      ['612 34 56 78', '?country=es', '34612345678'],
      ['0912 345 678', '?country=TW', '886912345678'],
      ['0912 345 678', '?support=886222222222', '886912345678'],
      ['202 555 0123', '', '12025550123'],
      ['34612345678', '', '34612345678'],
    ] as const) {
      expect((await card(typed, query)).body.number, typed).to.equal(number);
    }
    expect((await card('612345678', '?country=ES')).body).to.include({
      country: 'ES',
      national: '612 34 56 78',
    });
  });

  it('are refused when the number can be none', async () => {
    for (const [typed, query, path] of [
      ['12', '', 'params.number'],
      ['hello', '', 'params.number'],
      ['+15550100001x5x', '', 'params.number'],
      ['+999123456', '', 'params.number'],
      ['+1 555 010 0001 ext. 5', '', 'params.number'],
      ['+1234567890123456789', '', 'params.number'],
      ['612345678', '?country=XX', 'query.country'],
      ['612345678', '?country=Spain', 'query.country'],
    ] as const) {
      const { status, body } = await card(typed, query);
      expect([status, body.problems?.[0]?.path], typed).to.deep.equal([400, path]);
    }
  });

  it('have the conversations that the agent may see, with the sessions that were closed', async () => {
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
    await stage.call(`POST /api/conversations/${CONVERSATION}/close`, {
      body: { outcome: 'resolved', disposition: 'delivery' },
    });
    await handOver(stage);
    const { body } = await card('+15550100001');
    const at = new Date(stage.rig.time - 1).toISOString();
    expect(body.sessions).to.have.length(1);
    expect(body.sessions[0]).to.include({
      conversationId: CONVERSATION,
      session: 1,
      outcome: 'resolved',
      disposition: 'delivery',
      reason: 'customer_asked',
      agentId: 'ana',
      endedAt: at,
      score: null,
    });
    const survey = { score: 4, at: stage.rig.time };
    await stage.store.sessions.updateOne({ _id: `${CONVERSATION}:1` }, { $set: { survey } });
    expect((await card('+15550100001')).body.sessions[0].score).to.equal(4);
    expect(body.locale).to.equal(body.conversations[0].locale);
    expect((await card('+15550100001', '', 'eve')).body).to.deep.include({
      conversations: [],
      sessions: [],
      locale: null,
    });
    expect((await card('+15550100001', '', 'sam')).body.conversations).to.have.length(1);
  });

  it('show the last 20 sessions, the latest first', async () => {
    await handOver(stage);
    for (let session = 1; session <= 25; session++) {
      await stage.store.sessions.insertOne({
        _id: `${CONVERSATION}:${session}`,
        conversationId: CONVERSATION,
        session,
        startedAt: session,
        endedAt: session + 1,
        outcome: 'resolved',
        closedBy: { kind: 'bot' },
        stretches: [],
      });
    }
    const { body } = await card('+15550100001');
    expect(body.sessions.map(({ session }: { session: number }) => session)).to.deep.equal(
      Array.from({ length: 20 }, (_, n) => 25 - n),
    );
  });

  it('are found in the list of conversations as people write them', async () => {
    await handOver(stage);
    for (const typed of ['+1 (555) 010-0001', '+15550100001', '1.555.010.0001']) {
      for (const query of [encodeURIComponent(typed), typed.replaceAll(' ', '%20')]) {
        const { body } = await stage.call(`GET /api/conversations?customer=${query}`);
        expect(body.items, query).to.have.length(1);
      }
    }
    for (const wrong of ['', '+', 'x15550100001', '1'.repeat(16)]) {
      expect((await stage.call(`GET /api/conversations?customer=${wrong}`)).status, wrong).to.equal(400);
    }
  });
});
