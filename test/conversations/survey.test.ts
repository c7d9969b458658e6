import { expect } from 'chai';
import { SEND_LEASE, sendOut } from '../../src/conversations/outbox.ts';
import { SURVEY_TIME } from '../../src/conversations/survey.ts';
import { LEASE } from '../../src/conversations/turn.ts';
import type { Store, Survey } from '../../src/store/documents.ts';
import { anAgent } from '../store/documents.ts';
import { ANA, anAnswer, CONVERSATION, createRig, handsOver, type Rig } from '../support/conversations.ts';
import { Crash, crashingStore } from '../support/crashing-store.ts';
import { temporaryEmbeddedStore } from '../support/stores.ts';

const BOSS = { id: 'boss', role: 'supervisor' as const, queues: [] };

describe('a survey', () => {
  let store: Store;
  let dispose: () => Promise<void>;
  let rig: Rig;
  let keys = 0;

  beforeEach(async () => {
    ({ store, dispose } = await temporaryEmbeddedStore());
    await store.agents.insertOne(anAgent({ _id: 'ana', queues: ['support'] }));
    rig = createRig(store);
    rig.turnOn('survey', 'survey_thanks');
  });
  afterEach(() => dispose());

  const echo = () => {
    rig.bot = async ({ activity }) =>
      anAnswer({ texts: [activity.type === 'message' ? `echo ${activity.text}` : ''] });
  };

  /** What the customer gets for a text. */
  const says = (text: string, referenceId?: string) => rig.says(text, referenceId);

  async function taken(): Promise<void> {
    rig.bot = handsOver();
    await says('a person please');
    await rig.desk.claim(CONVERSATION, ANA);
    echo();
  }

  async function closedByAgent(): Promise<void> {
    await taken();
    rig.sent.length = 0;
    await rig.desk.close(CONVERSATION, ANA, { key: `close${keys++}` });
    await rig.send();
  }

  const surveyOf = async (session = 1): Promise<Survey | undefined> =>
    (await store.sessions.findOne({ _id: `${CONVERSATION}:${session}` }))?.survey;

  it('is asked when a dialog ends with one, whether the workstream has it on or off', async () => {
    for (const [session, kinds] of [[], ['survey'] as const].entries()) {
      rig.turnOn(...kinds);
      rig.bot = async () => anAnswer({ texts: ['Bye.'], ended: { outcome: 'resolved', survey: true } });
      expect(await says('thanks')).to.deep.equal(['Bye.', 'survey {}']);
      echo();
      await says('4');
      expect(await surveyOf(session + 1)).to.include({ score: 4 });
    }
  });

  it('is not asked when a dialog just ends', async () => {
    rig.bot = async () => anAnswer({ texts: ['Bye.'], ended: { outcome: 'resolved' } });
    expect(await says('thanks')).to.deep.equal(['Bye.']);
  });

  it('is asked when an agent closes the session', async () => {
    await closedByAgent();
    expect(rig.texts()).to.deep.equal(['survey {"agent":"Ada"}']);
    const until = rig.time + SURVEY_TIME;
    expect((await rig.conversation()).surveyOf).to.deep.equal({ session: 1, until });
  });

  it('leaves as soon as the end of the session has been told, though it was looked at before', async () => {
    rig.turnOn('ended', 'survey');
    await taken();
    rig.sent.length = 0;
    await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
    const survey = (await rig.transcript()).find(({ text }) => text.startsWith('survey'));
    await sendOut(rig.outbox, survey?._id ?? '');
    expect(rig.sent).to.deep.equal([]);
    await rig.send();
    const [ended, asked] = rig.sent.map(({ text }) => text.split(' ')[0]);
    expect([ended, asked]).to.deep.equal(['ended', 'survey']);
  });

  for (const reopenSeconds of [null, 3600]) {
    const into = reopenSeconds === null ? 'the next session' : 'a session that people have again';
    it(`does not leave into ${into}`, async () => {
      await taken();
      rig.set({ reopenSeconds });
      await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
      const gets = await says('one more thing');
      expect(await rig.conversation()).to.include({ session: 2 });
      expect(gets.filter((text) => text.startsWith('survey'))).to.deep.equal([]);
      const survey = (await rig.transcript()).find(({ text }) => text.startsWith('survey'));
      expect(survey).to.deep.include({ status: 'dropped', session: 1 });
      expect(survey?.error).to.include({ code: 'out_of_date' });
    });
  }

  it('does not leave when it has waited for so long that no answer would be taken', async () => {
    await taken();
    await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
    rig.time += SURVEY_TIME;
    expect(await rig.work()).to.deep.equal([]);
  });

  it('is answered with a number, which the session keeps; no other opens and the bot hears nothing', async () => {
    await closedByAgent();
    expect(await says('4')).to.deep.equal(['survey_thanks {"agent":"Ada"}']);
    expect(await surveyOf()).to.deep.equal({ score: 4, at: rig.time });
    const conversation = await rig.conversation();
    expect(conversation).to.include({ state: 'closed', session: 1 });
    expect(conversation).to.not.have.any.keys('surveyed', 'dueAt');
    const answer = (await rig.transcript()).find(({ text }) => text === '4');
    expect(answer).to.include({ status: 'handled', session: 1 });
  });

  it('takes the number without a word where thanks are off', async () => {
    rig.turnOn('survey');
    await closedByAgent();
    expect(await says('5')).to.deep.equal([]);
    expect(await surveyOf()).to.include({ score: 5 });
  });

  it('is thanked for once when the number comes twice', async () => {
    await closedByAgent();
    await says('4', 'SAME');
    const { time } = rig;
    expect(await says('4', 'SAME')).to.deep.equal([]);
    expect(await says('4')).to.deep.equal([]);
    expect(await surveyOf()).to.deep.equal({ score: 4, at: time });
    expect(await rig.conversation()).to.include({ state: 'closed', session: 1 });
  });

  it('is corrected by another number, for as long as one may come', async () => {
    await closedByAgent();
    const end = rig.time + SURVEY_TIME;
    await says('1');
    expect(await says('5')).to.deep.equal(['survey_thanks {"agent":"Ada"}']);
    expect(await surveyOf()).to.deep.equal({ score: 5, at: rig.time });
    rig.time = end - 1;
    expect(await says('2')).to.deep.equal(['echo 2']);
    expect(await surveyOf()).to.include({ score: 5 });
    expect(await rig.conversation()).to.include({ session: 2 });
  });

  it('is not corrected once the customer has written something else', async () => {
    await closedByAgent();
    await says('4');
    expect(await says('where is my order')).to.deep.equal(['echo where is my order']);
    expect(await rig.conversation()).to.not.have.property('surveyOf');
    expect(await says('2')).to.deep.equal(['echo 2']);
    expect(await surveyOf()).to.include({ score: 4 });
  });

  it('is over once the customer writes something else', async () => {
    await closedByAgent();
    expect(await says('where is my order')).to.deep.equal(['echo where is my order']);
    expect(await rig.conversation())
      .to.include({ session: 2 })
      .and.to.not.have.property('surveyOf');
    expect(await says('4')).to.deep.equal(['echo 4']);
    expect(await surveyOf()).to.equal(undefined);
  });

  it('is over after a day', async () => {
    await closedByAgent();
    rig.time += SURVEY_TIME - 2;
    const { surveyOf: asked } = await rig.conversation();
    expect(asked?.until).to.equal(rig.time + 2);
    rig.time += 1;
    expect(await says('4')).to.deep.equal(['echo 4']);
    expect(await surveyOf()).to.equal(undefined);
  });

  it('takes a number that came in time however late its turn is', async () => {
    await closedByAgent();
    await rig.textIn('4');
    rig.time += 2 * SURVEY_TIME;
    await rig.turn();
    expect(await surveyOf()).to.include({ score: 4 });
  });

  it('takes no number that was written before it was asked', async () => {
    await taken();
    await rig.textIn('2');
    rig.time += 1;
    await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
    await rig.turn();
    expect(await surveyOf()).to.equal(undefined);
    expect(await rig.conversation()).to.include({ session: 2 });
  });

  describe('that the customer has not been asked', () => {
    const closedUnasked = async () => {
      await taken();
      await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
    };
    const opensASession = async () => {
      expect(await says('2')).to.deep.equal(['echo 2']);
      expect(await surveyOf()).to.equal(undefined);
      expect(await rig.conversation()).to.include({ session: 2 });
    };

    it('takes no number while it waits to leave, as in quiet hours', async () => {
      await closedUnasked();
      await opensASession();
    });

    it('takes none that came before it left, however late its turn is', async () => {
      await closedUnasked();
      await rig.textIn('2');
      rig.time += 1;
      await rig.send();
      expect(rig.texts()).to.include('survey {"agent":"Ada"}');
      expect(await rig.work()).to.deep.equal(['echo 2']);
      expect(await surveyOf()).to.equal(undefined);
    });

    it('takes none where it is held, also once the customer gets texts again', async () => {
      await taken();
      await says('STOP');
      await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
      expect(await rig.work()).to.deep.equal([]);
      await says('START');
      await opensASession();
    });

    /** It is closed, and TeleSign refuses the survey. */
    async function closedAndRefused(): Promise<void> {
      await closedUnasked();
      const works = rig.answer;
      rig.answer = () => ({ outcome: 'rejected', code: '11000', description: 'No.', retryable: false });
      await rig.send();
      rig.answer = works;
    }

    it('takes none where it has failed', async () => {
      await closedAndRefused();
      await opensASession();
    });

    it('takes one again once somebody has sent the failed one again', async () => {
      await closedAndRefused();
      const survey = (await rig.transcript()).find(({ text }) => text.startsWith('survey'));
      rig.time += 60_000;
      await rig.desk.resend(survey?._id ?? '', BOSS);
      await rig.send();
      await says('4');
      expect(await surveyOf()).to.include({ score: 4 });
    });

    it('takes none while it is to be tried again', async () => {
      await closedUnasked();
      rig.answer = () => ({ outcome: 'rate_limited', code: '11011', retryAfter: 60_000 });
      await rig.send();
      await rig.textIn('2');
      await rig.turn();
      expect(await surveyOf()).to.equal(undefined);
      expect(await rig.conversation()).to.include({ session: 2 });
    });
  });

  it('takes a number where nobody knows whether it has left', async () => {
    await taken();
    await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
    rig.answer = () => ({ outcome: 'unknown', reason: 'timeout' });
    await rig.send();
    await says('4');
    expect(await surveyOf()).to.include({ score: 4 });
  });

  it('takes a number that comes while it is being sent, and dies with its process', async () => {
    await taken();
    await rig.desk.close(CONVERSATION, ANA, { key: 'close' });
    const survey = (await rig.transcript()).find(({ text }) => text.startsWith('survey'));
    rig.answer = () => {
      throw new Crash('in the send');
    };
    expect(await rig.send().catch((error: unknown) => error)).to.be.instanceOf(Crash);
    await rig.textIn('4');
    rig.time += SEND_LEASE + 1;
    await sendOut(rig.outbox, survey?._id ?? '');
    expect((await rig.transcript()).find(({ _id }) => _id === survey?._id)).to.include({ status: 'unknown' });
    await rig.turn();
    expect(await surveyOf()).to.include({ score: 4 });
  });

  it('is of its own session when there are several', async () => {
    await closedByAgent();
    await says('1');
    await closedByAgent();
    await says('5');
    expect(await surveyOf(1)).to.include({ score: 1 });
    expect(await surveyOf(2)).to.include({ score: 5 });
  });

  describe('is asked', () => {
    const asked = async () => (await rig.conversation()).surveyOf !== undefined;

    it('when a supervisor closes', async () => {
      await taken();
      await rig.desk.close(CONVERSATION, BOSS, { key: 'close' });
      expect(await asked()).to.equal(true);
    });

    it('when a conversation closes by itself in which an agent wrote', async () => {
      await taken();
      await rig.desk.reply(CONVERSATION, ANA, { text: 'Hello', key: 'hello' });
      rig.time += 31 * 86_400_000;
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'closed' });
      expect(await asked()).to.equal(true);
    });

    it('not when it closes by itself and nobody ever wrote to the customer', async () => {
      await taken();
      await rig.desk.wait(CONVERSATION, ANA);
      rig.time += 31 * 86_400_000;
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'closed' });
      expect(await asked()).to.equal(false);
    });

    it('not when it is closed as spam, which is not told that it has ended either', async () => {
      rig.turnOn('ended', 'survey');
      await taken();
      await rig.desk.close(CONVERSATION, ANA, { outcome: 'spam', key: 'close' });
      expect(await asked()).to.equal(false);
      expect(await rig.work()).to.deep.equal([]);
    });

    it('not of a session that only the bot had', async () => {
      echo();
      await says('hello');
      rig.time += 31 * 86_400_000;
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'closed' });
      expect(await asked()).to.equal(false);
    });

    it('not where nobody took the handoff', async () => {
      rig.bot = handsOver();
      await says('a person please');
      await rig.desk.close(CONVERSATION, BOSS, { key: 'close' });
      expect(await asked()).to.equal(false);
    });

    it('not when the bot ends the session that an agent gave back', async () => {
      await taken();
      rig.bot = async () => anAnswer({ texts: ['bye'], ended: { outcome: 'resolved' } });
      await rig.desk.return(CONVERSATION, ANA, { key: 'back' });
      await rig.turn();
      expect(await rig.conversation()).to.include({ state: 'closed' });
      expect(await asked()).to.equal(false);
    });

    it('not where it is off', async () => {
      rig.turnOn('survey_thanks');
      await closedByAgent();
      expect(await asked()).to.equal(false);
      expect(await says('4')).to.deep.equal(['echo 4']);
    });
  });

  it('is kept once and thanked for once when the process dies at any point', async () => {
    const alive = () => false;
    let dies: (at: string) => boolean = alive;
    rig = createRig(crashingStore(store, { crashes: (at) => dies(at) }));
    rig.turnOn('survey', 'survey_thanks');
    for (let point = 0; ; point++) {
      await taken();
      rig.sent.length = 0;
      // With the agent's request dies the copying of the session's row: it is left to the turn.
      dies = (at) => at === 'conversations.findOneAndUpdate after';
      const closing = await rig.desk.close(CONVERSATION, ANA, { key: `k${point}` }).catch((error) => error);
      dies = alive;
      expect(closing).to.be.instanceOf(Crash);
      const { session, state } = await rig.conversation();
      expect(state).to.equal('closed');
      await rig.turn();
      await rig.send();
      await rig.textIn('3');
      let points = 0;
      dies = () => points++ === point;
      const crash = await rig.turn().catch((error: unknown) => error);
      dies = alive;
      rig.time += LEASE + 1;
      await rig.turn();
      await rig.send();
      const heard = rig.texts();
      expect(heard, `crash at ${point}`).to.have.members([
        'survey {"agent":"Ada"}',
        'survey_thanks {"agent":"Ada"}',
      ]);
      expect(await surveyOf(session)).to.include({ score: 3 });
      expect(await rig.conversation()).to.include({ state: 'closed', session });
      if (!(crash instanceof Crash)) {
        expect(crash).to.equal(undefined);
        expect(point).to.be.above(10);
        return;
      }
    }
  }).timeout(60_000);
});
