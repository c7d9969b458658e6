import { setImmediate as nextLoop } from 'node:timers/promises';
import { type ConversationReference, TurnContext } from 'botbuilder';
import { expect } from 'chai';
import { hostBot, TeleSignAdapter } from '../../src/telesign/adapter.ts';
import { TurnStorage } from '../../src/telesign/turn-storage.ts';
import { EchoBot } from '../support/bots/echo-bot.ts';
import { ProfileBot } from '../support/bots/profile-bot.ts';
import { TurnOrder } from '../support/bots/turn-order.ts';

describe('TeleSignAdapter.continueConversationAsync', () => {
  const CONVERSATION = '15550001111-15552223333';
  let order: TurnOrder;
  let adapter: TeleSignAdapter;

  beforeEach(() => {
    order = new TurnOrder();
    adapter = new TeleSignAdapter({ inOrder: order.inOrder });
  });

  /** As a bot keeps it in a database: through JSON. */
  async function referenceOf(conversationId = CONVERSATION): Promise<Partial<ConversationReference>> {
    let kept = '';
    await order.text(
      hostBot(adapter, {
        run: async (context) => {
          kept = JSON.stringify(TurnContext.getConversationReference(context.activity));
        },
      }),
      'hello',
      conversationId,
    );
    return JSON.parse(kept);
  }

  it('texts a customer unasked, from a reference that a bot kept', async () => {
    const reference = await referenceOf();
    let seen: { [field: string]: unknown } = {};
    await adapter.continueConversationAsync('app-id', reference, async (context) => {
      const { type, name, id, conversation, from, recipient } = context.activity;
      seen = { type, name, id, conversation: conversation.id, from: from.id, recipient: recipient.id };
      await context.sendActivity('Your parcel is there.');
    });
    expect(order.outputs.at(-1)?.texts).to.deep.equal(['Your parcel is there.']);
    expect(seen).to.deep.equal({
      type: 'event',
      name: 'ContinueConversation',
      // Not the id of the activity that the reference was taken from: that one has been answered.
      id: 'in:2',
      conversation: CONVERSATION,
      from: '15552223333',
      recipient: '15550001111',
    });
    expect(reference.activityId).to.equal('in:1');
  });

  it('takes each of the forms that Bot Framework has for it', async () => {
    const reference = await referenceOf();
    const claims = { claims: [], isAuthenticated: true, getClaimValue: () => null };
    const say = (text: string) => async (context: TurnContext) => {
      await context.sendActivity(text);
    };
    await adapter.continueConversationAsync('app-id', reference, say('app id'));
    await adapter.continueConversationAsync(claims, reference, say('claims'));
    await adapter.continueConversationAsync(claims, reference, 'audience', say('audience'));
    await adapter.continueConversation(reference, say('deprecated'));
    expect(order.outputs.slice(1).flatMap(({ texts }) => texts)).to.deep.equal([
      'app id',
      'claims',
      'audience',
      'deprecated',
    ]);
  });

  it('waits for the turn under way, and the next turn waits for it', async () => {
    const reference = await referenceOf();
    const seen: string[] = [];
    const slow = hostBot(adapter, {
      run: async (context) => {
        seen.push(`${context.activity.text} begins`);
        await nextLoop();
        await nextLoop();
        seen.push(`${context.activity.text} ends`);
      },
    });
    await Promise.all([
      order.text(slow, 'first'),
      adapter.continueConversationAsync('', reference, async () => {
        seen.push('proactive begins');
        await nextLoop();
        seen.push('proactive ends');
      }),
      order.text(slow, 'second'),
    ]);
    expect(seen).to.deep.equal([
      'first begins',
      'first ends',
      'proactive begins',
      'proactive ends',
      'second begins',
      'second ends',
    ]);
  });

  it('may be begun within a turn of the same conversation, and follows it', async () => {
    let proactive: Promise<void> | undefined;
    await order.text(
      hostBot(adapter, {
        run: async (context) => {
          const reference = TurnContext.getConversationReference(context.activity);
          proactive = adapter.continueConversationAsync('', reference, async (later) => {
            await later.sendActivity('done');
          });
          await context.sendActivity('working');
        },
      }),
      'go',
    );
    await proactive;
    expect(order.outputs.map(({ texts }) => texts)).to.deep.equal([['working'], ['done']]);
  });

  it('shares state with the turns of the bot', async () => {
    const bot = new ProfileBot(new TurnStorage());
    await order.talk(hostBot(adapter, bot), 'hi', 'Ada');
    await adapter.continueConversationAsync('', await referenceOf(), (context) => bot.run(context));
    expect(await order.talk(hostBot(adapter, bot), '36')).to.deep.equal([['Ada, 36: noted.']]);
  });

  it('goes through middleware', async () => {
    const reference = await referenceOf();
    adapter.use(async (context, next) => {
      context.onSendActivities(async (_context, activities, send) => {
        for (const activity of activities) activity.text = `${activity.text}!`;
        return send();
      });
      await next();
    });
    await adapter.continueConversationAsync('', reference, async (context) => {
      await context.sendActivity('hello');
    });
    expect(order.outputs.at(-1)?.texts).to.deep.equal(['hello!']);
  });

  async function failureOf(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
      () => 'none',
      (error) => error,
    );
  }

  it('tells its caller what its logic threw, and lets later turns go on', async () => {
    const broken = new RangeError('broken');
    const failure = await failureOf(
      adapter.continueConversationAsync('', await referenceOf(), async () => {
        throw broken;
      }),
    );
    expect(failure).to.equal(broken);
    expect(await order.talk(hostBot(adapter, new EchoBot()), 'hello')).to.deep.equal([['Echo: hello']]);
  });

  it('tells its caller also when the service has dealt with the failed turn', async () => {
    const broken = new RangeError('broken');
    const forgiving = new TeleSignAdapter({
      inOrder: (id, bot) => order.inOrder(id, bot).catch(() => undefined),
    });
    const reference = await referenceOf();
    const failure = await failureOf(
      forgiving.continueConversationAsync('', reference, async () => {
        throw broken;
      }),
    );
    expect(failure).to.equal(broken);
  });

  it('succeeds when a turn that failed at first was run again', async () => {
    const again = new TeleSignAdapter({
      inOrder: (id, bot) => order.inOrder(id, bot).catch(() => order.inOrder(id, bot)),
    });
    let runs = 0;
    await again.continueConversationAsync('', await referenceOf(), async (context) => {
      runs += 1;
      if (runs === 1) throw new Error('at first');
      await context.sendActivity('hello');
    });
    expect(order.outputs.at(-1)?.texts).to.deep.equal(['hello']);
  });

  for (const [what, reference] of [
    ['no conversation', { channelId: 'telesign-sms' }],
    [
      'a conversation of another channel',
      { channelId: 'msteams', conversation: { id: '1', name: '', isGroup: false, conversationType: '' } },
    ],
  ] as const) {
    it(`refuses a reference to ${what}`, async () => {
      const failure = await failureOf(adapter.continueConversationAsync('', reference, async () => {}));
      expect(failure).to.have.property('code', 'invalid_request');
    });
  }
});
