import { expect } from 'chai';
import { fieldsOf } from '../../src/http/audit.ts';
import { apiRoutes } from '../../src/http/operations.ts';
import { RIGHTS } from '../../src/http/rights.ts';
import { isDuplicateKey } from '../../src/store/collection.ts';
import { CONVERSATION } from '../support/conversations.ts';
import { handOver, openStage, STAGE_ENGINES, type Stage } from './stage.ts';

for (const engine of STAGE_ENGINES) {
  describe(`the audit on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
      await handOver(stage);
    });
    afterEach(() => stage.close());

    const act = (action: string, body?: unknown, as = 'ana', headers = {}) =>
      stage.call(`POST /api/conversations/${CONVERSATION}/${action}`, { as, body, headers });
    const read = (as = 'ana') => stage.call(`GET /api/conversations/${CONVERSATION}/messages`, { as });
    const audit = async (query = '') => {
      const { status, body } = await stage.call(`GET /api/audit${query}`, { as: 'root' });
      expect(status).to.equal(200);
      return body;
    };
    const operations = async (query = '') =>
      (await audit(query)).items.map((entry: { operation: string }) => entry.operation);

    it('says who did what, when and to what, the latest first', async () => {
      const at = new Date(stage.rig.time).toISOString();
      await act('claim');
      stage.rig.time += 1000;
      await act('close', { outcome: 'resolved', disposition: 'delivery', note: 'Arrives tomorrow.' });
      const { items, cursor } = await audit();
      expect(cursor).to.equal(null);
      const [closed, claimed] = items;
      expect(items).to.have.length(2);
      expect(claimed).to.deep.include({ at, agentId: 'ana', operation: 'claimConversation', changes: [] });
      expect(closed).to.deep.include({
        agentId: 'ana',
        operation: 'closeConversation',
        target: CONVERSATION,
        refused: null,
        changes: [
          { field: 'outcome', value: 'resolved' },
          { field: 'disposition', value: 'delivery' },
          { field: 'note' },
        ],
      });
    });

    it('keeps no text, no token and nothing of the customer', async () => {
      await act('claim');
      await act('messages', { text: 'A text nobody must see' });
      await act('messages', { text: 'A note nobody must see', note: true });
      await act('return', { dialog: 'main', variables: { name: 'Secretive', order: 4711 } });
      const { body } = await stage.call('POST /api/agents', { as: 'root', body: { id: 'new', name: 'New' } });
      await act('claim');
      await act('close', { outcome: 'call +15550100001 back', disposition: '15550100001' });
      const { items } = await audit();
      const whole = JSON.stringify(await stage.store.audit.find({}).toArray());
      for (const secret of ['nobody must see', 'Secretive', '4711', body.token, 'call']) {
        expect(whole).not.to.contain(secret);
      }
      expect(whole.replaceAll(CONVERSATION, '')).not.to.contain('15550100001');
      const fields = items.map((entry: Record<string, unknown>) => [entry.operation, entry.changes]);
      expect(fields).to.deep.include(['writeMessage', [{ field: 'text' }]]);
      expect(fields).to.deep.include(['writeMessage', [{ field: 'text' }, { field: 'note', value: true }]]);
      expect(fields).to.deep.include([
        'returnConversation',
        [{ field: 'dialog', value: 'main' }, { field: 'variables' }],
      ]);
      expect(fields).to.deep.include(['closeConversation', [{ field: 'outcome' }, { field: 'disposition' }]]);
    });

    it('shows what was set in settings, with paths', async () => {
      await stage.call('PATCH /api/queues/support', {
        as: 'root',
        body: { name: 'Help', levelSeconds: null },
      });
      const [entry] = (await audit('?target=support')).items;
      expect(entry).to.deep.include({
        agentId: 'root',
        operation: 'changeQueue',
        changes: [
          { field: 'name', value: 'Help' },
          { field: 'levelSeconds', value: null },
        ],
      });
    });

    it('knows which conversation was claimed from a queue, and nothing where none waited', async () => {
      await stage.call('POST /api/queues/support/claim');
      await stage.call('POST /api/queues/support/claim');
      const { items } = await audit();
      expect(items).to.have.length(1);
      expect(items[0]).to.deep.include({
        operation: 'claimNext',
        target: CONVERSATION,
        changes: [{ field: 'queueId', value: 'support' }],
      });
    });

    it('tells what was refused from what was done', async () => {
      await act('claim');
      await act('close', {}, 'ben');
      const [refused] = (await audit('?agent=ben')).items;
      expect(refused).to.include({ operation: 'closeConversation', refused: 'not_owner' });
      await act('close', { unknown: 1 }, 'ben');
      expect(await operations('?agent=ben'), 'what is no request is not tried').to.have.length(1);
    });

    it('has one entry for one request, however often it is repeated', async () => {
      await act('claim');
      for (let n = 0; n < 3; n++) await act('close', {}, 'ana', { 'Idempotency-Key': 'k1' });
      expect(await operations('?operation=closeConversation')).to.have.length(1);
    });

    it('has the entry of a change also when the process dies right after the change', async () => {
      await act('claim');
      const key = { 'Idempotency-Key': 'k1' };
      const { idempotency } = stage.store;
      const { url } = await stage.serve({
        store: {
          ...stage.store,
          durable: stage.store.durable.bind(stage.store),
          idempotency: new Proxy(idempotency, {
            get: (collection, method) =>
              method === 'updateOne'
                ? () => Promise.reject(new Error('died'))
                : Reflect.get(collection, method).bind(collection),
          }),
        },
      });
      const close = `${url}/api/conversations/${CONVERSATION}/close`;
      const headers = { authorization: 'Bearer token-of-ana', ...key };
      expect((await fetch(close, { method: 'POST', headers })).status).to.equal(500);
      expect((await stage.rig.conversation()).state).to.equal('closed');
      stage.rig.time += 60_000;
      expect((await act('close', undefined, 'ana', key)).body.code).to.equal('wrong_state');
      const { items } = await audit('?operation=closeConversation');
      expect(items.map(({ refused }: { refused: unknown }) => refused)).to.deep.equal([null]);
    });

    it('tells who read a transcript: once in ten minutes for an agent and a conversation', async () => {
      await read();
      await read();
      await read('sam');
      await read('eve');
      expect(await operations('?operation=listTranscript')).to.have.length(2);
      stage.rig.time += 10 * 60_000;
      await read();
      const { items } = await audit(`?target=${CONVERSATION}&agent=ana`);
      expect(items.map(({ operation }: { operation: string }) => operation)).to.deep.equal([
        'listTranscript',
        'listTranscript',
      ]);
    });

    it('tells who read whose contact card, however its number was written', async () => {
      const card = (number: string, as = 'ana') => stage.call(`GET /api/contacts/${number}`, { as });
      await card('+15550100001');
      await card('15550100001');
      await card('15550100007', 'sam');
      await card('1', 'sam');
      const [entry, ...others] = (await audit('?operation=getContact')).items;
      expect(others, 'of an empty card there is nothing to tell').to.deep.equal([]);
      expect(entry).to.deep.include({ agentId: 'ana', target: CONVERSATION, changes: [] });
      const parties = { number: '15550109999', customer: '15550100007' };
      await stage.call('POST /api/optouts', { as: 'sam', body: { ...parties, reason: 'By phone.' } });
      await card('%2B1%20555%20010%200007', 'sam');
      const [optedOut] = (await audit('?operation=getContact&agent=sam')).items;
      expect(optedOut.target).to.equal(parties.customer);
    });

    it('tells who read texts that did not go out, and in which words somebody wants none', async () => {
      await stage.call('GET /api/messages?status=failed', { as: 'sam' });
      await stage.call('GET /api/messages?status=unknown', { as: 'sam' });
      await stage.call('GET /api/messages?status=failed', { as: 'ana' });
      const { body } = await stage.call('POST /api/optouts', {
        as: 'sam',
        body: { number: '15550109999', customer: '15550100001', reason: 'By phone.' },
      });
      await stage.call(`GET /api/optouts/${body.id}`, { as: 'sam' });
      await stage.call('GET /api/optouts/1-2', { as: 'sam' });
      const { items } = await audit('?agent=sam');
      const read = items.map((entry: Record<string, unknown>) => [entry.operation, entry.target]);
      expect(read).to.have.deep.members([
        ['createOptout', body.id],
        ['getOptout', body.id],
        ['listDeadLetters', ''],
      ]);
      expect(await operations('?agent=ana')).to.deep.equal([]);
    });

    describe('of what has its name only in the answer', () => {
      const post = async (path: string, body?: unknown, as = 'root') => {
        stage.rig.time += 1000;
        return (await stage.call(`POST ${path}`, { as, body })).body;
      };
      const last = async () => (await audit('?limit=1')).items[0];
      const parties = { number: '15550109999', customer: '15550100001' };

      it('names it: an opt-out by its evidence, a webhook with its events, a quick reply, an erasure', async () => {
        const optout = await post('/api/optouts', { ...parties, reason: 'By phone.' }, 'sam');
        expect(await last()).to.deep.include({ operation: 'createOptout', target: optout.id });
        const events = ['conversation.closed', 'conversation.queued'];
        const { webhook } = await post('/api/webhooks', { url: 'https://a.example/?key=secret', events });
        expect(await last()).to.deep.include({
          operation: 'createWebhook',
          target: webhook.id,
          changes: [
            { field: 'url' },
            { field: 'events.0', value: 'conversation.closed' },
            { field: 'events.1', value: 'conversation.queued' },
          ],
        });
        await post('/api/quick-replies', { slug: 'hello', texts: { en: 'Hello.' } });
        expect(await last()).to.deep.include({ operation: 'createQuickReply', target: 'hello' });
        await act('close', {}, 'sam');
        const erasure = await post(`/api/contacts/${parties.customer}/erase`);
        expect(await last()).to.deep.include({ operation: 'eraseContact', target: erasure.id });
        stage.rig.time += 1000;
        await stage.call('PUT /api/me/presence', { body: { presence: 'busy' } });
        expect(await last()).to.deep.include({ operation: 'setPresence', agentId: 'ana', target: 'ana' });
      });

      it('says of a list how many it was, and not the one who sent it', async () => {
        const csv = `number,customer\r\n${parties.number},${parties.customer}\r\n${parties.number},15550100002\r\n`;
        await post('/api/optouts', { ...parties, reason: 'By phone.' });
        await post('/api/optouts/import', { csv });
        expect(await last()).to.deep.include({
          operation: 'importOptouts',
          target: '',
          changes: [{ field: 'csv' }, { field: 'imported', value: 1 }, { field: 'unchanged', value: 1 }],
        });
      });

      it('has no target where the process dies before it is told', async () => {
        const { audit: entries } = stage.store;
        const { url } = await stage.serve({
          store: {
            ...stage.store,
            durable: stage.store.durable.bind(stage.store),
            audit: new Proxy(entries, {
              get: (collection, method) =>
                method === 'updateOne'
                  ? () => Promise.reject(new Error('died'))
                  : Reflect.get(collection, method).bind(collection),
            }),
          },
        });
        const headers = { authorization: 'Bearer token-of-root', 'idempotency-key': 'k1' };
        const body = JSON.stringify({ ...parties, reason: 'By phone.' });
        const answer = await fetch(`${url}/api/optouts`, { method: 'POST', headers, body });
        expect(answer.status).to.equal(500);
        expect(await last()).to.deep.include({ operation: 'createOptout', target: '' });
        const [optout] = (await stage.call('GET /api/optouts', { as: 'root' })).body.items;
        const again = { as: 'root', body, headers: { 'Idempotency-Key': 'k1' } };
        expect((await stage.call('POST /api/optouts', again)).status).to.equal(201);
        expect(await operations('?operation=createOptout')).to.have.length(1);
        expect((await last()).target).to.equal(optout.id);
      });

      it('has no target where it was refused', async () => {
        await post('/api/webhooks', { url: 'http://10.0.0.1/', events: [] });
        await post('/api/webhooks', { url: 'https://10.0.0.1/' });
        expect(await last()).to.deep.include({
          ...{ operation: 'createWebhook', target: '', refused: 'invalid_request' },
        });
      });
    });

    it('has no entry of what somebody’s role, rights or the schema refuse before it is tried', async () => {
      await stage.call('POST /api/queues', { as: 'ana', body: { id: 'evil', name: 'Evil' } });
      await stage.store.agents.updateOne({ _id: 'root' }, { $set: { rights: [] } });
      await stage.call('POST /api/webhooks', { as: 'root', body: { url: 'https://a.example' } });
      await act('close', { unknown: 1 });
      expect(await operations()).to.deep.equal([]);
    });

    it('gives no transcript that it cannot write down', async () => {
      const { url } = await stage.serve({
        store: {
          ...stage.store,
          audit: { ...stage.store.audit, insertOne: () => Promise.reject(new Error('disk full')) } as never,
        },
      });
      const { status } = await fetch(`${url}/api/conversations/${CONVERSATION}/messages`, {
        headers: { authorization: 'Bearer token-of-ana' },
      });
      expect(status).to.equal(500);
    });

    it('is filtered by time, and read a page at a time', async () => {
      const start = stage.rig.time;
      for (let n = 0; n < 5; n++) {
        stage.rig.time = start + n * 1000;
        await stage.call('PATCH /api/queues/sales', { as: 'root', body: { priority: n } });
      }
      const time = (n: number) => encodeURIComponent(new Date(start + n * 1000).toISOString());
      expect(await operations(`?from=${time(1)}&to=${time(4)}`)).to.have.length(3);
      const priorities: number[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await audit(`?limit=2&operation=changeQueue${cursor === '' ? '' : `&cursor=${cursor}`}`);
        const values = ({ changes }: { changes: { value: number }[] }) => changes[0]!.value;
        priorities.push(...page.items.map(values));
        cursor = page.cursor;
      }
      expect(priorities).to.deep.equal([4, 3, 2, 1, 0]);
    });

    it('is there for admins only, and no operation changes it', async () => {
      for (const as of ['ana', 'sam']) {
        expect((await stage.call('GET /api/audit', { as })).status).to.equal(403);
      }
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
        expect((await stage.call(`${method} /api/audit`, { as: 'root' })).status).to.equal(405);
      }
    });

    it('misses no operation that writes', async () => {
      const routes = apiRoutes({
        ...stage.rig.turns,
        store: stage.store,
        desk: stage.rig.desk,
      } as never);
      const unaudited: string[] = [];
      for (const route of routes.filter(({ method }) => method !== 'get')) {
        const path = route.path.replace('{number}', '15550100001').replace(/\{\w+\}/g, 'x');
        await stage.call(`${route.method.toUpperCase()} ${path}`, {
          as: 'root',
          body: route.exampleBody ?? {},
        });
        const found = await stage.store.audit.find({ operation: route.operation, at: { $gte: 0 } }).toArray();
        if (found.length === 0) unaudited.push(route.operation);
      }
      expect(unaudited).to.have.members(['claimNext', 'keepDraft', 'deleteDraft', 'seeMentions', 'tryRules']);
      expect(Object.keys(RIGHTS)).to.include.members(unaudited);
    });

    it('refuses a second entry with the same id', async () => {
      await read();
      const [entry] = await stage.store.audit.find({}).toArray();
      const refused = await stage.store.audit.insertOne(entry!).then(() => null, String);
      expect(refused).not.to.equal(null);
      expect(isDuplicateKey(await stage.store.audit.insertOne(entry!).catch((error) => error))).to.equal(
        true,
      );
    });
  });
}

describe('the fields of an audited request', () => {
  it('have their paths, and no value where nobody has said that it may be shown', () => {
    expect(
      fieldsOf({
        queues: ['support', 'sales'],
        limits: { vip: 2 },
        skills: [],
        somethingNew: 'a word',
        hours: { week: [{ day: 1, from: '09:00', to: '18:00' }] },
        to: '15550100001',
        messages: { queued: { on: true, texts: { en: 'Hold on' } } },
      }),
    ).to.deep.equal([
      { field: 'queues.0', value: 'support' },
      { field: 'queues.1', value: 'sales' },
      { field: 'limits.vip', value: 2 },
      { field: 'skills', value: null },
      { field: 'somethingNew' },
      { field: 'hours.week.0.day', value: 1 },
      { field: 'hours.week.0.from', value: '09:00' },
      { field: 'hours.week.0.to', value: '18:00' },
      { field: 'to' },
      { field: 'messages.queued.on', value: true },
      { field: 'messages.queued.texts' },
    ]);
  });

  it('are bounded, and so are their values', () => {
    const fields = fieldsOf({ queues: Array.from({ length: 500 }, () => 'q'), name: 'x'.repeat(9999) });
    expect(fields).to.have.length(201);
    expect(fields.at(-1)).to.deep.equal({ field: '…' });
    expect(fieldsOf({ name: 'x'.repeat(9999) })[0]!.value).to.have.length(500);
  });
});
