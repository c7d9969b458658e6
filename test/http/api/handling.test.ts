import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { comeIn, handOver, openStage, type Stage } from '../stage.ts';

/** Claims, messages, transfers and progress: what an agent does with a conversation, through HTTP. */
describe('an agent', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await handOver(stage);
  });
  afterEach(() => stage.close());

  const act = (action: string, body?: unknown, as = 'ana') =>
    stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { as, body });
  const version = async () => (await stage.rig.conversation()).version;

  it('claims the next conversation of a queue, or hears that none waits', async () => {
    const first = await stage.call('POST /api/queues/support/claim');
    expect(first.status).to.equal(200);
    expect(first.body).to.include({
      id: CONVERSATION,
      state: 'active',
      handler: 'agent',
      agentId: 'ana',
      queuedAt: null,
    });
    expect(await stage.call('POST /api/queues/support/claim', { as: 'ben' })).to.include({
      status: 204,
      text: '',
    });
  });

  it('claims from no queue that is not there or not theirs', async () => {
    for (const [queue, as, status, code] of [
      ['nothing', 'ana', 404, 'not_found'],
      ['nothing', 'sam', 404, 'not_found'],
      ['support', 'eve', 403, 'forbidden'],
    ] as const) {
      const answer = await stage.call(`POST /api/queues/${queue}/claim`, { as });
      expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
    }
  });

  it('claims one conversation; whoever comes later hears who has it', async () => {
    expect((await act('claim')).status).to.equal(200);
    const late = await act('claim', undefined, 'ben');
    expect(late.status).to.equal(409);
    expect(late.body).to.include({
      code: 'already_claimed',
      agentId: 'ana',
      version: await version(),
      state: 'active',
    });
    expect((await act('claim')).status).to.equal(200);
    expect((await act('claim', undefined, 'eve')).body.code).to.equal('forbidden');
  });

  it('has one winner when many claim at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => act('claim', undefined, n % 2 === 0 ? 'ana' : 'ben')),
    );
    const winners = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.agentId));
    expect(winners.size).to.equal(1);
    for (const { status, body } of answers) {
      if (status !== 200) expect([status, body.code]).to.deep.equal([409, 'already_claimed']);
    }
  });

  it('is refused a write to a version that is past', async () => {
    const before = await version();
    expect((await act('claim', { version: before })).status).to.equal(200);
    for (const [action, body] of [
      ['wait', { version: before }],
      ['end', { version: before }],
      ['close', { version: before }],
      ['return', { version: before }],
      ['transfer', { queueId: 'sales', version: before }],
    ] as const) {
      const stale = await act(action, body);
      expect(stale.status, action).to.equal(409);
      expect(stale.body).to.include({ code: 'stale_version', agentId: 'ana', version: await version() });
    }
    expect((await act('wait', { version: await version() })).body).to.include({ state: 'waiting' });
    expect((await act('resume', { version: before })).body.code).to.equal('stale_version');
  });

  it('answers the customer', async () => {
    await act('claim');
    const { status, body } = await act('messages', { text: 'Hello, this is Ana.' });
    expect(status).to.equal(201);
    const { id, ...message } = body;
    expect(id).to.match(/^out:agent:[0-9a-f]{32}:0$/);
    expect(message).to.deep.equal({
      conversationId: CONVERSATION,
      session: 1,
      direction: 'out',
      author: { kind: 'agent', id: 'ana' },
      text: 'Hello, this is Ana.',
      at: new Date(stage.rig.time).toISOString(),
      status: 'queued',
      segments: 1,
    });
    await stage.rig.send();
    expect(stage.rig.sent.at(-1)).to.include({ text: 'Hello, this is Ana.' });
  });

  it('writes the same text twice, when they mean it', async () => {
    await act('claim');
    await act('messages', { text: 'Hello?' });
    await act('messages', { text: 'Hello?' });
    await stage.rig.send();
    expect(stage.rig.sent.filter(({ text }) => text === 'Hello?')).to.have.length(2);
  });

  it('does not answer where they are not the owner, or nobody is', async () => {
    const unclaimed = await act('messages', { text: 'Hello' });
    expect([unclaimed.status, unclaimed.body.code, unclaimed.body.agentId]).to.deep.equal([
      403,
      'not_owner',
      null,
    ]);
    await act('claim');
    for (const as of ['ben', 'sam', 'root']) {
      const foreign = await act('messages', { text: 'Hello' }, as);
      expect([foreign.status, foreign.body.code, foreign.body.agentId], as).to.deep.equal([
        403,
        'not_owner',
        'ana',
      ]);
    }
    await act('close');
    const closed = await act('messages', { text: 'Hello' });
    expect([closed.status, closed.body.code]).to.deep.equal([409, 'wrong_state']);
  });

  it('leaves notes, which no customer gets', async () => {
    const note = await act('messages', { text: 'Called the depot.', note: true }, 'ben');
    expect(note.status).to.equal(201);
    expect(note.body).to.include({ direction: 'note', status: 'noted', segments: 0 });
    expect((await act('messages', { text: 'Mine too', note: true }, 'eve')).status).to.equal(403);
    await stage.rig.send();
    expect(stage.rig.texts()).not.to.include('Called the depot.');
  });

  it('reads the transcript, oldest first, a page at a time', async () => {
    stage.rig.time += 1000;
    await act('claim');
    for (const text of ['one', 'two', 'three']) await act('messages', { text });
    const first = await stage.call(`GET /api/conversations/${CONVERSATION}/messages?limit=3`);
    const second = await stage.call(
      `GET /api/conversations/${CONVERSATION}/messages?limit=3&cursor=${first.body.cursor}`,
    );
    const texts = [...first.body.items, ...second.body.items].map(({ text }: { text: string }) => text);
    expect(texts).to.deep.equal(['a person please', 'A person will answer.', 'one', 'two', 'three']);
    expect(second.body.cursor).to.equal(null);
    expect(first.body.items[0]).to.deep.include({
      direction: 'in',
      author: { kind: 'customer' },
      status: 'handled',
      session: 1,
    });
  });

  it('transfers to a queue or to an agent', async () => {
    await comeIn(stage, 'ana', 'ben');
    await act('claim');
    const queued = await act('transfer', { queueId: 'sales', note: 'Wants to buy.' });
    expect(queued.body).to.include({ state: 'open', queueId: 'sales', agentId: null, priority: 5 });
    expect((await act('claim')).body.code).to.equal('forbidden');
    await act('claim', undefined, 'ben');
    const given = await act('transfer', { agentId: 'ana' }, 'ben');
    expect(given.body).to.include({ state: 'active', handler: 'agent', agentId: 'ana' });
    const notes = (await stage.rig.transcript()).filter(({ direction }) => direction === 'note');
    expect(notes.map(({ text }) => text)).to.deep.equal(['Wants to buy.']);
  });

  it('names colleagues in the notes of transfers and of the close', async () => {
    await stage.call('PUT /api/me/presence', { as: 'ben', body: { presence: 'available' } });
    await act('claim');
    await act('transfer', { agentId: 'ben', note: '@eve, please look. Not @nobody.' });
    await act('transfer', { queueId: 'support', note: 'For @ana' }, 'sam');
    await act('close', { note: 'Done, @ana and @eve' }, 'sam');
    const notes = await stage.store.messages
      .find({ conversationId: CONVERSATION, direction: 'note' }, { sort: { at: 1 } })
      .toArray();
    expect(notes.map(({ text, mentions }) => [text, mentions])).to.have.deep.members([
      ['@eve, please look. Not @nobody.', ['eve']],
      ['For @ana', ['ana']],
      ['Done, @ana and @eve', ['ana', 'eve']],
    ]);
  });

  it('transfers to nobody who is not there', async () => {
    await act('claim');
    for (const to of [{ queueId: 'nothing' }, { agentId: 'nobody' }]) {
      const answer = await act('transfer', to);
      expect([answer.status, answer.body.code]).to.deep.equal([404, 'not_found']);
    }
  });

  it('gives it back to the bot, and says where to go on', async () => {
    await act('claim');
    const { status, body } = await act('return', {
      dialog: 'main',
      step: 'again',
      variables: { solved: true },
      disposition: 'refunded',
    });
    expect(status).to.equal(200);
    expect(body).to.include({ state: 'active', handler: 'bot', agentId: null, handoff: null });
    const heard: unknown[] = [];
    stage.rig.bot = async ({ activity }) => {
      heard.push(activity.type === 'event' && activity.name === 'returned' ? activity.value : activity);
      return {
        texts: [],
        botState: null,
        locale: null,
        handoff: null,
        ended: null,
        waitsAt: null,
        wakeAt: null,
        hidden: null,
      };
    };
    await stage.rig.turn();
    const given = { dialog: 'main', step: 'again', variables: { solved: true }, disposition: 'refunded' };
    expect(heard).to.deep.equal([{ ...given, outcome: 'returned', answered: false }]);
  });

  it('parks it, takes it up again, ends it, closes it', async () => {
    await act('claim');
    expect((await act('wait')).body).to.include({ state: 'waiting', agentId: 'ana' });
    expect((await act('resume', {})).body).to.include({ state: 'active', agentId: 'ana' });
    expect((await act('end')).body).to.include({ state: 'wrap_up', agentId: 'ana' });
    const closed = await act('close', {
      outcome: 'resolved',
      disposition: 'delivery',
      note: 'Arrives tomorrow.',
    });
    expect(closed.body).to.include({ state: 'closed', handler: null, agentId: 'ana' });
    const [session] = await stage.store.sessions.find({ conversationId: CONVERSATION }).toArray();
    expect(session).to.deep.include({
      outcome: 'resolved',
      disposition: 'delivery',
      note: 'Arrives tomorrow.',
    });
    for (const action of ['wait', 'resume', 'end', 'close', 'return', 'claim']) {
      const late = await act(action);
      expect([late.status, late.body.code], action).to.deep.equal([409, 'wrong_state']);
    }
  });

  it('moves no conversation of others; a supervisor does', async () => {
    await act('claim');
    for (const [action, body] of [
      ['wait', {}],
      ['end', {}],
      ['return', {}],
      ['transfer', { queueId: 'sales' }],
      ['close', {}],
    ] as const) {
      const refused = await act(action, body, 'ben');
      expect([refused.status, refused.body.code], action).to.deep.equal([403, 'not_owner']);
    }
    expect((await act('close', {}, 'sam')).status).to.equal(200);
  });

  it('hears 404 of a conversation that is not there', async () => {
    for (const [action, body] of [
      ['claim', undefined],
      ['messages', { text: 'x' }],
      ['messages', { text: 'x', note: true }],
      ['transfer', { queueId: 'support' }],
      ['return', {}],
      ['wait', {}],
      ['resume', {}],
      ['end', {}],
      ['close', {}],
    ] as const) {
      const { status, body: problem } = await stage.call(`POST /api/conversations/1-2/${action}`, { body });
      expect([status, problem.code], action).to.deep.equal([404, 'not_found']);
    }
  });

  it('may send as much as 16,000 characters, in parts', async () => {
    await act('claim');
    const text = '€'.repeat(16_000);
    const { status, body } = await act('messages', { text });
    expect(status).to.equal(201);
    expect(body.text).to.equal(text);
  });
});

describe('a request that does not fit', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
    await handOver(stage);
  });
  after(() => stage.close());

  for (const [what, action, body, paths] of [
    ['an unknown field', 'messages', { text: 'x', colour: 'red', size: 1 }, ['body.colour', 'body.size']],
    ['a wrong type', 'messages', { text: 1, note: 'yes' }, ['body.text', 'body.note']],
    ['no text', 'messages', {}, ['body.text']],
    ['no body', 'messages', undefined, ['body.text']],
    ['an empty text', 'messages', { text: '' }, ['body.text']],
    ['a text that cannot be seen', 'messages', { text: ' \n\u0000\u200b' }, ['body.text']],
    ['a text over the limit', 'messages', { text: 'x'.repeat(16_001) }, ['body.text']],
    ['a list', 'messages', [], ['body']],
    ['null', 'messages', null, ['body']],
    ['no JSON', 'messages', '{"text":', ['body']],
    ['a wrong version', 'claim', { version: 'new' }, ['body.version']],
    ['a negative version', 'wait', { version: -1 }, ['body.version']],
    ['neither queue nor agent', 'transfer', {}, ['body']],
    ['both queue and agent', 'transfer', { queueId: 'sales', agentId: 'ben' }, ['body']],
    ['a variable’s name', 'return', { variables: { 'a.b': 1 } }, ['body.variables.a.b']],
    ['a long outcome', 'close', { outcome: 'x'.repeat(65) }, ['body.outcome']],
  ] as const) {
    it(`gets 400: ${what} in ${action}, with the path of each mistake`, async () => {
      const answer = await stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { body });
      expect([answer.status, answer.body.code]).to.deep.equal([400, 'invalid_request']);
      expect(answer.body.problems.map(({ path }: { path: string }) => path)).to.have.members(paths);
      for (const { message } of answer.body.problems) expect(message).to.be.a('string').and.not.equal('');
    });
  }
});
