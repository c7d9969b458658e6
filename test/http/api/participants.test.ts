import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { comeIn, handOver, openStage, type Stage } from '../stage.ts';

describe('a supervisor', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await handOver(stage);
  });
  afterEach(() => stage.close());

  const act = (action: string, as = 'sam', body?: unknown) =>
    stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { as, body });
  const write = (as: string, text = 'Hello, Sam here.') => act('messages', as, { text });
  const shown = async () => (await stage.call(`GET /api/conversations/${CONVERSATION}`, { as: 'sam' })).body;

  it('writes to the customer beside the owner, once they have joined and until they leave', async () => {
    await act('claim', 'ana');
    expect((await write('sam')).body.code).to.equal('not_owner');
    expect((await act('join')).body).to.include({ state: 'active', handler: 'agent', agentId: 'ana' });
    const { status, body } = await write('sam');
    expect([status, body.author]).to.deep.equal([201, { kind: 'agent', id: 'sam' }]);
    expect((await write('ana', 'And Ana.')).status).to.equal(201);
    expect(await shown()).to.deep.include({ agentId: 'ana', participants: ['sam'] });
    await act('leave');
    expect((await write('sam')).body.code).to.equal('not_owner');
    expect((await shown()).participants).to.deep.equal([]);
    await stage.rig.send();
    expect(stage.rig.sent.slice(-2).map(({ text }) => text)).to.deep.equal(['Hello, Sam here.', 'And Ana.']);
  });

  it('joins and leaves again without effect', async () => {
    await act('claim', 'ana');
    const { version } = (await act('join')).body;
    expect((await act('join')).body.version).to.equal(version);
    const left = (await act('leave')).body.version;
    expect((await act('leave')).body.version).to.equal(left);
  });

  it('changes no state by joining and writing: what is parked stays so', async () => {
    await act('claim', 'ana');
    await act('wait', 'ana');
    const before = (await shown()).stretches;
    await act('join');
    expect((await write('sam')).status).to.equal(201);
    expect(await shown()).to.deep.include({ state: 'waiting', agentId: 'ana', stretches: before });
    expect((await stage.store.agents.findOne({ _id: 'ana' }))?.work).to.deep.equal([]);
    await act('end', 'ana');
    expect((await write('sam')).body.code).to.equal('wrong_state');
  });

  it('joins only where another agent has the conversation', async () => {
    expect((await act('join')).body.code).to.equal('wrong_state');
    await act('claim', 'sam');
    expect((await act('join')).body.code).to.equal('wrong_state');
    await act('close', 'sam');
    expect((await act('join')).body.code).to.equal('wrong_state');
    expect((await act('join', 'ben')).body.code).to.equal('forbidden');
  });

  it('has left once no agent has it', async () => {
    for (const [action, body] of [
      ['transfer', { queueId: 'support' }],
      ['return', {}],
      ['close', {}],
    ] as const) {
      await act('claim', 'ana');
      await act('join');
      expect((await shown()).participants, action).to.deep.equal(['sam']);
      await act(action, 'sam', body);
      expect((await shown()).participants, action).to.deep.equal([]);
    }
  });

  it('does not speak any more once they are no supervisor', async () => {
    await act('claim', 'ana');
    await act('join');
    await stage.store.agents.updateOne({ _id: 'sam' }, { $set: { role: 'agent', queues: ['support'] } });
    expect((await write('sam')).body.code).to.equal('not_owner');
  });

  it('assigns what waits or what the bot has, and moves what an agent has: with a reason for each', async () => {
    const reason = async () => (await shown()).stretches.at(-1).reason;
    await stage.store.agents.updateOne({ _id: 'ben' }, { $set: { presence: 'available' } });
    await act('transfer', 'sam', { agentId: 'ana' });
    expect(await reason()).to.equal('assigned');
    await act('transfer', 'ana', { agentId: 'ben' });
    expect(await reason()).to.equal('transferred');
    await act('transfer', 'sam', { agentId: 'ana' });
    expect(await reason()).to.equal('assigned');
    await act('transfer', 'sam', { queueId: 'support' });
    expect(await reason()).to.equal('assigned');
    await act('claim', 'ana');
    await act('transfer', 'ana', { queueId: 'support' });
    expect(await reason()).to.equal('transferred');
    await act('claim', 'ana');
    await act('return', 'sam', {});
    await act('transfer', 'sam', { agentId: 'ana' });
    expect(await reason()).to.equal('assigned');
    await act('close', 'sam', {});
    expect(await reason()).to.equal('force_closed');
  });

  it('assigns beyond an agent’s capacity', async () => {
    await stage.store.agents.updateOne({ _id: 'ana' }, { $set: { capacity: 0 } });
    expect((await act('transfer', 'sam', { agentId: 'ana' })).body.agentId).to.equal('ana');
    expect((await stage.store.agents.findOne({ _id: 'ana' }))?.work).to.have.length(1);
  });
});

describe('a transfer', () => {
  const NIGHT = { timeZone: 'UTC', week: [], holidays: [] };
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
  });
  afterEach(() => stage.close());

  const transfer = async (to: object, as = 'ana') => {
    const answer = await stage.call(`POST /api/conversations/${CONVERSATION}/transfer`, { as, body: to });
    return [answer.status, answer.body.code];
  };
  const presence = (_id: string, is: 'offline' | 'away') =>
    stage.store.agents.updateOne({ _id }, { $set: { presence: is } });

  it('of an agent goes to nobody who is offline; a supervisor’s does', async () => {
    const { version } = await stage.rig.conversation();
    expect(await transfer({ agentId: 'ben' })).to.deep.equal([409, 'nobody_there']);
    expect((await stage.rig.conversation()).version).to.equal(version);
    await presence('ben', 'away');
    expect(await transfer({ agentId: 'ben' })).to.deep.equal([200, undefined]);
    expect(await transfer({ agentId: 'eve' }, 'sam')).to.deep.equal([200, undefined]);
  });

  it('of an agent goes into no queue where everybody is offline; a supervisor’s does', async () => {
    await presence('ana', 'away');
    expect(await transfer({ queueId: 'sales' })).to.deep.equal([409, 'nobody_there']);
    expect(await transfer({ queueId: 'sales' }, 'sam')).to.deep.equal([200, undefined]);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`, { as: 'eve' });
    await presence('ben', 'away');
    expect(await transfer({ queueId: 'sales' }, 'eve')).to.deep.equal([200, undefined]);
  });

  it('of an agent goes into no queue that is closed; a supervisor’s does', async () => {
    await presence('ben', 'away');
    await stage.store.queues.updateOne({ _id: 'sales' }, { $set: { hours: NIGHT } });
    expect(await transfer({ queueId: 'sales' })).to.deep.equal([409, 'queue_closed']);
    expect(await transfer({ queueId: 'sales' }, 'sam')).to.deep.equal([200, undefined]);
  });
});

describe('a colleague', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await handOver(stage);
    await act('claim', 'ana');
  });
  afterEach(() => stage.close());

  const act = (action: string, as: string, body?: unknown) =>
    stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { as, body });
  const read = (as: string) => stage.call(`GET /api/conversations/${CONVERSATION}`, { as });

  it('who is asked reads it and writes notes, whatever queues they serve, until it is no agent’s', async () => {
    expect((await read('eve')).status, 'before').to.equal(403);
    expect((await act('consult', 'ana', { agentId: 'eve' })).status).to.equal(200);
    expect((await read('eve')).body.consulted).to.deep.equal(['eve']);
    const note = await act('messages', 'eve', { text: 'Ask for the number.', note: true });
    expect(note.status).to.equal(201);
    expect((await act('messages', 'eve', { text: 'Hello' })).body.code).to.equal('not_owner');
    expect((await act('close', 'eve', {})).body.code).to.equal('not_owner');
    await act('close', 'ana', {});
    expect((await read('eve')).status, 'after').to.equal(403);
  });

  it('who is added writes to the customer too, and leaves again', async () => {
    await act('consult', 'ana', { agentId: 'eve', speak: true });
    expect((await act('messages', 'eve', { text: 'Eve here.' })).status).to.equal(201);
    expect((await read('ana')).body).to.deep.include({
      agentId: 'ana',
      participants: ['eve'],
      consulted: ['eve'],
    });
    expect((await act('leave', 'eve')).status).to.equal(200);
    expect((await read('eve')).status).to.equal(403);
  });

  it('who came to own it is out once they have handed it on', async () => {
    await comeIn(stage, 'ana', 'eve');
    await act('consult', 'ana', { agentId: 'eve', speak: true });
    await act('consult', 'ana', { agentId: 'ben' });
    await act('transfer', 'ana', { agentId: 'eve' });
    expect((await read('eve')).body).to.deep.include({
      agentId: 'eve',
      participants: [],
      consulted: ['ben'],
    });
    await act('transfer', 'eve', { agentId: 'ana' });
    expect((await act('messages', 'eve', { text: 'Hello' })).status).to.equal(403);
    expect((await read('eve')).status).to.equal(403);
  });

  it('a supervisor who has joined, taken it over and given it on is out too', async () => {
    await act('join', 'sam');
    await act('wait', 'ana');
    await act('transfer', 'sam', { agentId: 'sam' });
    await act('transfer', 'sam', { agentId: 'ana' });
    expect((await read('sam')).body.participants).to.deep.equal([]);
    expect((await act('messages', 'sam', { text: 'Hello' })).body.code).to.equal('not_owner');
  });

  it('who was added, and a supervisor who has joined, are taken out by the owner', async () => {
    await act('consult', 'ana', { agentId: 'eve', speak: true });
    await act('consult', 'ana', { agentId: 'ben' });
    await act('join', 'sam');
    expect((await act('leave', 'ben', { agentId: 'eve' })).body.code).to.equal('not_owner');
    expect((await act('leave', 'eve', { agentId: 'ben' })).body.code).to.equal('not_owner');
    const { body } = await act('leave', 'ana', { agentId: 'eve' });
    expect(body).to.deep.include({ participants: ['sam'], consulted: ['ben'] });
    expect((await act('messages', 'eve', { text: 'Hello' })).status).to.equal(403);
    expect((await read('eve')).status).to.equal(403);
    const again = await act('leave', 'ana', { agentId: 'eve' });
    expect([again.status, again.body.version]).to.deep.equal([200, body.version]);
    expect((await act('leave', 'ana', { agentId: 'sam' })).body.participants).to.deep.equal([]);
    expect((await act('messages', 'sam', { text: 'Hello' })).body.code).to.equal('not_owner');
    expect((await act('leave', 'sam', { agentId: 'ben' })).body.consulted).to.deep.equal([]);
    expect((await act('leave', 'eve', { agentId: 'ana' })).body.code).to.equal('forbidden');
  });

  it('is asked by the owner only, and has to be there', async () => {
    expect((await act('consult', 'ben', { agentId: 'eve' })).body.code).to.equal('not_owner');
    expect((await act('consult', 'ana', { agentId: 'nobody' })).status).to.equal(404);
    expect((await act('consult', 'ana', { agentId: 'ana' })).body.code).to.equal('wrong_state');
  });
});
