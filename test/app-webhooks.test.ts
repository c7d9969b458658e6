import { ActivityHandler, type TurnContext } from 'botbuilder-core';
import { expect } from 'chai';
import { TURN, type TurnUnderWay } from '../src/bot-turn.ts';
import { eventually } from './support/eventually.ts';
import { type Receiver, startReceiver } from './support/receiver.ts';
import { type Answer, type RunningApp, SUPPORT, startApp } from './support/running-app.ts';

const CUSTOMER = '15550100001';
const CONVERSATION = `${SUPPORT.en}-${CUSTOMER}`;

describe('the service with webhooks', function () {
  this.timeout(20_000);
  let service: RunningApp;
  let receiver: Receiver;

  beforeEach(async () => {
    receiver = await startReceiver();
    service = await startApp();
  });
  afterEach(async () => {
    await service.stop();
    await receiver.close();
  });

  async function webhook(given: Record<string, unknown> = {}): Promise<{ id: string; secret: string }> {
    const { status, body } = await service.call('POST', '/api/webhooks', {
      url: `${receiver.url}/hook`,
      ...given,
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    return { id: body.webhook.id, secret: body.secret };
  }
  const types = () => receiver.received.map(({ event }) => event.type);
  const got = (type: string, count = 1) =>
    eventually(
      async () => receiver.received,
      (received) => received.filter(({ event }) => event.type === type).length >= count,
    );

  it('tells of a conversation from its opening to its close, signed, in order and without a text', async () => {
    const { secret } = await webhook();
    await service.agent('ana');
    await service.textIn(CUSTOMER, 'agent');
    await got('conversation.queued');
    await service.call('POST', `/api/conversations/${CONVERSATION}/claim`);
    await service.call('POST', `/api/conversations/${CONVERSATION}/messages`, { text: 'Hello, it is me' });
    await service.call('POST', `/api/conversations/${CONVERSATION}/transfer`, { agentId: 'ana' });
    await service.call('POST', `/api/conversations/${CONVERSATION}/wait`);
    await service.call('POST', `/api/conversations/${CONVERSATION}/resume`);
    await service.call('POST', `/api/conversations/${CONVERSATION}/end`);
    await service.call('POST', `/api/conversations/${CONVERSATION}/close`, {});
    await got('conversation.closed');
    await got('message.delivered', 2);
    expect(types().filter((type) => type.startsWith('conversation.'))).to.deep.equal([
      'conversation.opened',
      'conversation.queued',
      'conversation.accepted',
      'conversation.transferred',
      'conversation.waiting',
      'conversation.resumed',
      'conversation.ended',
      'conversation.closed',
    ]);
    expect(types()).to.include.members(['message.received', 'message.sent']);
    for (const { headers, event, signed, path } of receiver.received) {
      expect(path).to.equal('/hook');
      expect(signed(secret), event.type).to.equal(true);
      expect(headers['webhook-id']).to.equal(event.id);
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000)).to.be.below(30);
      expect(JSON.stringify(event)).not.to.contain('it is me');
    }
    const sequences = receiver.received.map(({ event }) => event.sequence);
    expect(sequences).to.deep.equal([...sequences].sort((a, b) => a - b));
    const accepted = receiver.received.find(({ event }) => event.type === 'conversation.accepted');
    expect(accepted?.event.data).to.deep.include({ reason: 'claimed' });
    expect(accepted?.event.data.conversation).to.include({
      id: CONVERSATION,
      customer: CUSTOMER,
      number: SUPPORT.en,
      state: 'active',
      handler: 'agent',
      agentId: 'admin',
      queueId: 'support',
      session: 1,
    });
  });

  it('sends what a webhook asked for only, and texts when it asked for them', async () => {
    await webhook({ events: ['message.received'], includeTexts: true });
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    const [first] = await got('message.received');
    expect(first?.event.data.message).to.include({ text: 'agent', status: 'received', direction: 'in' });
    expect(types()).to.deep.equal(['message.received']);
  });

  it('sends again what was not taken, under the same id, and later ones of the conversation after it', async () => {
    await webhook({ events: ['conversation.opened', 'conversation.queued'] });
    receiver.answer = () => 500;
    await service.textIn(CUSTOMER, 'agent');
    await got('conversation.opened');
    const { body } = await eventually(
      () => service.call('GET', `/api/webhooks`),
      () => true,
    );
    const id = body.items[0].id;
    const queued = () => service.call('GET', `/api/webhooks/${id}/deliveries?status=queued`);
    const { body: waiting } = await eventually(
      queued,
      (answer) =>
        answer.body.items.length === 2 &&
        answer.body.items.some((item: { answer: string }) => item.answer === '500'),
    );
    receiver.answer = () => 204;
    const first = waiting.items.find((item: { type: string }) => item.type === 'conversation.opened');
    const path = `/api/deliveries/${encodeURIComponent(first.id)}/retry`;
    expect((await service.call('POST', path)).body).to.include({ status: 'queued', attempts: 0 });
    await got('conversation.queued');
    expect(types()).to.deep.equal(['conversation.opened', 'conversation.opened', 'conversation.queued']);
    const [tried, again] = receiver.received;
    expect(again?.headers['webhook-id']).to.equal(tried?.headers['webhook-id']);
    const delivered = await eventually(
      () => service.call('GET', `/api/webhooks/${id}/deliveries?status=delivered`),
      (answer) => answer.body.items.length === 2,
    );
    expect(delivered.body.items[0]).to.include({ answer: '204', nextAt: null });
  });

  it('leaves a receiver alone that asks for it, until it has another address or somebody wants a retry', async () => {
    const { id } = await webhook({ events: ['conversation.opened'] });
    receiver.answer = () => 503;
    receiver.retryAfter = 3600;
    await service.textIn(CUSTOMER, 'hello');
    await got('conversation.opened');
    const queued = () => service.call('GET', `/api/webhooks/${id}/deliveries?status=queued`);
    const paused = await eventually(queued, ({ body }) => body.items[0]?.answer === '503');
    expect(new Date(paused.body.items[0].nextAt).getTime()).to.be.above(Date.now() + 3_500_000);

    await service.call('PATCH', `/api/webhooks/${id}`, { url: `${receiver.url}/better` });
    await service.textIn('15550100002', 'hello');
    await got('conversation.opened', 2);
    expect(receiver.received.at(-1)?.path).to.equal('/better');
    const { id: first } = paused.body.items[0];
    const other = (answer: Answer) => answer.body.items.find((item: { id: string }) => item.id !== first);
    const again = other(await eventually(queued, (answer) => other(answer)?.answer === '503'));

    receiver.answer = () => 204;
    const path = `/api/deliveries/${encodeURIComponent(again.id)}/retry`;
    expect((await service.call('POST', path)).status).to.equal(200);
    await eventually(
      () => service.call('GET', `/api/webhooks/${id}/deliveries?status=delivered`),
      (answer) => answer.body.items.some((item: { id: string }) => item.id === again.id),
    );
  });

  it('replays from a sequence number on, turns off at a 410, follows no redirect, and signs with both secrets', async () => {
    const { id, secret } = await webhook({ events: ['conversation.opened', 'conversation.queued'] });
    await service.textIn(CUSTOMER, 'agent');
    await got('conversation.queued');
    const [opened] = receiver.received;
    const rotated = (await service.call('POST', `/api/webhooks/${id}/secret`)).body.secret;
    const from = opened?.event.sequence;
    const replay = await service.call('POST', `/api/webhooks/${id}/replay`, { from });
    expect(replay.body).to.include({ from });
    await got('conversation.queued', 2);
    expect(types().slice(2)).to.deep.equal(['conversation.opened', 'conversation.queued']);
    expect(receiver.received[2]?.event).to.deep.equal(opened?.event);
    expect(receiver.received[2]?.signed(rotated)).to.equal(true);
    expect(receiver.received[2]?.signed(secret)).to.equal(true);

    receiver.answer = () => 302;
    const test = await service.call('POST', `/api/webhooks/${id}/test`);
    expect(test.body).to.include({ delivered: false, answer: '302' });
    expect(receiver.received.at(-1)).to.include({ path: '/hook' });
    expect(receiver.received.at(-1)?.event.type).to.equal('webhook.test');

    receiver.answer = () => 410;
    await service.call('POST', `/api/webhooks/${id}/replay`, { from: from + 1 });
    const off = await eventually(
      () => service.call('GET', `/api/webhooks/${id}`),
      (answer) => answer.body.on === false,
    );
    expect(off.body).to.include({ offReason: 'gone' });
    const dead = await eventually(
      () => service.call('GET', `/api/webhooks/${id}/deliveries?status=dead`),
      (answer) => answer.body.items.length > 0,
    );
    expect(dead.body.items[0]).to.include({ answer: '410' });
    const on = await service.call('PATCH', `/api/webhooks/${id}`, { on: true });
    expect(on.body).to.include({ on: true, offReason: null });
  });

  it('refuses addresses that are not meant', async () => {
    for (const url of [
      'http://example.com/hook',
      'https://10.0.0.8/hook',
      'https://[fd00::1]/hook',
      'https://169.254.169.254/latest',
      'https://user:pw@example.com/',
      'ftp://example.com',
      'no address',
    ]) {
      const { status, body } = await service.call('POST', '/api/webhooks', { url });
      expect(status, url).to.equal(400);
      expect(body.problems[0].path).to.equal('body.url');
    }
  });

  it('keeps nothing while there is no webhook', async () => {
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    const { id } = await webhook();
    const replay = await service.call('POST', `/api/webhooks/${id}/replay`, { from: 1 });
    expect(replay.body).to.deep.equal({ from: 1, to: 0 });
  });
});

describe('a hosted bot', function () {
  this.timeout(20_000);

  /** Hears of its handoffs, and says something each time, which nobody may get. */
  class Hosted extends ActivityHandler {
    readonly wantsStatus = true;
    readonly heard: { name: string | undefined; value: unknown }[] = [];
    constructor() {
      super();
      this.onMessage(async (context) => {
        await context.sendActivity('A person will answer.');
        await context.sendActivity({ type: 'event', name: 'handoff.initiate', value: { queue: 'support' } });
      });
      this.onEvent(async (context: TurnContext) => {
        this.heard.push({ name: context.activity.name, value: context.activity.value });
        const turn: TurnUnderWay = context.turnState.get(TURN);
        turn.botState = String(this.heard.length);
        await context.sendActivity(`I heard of ${context.activity.name}`);
      });
    }
  }

  it('hears what becomes of its handoff, and cannot speak then', async () => {
    const bot = new Hosted();
    const service = await startApp({ bot });
    try {
      await service.textIn(CUSTOMER, 'help');
      await eventually(
        async () => bot.heard,
        (heard) => heard.length === 1,
      );
      // A claim drops what the bot has not sent yet.
      await service.phone(CUSTOMER, 1);
      await service.call('POST', `/api/conversations/${CONVERSATION}/claim`);
      await service.call('POST', `/api/conversations/${CONVERSATION}/return`, { variables: { a: 1 } });
      await eventually(
        async () => bot.heard,
        (heard) => heard.length === 4,
      );
      expect(bot.heard).to.deep.equal([
        { name: 'handoff.status', value: { state: 'queued', reasonCode: 'handed_off', position: 1 } },
        { name: 'handoff.status', value: { state: 'accepted', reasonCode: 'claimed' } },
        { name: 'handoff.status', value: { state: 'returned', reasonCode: 'returned' } },
        { name: 'returned', value: { variables: { a: 1 }, outcome: 'returned', answered: false } },
      ]);
      expect(await service.phone(CUSTOMER, 2)).to.deep.equal([
        'A person will answer.',
        'I heard of returned',
      ]);
    } finally {
      await service.stop();
    }
  });
});
