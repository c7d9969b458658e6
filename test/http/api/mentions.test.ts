import { expect } from 'chai';
import { CONVERSATION } from '../../support/conversations.ts';
import { handOver, openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

interface Mention {
  messageId: string;
  text: string | null;
  seen: boolean;
}

for (const engine of STAGE_ENGINES) {
  describe(`mentions on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
      await handOver(stage);
    });
    afterEach(() => stage.close());

    /** A note of sam's, a second after what was before. */
    async function note(text: string, as = 'sam'): Promise<{ id: string; at: string }> {
      stage.rig.time += 1000;
      const path = `POST /api/conversations/${CONVERSATION}/messages`;
      const answer = await stage.call(path, { as, body: { text, note: true } });
      expect(answer.status, answer.text).to.equal(201);
      return answer.body;
    }
    const list = async (as = 'ana', query = '') =>
      (await stage.call(`GET /api/mentions${query}`, { as })).body;
    const texts = (items: Mention[]) => items.map(({ text, seen }) => [text, seen]);
    const see = (until: string, as = 'ana') => stage.call('PUT /api/mentions/seen', { as, body: { until } });

    it('are listed for whom a note names, the newest first, with who wrote what and where', async () => {
      await note('@ana, look at this.');
      await note('Nobody is named here.');
      const { id, at } = await note('@ana and @ben: it has arrived.', 'ben');
      const { items, cursor, unseen } = await list();
      expect(items[0]).to.deep.equal({
        conversationId: CONVERSATION,
        messageId: id,
        by: 'ben',
        at,
        text: '@ana and @ben: it has arrived.',
        seen: false,
      });
      expect(texts(items).map(([text]) => text)).to.deep.equal([
        '@ana and @ben: it has arrived.',
        '@ana, look at this.',
      ]);
      expect([cursor, unseen]).to.deep.equal([null, 2]);
      expect((await list('ben')).items).to.have.length(1);
      expect(await list('sam')).to.deep.equal({ items: [], cursor: null, unseen: 0 });
    });

    it('are seen up to where the agent says, which never goes back', async () => {
      const first = await note('@ana 1');
      await note('@ana 2');
      expect((await see(first.at)).body).to.deep.equal({ unseen: 1 });
      expect(texts((await list()).items)).to.deep.equal([
        ['@ana 2', false],
        ['@ana 1', true],
      ]);
      const second = (await list()).items[0];
      for (const until of [second.at, second.at, first.at]) {
        expect((await see(until)).body).to.deep.equal({ unseen: 0 });
      }
      await note('@ana 3');
      expect(await list()).to.include({ unseen: 1 });
    });

    it('are not seen before they come, nor by anybody else', async () => {
      const { at } = await note('@ana and @ben 1');
      await see('2999-01-01T00:00:00.000Z');
      await note('@ana 2');
      expect((await list()).unseen).to.equal(1);
      expect((await list('ben')).unseen).to.equal(1);
      expect((await see(at, 'ben')).body).to.deep.equal({ unseen: 0 });
      expect((await list()).unseen).to.equal(1);
    });

    it('show no text of a conversation that the agent may not read', async () => {
      await note('@eve, do you know this?');
      expect(texts((await list('eve')).items)).to.deep.equal([[null, false]]);
      await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
      await stage.call(`POST /api/conversations/${CONVERSATION}/consult`, { body: { agentId: 'eve' } });
      expect(texts((await list('eve')).items)).to.deep.equal([['@eve, do you know this?', false]]);
    });

    it('are not those of an agent who had the id before', async () => {
      await note('@ana, this is for you alone.');
      await stage.call('DELETE /api/agents/ana', { as: 'root' });
      stage.rig.time += 1000;
      const body = { id: 'ana', name: 'Another Ana', queues: ['support'] };
      const { token } = (await stage.call('POST /api/agents', { as: 'root', body })).body;
      const ask = async () =>
        (await stage.call('GET /api/mentions', { as: null, headers: { authorization: `Bearer ${token}` } }))
          .body;
      expect(await ask()).to.deep.equal({ items: [], cursor: null, unseen: 0 });
      await note('@ana, and this for you.');
      expect((await ask()).unseen).to.equal(1);
    });

    it('come a page at a time, also those of one millisecond', async () => {
      for (const n of [1, 2, 3]) {
        await note(`@ana ${n}a`);
        stage.rig.time -= 1000;
        await note(`@ana ${n}b`);
      }
      const whole = await list();
      expect(whole.items).to.have.length(6);
      const paged: Mention[] = [];
      for (let query = '?limit=1'; query !== ''; ) {
        const page = await list('ana', query);
        expect(page.unseen).to.equal(6);
        paged.push(...page.items);
        query = page.cursor === null ? '' : `?limit=1&cursor=${page.cursor}`;
      }
      expect(paged).to.deep.equal(whole.items);
    });

    it('are gone with what is kept of the customer', async () => {
      await note('@ana, look at this.');
      await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
      await stage.call(`POST /api/conversations/${CONVERSATION}/close`);
      expect((await list()).unseen).to.equal(1);
      const erased = await stage.call('POST /api/contacts/15550100001/erase', { as: 'root' });
      expect(erased.status, erased.text).to.equal(200);
      expect(await list()).to.deep.equal({ items: [], cursor: null, unseen: 0 });
    });

    it('count no further than a hundred', async () => {
      const { id } = await note('@ana');
      const kept = await stage.store.messages.findOne({ _id: id });
      for (let n = 0; n < 100; n++) await stage.store.messages.insertOne({ ...kept!, _id: `${id} ${n}` });
      expect((await list('ana', '?limit=1')).unseen).to.equal(100);
    });

    it('refuse what is no time', async () => {
      for (const until of ['yesterday', '', 5]) {
        const { status, body } = await stage.call('PUT /api/mentions/seen', { body: { until } });
        expect([status, body.problems[0].path]).to.deep.equal([400, 'body.until']);
      }
    });
  });
}
