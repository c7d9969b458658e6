import { expect } from 'chai';
import { openStage, type Stage } from './stage.ts';

/** What is made of each kind beside what the stage has, in another order than the list's. */
const MADE: Record<string, object[]> = {
  agents: [{ id: 'zoe', name: 'Zoe', role: 'agent' }],
  queues: [{ id: 'a-third', name: 'A third' }],
  presences: ['lunch', 'break', 'course'].map((id) => ({ id, name: id, base: 'away' })),
  channels: ['west', 'east'].map((id) => ({
    ...{
      id,
      name: id,
      customerId: id,
      apiKey: Buffer.from(`the key of ${id}`).toString('base64'),
      numbers: [],
    },
  })),
  workstreams: ['west', 'east', 'all'].map((id) => ({ id, language: 'en', queueId: 'support' })),
  'quick-replies': ['on-its-way', 'hello', 'bye'].map((slug) => ({ slug, texts: { en: slug } })),
  macros: ['thanks', 'bye', 'later'].map((id) => ({ id, name: id, steps: [{ do: 'end' }] })),
  webhooks: ['a', 'b', 'c'].map((path) => ({ url: `https://crm.example/${path}`, events: ['message.sent'] })),
};

describe('lists of what administrators set up', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const list = (kind: string, query = '') => stage.call(`GET /api/${kind}${query}`, { as: 'root' });

  for (const [kind, bodies] of Object.entries(MADE)) {
    it(`come whole, or a page at a time in the same order: ${kind}`, async () => {
      for (const body of bodies) {
        const made = await stage.call(`POST /api/${kind}`, { as: 'root', body });
        expect(made.status, made.text).to.equal(201);
        stage.rig.time += 1;
      }
      const whole = (await list(kind)).body;
      expect(whole.cursor).to.equal(null);
      expect(whole.items).to.have.length.of.at.least(3);

      const paged: unknown[] = [];
      for (let query = '?limit=2'; query !== ''; ) {
        const { body } = await list(kind, query);
        expect(body.items).to.have.length.within(1, 2);
        paged.push(...body.items);
        query = body.cursor === null ? '' : `?limit=2&cursor=${body.cursor}`;
      }
      expect(paged).to.deep.equal(whole.items);
    });
  }

  it('refuse a limit, a cursor and a parameter that are none', async () => {
    for (const query of ['?limit=0', '?limit=201', '?cursor=x', '?page=2']) {
      const { status, body } = await list('agents', query);
      expect([status, body.code], query).to.deep.equal([400, 'invalid_request']);
    }
  });
});
