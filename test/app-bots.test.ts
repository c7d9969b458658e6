import { ActivityHandler, type ConversationReference, ConversationState, TurnContext } from 'botbuilder';
import { expect } from 'chai';
import { TurnStorage } from '../src/telesign/turn-storage.ts';
import { eventually } from './support/eventually.ts';
import { type RunningApp, SUPPORT, startApp } from './support/running-app.ts';

const CUSTOMER = '15550100001';
const CONVERSATION = `${SUPPORT.en}-${CUSTOMER}`;

/** A Bot Framework bot as its documentation writes them: counts what it hears, hands over when asked. */
class CountingBot extends ActivityHandler {
  reference: Partial<ConversationReference> | undefined;

  constructor() {
    super();
    const state = new ConversationState(new TurnStorage());
    const count = state.createProperty<number>('count');
    this.onMessage(async (context, next) => {
      this.reference = TurnContext.getConversationReference(context.activity);
      const text = context.activity.text;
      if (text === 'break') throw new Error('broken');
      if (text === 'person') {
        await context.sendActivity({
          type: 'event',
          name: 'handoff.initiate',
          value: { reason: 'asked', topic: 'x' },
        });
      }
      const heard = (await count.get(context, 0)) + 1;
      await count.set(context, heard);
      await context.sendActivity(`${heard}: ${text}`);
      await context.sendActivity('and that is all');
      await next();
    });
    this.onTurn(async (context, next) => {
      await next();
      await state.saveChanges(context);
    });
  }
}

describe('the service with a bot of one’s own', () => {
  let service: RunningApp;
  let bot: CountingBot;

  beforeEach(async () => {
    bot = new CountingBot();
    service = await startApp({ bot });
  });
  afterEach(() => service.stop());

  const conversation = async () => (await service.call('GET', `/api/conversations/${CONVERSATION}`)).body;

  it('sends each of its activities as a message, in order, and keeps its state', async () => {
    await service.textIn(CUSTOMER, 'one');
    await service.phone(CUSTOMER, 2);
    await service.textIn(CUSTOMER, 'two');
    expect(await service.phone(CUSTOMER, 4)).to.deep.equal([
      '1: one',
      'and that is all',
      '2: two',
      'and that is all',
    ]);
  });

  it('puts the conversation into a queue at its handoff.initiate', async () => {
    await service.textIn(CUSTOMER, 'person');
    await service.phone(CUSTOMER, 2);
    const waiting = await eventually(conversation, ({ state }) => state === 'open');
    expect(waiting.handoff).to.deep.include({ reason: 'asked', context: { topic: 'x' } });
  });

  it('apologises and calls a person when it throws, and logs why', async () => {
    await service.textIn(CUSTOMER, 'break');
    expect((await service.phone(CUSTOMER, 1))[0]).to.match(/^Sorry/);
    expect((await eventually(conversation, ({ state }) => state === 'open')).handoff.reason).to.equal(
      'bot_failed',
    );
    expect(service.log.lines()).to.satisfy((lines: { err?: { stack?: string[] } }[]) =>
      lines.some(({ err }) => err?.stack?.[0]?.includes('app-bots.test.ts')),
    );
    expect(service.log.raw()).to.not.include('broken');
  });

  it('lets it speak first, by continueConversationAsync, through its middleware', async () => {
    service.app.adapter.use(async (context, next) => {
      context.onSendActivities((_, activities, send) => {
        for (const activity of activities) if (activity.text) activity.text = activity.text.toUpperCase();
        return send();
      });
      await next();
    });
    await service.textIn(CUSTOMER, 'one');
    await service.phone(CUSTOMER, 2);
    const reference = bot.reference;
    if (!reference) return expect.fail('no reference');
    await service.app.adapter.continueConversationAsync('', reference, async (context) => {
      await context.sendActivity('Your parcel has arrived.');
    });
    expect((await service.phone(CUSTOMER, 3)).at(-1)).to.equal('YOUR PARCEL HAS ARRIVED.');
  });

  it('opens a session where the one before is closed, and says that it was not the customer', async () => {
    await service.textIn(CUSTOMER, 'one');
    await service.phone(CUSTOMER, 2);
    await service.call('POST', `/api/conversations/${CONVERSATION}/close`, {});
    await service.app.adapter.continueConversationAsync('', bot.reference ?? {}, async (context) => {
      await context.sendActivity('Your parcel has arrived.');
    });
    const { state, session, stretches } = await eventually(conversation, (now) => now.session === 2);
    expect({ state, session }).to.deep.equal({ state: 'active', session: 2 });
    expect(stretches).to.have.length(1);
    expect(stretches[0]).to.include({ place: 'bot', reason: 'continued' });
  });

  it('does not let it speak while a person has the conversation', async () => {
    await service.textIn(CUSTOMER, 'person');
    await service.phone(CUSTOMER, 2);
    await eventually(conversation, ({ state }) => state === 'open');
    const refused = await service.app.adapter
      .continueConversationAsync('', bot.reference ?? {}, (context) =>
        context.sendActivity('Hi').then(() => {}),
      )
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(refused).to.include({ code: 'wrong_state' });
  });
});
