import { expect } from 'chai';
import { handOver, openStage, type Stage } from '../stage.ts';

describe('/api/quick-replies', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
  });
  afterEach(() => stage.close());

  const ETA = {
    slug: 'eta',
    tags: ['delivery'],
    queues: ['support'],
    texts: { en: 'Order {{order}} is on its way.', 'zh-TW': '訂單 {{ order }} 已出貨。' },
  };
  const add = (as: string, body: object) => stage.call('POST /api/quick-replies', { as, body });
  const slugs = async (as: string, query = '') =>
    (await stage.call(`GET /api/quick-replies${query}`, { as })).body.items.map(
      ({ slug }: { slug: string }) => slug,
    );
  const paths = (body: { problems: { path: string }[] }) => body.problems.map(({ path }) => path);

  it('are everybody’s by a supervisor, and each agent’s own', async () => {
    const made = await add('sam', ETA);
    expect([made.status, made.body]).to.deep.equal([201, { ...ETA, personal: false }]);
    expect((await add('ana', { ...ETA, slug: 'mine' })).body.code).to.equal('forbidden');
    expect((await add('ana', { ...ETA, slug: 'mine', personal: true })).status).to.equal(201);
    expect((await add('ben', { ...ETA, slug: 'mine', personal: true })).body.code).to.equal('exists_already');
    expect(await slugs('ana')).to.deep.equal(['eta', 'mine']);
    expect(await slugs('sam')).to.deep.equal(['eta']);

    const change = (as: string, slug: string) =>
      stage.call(`PATCH /api/quick-replies/${slug}`, { as, body: { tags: ['changed'] } });
    expect((await change('ana', 'eta')).body.code).to.equal('forbidden');
    expect((await change('ben', 'mine')).status).to.equal(404);
    expect((await change('ana', 'mine')).body).to.deep.include({ tags: ['changed'], personal: true });
    expect((await change('sam', 'eta')).body.texts).to.deep.equal(ETA.texts);
    expect((await change('sam', 'nothing')).status).to.equal(404);

    const remove = (as: string, slug: string) => stage.call(`DELETE /api/quick-replies/${slug}`, { as });
    expect((await remove('ana', 'eta')).body.code).to.equal('forbidden');
    expect((await remove('sam', 'mine')).status).to.equal(404);
    expect((await remove('root', 'mine')).status).to.equal(204);
    expect((await remove('sam', 'eta')).status).to.equal(204);
    expect((await remove('root', 'eta')).status).to.equal(404);
  });

  it('take back the queues that they had, though one is gone', async () => {
    await add('sam', { ...ETA, queues: ['sales'] });
    expect((await stage.call('DELETE /api/queues/sales', { as: 'root' })).status).to.equal(204);
    const change = (queues: string[]) =>
      stage.call('PATCH /api/quick-replies/eta', { as: 'sam', body: { queues } });
    expect((await change(['support', 'sales'])).body.queues).to.deep.equal(['support', 'sales']);
    expect(paths((await change(['sales', 'nothing'])).body)).to.deep.equal(['body.queues.1']);
    await change([]);
    expect((await change(['sales'])).status, 'once taken away').to.equal(400);
  });

  it('are found by words, tag and queue', async () => {
    await add('sam', ETA);
    await add('sam', { slug: 'hello', texts: { en: 'Good morning', es: 'Buenos días' } });
    expect(await slugs('ana', '?q=DÍAS')).to.deep.equal(['hello']);
    expect(await slugs('ana', '?q=deliv')).to.deep.equal(['eta']);
    expect(await slugs('ana', '?q=hell')).to.deep.equal(['hello']);
    expect(await slugs('ana', '?tag=delivery')).to.deep.equal(['eta']);
    expect(await slugs('ana', '?queue=support')).to.deep.equal(['eta', 'hello']);
    expect(await slugs('ana', '?queue=sales')).to.deep.equal(['hello']);
  });

  it('are found by their slug before all others, also a page at a time', async () => {
    for (const slug of ['apology', 'zulu-late', 'Zulu', 'bye'])
      await add('sam', { slug, texts: { en: slug === 'bye' ? 'Bye' : 'Sorry, zulu.' } });
    expect(await slugs('ana', '?q=zulu')).to.deep.equal(['Zulu', 'zulu-late', 'apology']);
    expect(await slugs('ana')).to.deep.equal(['Zulu', 'apology', 'bye', 'zulu-late']);
    const read: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await stage.call(`GET /api/quick-replies?q=zulu&limit=1${from}`);
      read.push(...body.items.map(({ slug }: { slug: string }) => slug));
      cursor = body.cursor;
    }
    expect(read).to.deep.equal(['Zulu', 'zulu-late', 'apology']);
  });

  it('are refused with the path of what is wrong', async () => {
    for (const broken of ['{{', 'Hi {{customer}', '{{ 1 }}', '{{a}} {{b c}}']) {
      const refused = await add('sam', { slug: 'x', texts: { en: 'fine {{anything}}', es: broken } });
      expect([refused.status, paths(refused.body)], broken).to.deep.equal([400, ['body.texts.es']]);
    }
    expect(paths((await add('sam', { slug: 'x', texts: {} })).body)).to.deep.equal(['body.texts']);
    expect(paths((await add('sam', { ...ETA, queues: ['support', 'moon'] })).body)).to.deep.equal([
      'body.queues.1',
    ]);
    expect((await add('sam', { ...ETA, slug: 'a b' })).status).to.equal(400);
  });

  describe('for a conversation', () => {
    let conversation: string;
    const render = (slug: string, as = 'ana') =>
      stage.call(`GET /api/conversations/${conversation}/quick-replies/${slug}`, { as });
    const speaks = (locale: string) =>
      stage.store.conversations.updateOne({ _id: conversation }, { $set: { locale } });
    beforeEach(async () => {
      conversation = await handOver(stage);
      await add('sam', ETA);
    });

    it('are in its language, or the nearest, or the workstream’s', async () => {
      for (const [locale, language, text] of [
        ['zh-Hant-HK', 'zh-TW', '訂單 1234 已出貨。'],
        ['en-GB', 'en', 'Order 1234 is on its way.'],
        ['fr', 'en', 'Order 1234 is on its way.'],
      ] as const) {
        await speaks(locale);
        expect((await render('eta')).body, locale).to.include({ language, text });
      }
      await add('sam', { slug: 'only', texts: { 'en-GB': 'Cheers', es: 'Gracias' } });
      expect((await render('only')).body).to.include({ language: 'en-GB', text: 'Cheers' });
    });

    it('count their segments, and name what keeps a text from being short', async () => {
      await speaks('en');
      const { body } = await render('eta');
      expect(body).to.deep.equal({
        text: 'Order 1234 is on its way.',
        language: 'en',
        segments: 1,
        encoding: 'GSM-7',
        missing: [],
      });
      await add('sam', { slug: 'long', texts: { en: `“Hi” – ${'x'.repeat(64)} ê` } });
      expect((await render('long')).body).to.include({ segments: 2, encoding: 'UCS-2' });
      expect((await render('long')).body.offending).to.deep.equal(['“', '”', '–', 'ê']);
    });

    it('name the customer, the agent, the number and the queue, and say what has no value', async () => {
      const text =
        '{{customer}} {{number}} {{agent}} {{queue}} {{order.number}}{{__proto__}}{{constructor}}!';
      await add('sam', { slug: 'all', texts: { en: text } });
      const { body } = await render('all');
      expect(body.text).to.equal('+15550100001 +15550109999 Ana support !');
      expect(body.missing).to.deep.equal(['order.number', '__proto__', 'constructor']);
    });

    it('are for those who may see both', async () => {
      expect((await render('eta', 'eve')).status).to.equal(403);
      await add('ben', { slug: 'bens', personal: true, texts: { en: 'x' } });
      expect((await render('bens')).status).to.equal(404);
      expect((await render('bens', 'ben')).status).to.equal(200);
      expect((await stage.call('GET /api/conversations/1-2/quick-replies/eta')).status).to.equal(404);
    });
  });
});
