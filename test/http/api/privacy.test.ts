import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { entryOf, writeDown } from '../../../src/conversations/consent.ts';
import { goOnErasing } from '../../../src/privacy/erasures.ts';
import type { EventDoc } from '../../../src/store/documents.ts';
import { CONVERSATION, CUSTOMER, NUMBER, SETTINGS } from '../../support/conversations.ts';
import { handOver, openStage, type Stage } from '../stage.ts';

const MINUTE = 60_000;

describe('the privacy of a customer', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  /** A customer who has left a trace everywhere: a session with an agent, closed, and another one with the bot. */
  async function leaveTraces(): Promise<void> {
    await handOver(stage);
    const path = `/api/conversations/${CONVERSATION}`;
    await stage.store.agents.updateOne({ _id: 'ana' }, { $set: { presence: 'available' } });
    await stage.call(`POST ${path}/claim`, { headers: { 'idempotency-key': 'claim' } });
    await stage.call(`POST ${path}/messages`, {
      body: { text: 'Hello, are you there?' },
      headers: { 'idempotency-key': 'write' },
    });
    await stage.call(`POST ${path}/messages`, { body: { text: 'Sounds angry', note: true } });
    await stage.call(`PUT ${path}/draft`, { body: { text: 'I am sor' } });
    await stage.call(`GET ${path}/messages`);
    await stage.rig.send();
    await stage.store.events.insertOne(anEvent());
    await stage.store.deliveries.insertOne({
      _id: 'w:e1',
      webhookId: 'w',
      eventId: 'e1',
      type: 'conversation.closed',
      sequence: 1,
      conversationId: CONVERSATION,
      status: 'delivered',
      attempts: 1,
      changedAt: stage.rig.time,
      expiresAt: stage.rig.time + MINUTE,
    });
    await writeDown(
      stage.store,
      { number: NUMBER, customer: CUSTOMER },
      { cause: 'in:REF', at: stage.rig.time, state: 'out', source: 'customer', words: `STOP ${CUSTOMER}` },
    );
    await stage.store.durable();
  }

  function anEvent(): EventDoc {
    return {
      _id: 'e1',
      sequence: 1,
      type: 'conversation.closed',
      at: stage.rig.time,
      conversationId: CONVERSATION,
      channelId: 'default',
      number: NUMBER,
      customer: CUSTOMER,
      session: 1,
      priority: 0,
      place: 'closed',
      expiresAt: stage.rig.time + MINUTE,
    };
  }

  function close() {
    const body = { outcome: 'resolved', disposition: 'other', note: `Called ${CUSTOMER}` };
    return stage.call(`POST /api/conversations/${CONVERSATION}/close`, { body });
  }

  function filesWith(words: string): string[] {
    return readdirSync(stage.dataDir).filter((name) =>
      readFileSync(join(stage.dataDir, name)).includes(words),
    );
  }

  const goOn = () => goOnErasing({ store: stage.store, settings: SETTINGS, now: () => stage.rig.time });
  const eraseIt = () => stage.call(`POST /api/contacts/%2B${CUSTOMER}/erase`, { as: 'root', body: {} });
  const erasures = async () => (await stage.call('GET /api/erasures', { as: 'root' })).body.items;

  it('ends with an erasure: nothing of the number is left in the folder or in the logs', async () => {
    await leaveTraces();
    await close();
    expect(filesWith(CUSTOMER)).not.to.deep.equal([]);
    const { status, body } = await eraseIt();
    expect(status).to.equal(200);
    expect(body.erased).to.include({ conversations: 1, messages: 5, sessions: 1, drafts: 1, events: 1 });
    expect(body.erased.audit).to.be.above(3);
    expect(body.doneAt).to.equal(null);

    await goOn();
    expect((await erasures())[0].doneAt, 'what is in hand has not settled').to.equal(null);
    stage.rig.time += MINUTE;
    await goOn();
    expect(filesWith(CUSTOMER)).to.deep.equal([]);
    const [done] = await erasures();
    expect(done).to.deep.include({ id: body.id, agentId: 'root', erased: body.erased });
    expect(done.doneAt).to.be.a('string');
    expect(JSON.stringify(done)).not.to.include(CUSTOMER);
    expect(stage.log.raw()).not.to.include(CUSTOMER);
    expect(filesWith('root'), 'the rest is still there').to.include('data.mdb');
  });

  it('keeps what was done in the audit, not to whom', async () => {
    await leaveTraces();
    await close();
    const before = await stage.store.audit.find({}, { sort: { at: 1 } }).toArray();
    const { body } = await eraseIt();
    const after = await stage.store.audit.find({}, { sort: { at: 1 } }).toArray();
    expect(JSON.stringify(after)).not.to.include(CUSTOMER);
    // The erasure itself is the one more.
    expect(after.map(({ operation }) => operation).sort()).to.deep.equal(
      [...before.map(({ operation }) => operation), 'eraseContact'].sort(),
    );
    const closed = after.find(({ operation }) => operation === 'closeConversation');
    expect(closed?.target).to.equal(`${NUMBER}-erased-${body.id}`);
  });

  it('finds them in the audit also where messages and conversation are long gone', async () => {
    const at = Number(CUSTOMER.slice(0, 8).padEnd(13, '0'));
    for (const [_id, target] of [
      ['write:a', `out:auto:${CONVERSATION}:1:0`],
      [`read:ana:listTranscript:1:${CONVERSATION}`, CONVERSATION],
    ] as const) {
      const entry = { _id, at, agentId: 'ana', operation: 'settleMessage', target, changes: [] };
      await stage.store.audit.insertOne(entry);
    }
    const time = { _id: 'write:time', at: Number(`${CUSTOMER}00`), agentId: 'ana', operation: 'createQueue' };
    await stage.store.audit.insertOne({ ...time, target: 'support', changes: [] });
    const { body } = await eraseIt();
    expect(body.erased.audit, 'no conversation leads there').to.equal(0);
    stage.rig.time += MINUTE;
    await goOn();
    const [done] = await erasures();
    expect(done.erased.audit).to.equal(2);
    expect(done.doneAt).to.be.a('string');
    const after = await stage.store.audit.find({}).toArray();
    const named = after.filter(({ _id, target }) => `${_id} ${target}`.includes(CUSTOMER));
    expect(named).to.deep.equal([]);
    expect(after.map(({ target }) => target)).to.include.members([
      `out:auto:${NUMBER}-erased-${body.id}:1:0`,
      `${NUMBER}-erased-${body.id}`,
      'support',
    ]);
  });

  it('takes away what somebody who had it in hand writes back', async () => {
    await leaveTraces();
    await close();
    const message = await stage.store.messages.findOne({ conversationId: CONVERSATION });
    await eraseIt();
    await stage.store.messages.insertOne(message!);
    stage.rig.time += MINUTE;
    await goOn();
    expect(await stage.store.messages.findOne({ conversationId: CONVERSATION })).to.equal(null);
    expect((await erasures())[0].doneAt, 'it looks once more').to.equal(null);
    stage.rig.time += MINUTE;
    await goOn();
    expect((await erasures())[0].doneAt).to.be.a('string');
    expect(filesWith(CUSTOMER)).to.deep.equal([]);
  });

  it('leaves the customer opted out, by a hash alone', async () => {
    await leaveTraces();
    await close();
    await eraseIt();
    const [entry, ...others] = await stage.store.optouts.find({}).toArray();
    expect(others).to.deep.equal([]);
    expect(entry?.state).to.equal('out');
    expect(JSON.stringify(entry)).not.to.include(CUSTOMER);
    expect(await entryOf(stage.store, CONVERSATION)).to.deep.equal(entry);
  });

  it('waits for events that are being published', async () => {
    await leaveTraces();
    await close();
    await eraseIt();
    const batch = [{ event: anEvent(), source: 'conversations' as const, sourceId: CONVERSATION, to: ['w'] }];
    await stage.store.publisher.insertOne({ _id: 'events', sequence: 1, leaseUntil: 0, batch });
    stage.rig.time += MINUTE;
    await goOn();
    expect((await erasures())[0].doneAt).to.equal(null);
    await stage.store.publisher.updateOne({ _id: 'events' }, { $set: { batch: [] } });
    stage.rig.time += MINUTE;
    await goOn();
    expect((await erasures())[0].doneAt).to.be.a('string');
  });

  it('is not ended while somebody has the conversation', async () => {
    await leaveTraces();
    const { status, body } = await eraseIt();
    expect([status, body.code]).to.deep.equal([409, 'wrong_state']);
    expect(await stage.store.conversations.findOne({ _id: CONVERSATION })).not.to.equal(null);
  });

  it('begins anew when they text again', async () => {
    await leaveTraces();
    await close();
    await eraseIt();
    await stage.rig.textIn('hello again');
    await stage.rig.turn();
    expect((await stage.rig.conversation()).session).to.equal(1);
    expect(await stage.rig.transcript()).to.have.length(2);
  });

  it('takes a number with its country code only, and one that nobody has', async () => {
    expect(
      (await stage.call('POST /api/contacts/(555)%20010/erase', { as: 'root', body: {} })).status,
    ).to.equal(400);
    const { status, body } = await stage.call('POST /api/contacts/15550107777/erase', {
      as: 'root',
      body: {},
    });
    expect([status, body.erased.messages]).to.deep.equal([200, 0]);
  });

  it('includes to be told all that is kept', async () => {
    await leaveTraces();
    const { status, body } = await stage.call(`GET /api/contacts/${CUSTOMER}/export`, { as: 'root' });
    expect(status).to.equal(200);
    expect(body.number).to.equal(CUSTOMER);
    const [one, ...others] = body.conversations;
    expect(others).to.deep.equal([]);
    expect(one.conversation).to.include({ id: CONVERSATION, customer: CUSTOMER });
    expect(one.messages.map(({ text }: { text: string }) => text)).to.include.members([
      'a person please',
      'Hello, are you there?',
      'Sounds angry',
    ]);
    expect(one.drafts).to.have.length(1);
    expect(body.consent).to.have.length(1);
    expect(body.consent[0]).to.include({ customer: CUSTOMER, state: 'out' });
    expect(one.audit.map(({ operation }: { operation: string }) => operation)).to.include('listTranscript');
    const [entry] = await stage.store.audit.find({ operation: 'exportContact' }).toArray();
    expect(entry).to.include({ agentId: 'root', target: CUSTOMER });
    await close();
    await eraseIt();
    expect(JSON.stringify(await stage.store.audit.find({}).toArray())).not.to.include(CUSTOMER);
    const after = await stage.call(`GET /api/contacts/${CUSTOMER}/export`, { as: 'root' });
    expect(after.body.conversations).to.deep.equal([]);
  });
});
