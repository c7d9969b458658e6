import { expect } from 'chai';
import { ledgerId } from '../../../src/conversations/consent.ts';
import { CONVERSATION, CUSTOMER, NUMBER } from '../../support/conversations.ts';
import { handOver, openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

const ID = ledgerId(CONVERSATION);

for (const engine of STAGE_ENGINES) {
  describe(`/api/optouts on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
    });
    afterEach(() => stage.close());

    const stop = async () => {
      await stage.rig.textIn('STOP');
      await stage.rig.turn();
      await stage.rig.send();
    };
    const list = async (query = '') => (await stage.call(`GET /api/optouts${query}`, { as: 'sam' })).body;
    const optOut = (customer: string, as = 'sam', headers = {}) =>
      stage.call('POST /api/optouts', {
        as,
        headers,
        body: { number: NUMBER, customer, reason: 'Asked for it by phone.' },
      });

    it('show who has said STOP, with the words and the time, as evidence', async () => {
      await stop();
      const { items } = await list();
      expect(items).to.have.length(1);
      expect(items[0]).to.deep.include({
        id: ID,
        number: NUMBER,
        customer: CUSTOMER,
        state: 'out',
        words: 'STOP',
      });
      for (const id of [ID, CONVERSATION]) {
        const { status, body } = await stage.call(`GET /api/optouts/${id}`, { as: 'sam' });
        expect(status).to.equal(200);
        expect(body.history).to.deep.equal([
          {
            at: new Date(stage.rig.time).toISOString(),
            state: 'out',
            source: 'customer',
            words: 'STOP',
            code: null,
            agentId: null,
            changed: true,
          },
        ]);
      }
      expect((await stage.call('GET /api/optouts/1-2', { as: 'sam' })).status).to.equal(404);
    });

    it('tell an agent of it in the conversation, on the contact card and of what they write', async () => {
      await handOver(stage);
      await stop();
      const since = new Date(stage.rig.time).toISOString();
      expect((await stage.call(`GET /api/conversations/${CONVERSATION}`)).body.optedOutAt).to.equal(since);
      const { body: card } = await stage.call(`GET /api/contacts/%2B${CUSTOMER}`);
      expect(card.optouts).to.deep.equal([
        {
          id: ID,
          number: NUMBER,
          customer: CUSTOMER,
          state: 'out',
          since,
          source: 'customer',
          words: 'STOP',
        },
      ]);
      await stage.call(`POST /api/conversations/${CONVERSATION}/claim`);
      const written = await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
        body: { text: 'Hi' },
      });
      expect(written.status).to.equal(201);
      expect(written.body).to.deep.include({ status: 'held' });
      expect(written.body.error.code).to.equal('opted_out');
      const { body } = await stage.call(`GET /api/conversations/${CONVERSATION}/messages`);
      expect(body.items.at(-1)).to.deep.include({ text: 'Hi', status: 'held' });
    });

    it('take in what was said elsewhere, hold texts for it, and say who did it and why', async () => {
      await handOver(stage);
      const { status, body } = await optOut('+1 (555) 010-0001');
      expect(status).to.equal(201);
      expect(body).to.deep.include({
        id: ID,
        state: 'out',
        source: 'agent',
        words: 'Asked for it by phone.',
      });
      expect(body.history[0].agentId).to.equal('sam');
      const { optedOutAt } = await stage.rig.conversation();
      expect(optedOutAt).to.equal(stage.rig.time);
      expect(stage.rig.texts(), 'nobody is texted about it').to.deep.equal(['A person will answer.']);
    });

    it('take the same request once, and the same customer again without a change', async () => {
      const key = { 'idempotency-key': 'once' };
      await optOut(CUSTOMER, 'sam', key);
      stage.rig.time += 1000;
      const { body: again } = await optOut(CUSTOMER, 'sam', key);
      const { body: anew } = await optOut(CUSTOMER);
      expect(anew).to.deep.equal(again);
      expect(anew.history).to.have.length(1);
    });

    it('let an administrator start texts again, with the reason, and nobody else', async () => {
      await stop();
      const start = (as: string, id = ID) =>
        stage.call(`POST /api/optouts/${id}/start`, { as, body: { reason: 'Asked for it by mail.' } });
      expect((await start('sam')).status).to.equal(403);
      stage.rig.time += 1000;
      const { status, body } = await start('root');
      expect(status).to.equal(200);
      expect(body).to.deep.include({ state: 'in', source: 'agent', words: 'Asked for it by mail.' });
      expect(body.history).to.have.length(2);
      expect((await stage.rig.conversation()).optedOutAt).to.equal(undefined);
      expect((await start('root', 'f'.repeat(32))).status).to.equal(404);
    });

    it('refuse what is no number and what has no reason', async () => {
      for (const body of [
        { number: NUMBER, customer: 'hello', reason: 'by phone' },
        { number: NUMBER, customer: CUSTOMER },
        { number: NUMBER, customer: CUSTOMER, reason: '  ' },
        { number: { $ne: 1 }, customer: CUSTOMER, reason: 'by phone' },
      ]) {
        expect((await stage.call('POST /api/optouts', { as: 'sam', body })).status).to.equal(400);
      }
    });

    it('are listed a page at a time, by state, source, number and customer', async () => {
      for (let n = 0; n < 7; n++) {
        stage.rig.time += n % 2;
        await optOut(`1555020000${n}`);
      }
      await stop();
      const seen: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const page: { items: { customer: string }[]; cursor: string | null } = await list(
          `?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`,
        );
        seen.push(...page.items.map(({ customer }) => customer));
        cursor = page.cursor;
      }
      expect(seen).to.have.length(8);
      expect(new Set(seen).size).to.equal(8);
      expect(seen[0]).to.equal(CUSTOMER);
      expect((await list('?source=customer')).items).to.have.length(1);
      expect((await list('?state=in')).items).to.have.length(0);
      expect((await list('?number=15550109998')).items).to.have.length(0);
      expect((await list(`?customer=${CUSTOMER}`)).items).to.have.length(1);
    });

    it('are in the audit: once in ten minutes by the page, and apart from that when all leave as CSV', async () => {
      const entries = async () =>
        (await stage.call('GET /api/audit?operation=listOptouts', { as: 'root' })).body.items;
      await stage.call('GET /api/optouts', { as: 'sam' });
      await stage.call('GET /api/optouts?limit=1', { as: 'sam' });
      const [page, ...others] = await entries();
      expect(others).to.deep.equal([]);
      expect(page).to.deep.include({ agentId: 'sam', operation: 'listOptouts', target: '', changes: [] });
      stage.rig.time += 1000;
      await stage.call('GET /api/optouts?format=csv', { as: 'sam' });
      const [csv] = await entries();
      expect(csv).to.deep.include({ agentId: 'sam', changes: [{ field: 'format', value: 'csv' }] });
    });

    it('come as CSV, all at once, and can be read in elsewhere', async () => {
      for (let n = 0; n < 60; n++) await optOut(`155502000${String(n).padStart(2, '0')}`);
      const { text, headers } = await stage.call('GET /api/optouts?format=csv&limit=5', { as: 'sam' });
      expect(headers.get('content-type')).to.include('text/csv');
      expect(text.split('\r\n')).to.have.length(62);
      const other = await openStage(undefined, engine);
      try {
        const read = () =>
          other.call('POST /api/optouts/import', {
            as: 'root',
            headers: { 'content-type': 'text/csv; charset=utf-8' },
            body: text,
          });
        expect((await read()).body).to.deep.equal({ imported: 60, unchanged: 0, problems: [] });
        expect((await read()).body).to.deep.equal({ imported: 0, unchanged: 60, problems: [] });
        expect(await other.store.optouts.countDocuments({ changedAt: { $gte: 0 } })).to.equal(60);
      } finally {
        await other.close();
      }
    });

    it('read a list in however a spreadsheet has written it, and name the lines that are wrong', async () => {
      const csv =
        '\uFEFFCustomer;number;since\r\n"+1 555 010-0001";15550109999;2026-03-02T09:30:00Z\r\n\r\nnobody;15550109999;\r\n15550100002;15550109999;soon\r\n15550100003;15550109999;\r\n';
      const { status, body } = await stage.call('POST /api/optouts/import', { as: 'root', body: { csv } });
      expect(status).to.equal(200);
      expect(body).to.deep.equal({
        imported: 2,
        unchanged: 0,
        problems: [
          { line: 4, message: 'cannot be read: customer' },
          { line: 5, message: 'cannot be read: since' },
        ],
      });
      const headless = { as: 'root', body: { csv: '15550109999,15550100001\r\n' } };
      expect((await stage.call('POST /api/optouts/import', headless)).status).to.equal(400);
    });

    it('opt nobody out by a line that is older than their START', async () => {
      await stop();
      stage.rig.time += 1000;
      await stage.rig.textIn('START');
      const csv = `number,customer,since\r\n${NUMBER},${CUSTOMER},2026-03-02T09:30:00Z\r\n`;
      const { body } = await stage.call('POST /api/optouts/import', { as: 'root', body: { csv } });
      expect(body).to.deep.equal({ imported: 0, unchanged: 1, problems: [] });
      expect((await list()).items[0].state).to.equal('in');
    });

    it('take a list of more than an ordinary body, up to two megabytes', async () => {
      const lines = (count: number) =>
        `number,customer,words\r\n${`${NUMBER},15550100001,${'x'.repeat(400)}\r\n`.repeat(count)}`;
      const send = (count: number) =>
        stage.call('POST /api/optouts/import', {
          as: 'root',
          headers: { 'content-type': 'text/csv' },
          body: lines(count),
        });
      expect((await send(200)).body).to.deep.include({ imported: 1, unchanged: 199 });
      expect((await send(5000)).status).to.equal(413);
    });

    it('name no number and no text in the audit and the log', async () => {
      await optOut(CUSTOMER);
      const { body } = await stage.call('GET /api/audit', { as: 'root' });
      expect(body.items[0].operation).to.equal('createOptout');
      expect(JSON.stringify(body)).to.not.include(CUSTOMER).and.to.not.include('by phone');
      expect(stage.log.raw()).to.not.include(CUSTOMER);
    });
  });
}
