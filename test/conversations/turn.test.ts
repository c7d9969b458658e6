import { expect } from 'chai';
import type { Bot } from '../../src/bot-turn.ts';
import { LEASE, workOff } from '../../src/conversations/turn.ts';
import type { Store } from '../../src/store/documents.ts';
import { anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue, rule } from '../support/queues.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

describe('a turn', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.queues.insertOne(aQueue('support', { priority: 3 }));
    rig = createRig(store);
  });
  afterEach(() => dispose());

  it('answers a text, and the answer leaves once', async () => {
    await rig.textIn('hello');
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['echo hello']);
    expect((await rig.transcript()).map(({ direction, status }) => `${direction} ${status}`)).to.deep.equal([
      'in handled',
      'out sent',
    ]);
  });

  it('lets the bot’s middleware write into what came with a text', async () => {
    rig.bot = async ({ activity }) => {
      if (activity.type === 'message') Object.assign(activity.channelData ?? {}, { seen: true });
      return anAnswer({ texts: ['hi'] });
    };
    await rig.textIn('hello');
    await rig.turn();
    expect((await rig.transcript()).map(({ text }) => text)).to.deep.equal(['hello', 'hi']);
    expect((await rig.transcript())[0]?.provider).not.to.have.property('seen');
  });

  it('opens a session with the first text and the next one after closed', async () => {
    await rig.textIn('hello');
    await rig.turn();
    expect(await rig.conversation()).to.include({ state: 'active', handler: 'bot', session: 1 });

    rig.bot = async () => anAnswer({ texts: ['bye'], ended: { outcome: 'resolved' } });
    await rig.textIn('thanks');
    await rig.turn();
    expect(await rig.conversation()).to.include({ state: 'closed', session: 1 });
    expect(await store.sessions.findOne({ _id: `${CONVERSATION}:1` })).to.include({ outcome: 'resolved' });

    await rig.textIn('one more thing');
    await rig.turn();
    expect(await rig.conversation()).to.include({ session: 2 });
    expect((await rig.transcript()).map(({ session }) => session)).to.deep.equal([1, 1, 1, 1, 2, 2]);
  });

  it('knows nothing of a handoff of the session before', async () => {
    await rig.handOver();
    await rig.desk.close(
      CONVERSATION,
      { id: 'ben', role: 'supervisor', queues: [] },
      { outcome: 'resolved', key: 'k' },
    );
    rig.bot = async () => anAnswer({ texts: ['9 to 5'], ended: { outcome: 'resolved' } });
    await rig.textIn('hours');
    await rig.turn();
    expect(await store.sessions.findOne({ _id: `${CONVERSATION}:1` })).to.include({
      handoffReason: 'customer_asked',
    });
    const second = await store.sessions.findOne({ _id: `${CONVERSATION}:2` });
    expect(second).to.include({ outcome: 'resolved' });
    expect(second).not.to.have.property('handoffReason');
    expect(second?.stretches.map(({ place }) => place)).to.deep.equal(['bot', 'closed']);
  });

  it('comes back to the bot from a closed queue once in each session', async () => {
    const hours = { timeZone: 'UTC', week: [], holidays: [] };
    const overflow = [rule({ is: 'closed' }, { do: 'bot' })];
    await store.queues.updateOne({ _id: 'support' }, { $set: { hours, overflow } });
    rig.bot = async (input) =>
      input.activity.type === 'message'
        ? handsOver()(input)
        : anAnswer({ texts: ['We are closed.'], ended: { outcome: 'resolved' } });
    for (const session of [1, 2]) {
      await rig.textIn('a person');
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'closed', session });
    }
  });

  it('still says goodbye when the customer opens the next session before it left', async () => {
    rig.bot = async () => anAnswer({ texts: ['bye'], ended: { outcome: 'resolved' } });
    await rig.textIn('thanks');
    await rig.turn();
    await rig.textIn('hello again');
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['bye', 'bye']);
  });

  it('handles a text once, however often it is delivered, before and after its turn', async () => {
    await rig.textIn('hello', 'SAME');
    await rig.textIn('hello', 'SAME');
    await rig.turn();
    await rig.textIn('hello', 'SAME');
    await rig.turn();
    await rig.send();
    expect(rig.sent).to.have.length(1);
  });

  it('does not handle a text again that was pushed into the inbox after its turn', async () => {
    await rig.textIn('hello', 'SAME');
    await rig.turn();
    // What a duplicate does whose look at the message came before the turn ended.
    await store.conversations.updateOne(
      { _id: CONVERSATION },
      { $push: { inbox: 'in:SAME' }, $inc: { wake: 1 }, $set: { dueAt: rig.time } },
    );
    await rig.turn();
    await rig.send();
    expect(rig.sent).to.have.length(1);
    expect((await rig.conversation()).inbox).to.deep.equal([]);
  });

  it('takes what comes in while it runs before it lets the conversation go', async () => {
    let came = false;
    rig.bot = async ({ activity }) => {
      if (!came) await rig.textIn('second');
      came = true;
      return anAnswer({ texts: [activity.type === 'message' ? activity.text : ''] });
    };
    await rig.textIn('first');
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['first', 'second']);
    const { dueAt, lastMessageAt } = await rig.conversation();
    expect(dueAt, 'only its end is left').to.equal(lastMessageAt + 30 * 86_400_000);
  });

  it('is had by one worker at a time', async () => {
    let running = 0;
    rig.bot = async () => {
      running++;
      expect(await workOff(rig.turns, CONVERSATION)).to.equal(false);
      return anAnswer();
    };
    await rig.textIn('hello');
    await rig.turn();
    expect(running).to.equal(1);
  });

  it('is done again by another worker when the first one died, and the first one’s answer is void', async () => {
    let turns = 0;
    rig.bot = async () => {
      turns++;
      if (turns === 1) {
        rig.time += LEASE + 1;
        await rig.turn();
      }
      return anAnswer({ texts: [`answer of turn ${turns}`] });
    };
    await rig.textIn('hello');
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['answer of turn 2']);
  });

  it('drops the bot’s answer when a person took over while the bot was thinking', async () => {
    await rig.textIn('hello');
    await rig.turn();
    await rig.send();
    rig.sent.length = 0;
    rig.bot = async () => {
      await rig.desk.claim(CONVERSATION, { id: 'ana', role: 'agent', queues: [] });
      return anAnswer({ texts: ['too late'] });
    };
    await rig.textIn('and now?');
    await rig.turn();
    await rig.send();
    expect(rig.sent).to.deep.equal([]);
    expect(await rig.conversation()).to.include({ handler: 'agent', agentId: 'ana' });
    expect((await rig.transcript()).map(({ status }) => status)).to.deep.equal([
      'handled',
      'sent',
      'handled',
    ]);
  });

  it('keeps texts from the bot while they wait for a person', async () => {
    await rig.handOver();
    rig.bot = async () => expect.fail('the bot was asked');
    await rig.textIn('are you there?');
    await rig.turn();
    expect(rig.botErrors).to.deep.equal([]);
    expect(await rig.conversation()).to.deep.include({
      state: 'open',
      queueId: 'support',
      priority: 3,
      handoff: { reason: 'customer_asked', summary: 'Wants a person', context: '{"order":"1234"}' },
    });
  });

  it('puts a handoff to an unknown queue into the workstream’s', async () => {
    rig.bot = handsOver('no-such-queue');
    await rig.textIn('a person please');
    await rig.turn();
    expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
  });

  it('apologises and calls a person when the bot throws, and later texts work', async () => {
    rig.bot = async () => {
      throw new Error('broken');
    };
    await rig.textIn('hello');
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['apology_bot_failed']);
    expect(rig.botErrors).to.have.length(1);
    expect(await rig.conversation()).to.deep.include({
      state: 'open',
      handoff: { reason: 'bot_failed', summary: 'summary_bot_failed', context: '{}' },
    });
    await rig.textIn('still there');
    await rig.turn();
    expect((await rig.transcript()).map(({ status }) => status)).to.deep.equal([
      'handled',
      'sent',
      'handled',
    ]);
  });

  it('gives an input to a person that takes the process down every time', async () => {
    await rig.textIn('poison');
    const dying = crashingStore(store, { crashes: (point) => point === 'messages.findOne before' });
    for (let n = 0; n < 5; n++) {
      const death = await workOff({ ...rig.turns, store: dying }, CONVERSATION).catch(
        (error: unknown) => error,
      );
      expect(death).to.be.instanceOf(Crash);
      rig.time += LEASE + 1;
    }
    rig.bot = async () => expect.fail('the bot was asked');
    await rig.turn();
    expect((await rig.conversation()).handoff?.reason).to.equal('bot_failed');
    expect(rig.botErrors).to.have.length(1);
  });

  it('has one id for what the bot is told, what is told of the turn, and what is sent', async () => {
    const heard: unknown[] = [];
    rig.bot = async ({ correlationId }) => {
      heard.push(correlationId);
      throw new Error('broken');
    };
    await rig.textIn('hello');
    await rig.turn();
    const [, apology] = await rig.transcript();
    const id = apology?.traceparent?.slice(3, 35);
    expect(id).to.match(/^[0-9a-f]{32}$/);
    expect(rig.toldBy).to.deep.equal([id]);
    expect(heard).to.deep.equal([id]);
  });

  it('has the same for a turn that the program asks for', async () => {
    await rig.says('hello');
    let heard: string | undefined;
    const bot: Bot = async ({ correlationId }) => {
      heard = correlationId;
      return anAnswer({ texts: ['By the way.'] });
    };
    const asked = { kind: 'asked', id: 'asked:1', bot, done: () => {}, refused: () => {} } as const;
    await workOff(rig.turns, CONVERSATION, asked);
    const said = (await rig.transcript()).find(({ text }) => text === 'By the way.');
    expect(heard)
      .to.match(/^[0-9a-f]{32}$/)
      .and.equal(said?.traceparent?.slice(3, 35));
  });

  it('tells the bot of a handoff that nobody took, once, at its time', async () => {
    rig.bot = handsOver('support', 600_000);
    await rig.textIn('a person please');
    await rig.turn();
    rig.bot = async ({ activity }) =>
      anAnswer({ texts: [activity.type === 'event' ? activity.name : 'wrong'] });

    rig.time += 599_999;
    await rig.turn();
    expect(await rig.conversation()).to.include({ state: 'open' });
    rig.time += 1;
    await rig.turn();
    rig.time += 600_000;
    await rig.turn();
    await rig.send();
    expect(rig.texts()).to.deep.equal(['A person will answer.', 'untaken']);
  });

  it('says that nobody took a handoff of a bot that failed, without asking that bot', async () => {
    rig.bot = async () => Promise.reject(new Error('broken'));
    await rig.textIn('hello');
    await rig.turn();
    rig.bot = async () => expect.fail('the bot was asked');
    rig.time += 600_000;
    await rig.turn();
    await rig.send();
    expect(rig.untaken).to.deep.equal([CONVERSATION]);
    expect(rig.sent).to.have.length(1);
  });

  it('remembers the language that the customer chose', async () => {
    const locales: string[] = [];
    rig.bot = async ({ conversation }) => {
      locales.push(conversation.locale);
      return anAnswer({ locale: 'es' });
    };
    await rig.textIn('español');
    await rig.turn();
    await rig.textIn('hola');
    await rig.turn();
    expect(locales).to.deep.equal(['en', 'es']);
  });
});
