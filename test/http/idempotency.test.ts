import { expect } from 'chai';
import { SwitchboardError } from '../../src/errors.ts';
import { beginKeyed, idempotencyKey, type KeyedRequest } from '../../src/http/idempotency.ts';
import type { MessageDoc } from '../../src/store/documents.ts';
import { aConversation, CONVERSATION } from '../support/conversations.ts';
import { comeIn, handOver, openStage, type Stage } from './stage.ts';

const HOUR = 60 * 60 * 1000;

describe('Idempotency-Key', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    await handOver(stage);
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
  });
  afterEach(() => stage.close());

  const reply = (text: string, key: string, as = 'ana') =>
    stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
      as,
      body: { text },
      headers: { 'Idempotency-Key': key },
    });
  const replies = async (): Promise<MessageDoc[]> =>
    (await stage.rig.transcript()).filter(({ author }) => author.kind === 'agent');

  it('gives the first answer again, and does nothing twice', async () => {
    const first = await reply('Hello', 'k1');
    const again = await reply('Hello', 'k1');
    expect(first.status).to.equal(201);
    expect(first.headers.get('idempotency-replayed')).to.equal(null);
    expect(again.status).to.equal(201);
    expect(again.text).to.equal(first.text);
    expect(again.headers.get('idempotency-replayed')).to.equal('true');
    expect(again.headers.get('content-type')).to.equal('application/json');
    expect(await replies()).to.have.length(1);
  });

  it('lets one of many through that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => reply('Hello', 'k1')));
    for (const answer of answers) {
      if (answer.status === 201) continue;
      expect([answer.status, answer.body.code]).to.deep.equal([409, 'idempotency_in_progress']);
      expect(answer.headers.get('retry-after')).to.equal('1');
    }
    expect(answers.filter(({ status }) => status === 201)).not.to.have.length(0);
    expect(await replies()).to.have.length(1);
    expect((await reply('Hello', 'k1')).status).to.equal(201);
  });

  it('refuses the key with another request', async () => {
    await reply('Hello', 'k1');
    for (const answer of [
      await reply('Hello!', 'k1'),
      await stage.call(`POST /api/conversations/${CONVERSATION}/end`, {
        headers: { 'Idempotency-Key': 'k1' },
      }),
    ]) {
      expect([answer.status, answer.body.code]).to.deep.equal([422, 'idempotency_key_reused']);
    }
    expect(await replies()).to.have.length(1);
  });

  it('is each agent’s own', async () => {
    await reply('Hello', 'k1');
    const bens = await reply('Hello', 'k1', 'ben');
    expect([bens.status, bens.body.code]).to.deep.equal([403, 'not_owner']);
  });

  it('repeats a refusal too, as a problem', async () => {
    await comeIn(stage, 'ben');
    const first = await reply('Hello', 'k2', 'ben');
    await stage.call(`POST /api/conversations/${CONVERSATION}/transfer`, { body: { agentId: 'ben' } });
    const again = await reply('Hello', 'k2', 'ben');
    expect(again.status).to.equal(403);
    expect(again.text).to.equal(first.text);
    expect(again.headers.get('content-type')).to.equal('application/problem+json');
    expect((await reply('Hello', 'k3', 'ben')).status).to.equal(201);
  });

  it('repeats an answer without a body', async () => {
    const claim = () =>
      stage.call('POST /api/queues/support/claim', { headers: { 'Idempotency-Key': 'none there' } });
    expect(await claim()).to.include({ status: 204, text: '' });
    expect(await claim()).to.include({ status: 204, text: '' });
  });

  it('does not remember a request that did not fit its schema', async () => {
    const url = `POST /api/conversations/${CONVERSATION}/messages`;
    const headers = { 'Idempotency-Key': 'k1' };
    expect((await stage.call(url, { body: { text: 1 }, headers })).status).to.equal(400);
    expect((await stage.call(url, { body: { text: 'one' }, headers })).status).to.equal(201);
  });

  it('starts anew after a day, also for what looks the same', async () => {
    const first = await reply('Hello', 'k1');
    stage.rig.time += 24 * HOUR;
    const later = await reply('Hello', 'k1');
    expect(later.status).to.equal(201);
    expect(later.headers.get('idempotency-replayed')).to.equal(null);
    expect(later.body.id).not.to.equal(first.body.id);
    expect(await replies()).to.have.length(2);
  });

  it('keeps answers in a form that takes the caller’s token to read', async () => {
    const headers = { 'Idempotency-Key': 'new agent' };
    const made = await stage.call('POST /api/agents', {
      as: 'root',
      body: { id: 'dan', name: 'Dan' },
      headers,
    });
    await reply('A secret text', 'k1');
    const kept = JSON.stringify(await stage.store.idempotency.find({}).toArray());
    expect(kept).not.to.contain(made.body.token);
    expect(kept).not.to.contain('secret');
    const again = await stage.call('POST /api/agents', {
      as: 'root',
      body: { id: 'dan', name: 'Dan' },
      headers,
    });
    expect(again.body.token).to.equal(made.body.token);
  });

  describe('after a new token', () => {
    /** As `root` gives it; the one before is void. */
    const renewed = async () => (await stage.call('POST /api/agents/ana/token', { as: 'root' })).body.token;
    const replyWith = (token: string, text: string, key: string) =>
      stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
        as: null,
        body: { text },
        headers: { authorization: `Bearer ${token}`, 'Idempotency-Key': key },
      });

    it('does nothing twice, and answers the same', async () => {
      const first = await reply('Hello', 'k1');
      const token = await renewed();
      for (const replayed of [null, 'true']) {
        const again = await replyWith(token, 'Hello', 'k1');
        expect([again.status, again.text]).to.deep.equal([201, first.text]);
        expect(again.headers.get('idempotency-replayed')).to.equal(replayed);
      }
      expect(await replies()).to.have.length(1);
    });

    it('answers the same also once somebody else has the conversation', async () => {
      await comeIn(stage, 'ben');
      const first = await reply('Hello', 'k1');
      const transfer = `POST /api/conversations/${CONVERSATION}/transfer`;
      expect((await stage.call(transfer, { body: { agentId: 'ben' } })).status).to.equal(200);
      const again = await replyWith(await renewed(), 'Hello', 'k1');
      expect([again.status, again.text]).to.deep.equal([201, first.text]);
      expect(await replies()).to.have.length(1);
      expect((await reply('Hello again', 'k2', 'eve')).status).to.equal(403);
    });

    it('says in the audit that what was refused at first is done', async () => {
      await comeIn(stage, 'ben');
      const refused = await reply('Hello', 'k1', 'ben');
      expect([refused.status, refused.body.code]).to.deep.equal([403, 'not_owner']);
      await stage.call(`POST /api/conversations/${CONVERSATION}/transfer`, { body: { agentId: 'ben' } });
      const { token } = (await stage.call('POST /api/agents/ben/token', { as: 'root' })).body;
      expect((await replyWith(token, 'Hello', 'k1')).status).to.equal(201);
      const audit = await stage.call('GET /api/audit?agent=ben&operation=writeMessage', { as: 'root' });
      expect(audit.body.items.map((entry: { refused: unknown }) => entry.refused)).to.deep.equal([null]);
    });

    it('lets one of many through that come at once', async () => {
      await reply('Hello', 'k1');
      const token = await renewed();
      const answers = await Promise.all(Array.from({ length: 10 }, () => replyWith(token, 'Hello', 'k1')));
      const repeated = answers.filter(
        ({ status, headers }) => status === 201 && headers.get('idempotency-replayed') === null,
      );
      expect(repeated).to.have.length(1);
      expect(await replies()).to.have.length(1);
    });

    it('refuses the key with another request', async () => {
      await reply('Hello', 'k1');
      const answer = await replyWith(await renewed(), 'Hello!', 'k1');
      expect([answer.status, answer.body.code]).to.deep.equal([422, 'idempotency_key_reused']);
    });
  });

  it('is 1 to 255 printable characters', async () => {
    for (const key of ['', ' ', 'x'.repeat(256), 'é', 'a\u0001b']) {
      expect(() => idempotencyKey(key), key)
        .to.throw()
        .with.property('code', 'invalid_request');
    }
    expect(idempotencyKey('x'.repeat(255))).to.have.length(255);
    expect(idempotencyKey('a b')).to.equal('a b');
    expect(idempotencyKey(undefined)).to.equal(null);
    const answer = await reply('Hello', 'x'.repeat(256));
    expect(answer.status).to.equal(400);
    expect(answer.body.problems[0].path).to.equal('header.Idempotency-Key');
  });

  describe('when an attempt dies', () => {
    const request: KeyedRequest = {
      agentId: 'ana',
      token: 'token-of-ana',
      key: 'k',
      method: 'post',
      url: '/api/x',
      body: Buffer.from('{}'),
    };
    const begin = () => beginKeyed(stage.store, request, () => stage.rig.time);
    const refusal = (): Promise<string> =>
      begin().then(
        () => 'begun',
        (error) => error.code,
      );
    async function effectKey(): Promise<string> {
      const begun = await begin();
      if (begun.kind !== 'first') throw new Error('it was a replay');
      return begun.effectKey;
    }

    it('lets the next one in after half a minute, under the same key for its effects', async () => {
      const first = await effectKey();
      stage.rig.time += 29_999;
      expect(await refusal()).to.equal('idempotency_in_progress');
      stage.rig.time += 1;
      expect(await effectKey()).to.equal(first);
      expect(await refusal()).to.equal('idempotency_in_progress');
    });

    it('lets the next one in at once when it failed', async () => {
      const begun = await begin();
      if (begun.kind !== 'first') throw new Error('it was a replay');
      await begun.abandon();
      expect(await effectKey()).to.equal(begun.effectKey);
    });

    it('lets one in of many', async () => {
      await effectKey();
      stage.rig.time += 30_000;
      const outcomes = await Promise.all(Array.from({ length: 10 }, refusal));
      expect(outcomes.filter((outcome) => outcome === 'begun')).to.have.length(1);
    });

    it('makes another key for effects after a day', async () => {
      const first = await effectKey();
      stage.rig.time += 24 * HOUR;
      expect(await effectKey()).not.to.equal(first);
    });

    it('takes nobody else out of a queue: the second attempt finds whom the first took', async () => {
      for (const [turnAt, _id] of ['first', 'second'].entries()) {
        await stage.store.conversations.insertOne(
          aConversation({ _id, state: 'open', desk: 'open', queueId: 'support', queuedAt: turnAt, turnAt }),
        );
      }
      const { desk } = stage.rig;
      let dies = true;
      const { url } = await stage.serve({
        desk: {
          ...desk,
          async claimNext(...given) {
            const claimed = await desk.claimNext(...given);
            if (dies) throw new SwitchboardError('store_unavailable');
            return claimed;
          },
        },
      });
      stage.url = url;
      const claim = (key: string) =>
        stage.call('POST /api/queues/support/claim', { headers: { 'Idempotency-Key': key } });
      expect((await claim('k1')).status).to.equal(503);
      dies = false;
      expect((await claim('k1')).body.id).to.equal('first');
      expect((await claim('k2')).body.id).to.equal('second');
    });

    it('never texts twice: the second attempt finds what the first did', async () => {
      const key = await effectKey();
      const ana = { id: 'ana', role: 'agent' as const, queues: ['support'] };
      await stage.rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key });
      stage.rig.time += 30_000;
      await stage.rig.desk.reply(CONVERSATION, ana, { text: 'Hello', key: await effectKey() });
      expect(await replies()).to.have.length(1);
    });
  });
});
