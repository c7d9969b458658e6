import { setImmediate as nextLoop } from 'node:timers/promises';
import {
  type Activity,
  ActivityHandler,
  ActivityTypes,
  EventFactory,
  type ResourceResponse,
  TurnContext,
} from 'botbuilder';
import { expect } from 'chai';
import sinon from 'sinon';
import { TURN, type TurnInput, type TurnUnderWay } from '../../src/bot-turn.ts';
import { SwitchboardError } from '../../src/errors.ts';
import { hostBot, TeleSignAdapter } from '../../src/telesign/adapter.ts';
import { EchoBot } from '../support/bots/echo-bot.ts';
import { turnInput } from '../support/bots/turn-order.ts';

/** What a promise rejected with; fails when it resolved. */
async function failureOf(promise: Promise<unknown>): Promise<Error & { code?: unknown }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected a rejection with an Error');
}

describe('TeleSignAdapter', () => {
  let adapter: TeleSignAdapter;

  beforeEach(() => {
    adapter = new TeleSignAdapter({ inOrder: async () => {} });
  });

  async function activityOf(input: TurnInput): Promise<Activity> {
    let activity: Activity | undefined;
    await adapter.runTurn(input, async (context) => {
      activity = context.activity;
    });
    if (!activity) throw new Error('the bot was not called');
    return activity;
  }

  describe('what a bot is told', () => {
    it('is the text, who sent it to which number, when, and in which language', async () => {
      const input = turnInput({ text: 'hello', locale: 'zh-TW' });
      input.activity = { ...input.activity, channelData: { reference_id: 'ABC' } } as TurnInput['activity'];
      expect(await activityOf(input)).to.deep.equal({
        type: 'message',
        id: 'in:abc',
        text: 'hello',
        textFormat: 'plain',
        timestamp: new Date('2026-11-24T00:00:00Z'),
        channelId: 'telesign-sms',
        serviceUrl: '',
        conversation: {
          id: '15550001111-15552223333',
          name: '',
          isGroup: false,
          conversationType: 'personal',
        },
        from: { id: '15552223333', name: '+15552223333', role: 'user' },
        recipient: { id: '15550001111', name: '+15550001111', role: 'bot' },
        locale: 'zh-TW',
        channelData: { reference_id: 'ABC' },
      });
    });

    it('is an event when an agent gives the conversation back, with where to go on', async () => {
      const value = {
        dialog: 'main',
        step: 'again',
        variables: { order: '1' },
        outcome: 'returned',
        answered: true,
      } as const;
      const activity = await activityOf({
        ...turnInput(),
        activity: { type: 'event', id: 'event:1', name: 'returned', at: 0, value },
      });
      expect(activity).to.deep.include({ type: 'event', id: 'event:1', name: 'returned', value });
      expect(activity).not.to.have.property('text');
    });

    it('is an event when nobody took the handoff', async () => {
      const untaken: TurnInput['activity'] = { type: 'event', id: 'timer:1', name: 'untaken', at: 0 };
      expect(await activityOf({ ...turnInput(), activity: untaken })).to.deep.include({
        type: 'event',
        name: 'untaken',
      });
    });

    it('reaches the handlers of an ActivityHandler by type', async () => {
      const heard: string[] = [];
      const bot = new ActivityHandler();
      bot.onEvent(async (context, next) => {
        heard.push(context.activity.name ?? '');
        await next();
      });
      await hostBot(
        adapter,
        bot,
      )({ ...turnInput(), activity: { type: 'event', id: 'e', name: 'untaken', at: 0 } });
      expect(heard).to.deep.equal(['untaken']);
    });

    it('includes the locale where Bot Framework keeps it, which throws when it is missing', async () => {
      let locale: string | undefined;
      await adapter.runTurn(turnInput({ locale: 'es' }), async (context) => {
        locale = context.locale;
      });
      expect(locale).to.equal('es');
    });
  });

  describe('what comes of a turn', () => {
    it('is the texts in their order, and what else was there unchanged', async () => {
      const output = await adapter.runTurn(turnInput({ botState: '{"old":1}' }), async (context) => {
        await context.sendActivity('one');
        await context.sendActivities([{ text: 'two' }, { type: 'message', text: 'three' }]);
      });
      expect(output).to.deep.equal({
        texts: ['one', 'two', 'three'],
        botState: '{"old":1}',
        locale: null,
        handoff: null,
        ended: null,
        waitsAt: null,
        wakeAt: null,
        hidden: null,
      });
    });

    it('includes state and language that the bot left with the turn', async () => {
      const output = await adapter.runTurn(turnInput(), async (context) => {
        const turn: TurnUnderWay = context.turnState.get(TURN);
        expect(turn.input.activity.id).to.equal('in:abc');
        turn.botState = '{"new":1}';
        turn.locale = 'es';
      });
      expect(output).to.deep.include({ botState: '{"new":1}', locale: 'es' });
    });

    it('is nothing for typing, trace, delay, foreign events and empty messages, each with an id of its own', async () => {
      let responses: (ResourceResponse | undefined)[] = [];
      const sent: Partial<Activity>[] = [
        { type: ActivityTypes.Typing },
        { type: ActivityTypes.Message, text: 'one' },
        { type: ActivityTypes.Trace, name: 'memory', value: {} },
        { type: 'delay', value: 60_000 },
        { type: ActivityTypes.Event, name: 'other' },
        { type: ActivityTypes.Message, text: ' ' },
        { type: ActivityTypes.Message, text: 'two' },
      ];
      const output = await adapter.runTurn(turnInput(), async (context) => {
        responses = await context.sendActivities(sent);
        responses.push(await context.sendActivity('three'));
      });
      expect(output.texts).to.deep.equal(['one', 'two', 'three']);
      expect(responses.map((response) => response?.id)).to.deep.equal(
        [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `in:abc:${n}`),
      );
    });

    it('is the same when the same input is run again', async () => {
      const bot = hostBot(adapter, new EchoBot());
      expect(await bot(turnInput())).to.deep.equal(await bot(turnInput()));
    });

    it('never mixes turns that run at once', async () => {
      const bot = hostBot(adapter, {
        run: async (context) => {
          for (let part = 1; part <= 3; part += 1) {
            await nextLoop();
            await context.sendActivity(`${context.activity.text} ${part}`);
          }
        },
      });
      const names = ['a', 'b', 'c', 'd'];
      const outputs = await Promise.all(
        names.map((name) => bot(turnInput({ text: name, conversationId: `1-${name}` }))),
      );
      expect(outputs.map(({ texts }) => texts)).to.deep.equal(
        names.map((name) => [`${name} 1`, `${name} 2`, `${name} 3`]),
      );
    });

    it("is a handoff from Bot Framework's own event", async () => {
      const output = await adapter.runTurn(turnInput(), async (context) => {
        const transcript = { activities: [context.activity] };
        await context.sendActivity('One moment.');
        await context.sendActivity(
          EventFactory.createHandoffInitiation(context, { queue: 'support', order: '17' }, transcript),
        );
      });
      expect(output.texts).to.deep.equal(['One moment.']);
      expect(output.handoff).to.deep.equal({
        queue: 'support',
        reason: 'unspecified',
        summary: '',
        context: { order: '17' },
        skills: [],
        priority: null,
        unlessClosed: false,
        untakenAfter: null,
      });
    });

    it('is the last handoff when a bot asks twice', async () => {
      const output = await adapter.runTurn(turnInput(), async (context) => {
        for (const queue of ['first', 'second']) {
          await context.sendActivity({
            type: ActivityTypes.Event,
            name: 'handoff.initiate',
            value: { queue },
          });
        }
      });
      expect(output.handoff?.queue).to.equal('second');
    });

    for (const [code, outcome] of [
      ['refunded', 'refunded'],
      [undefined, 'completed'],
    ] as const) {
      it(`is an end with outcome ${outcome} when the conversation ends with code ${code}`, async () => {
        const output = await adapter.runTurn(turnInput(), async (context) => {
          await context.sendActivity({ type: ActivityTypes.EndOfConversation, ...(code ? { code } : {}) });
        });
        expect(output.ended).to.deep.equal({ outcome });
      });
    }
  });

  describe('what a text cannot do', () => {
    it('is to be edited or recalled', async () => {
      const codes: unknown[] = [];
      await adapter.runTurn(turnInput(), async (context) => {
        const sent = await context.sendActivity('one');
        const id = sent?.id ?? '';
        codes.push((await failureOf(context.updateActivity({ id, text: 'changed' }))).code);
        codes.push((await failureOf(context.deleteActivity(id))).code);
      });
      expect(codes).to.deep.equal(['not_possible_by_sms', 'not_possible_by_sms']);
    });
  });

  describe('middleware', () => {
    it('rewrites what comes in and what goes out', async () => {
      adapter.use(async (context, next) => {
        context.activity.text = context.activity.text.toUpperCase();
        context.onSendActivities(async (_context, activities, send) => {
          for (const activity of activities) activity.text = `${activity.text}!`;
          return send();
        });
        await next();
      });
      const output = await hostBot(adapter, new EchoBot())(turnInput({ text: 'hello' }));
      expect(output.texts).to.deep.equal(['Echo: HELLO!']);
    });

    it('runs in the order in which it was added, functions and objects alike', async () => {
      const seen: string[] = [];
      adapter.use(
        async (_context, next) => {
          seen.push('first');
          await next();
          seen.push('first again');
        },
        {
          onTurn: async (_context, next) => {
            seen.push('second');
            await next();
          },
        },
      );
      await adapter.runTurn(turnInput(), async () => {
        seen.push('bot');
      });
      expect(seen).to.deep.equal(['first', 'second', 'bot', 'first again']);
    });

    it('may answer in place of the bot', async () => {
      adapter.use(async (context) => {
        await context.sendActivity('closed');
      });
      const bot = sinon.spy(new EchoBot());
      expect((await hostBot(adapter, bot)(turnInput())).texts).to.deep.equal(['closed']);
      expect(bot.run.called).to.equal(false);
    });

    it('that forgets to return what next() gave still lets the text out', async () => {
      adapter.use(async (context, next) => {
        context.onSendActivities(async (_context, _activities, send) => {
          await send();
          return [];
        });
        await next();
      });
      expect((await hostBot(adapter, new EchoBot())(turnInput())).texts).to.deep.equal(['Echo: hello']);
    });

    it('that calls next() twice fails the turn rather than run the bot twice', async () => {
      adapter.use({
        onTurn: async (_context, next) => {
          await next();
          await next();
        },
      });
      let runs = 0;
      const failure = await failureOf(
        adapter.runTurn(turnInput(), async () => {
          runs += 1;
        }),
      );
      expect(failure).to.have.property('code', 'bot_failed');
      expect(failure.message).to.include('next() twice');
      expect(runs).to.equal(1);
    });

    it('that is none is refused when it is added', () => {
      expect(() => adapter.use({} as never)).to.throw('invalid plugin type');
    });
  });

  describe('a bot that throws', () => {
    const broken = async (context: TurnContext) => {
      await context.sendActivity('about to fail');
      throw new RangeError('broken');
    };

    it('fails the turn with its own error', async () => {
      expect(await failureOf(adapter.runTurn(turnInput(), broken))).to.be.instanceOf(RangeError);
    });

    it('fails the turn also after onTurnError has apologised, or the failure would never be seen', async () => {
      const handler = sinon.spy(async (context: TurnContext, _error: Error) => {
        await context.sendActivity('Sorry.');
      });
      adapter.onTurnError = handler;
      const failure = await failureOf(adapter.runTurn(turnInput(), broken));
      expect(failure).to.be.instanceOf(RangeError);
      expect(handler.callCount).to.equal(1);
      expect(handler.firstCall.args[1]).to.equal(failure);
    });

    it('has settled it when its onTurnError calls a person', async () => {
      adapter.onTurnError = async (context) => {
        await context.sendActivity('Sorry, a colleague will write.');
        await context.sendActivity(EventFactory.createHandoffInitiation(context, { reason: 'bot_error' }));
      };
      const output = await adapter.runTurn(turnInput(), broken);
      expect(output.texts).to.deep.equal(['about to fail', 'Sorry, a colleague will write.']);
      expect(output.handoff?.reason).to.equal('bot_error');
    });

    it('has not settled it by a handoff that it asked for before it failed', async () => {
      adapter.onTurnError = async () => {};
      const failure = await failureOf(
        adapter.runTurn(turnInput(), async (context) => {
          await context.sendActivity(EventFactory.createHandoffInitiation(context, {}));
          throw new RangeError('broken');
        }),
      );
      expect(failure).to.be.instanceOf(RangeError);
    });

    it('fails with both errors when onTurnError throws another, with the first when it throws that one', async () => {
      adapter.onTurnError = async (_context, error) => {
        throw error;
      };
      expect(await failureOf(adapter.runTurn(turnInput(), broken))).to.be.instanceOf(RangeError);
      adapter.onTurnError = async () => {
        throw new TypeError('handler');
      };
      const failure = await failureOf(adapter.runTurn(turnInput(), broken));
      expect(failure).to.have.property('code', 'bot_failed');
      expect(failure.cause).to.be.instanceOf(AggregateError);
      expect((failure.cause as AggregateError).errors.map(String)).to.deep.equal([
        'RangeError: broken',
        'TypeError: handler',
      ]);
    });

    it('leaves the adapter fit for the next turn', async () => {
      await failureOf(adapter.runTurn(turnInput(), broken));
      expect((await hostBot(adapter, new EchoBot())(turnInput())).texts).to.deep.equal(['Echo: hello']);
    });
  });

  describe('a bot that does not await', () => {
    it('still gets out what it began to send, through slow middleware too', async () => {
      adapter.use(async (context, next) => {
        context.onSendActivities(async (_context, _activities, send) => {
          await nextLoop();
          return send();
        });
        await next();
      });
      let late: Promise<unknown> | undefined;
      const output = await adapter.runTurn(turnInput(), async (context) => {
        late = context.sendActivity('late');
      });
      expect(output.texts).to.deep.equal(['late']);
      expect(await late).to.deep.equal({ id: 'in:abc:1' });
    });

    it('is told so, rather than that a proxy was revoked, when it uses its context after the turn', async () => {
      let kept: TurnContext | undefined;
      const output = await adapter.runTurn(turnInput(), async (context) => {
        kept = context;
      });
      expect(() => kept?.sendActivity('too late'))
        .to.throw(SwitchboardError)
        .with.property('code', 'outside_turn');
      expect(() => {
        if (kept) kept.locale = 'es';
      }).to.throw(SwitchboardError);
      expect(output.texts).to.deep.equal([]);
    });

    it('cannot send by the adapter after the turn either, nor with a context of its own making', async () => {
      const unrelated = new TurnContext(adapter, { type: 'message' });
      const failure = await failureOf(adapter.sendActivities(unrelated, [{ type: 'message', text: 'x' }]));
      expect(failure).to.have.property('code', 'outside_turn');
    });
  });
});
