import { expect } from 'chai';
import { receive } from '../../src/conversations/inbox.ts';
import { returnOf } from '../../src/conversations/reopening.ts';
import { placeOf } from '../../src/conversations/state.ts';
import { LEASE, workOff } from '../../src/conversations/turn.ts';
import type { AgentDoc, QueueDoc, SessionDoc, Store } from '../../src/store/documents.ts';
import { workstreamOf } from '../../src/store/workstream.ts';
import { anAgent } from '../store/documents.ts';
import { anAnswer, CONVERSATION, createRig, handsOver, NUMBER, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { aQueue, rule } from '../support/queues.ts';
import { ENGINES, temporaryEmbeddedStore } from '../support/stores.ts';
import { wrappedStore } from '../support/wrapped-store.ts';

const ANA = { id: 'ana', role: 'agent' as const, queues: ['support'] };
const BOSS = { id: 'boss', role: 'supervisor' as const, queues: [] };

/** Seconds. */
const WINDOW = 3600;

const CLOSED_ALWAYS = { timeZone: 'UTC', week: [], holidays: [] };

// The second is the embedded one, yielding between steps.
for (const [engine, open] of ENGINES.slice(1)) {
  describe(`a session that is reopened, on ${engine}`, () => {
    let store: Store;
    let dispose: () => Promise<void>;
    let rig: Rig;
    let heard: string[];
    let keys = 0;

    beforeEach(async () => {
      ({ store, dispose } = await open());
      await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], capacity: 2 }));
      for (const id of ['support', 'sales', 'night']) await queue(id);
      setUp(createRig(store));
    });
    afterEach(() => dispose());

    function setUp(made: Rig): void {
      rig = made;
      rig.set({ reopenSeconds: WINDOW });
    }

    async function queue(id: string, fields: Partial<QueueDoc> = {}): Promise<void> {
      await store.queues.deleteOne({ _id: id });
      await store.queues.insertOne(aQueue(id, { name: id, ...fields }));
    }

    const says = (text: string) => rig.says(text);

    /** Ana has it, from the queue, and has answered. */
    async function taken(to = 'support'): Promise<void> {
      rig.bot = handsOver(to, null, { skills: ['orders'] });
      await says('a person please');
      await rig.desk.claim(CONVERSATION, { ...ANA, queues: [to] });
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: `hello${keys++}` });
      await rig.send();
      heard = [];
      rig.bot = async ({ activity }) => {
        heard.push(activity.type === 'message' ? activity.text : activity.name);
        return anAnswer({ texts: ['Welcome, I am the bot.'] });
      };
    }

    const close = (actor: typeof ANA | typeof BOSS = ANA, outcome = 'resolved') =>
      rig.desk.close(CONVERSATION, actor, { outcome, disposition: 'delivery', key: `close${keys++}` });

    async function closedByAna(): Promise<void> {
      await taken();
      await close();
      await rig.send();
    }

    /** A process beside, which sees this of the store. */
    function another(seen: Store): Rig {
      const { time, workstream } = rig;
      return Object.assign(createRig(seen), { time, workstream });
    }

    const place = async () => placeOf(await rig.conversation());
    const row = (session: number): Promise<SessionDoc | null> =>
      store.sessions.findOne({ _id: `${CONVERSATION}:${session}` });
    const traced = async () => JSON.parse((await rig.conversation()).trace ?? '[]');
    const agent = (fields: Partial<AgentDoc>) => store.agents.updateOne({ _id: 'ana' }, { $set: fields });

    it('goes to the agent who had it, with what was known, and the bot hears nothing', async () => {
      await taken();
      await rig.desk.prefer(CONVERSATION, ANA, ['ana']);
      await close();
      rig.time += 600_000;
      expect(await says('one more thing')).to.deep.equal([]);
      expect(heard).to.deep.equal([]);
      const now = await rig.conversation();
      expect(now).to.deep.include({
        state: 'active',
        handler: 'agent',
        agentId: 'ana',
        queueId: 'support',
        session: 2,
        reopens: 1,
        sessionStartedAt: rig.time,
        unansweredSince: rig.time,
        handoff: {
          reason: 'reopened',
          summary: 'Wants a person',
          context: '{"order":"1234"}',
        },
      });
      expect(now).to.not.have.any.keys('repliedAt', 'queuedAt', 'untakenAt', 'surveyOf');
      expect(now.stretches.map(({ place, reason }) => `${place} ${reason}`)).to.deep.equal([
        'agent reopened',
      ]);
      const at = rig.time;
      expect(await traced()).to.deep.equal([
        { at, step: 'reopened', session: 1, agentId: 'ana', why: 'same_agent' },
      ]);
      expect((await store.agents.findOne({ _id: 'ana' }))?.work.map(({ cost }) => cost)).to.deep.equal([1]);
      const text = (await rig.transcript()).at(-1);
      expect(text).to.include({ text: 'one more thing', status: 'handled', session: 2 });
    });

    it('leaves the session that has ended as it is, and has a row of its own', async () => {
      await closedByAna();
      const before = await row(1);
      await says('one more thing');
      expect(await row(1)).to.deep.equal(before);
      expect(before).to.include({ outcome: 'resolved', disposition: 'delivery' });
      expect(before).to.not.have.property('reopens');
      await close();
      await rig.turn();
      const after = await row(2);
      expect(after).to.include({ session: 2, reopens: 1, handoffReason: 'reopened', agentId: 'ana' });
      expect(after?.stretches.map(({ place, reason }) => `${place} ${reason}`)).to.deep.equal([
        'agent reopened',
        'closed agent_closed',
      ]);
    });

    it('is reopened again', async () => {
      await closedByAna();
      await says('one more thing');
      await close();
      await says('and another');
      expect(await rig.conversation()).to.include({ session: 3, reopens: 2, agentId: 'ana' });
    });

    it('leaves nothing of it in the next session with the bot', async () => {
      await closedByAna();
      await says('one more thing');
      await close();
      rig.time += (WINDOW + 1) * 1000;
      expect(await says('hello')).to.deep.equal(['Welcome, I am the bot.']);
      expect(await rig.conversation()).to.not.have.any.keys('reopens', 'handoff', 'trace');
    });

    describe('goes into its queue', () => {
      async function waits(why: string, queueId = 'support'): Promise<void> {
        expect(await says('one more thing')).to.deep.equal([]);
        expect(heard).to.deep.equal([]);
        const now = await rig.conversation();
        expect(now).to.include({ state: 'open', queueId, session: 2, reopens: 1, queuedAt: rig.time });
        expect(now).to.not.have.any.keys('agentId', 'handler');
        expect(now.untakenAt).to.equal(rig.time + 600_000);
        expect(now.handoff).to.include({ reason: 'reopened' });
        expect(now.skills).to.deep.equal(['orders']);
        expect(now.stretches.map(({ place, reason }) => `${place} ${reason}`)).to.deep.equal([
          'open reopened',
        ]);
        const [first, ...others] = await traced();
        expect(first).to.include({ step: 'reopened', session: 1, why });
        expect(others.at(-1)).to.deep.include({ step: 'queue', values: { queue: 'support' } });
      }

      for (const presence of ['away', 'busy', 'offline'] as const) {
        it(`while the agent is ${presence}`, async () => {
          await closedByAna();
          await agent({ presence });
          await waits('not_available');
        });
      }

      it('when the agent serves it no more', async () => {
        await closedByAna();
        await agent({ queues: ['sales'] });
        await waits('not_in_queue');
      });

      it('when the agent has no room', async () => {
        await closedByAna();
        const work = ['a', 'b'].map((conversationId) => ({ conversationId, workstreamId: 'x', cost: 1 }));
        await agent({ work });
        await waits('no_room');
      });

      it('when the agent has as many of the workstream as they may', async () => {
        await closedByAna();
        await agent({ limits: { default: 0 } });
        await waits('no_room');
      });

      it('when the agent was deleted', async () => {
        await closedByAna();
        await store.agents.deleteOne({ _id: 'ana' });
        await waits('agent_gone');
      });

      it('where nobody is to have the same agent', async () => {
        rig.set({ distribution: { sameAgent: false } });
        await closedByAna();
        await waits('same_agent_off');
      });

      it('of the last transfer, with the priority that it had', async () => {
        await queue('sales', { priority: 7 });
        await taken();
        await rig.desk.transfer(CONVERSATION, BOSS, { queueId: 'sales', key: 'transfer' });
        await rig.desk.claim(CONVERSATION, { ...ANA, queues: ['sales'] });
        await close();
        await agent({ presence: 'away' });
        await says('one more thing');
        expect(await rig.conversation()).to.include({ state: 'open', queueId: 'sales', priority: 7 });
      });

      it('whatever rules say of handoffs', async () => {
        const routes = [{ name: 'All', when: 'true', to: [{ queueId: 'night', percent: 100 }] }];
        await closedByAna();
        rig.set({ routes });
        await agent({ presence: 'away' });
        await waits('not_available');
      });

      it('else into that of the workstream, where it is gone', async () => {
        await taken('sales');
        await close();
        await agent({ presence: 'away' });
        await store.queues.deleteOne({ _id: 'sales' });
        await says('one more thing');
        expect(await rig.conversation()).to.include({ state: 'open', queueId: 'support' });
        expect((await traced()).at(-1).decision).to.include({ because: 'no_such_queue' });
      });

      it('that of the workstream, where a colleague had it from the bot', async () => {
        rig.bot = async () => anAnswer({ texts: ['Hello.'] });
        await says('hi');
        await rig.desk.claim(CONVERSATION, BOSS);
        await close(BOSS);
        await says('one more thing');
        expect(await rig.conversation()).to.deep.include({
          state: 'open',
          queueId: 'support',
          handoff: { reason: 'reopened', summary: 'summary_reopened', context: '{}' },
        });
      });

      it('says that it waits, where that is on', async () => {
        rig.turnOn('queued', 'greeting');
        await closedByAna();
        await agent({ presence: 'away' });
        expect(await says('one more thing')).to.deep.equal(['queued {}']);
      });

      it('and back to the bot by the customer’s word', async () => {
        await closedByAna();
        await agent({ presence: 'away' });
        await says('one more thing');
        await says('never mind');
        await rig.turn();
        expect(await rig.conversation()).to.include({ handler: 'bot', session: 2 });
        expect(heard).to.deep.equal(['returned']);
      });
    });

    it('keeps to a queue that there is, should the agent lose it', async () => {
      await taken('sales');
      await close();
      await store.queues.deleteOne({ _id: 'sales' });
      await says('one more thing');
      expect(await rig.conversation()).to.include({ agentId: 'ana', queueId: 'support' });
    });

    it('goes to who had it from the bot, whatever they serve', async () => {
      rig.bot = async () => anAnswer({ texts: ['Hello.'] });
      await says('hi');
      await rig.desk.claim(CONVERSATION, ANA);
      await close();
      await agent({ queues: [] });
      await says('one more thing');
      expect(await rig.conversation())
        .to.include({ state: 'active', handler: 'agent', agentId: 'ana' })
        .and.to.not.have.property('queueId');
    });

    describe('comes to a queue that', () => {
      beforeEach(async () => {
        await closedByAna();
        await agent({ presence: 'offline' });
      });

      it('is closed, and the customer hears so', async () => {
        await queue('support', { hours: CLOSED_ALWAYS });
        expect(await says('one more thing')).to.deep.equal(['out_of_hours {"queue":"support","opens":null}']);
        expect(await place()).to.equal('open');
      });

      it('ends what comes while it is closed', async () => {
        await queue('support', {
          hours: CLOSED_ALWAYS,
          overflow: [rule({ is: 'closed' }, { do: 'end' })],
        });
        expect(await says('one more thing')).to.deep.equal(['out_of_hours {"queue":"support","opens":null}']);
        expect(await place()).to.equal('closed');
        expect(await row(2)).to.include({ outcome: 'overflow', handoffReason: 'reopened', reopens: 1 });
        // Nobody has had it: the next text is the bot's.
        expect(await says('hello?')).to.deep.equal(['Welcome, I am the bot.']);
      });

      it('sends on to another', async () => {
        const overflow = [rule({ is: 'closed' }, { do: 'queue', queueId: 'night' })];
        await queue('support', { hours: CLOSED_ALWAYS, overflow });
        await says('one more thing');
        expect(await rig.conversation()).to.include({ state: 'open', queueId: 'night' });
      });

      it('is full, and assigns anyway', async () => {
        await queue('support', {
          overflow: [rule({ is: 'full', waiting: 0 }, { do: 'assign' })],
        });
        await says('one more thing');
        expect(await rig.conversation()).to.include({ state: 'open', assignAnyway: true });
      });

      it('gives back to the bot, which then has the text itself', async () => {
        await queue('support', {
          hours: CLOSED_ALWAYS,
          overflow: [rule({ is: 'closed' }, { do: 'bot' })],
        });
        expect(await says('one more thing')).to.deep.equal(['Welcome, I am the bot.']);
        expect(heard).to.deep.equal(['one more thing']);
        expect(await rig.conversation()).to.not.have.any.keys('reopens', 'handoff');
      });
    });

    describe('is one that ended', () => {
      const back = async () => {
        await says('one more thing');
        expect(await rig.conversation()).to.include({ session: 2, reopens: 1, agentId: 'ana' });
      };

      it('after a wrap-up, by its agent', async () => {
        await taken();
        await rig.desk.end(CONVERSATION, ANA);
        await close();
        await back();
      });

      for (const step of ['wait', 'end'] as const) {
        it(`by itself after ${step}`, async () => {
          await taken();
          await rig.desk[step](CONVERSATION, ANA);
          rig.time += 31 * 86_400_000;
          await rig.turn();
          expect((await row(1))?.outcome).to.equal('auto_closed');
          await back();
        });
      }

      it('since the customer did not answer', async () => {
        rig.set({ times: { remind: 60, closeReminded: 60 } });
        await taken();
        for (let n = 0; n < 2; n++) {
          rig.time += 61_000;
          await rig.turn();
        }
        expect((await row(1))?.outcome).to.equal('customer_inactive');
        await back();
      });

      it('up to so many seconds ago when the text came, however late its turn is', async () => {
        await closedByAna();
        rig.time += WINDOW * 1000 - 1;
        await rig.textIn('one more thing');
        rig.time += 3_600_000;
        await rig.turn();
        expect(await rig.conversation()).to.include({ session: 2, agentId: 'ana' });
      });

      it('while a text of the customer lay there', async () => {
        await taken();
        await rig.textIn('wait!');
        rig.time += 1;
        await close();
        await rig.turn();
        expect(heard).to.deep.equal([]);
        expect(await rig.conversation()).to.include({ session: 2, agentId: 'ana' });
      });
    });

    describe('is not one', () => {
      const begins = async (text = 'one more thing') => {
        expect(await says(text)).to.include('Welcome, I am the bot.');
        expect(heard.at(-1)).to.equal(text);
        const now = await rig.conversation();
        expect(now).to.include({ handler: 'bot' });
        expect(now).to.not.have.property('reopens');
      };

      it('where the window is off', async () => {
        rig.set({ reopenSeconds: null });
        await closedByAna();
        await begins();
      });

      it('that ended longer ago', async () => {
        await closedByAna();
        rig.time += WINDOW * 1000;
        await begins();
      });

      it('that a supervisor has closed over its agent’s head', async () => {
        await taken();
        await close(BOSS);
        await begins();
      });

      it('that was closed as spam', async () => {
        await taken();
        await close(ANA, 'spam');
        await begins();
      });

      it('that nobody has taken', async () => {
        await taken();
        await rig.desk.transfer(CONVERSATION, BOSS, { queueId: 'support', key: 'back' });
        rig.time += 31 * 86_400_000;
        await rig.turn();
        expect((await row(1))?.outcome).to.equal('auto_closed');
        await begins();
      });

      it('that the bot had last', async () => {
        await taken();
        await rig.desk.return(CONVERSATION, ANA, { key: 'back' });
        await rig.turn();
        rig.time += 31 * 86_400_000;
        await rig.turn();
        expect(await place()).to.equal('closed');
        await begins();
      });

      it('in which the customer texted STOP, also once START was said', async () => {
        await taken();
        await says('STOP');
        await says('START');
        await close();
        await begins();
      });

      it('whose customer has texted STOP since, also once START is said', async () => {
        await closedByAna();
        await says('STOP');
        await says('START');
        expect(await place()).to.equal('closed');
        await begins();
      });

      it('while the customer wants no texts', async () => {
        await closedByAna();
        await says('STOP');
        await says('one more thing');
        expect(heard).to.deep.equal(['one more thing']);
      });

      it('for HELP, which the bot answers', async () => {
        await closedByAna();
        await begins('HELP');
      });

      it('for a word that asks for the bot', async () => {
        await closedByAna();
        await begins('never mind');
      });

      it('for the answer to the survey', async () => {
        rig.turnOn('survey', 'survey_thanks');
        await closedByAna();
        expect(await says('4')).to.deep.equal(['survey_thanks {"agent":"Ada"}']);
        expect(await rig.conversation()).to.include({ state: 'closed', session: 1 });
        await says('one more thing');
        expect(await rig.conversation()).to.include({ session: 2, agentId: 'ana' });
      });

      it('for a number that texts without an end', async () => {
        await closedByAna();
        const pace = { level: 50, at: rig.time, mutedUntil: rig.time + 900_000 };
        await store.conversations.updateOne({ _id: CONVERSATION }, { $set: { pace } });
        expect(await says('one more thing')).to.deep.equal([]);
        expect(await rig.conversation()).to.include({ state: 'closed', session: 1 });
      });

      it('while its wrap-up goes on: the session goes on', async () => {
        await taken();
        await rig.desk.end(CONVERSATION, ANA);
        await says('one more thing');
        expect(await rig.conversation()).to.include({ session: 1, agentId: 'ana', handler: 'agent' });
      });
    });

    it('is one session for two texts at once, whoever works on them', async () => {
      await closedByAna();
      await rig.textIn('one more thing');
      await rig.textIn('and another');
      const other = another(store);
      await Promise.all([rig, other, rig, other].map(({ turns }) => workOff(turns, CONVERSATION)));
      rig.time += LEASE + 1;
      await rig.turn();
      const now = await rig.conversation();
      expect(now).to.deep.include({ session: 2, agentId: 'ana', inbox: [] });
      expect(now.stretches).to.have.length(1);
      expect((await rig.transcript()).slice(-2).map(({ session }) => session)).to.deep.equal([2, 2]);
    });

    it('takes up no more room than its agent has, where two customers write at once', async () => {
      await closedByAna();
      await agent({ capacity: 1 });
      const customer = '15550100002';
      const other = `${NUMBER}-${customer}`;
      const { _id, ...ended } = (await row(1)) ?? expect.fail(`no row of ${CONVERSATION}`);
      await store.sessions.insertOne({ ...ended, _id: `${other}:1`, conversationId: other });
      await store.conversations.insertOne({ ...(await rig.conversation()), _id: other, customer });
      await rig.textIn('one more thing');
      const text = { referenceId: 'OTHER', text: 'me too', segments: 1, provider: {} };
      await receive(store, 'default', { ...text, from: customer, to: NUMBER }, rig.time);

      // Neither goes on before both have seen that there is room.
      let seen = 0;
      let go = () => {};
      const bothSaw = new Promise<void>((resolve) => {
        go = resolve;
      });
      const { turns } = another(
        wrappedStore(store, async (operation, run) => {
          const result = await run();
          if (
            operation !== 'durable' &&
            operation.collection === 'agents' &&
            operation.method === 'findOne'
          ) {
            seen += 1;
            if (seen === 2) go();
            await bothSaw;
          }
          return result;
        }),
      );
      await Promise.all([CONVERSATION, other].map((id) => workOff(turns, id)));
      const both = await store.conversations.find({ queueId: 'support' }).toArray();
      expect(both.map((one) => placeOf(one)).sort()).to.deep.equal(['agent', 'open']);
      const waiting = both.find(({ state }) => state === 'open');
      expect(JSON.parse(waiting?.trace ?? '[]')[0]).to.include({ step: 'reopened', why: 'no_room' });
      const had = both.find(({ state }) => state === 'active');
      expect((await store.agents.findOne({ _id: 'ana' }))?.work).to.deep.equal([
        { conversationId: had?._id, workstreamId: 'default', cost: 1 },
      ]);
    });

    it('keeps the room that it has taken up when it is decided anew', async () => {
      await closedByAna();
      await agent({ capacity: 1 });
      await rig.textIn('one more thing');
      let changed = false;
      const { turns } = another(
        wrappedStore(store, async (operation, run) => {
          const result = await run();
          if (
            operation !== 'durable' &&
            operation.collection === 'agents' &&
            operation.method === 'updateOne'
          ) {
            // Once the room is taken up, and before the conversation says so.
            if (!changed)
              await store.conversations.updateOne({ _id: CONVERSATION }, { $inc: { version: 1 } });
            changed = true;
          }
          return result;
        }),
      );
      await workOff(turns, CONVERSATION);
      expect(changed).to.equal(true);
      expect(await rig.conversation()).to.include({ session: 2, agentId: 'ana' });
      expect((await store.agents.findOne({ _id: 'ana' }))?.work).to.deep.equal([
        { conversationId: CONVERSATION, workstreamId: 'default', cost: 1 },
      ]);
    });
  });
}

describe('a session that is reopened', () => {
  it('is reopened once when the process dies at any point, of the close and of the turn', async () => {
    const { store, dispose } = await temporaryEmbeddedStore();
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'], capacity: 1 }));
    await store.queues.insertOne(aQueue('support'));
    let dies: (at: string) => boolean = () => false;
    const rig = createRig(crashingStore(store, { crashes: (at) => dies(at) }));
    rig.set({ reopenSeconds: WINDOW });
    await rig.handOver();
    await rig.desk.claim(CONVERSATION, ANA);
    let sessions = 1;
    for (let point = 0; ; point++) {
      dies = (at) => at === 'conversations.findOneAndUpdate after';
      const closing = await rig.desk.close(CONVERSATION, ANA, { key: `k${point}` }).catch((error) => error);
      expect(closing).to.be.instanceOf(Crash);
      dies = () => false;
      await rig.textIn('one more thing');
      let points = 0;
      dies = () => points++ === point;
      const crash = await rig.turn().catch((error: unknown) => error);
      dies = () => false;
      rig.time += LEASE + 1;
      await rig.turn();
      sessions += 1;
      const now = await rig.conversation();
      expect(now, `crash at ${point}`).to.deep.include({
        session: sessions,
        reopens: sessions - 1,
        agentId: 'ana',
        handler: 'agent',
        inbox: [],
      });
      expect(now.stretches.map(({ reason }) => reason)).to.deep.equal(['reopened']);
      const agent = await store.agents.findOne({ _id: 'ana' });
      expect(agent?.work.map(({ conversationId }) => conversationId)).to.deep.equal([CONVERSATION]);
      expect(await store.sessions.countDocuments({ conversationId: CONVERSATION })).to.equal(sessions - 1);
      if (!(crash instanceof Crash)) {
        expect(crash).to.equal(undefined);
        expect(point).to.be.above(10);
        break;
      }
    }
    await dispose();
  }).timeout(60_000);

  it('is decided by what was read alone', () => {
    const settings = { reopenSeconds: 60 };
    const workstream = workstreamOf({ _id: 'w', numbers: [], language: 'en', queueId: 'q', settings });
    const session: SessionDoc = {
      ...{ _id: 'c:1', conversationId: 'c', session: 1, startedAt: 0, endedAt: 1000, outcome: 'resolved' },
      closedBy: { kind: 'agent', id: 'ana' },
      agentId: 'ana',
      stretches: [
        { place: 'agent', since: 0, reason: 'claimed', agentId: 'ana' },
        { place: 'closed', since: 1000, reason: 'agent_closed', agentId: 'ana' },
      ],
    };
    const agent = anAgent({ _id: 'ana' });
    const known = { session, consent: null, agent, queueId: undefined, workstream, now: 0 };
    expect(returnOf(61_000, known)).to.deep.equal({ agentId: 'ana', why: 'same_agent' });
    expect(returnOf(61_001, known)).to.equal(null);
    const elsewhere = returnOf(61_000, { ...known, queueId: 'q' });
    expect(elsewhere).to.deep.equal({ agentId: 'ana', why: 'not_in_queue' });
    expect(returnOf(61_000, { ...known, session: null }), 'retention has taken it').to.equal(null);
    const off = { ...workstream.settings, reopenSeconds: null };
    expect(returnOf(1000, { ...known, workstream: { ...workstream, settings: off } })).to.equal(null);
    const out = { state: 'out', source: 'customer', at: -9, outAt: -9, changedAt: -9 } as const;
    const consent = { _id: 'x', version: 1, history: [], ...out };
    expect(returnOf(1000, { ...known, consent }), 'STOP of an earlier session').to.equal(null);
    const started = { ...consent, state: 'in' } as const;
    expect(returnOf(1000, { ...known, consent: started })).to.include({ agentId: 'ana' });
    const short = { ...session, stretches: session.stretches.slice(1) };
    expect(returnOf(0, { ...known, session: short })).to.equal(null);
  });
});
