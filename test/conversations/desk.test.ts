import { expect } from 'chai';
import { createDesk } from '../../src/conversations/desk.ts';
import { AGEING, lineOf } from '../../src/conversations/line.ts';
import type { Actor } from '../../src/conversations/rights.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { anAnswer, CONVERSATION, CUSTOMER, createRig, NUMBER, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue } from '../support/queues.ts';
import { refusal } from '../support/rejection.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const ana: Actor = { id: 'ana', role: 'agent', queues: ['support'] };
const ben: Actor = { id: 'ben', role: 'agent', queues: ['support', 'sales'] };
const eve: Actor = { id: 'eve', role: 'agent', queues: ['sales'] };
const boss: Actor = { id: 'boss', role: 'supervisor', queues: [] };

describe('the desk', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    for (const [_id, priority] of [
      ['support', 0],
      ['sales', 5],
    ] as const) {
      await store.queues.insertOne(aQueue(_id, { name: _id, priority }));
    }
    for (const { id, queues } of [ana, ben]) await store.agents.insertOne(anAgent({ _id: id, queues }));
    rig = createRig(store);
    await rig.handOver();
    await rig.send();
    rig.sent.length = 0;
  });
  afterEach(() => dispose());

  it('gives a conversation to one of many who claim it', async () => {
    const claims = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => rig.desk.claim(CONVERSATION, { ...ana, id: `agent-${n}` })),
    );
    const won = claims.filter(({ status }) => status === 'fulfilled');
    expect(won).to.have.length(1);
    const { agentId } = await rig.conversation();
    for (const claim of claims) {
      if (claim.status === 'rejected') {
        expect(claim.reason).to.deep.include({ code: 'already_claimed' });
        expect(claim.reason.details.agentId).to.equal(agentId);
      }
    }
  });

  it('takes a claim of one’s own again for what it is', async () => {
    const first = await rig.desk.claim(CONVERSATION, ana);
    const { dueAt } = await rig.conversation();
    expect(await rig.desk.claim(CONVERSATION, ana)).to.deep.equal({ ...first, touched: [], dueAt });
  });

  it('gives what leaves the trace of the request that it was written in, and notes none', async () => {
    rig.turnOn('assigned', 'transferred', 'ended', 'survey');
    const by = (actor: Actor, n: number) => {
      rig.time += 1;
      return { ...actor, traceparent: `00-${`${n}`.padStart(32, 'a')}` };
    };
    const { desk } = rig;
    const before = (await rig.transcript()).length;
    await desk.claimNext('support', by(ana, 1));
    await desk.reply(CONVERSATION, by(ana, 2), { text: 'Hello.', key: 'reply' });
    await desk.note(CONVERSATION, by(ana, 3), { text: 'A note.', key: 'note' });
    await desk.transfer(CONVERSATION, by(ana, 4), { queueId: 'sales', key: 'transfer' });
    await desk.claim(CONVERSATION, by(ben, 5));
    await desk.close(CONVERSATION, by(ben, 6), { key: 'close' });
    const written = (await rig.transcript()).slice(before);
    expect(written.map(({ text, traceparent }) => [text.split(' ')[0], traceparent?.at(-1)])).to.deep.equal([
      ['assigned', '1'],
      ['Hello.', '2'],
      ['A', undefined],
      ['transferred', '4'],
      ['assigned', '5'],
      ['ended', '6'],
      ['survey', '6'],
    ]);
  });

  it('gives the next of a queue by priority, then by waiting time, each to one agent', async () => {
    for (const [customer, priority, queuedAt] of [
      ['1', 0, -5],
      ['2', 9, -3],
      ['3', 9, -4],
    ] as const) {
      await store.conversations.insertOne({
        ...(await rig.conversation()),
        _id: `${NUMBER}-${customer}`,
        customer,
        priority,
        queuedAt,
        turnAt: lineOf(rig.time + queuedAt, priority),
      });
    }
    const claims = await Promise.all(Array.from({ length: 6 }, () => rig.desk.claimNext('support', ana)));
    expect(claims.map((claimed) => claimed?.customer ?? null)).to.have.members([
      '3',
      '2',
      '1',
      CUSTOMER,
      null,
      null,
    ]);
    expect(claims.slice(0, 4).map((claimed) => claimed?.customer)).to.deep.equal(['3', '2', '1', CUSTOMER]);
  });

  it('keeps agents out of queues that they do not serve', async () => {
    expect(await refusal(rig.desk.claim(CONVERSATION, eve))).to.include({ code: 'forbidden' });
    expect(await refusal(rig.desk.claimNext('support', eve))).to.include({ code: 'forbidden' });
    expect(await refusal(rig.desk.note(CONVERSATION, eve, { text: 'hm', key: 'k' }))).to.include({
      code: 'forbidden',
    });
    expect((await rig.desk.claim(CONVERSATION, boss)).agentId).to.equal('boss');
  });

  it('refuses a claim on a version that is past, with the one that is', async () => {
    const { version } = await rig.conversation();
    const error = await refusal(rig.desk.claim(CONVERSATION, ana, { version: version - 1 }));
    expect(error).to.deep.include({
      code: 'stale_version',
      details: { agentId: null, version, state: 'open' },
    });
    await rig.desk.claim(CONVERSATION, ana, { version });
  });

  it('sends what the owner writes, once for one key', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    const [first] = await rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: 'k1' });
    const [again] = await rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: 'k1' });
    expect(again?._id).to.equal(first?._id);
    await rig.send();
    expect(rig.texts()).to.deep.equal(['Hello']);
    expect((await rig.transcript()).at(-1)).to.deep.include({
      author: { kind: 'agent', id: 'ana' },
      status: 'sent',
    });
  });

  it('answers a repeated key with all the parts that the first made', async () => {
    const split = (text: string) => text.split(' ').map((word) => ({ text: word, segments: 1 }));
    const desk = createDesk({ ...rig.turns, store, split, due: () => {}, rejected: async () => {} });
    await desk.claim(CONVERSATION, ana);
    const parts = await desk.reply(CONVERSATION, ana, { text: 'one two three', key: 'k1' });
    const again = await desk.reply(CONVERSATION, ana, { text: 'one two three', key: 'k1' });
    expect(again.map(({ text }) => text)).to.deep.equal(['one', 'two', 'three']);
    expect(again.map(({ _id }) => _id)).to.deep.equal(parts.map(({ _id }) => _id));
  });

  it('lets nobody else speak, not even a supervisor', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    for (const actor of [ben, boss]) {
      expect(await refusal(rig.desk.reply(CONVERSATION, actor, { text: 'Hi', key: 'k' }))).to.include({
        code: 'not_owner',
      });
    }
  });

  it('lets nobody speak in a closed conversation', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    await rig.desk.close(CONVERSATION, ana, { key: 'c' });
    expect(await refusal(rig.desk.reply(CONVERSATION, ana, { text: 'Hi', key: 'k' }))).to.include({
      code: 'wrong_state',
    });
  });

  it('has a worker send what it committed when its process died before it could', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    const { store: _, ...common } = rig.turns;
    const dying = createDesk({
      ...common,
      store: crashingStore(store, { crashes: (point) => point === 'messages.insertOne before' }),
      due: () => {},
      rejected: async () => {},
    });
    const death = await dying
      .reply(CONVERSATION, ana, { text: 'Hello', key: 'k1' })
      .catch((error: unknown) => error);
    expect(death).to.be.instanceOf(Crash);
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['Hello']);
  });

  it('keeps the order of an agent’s texts, and of those that are written while others leave', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    const written = Array.from({ length: 10 }, (_, n) => `text ${n}`);
    for (const [n, text] of written.entries()) {
      await Promise.all([rig.desk.reply(CONVERSATION, ana, { text, key: `k${n}` }), rig.send()]);
    }
    await rig.send();
    expect(rig.texts()).to.deep.equal(written);
  });

  it('keeps notes for colleagues', async () => {
    rig.time += 1;
    await rig.desk.note(CONVERSATION, ben, { text: 'Knows this customer', key: 'n1' });
    await rig.send();
    expect(rig.sent).to.deep.equal([]);
    expect((await rig.transcript()).at(-1)).to.include({ direction: 'note', text: 'Knows this customer' });
  });

  it('transfers to a queue with its priority, and to an agent', async () => {
    await store.agents.updateOne({ _id: 'ben' }, { $set: { presence: 'busy' } });
    await rig.desk.claim(CONVERSATION, ana);
    const queued = await rig.desk.transfer(CONVERSATION, ana, {
      queueId: 'sales',
      note: 'Wants to buy',
      key: 't1',
    });
    expect(queued).to.include({ state: 'open', queueId: 'sales', priority: 5 });
    expect(queued.untakenAt, 'somebody hears when nobody takes it').to.equal(rig.time + 600_000);
    expect(queued).to.not.have.property('agentId');
    const given = await rig.desk.transfer(CONVERSATION, boss, { agentId: 'ben', key: 't2' });
    expect(given).to.include({ state: 'active', agentId: 'ben' });
    expect(await refusal(rig.desk.transfer(CONVERSATION, ben, { queueId: 'nowhere', key: 't3' }))).to.include(
      { code: 'not_found' },
    );
    expect(await refusal(rig.desk.transfer(CONVERSATION, ben, { agentId: 'nobody', key: 't4' }))).to.include({
      code: 'not_found',
    });
  });

  it('gives a conversation back to the bot, which hears of it once and goes on', async () => {
    const heard: unknown[] = [];
    rig.bot = async ({ activity }) => {
      heard.push(activity.type === 'event' && activity.name === 'returned' ? activity.value : activity);
      return anAnswer({ texts: ['welcome back'] });
    };
    await rig.desk.claim(CONVERSATION, ana);
    const target = { step: 'menu', variables: { order: '99' } };
    expect(await rig.desk.return(CONVERSATION, ana, { ...target, key: 'r1' })).to.include({
      state: 'active',
      handler: 'bot',
    });
    await rig.turn();
    await rig.send();
    expect(heard).to.deep.equal([{ ...target, outcome: 'returned', answered: false }]);
    expect(rig.texts()).to.deep.equal(['welcome back']);
    expect((await rig.conversation()).events).to.deep.equal([]);
  });

  it('asks the bot whether it has what an agent names, and refuses what it has not', async () => {
    const asked: unknown[] = [];
    const desk = createDesk({
      ...rig.turns,
      store,
      due: () => {},
      rejected: async () => {},
      lacks(target, from) {
        asked.push([target, from]);
        return target.dialog === undefined || target.dialog === 'main' ? 'step' : 'dialog';
      },
    });
    await rig.desk.claim(CONVERSATION, ana);
    await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { botState: 'where it was' } });
    const before = await rig.conversation();
    for (const [target, field] of [
      [{ dialog: 'nowhere', step: 'again' }, 'dialog'],
      [{ dialog: 'main', step: 'nowhere' }, 'step'],
      [{ step: 'nowhere' }, 'step'],
    ] as const) {
      expect(await refusal(desk.return(CONVERSATION, ana, { ...target, key: 'r1' }))).to.deep.include({
        code: 'invalid_request',
        details: { problems: [{ path: `body.${field}`, message: `The bot has no such ${field}.` }] },
      });
      expect(asked.pop()).to.deep.equal([target, { botState: 'where it was', session: 1 }]);
    }
    expect(await rig.conversation()).to.deep.equal(before);
    expect(await refusal(desk.return(CONVERSATION, ben, { step: 'nowhere', key: 'r1' }))).to.include({
      code: 'not_owner',
    });
  });

  it('keeps the whole history of a session that is parked after each of many answers, and not more than 500', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    const park = async (rounds: number) => {
      for (let n = 0; n < rounds; n++) {
        await rig.desk.wait(CONVERSATION, ana);
        await rig.desk.resume(CONVERSATION, ana);
      }
      return (await rig.conversation()).stretches;
    };
    const whole = await park(200);
    expect(whole.slice(0, 3).map(({ place }) => place)).to.deep.equal(['bot', 'open', 'agent']);
    expect(whole).to.have.length(403);
    expect(await park(60)).to.have.length(500);
  });

  it('parks, takes up again, ends and closes, and keeps the session’s row', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    expect(await rig.desk.wait(CONVERSATION, ana)).to.include({ state: 'waiting', agentId: 'ana' });
    expect(await rig.desk.resume(CONVERSATION, ana)).to.include({ state: 'active' });
    expect(await rig.desk.end(CONVERSATION, ana)).to.include({ state: 'wrap_up' });
    await rig.desk.close(CONVERSATION, ana, {
      outcome: 'resolved',
      disposition: 'refund',
      note: 'Paid back',
      key: 'c1',
    });
    expect(await rig.conversation()).to.include({ state: 'closed' });
    expect(await store.sessions.findOne({ _id: `${CONVERSATION}:1` })).to.deep.include({
      outcome: 'resolved',
      disposition: 'refund',
      note: 'Paid back',
      agentId: 'ana',
      queueId: 'support',
      handoffReason: 'customer_asked',
      closedBy: { kind: 'agent', id: 'ana' },
    });
  });

  it('lets who has waited long enough go before a higher priority', async () => {
    const waits = await rig.conversation();
    const turnAt = lineOf(rig.time + 2 * AGEING + 1, 2);
    await store.conversations.insertOne({ ...waits, _id: `${NUMBER}-9`, customer: '9', priority: 2, turnAt });
    expect((await rig.desk.claimNext('support', ana))?.customer).to.equal(CUSTOMER);
    expect((await rig.desk.claimNext('support', ana))?.customer).to.equal('9');
  });

  it('puts a parked conversation back into its queue when the customer writes and its agent is not there', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    await rig.desk.wait(CONVERSATION, ana);
    await store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'offline' } });
    await rig.textIn('found it');
    await rig.turn();
    const { stretches, ...conversation } = await rig.conversation();
    expect(conversation).to.include({ state: 'open', queueId: 'support', lastAgentId: 'ana' });
    expect(stretches.at(-1)).to.include({ place: 'open', reason: 'agent_gone' });
    expect(conversation.untakenAt).to.equal(rig.time + 600_000);
  });

  it('brings a parked conversation back when the customer writes', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    await rig.desk.wait(CONVERSATION, ana);
    await rig.textIn('found it');
    await rig.turn();
    expect(await rig.conversation()).to.include({ state: 'active', handler: 'agent', agentId: 'ana' });
  });

  it('sends a failed message again as a new one, once, though several ask at a time', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    rig.answer = () => ({ outcome: 'rejected', code: '11009', description: 'Bad text.', retryable: false });
    const [failed] = await rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: 'k1' });
    await rig.send();
    rig.answer = () => ({ outcome: 'accepted', referenceId: 'REF', code: 290, description: '' });
    const asked = [ana, boss, boss].map((actor) => rig.desk.resend(failed!._id, actor));
    const [again, ...others] = await Promise.all(asked);
    for (const other of others) expect(other._id).to.equal(again!._id);
    await rig.send();
    expect(rig.texts()).to.deep.equal(['Hello', 'Hello']);
    expect(await refusal(rig.desk.resend(again!._id, ana))).to.include({ code: 'wrong_message_status' });
  });

  it('settles an unknown message by what a person found out', async () => {
    await rig.desk.claim(CONVERSATION, ana);
    rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
    const [unknown] = await rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: 'k1' });
    await rig.send();
    expect(await rig.desk.settle(unknown!._id, ana, 'sent')).to.include({ status: 'sent' });
    expect(await refusal(rig.desk.settle(unknown!._id, ana, 'failed'))).to.include({
      code: 'wrong_message_status',
    });
  });

  it('knows no conversation, queue or message that is not there', async () => {
    expect(await refusal(rig.desk.claim('1-2', ana))).to.include({ code: 'not_found' });
    expect(await refusal(rig.desk.claimNext('nowhere', ana))).to.include({ code: 'not_found' });
    expect(await refusal(rig.desk.resend('out:1', ana))).to.include({ code: 'not_found' });
  });
});
