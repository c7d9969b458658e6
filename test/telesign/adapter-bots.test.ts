import { type Activity, MemoryStorage, TranscriptLoggerMiddleware, type TurnContext } from 'botbuilder';
import { expect } from 'chai';
import { hostBot, TeleSignAdapter } from '../../src/telesign/adapter.ts';
import { TurnStorage } from '../../src/telesign/turn-storage.ts';
import { BookingBot } from '../support/bots/booking-bot.ts';
import { EchoBot } from '../support/bots/echo-bot.ts';
import { ProfileBot } from '../support/bots/profile-bot.ts';
import { TurnOrder } from '../support/bots/turn-order.ts';

describe('TeleSignAdapter with the usual bots', () => {
  let order: TurnOrder;
  let adapter: TeleSignAdapter;

  beforeEach(() => {
    order = new TurnOrder();
    adapter = new TeleSignAdapter({ inOrder: order.inOrder });
  });

  it('hosts an echo bot', async () => {
    expect(await order.talk(hostBot(adapter, new EchoBot()), 'hello', 'sí 😀')).to.deep.equal([
      ['Echo: hello'],
      ['Echo: sí 😀'],
    ]);
  });

  for (const [name, storage] of [
    ['MemoryStorage', () => new MemoryStorage()],
    ['TurnStorage', () => new TurnStorage()],
  ] as const) {
    describe(`on ${name}`, () => {
      it('remembers over several turns what it asked and what it was told', async () => {
        const bot = hostBot(adapter, new ProfileBot(storage()));
        expect(await order.talk(bot, 'hi', 'Ada', 'many', '36', 'hi')).to.deep.equal([
          ['What is your name?'],
          ['Hi Ada. How old are you?'],
          ['Please answer with a number.'],
          ['Ada, 36: noted.'],
          ['You are Ada.'],
        ]);
      });

      it('keeps conversations apart', async () => {
        const bot = hostBot(adapter, new ProfileBot(storage()));
        await order.text(bot, 'hi', '1555-1');
        const other = await order.text(bot, 'hi', '1555-2');
        const first = await order.text(bot, 'Ada', '1555-1');
        expect(other.texts).to.deep.equal(['What is your name?']);
        expect(first.texts).to.deep.equal(['Hi Ada. How old are you?']);
      });

      it('leads through a waterfall of prompts, with help, to its end', async () => {
        const bot = hostBot(adapter, new BookingBot(storage()));
        const answers = await order.talk(bot, 'hi', 'Lima', 'help', 'a few', '2');
        expect(answers).to.deep.equal([
          ['Which city?'],
          ['How many nights?'],
          ['We book rooms.', 'How many nights?'],
          ['A number, please.'],
          ['Which room?\n\n- single\n- double'],
        ]);
        expect(await order.talk(bot, '2', 'yes')).to.deep.equal([
          ['Lima, 2 nights, double? (1) Yes or (2) No'],
          ['Booked: Lima.'],
        ]);
        expect(order.outputs.at(-1)?.ended).to.deep.equal({ outcome: 'booked' });
      });

      it('lets the customer cancel a dialog, and begin again', async () => {
        const bot = hostBot(adapter, new BookingBot(storage()));
        expect(await order.talk(bot, 'hi', 'Lima', 'cancel', 'hi')).to.deep.equal([
          ['Which city?'],
          ['How many nights?'],
          ['Cancelled.', 'Nothing booked.'],
          ['Which city?'],
        ]);
      });

      it('hands over with what the dialog has collected', async () => {
        const bot = hostBot(adapter, new BookingBot(storage()));
        await order.talk(bot, 'hi', 'Lima', 'agent');
        expect(order.outputs.at(-1)?.handoff).to.deep.include({
          queue: 'bookings',
          reason: 'customer_asked',
          summary: 'Wants to book',
          skills: [],
          priority: null,
          unlessClosed: false,
          untakenAfter: null,
        });
        expect(order.outputs.at(-1)?.handoff?.context).to.have.property('booking');
      });
    });
  }

  it('speaks the language of the conversation, since prompts ask the activity for it', async () => {
    order.locale = 'es-es';
    const bot = hostBot(adapter, new BookingBot(new TurnStorage()));
    const answers = await order.talk(bot, 'hola', 'Lima', '2', 'double');
    expect(answers.at(-1)).to.deep.equal(['Lima, 2 nights, double? (1) Sí o (2) No']);
  });

  it('lets state in TurnStorage go the way of a failed turn, where MemoryStorage runs ahead of it', async () => {
    const seen: { [storage: string]: string[][] } = {};
    for (const storage of [new TurnStorage(), new MemoryStorage()]) {
      const service = new TurnOrder();
      const bot = hostBot(adapter, new ProfileBot(storage));
      let failure: unknown;
      await service.text(bot, 'crash').catch((error) => {
        failure = error;
      });
      expect(failure).to.have.property('message', 'crash after saving');
      seen[storage.constructor.name] = await service.talk(bot, 'hi');
    }
    expect(seen).to.deep.equal({
      TurnStorage: [['What is your name?']],
      MemoryStorage: [['You are Crash.']],
    });
  });

  it('gives a transcript logger every activity, with its id', async () => {
    const logged: Activity[] = [];
    adapter.use(new TranscriptLoggerMiddleware({ logActivity: (activity) => void logged.push(activity) }));
    await order.talk(hostBot(adapter, new EchoBot()), 'hello');
    expect(logged.map(({ id, text, from }) => ({ id, text, role: from.role }))).to.deep.equal([
      { id: 'in:1', text: 'hello', role: 'user' },
      { id: 'in:1:1', text: 'Echo: hello', role: 'bot' },
    ]);
  });

  it('shows a bot on `botbuilder` the classes that it knows', async () => {
    const { BotAdapter, TurnContext } = await import('botbuilder');
    let context: TurnContext | undefined;
    await order.text(
      hostBot(adapter, {
        run: async (given) => {
          context = given;
        },
      }),
      'hello',
    );
    expect(adapter).to.be.instanceOf(BotAdapter);
    expect(context).to.be.instanceOf(TurnContext);
  });
});
