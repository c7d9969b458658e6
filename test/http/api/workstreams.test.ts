import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { DEFAULT_SETTINGS } from '../../../src/store/workstream.ts';
import { aWorkstream } from '../../support/workstreams.ts';
import { openStage, STAGE_ENGINES, type Stage } from '../stage.ts';

for (const engine of STAGE_ENGINES) {
  describe(`/api/workstreams on ${engine}`, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(undefined, engine);
      await stage.store.workstreams.insertOne(aWorkstream({ numbers: ['15550109999'] }));
    });
    afterEach(() => stage.close());

    const change = (body: unknown, as = 'root') => stage.call('PATCH /api/workstreams/default', { as, body });
    const problemsOf = async (body: unknown) => {
      const answer = await change(body);
      expect([answer.status, answer.body.code]).to.deep.equal([400, 'invalid_request']);
      return answer.body.problems;
    };
    const pathsOf = async (body: unknown) =>
      (await problemsOf(body)).map(({ path }: { path: string }) => path);

    it('shows every setting, also those that nobody has changed', async () => {
      const all = await stage.call('GET /api/workstreams', { as: 'root' });
      const one = {
        id: 'default',
        numbers: ['15550109999'],
        language: 'en',
        queueId: 'support',
        settings: DEFAULT_SETTINGS,
        changedAt: null,
      };
      expect(all.body).to.deep.equal({ items: [one], cursor: null });
      expect((await stage.call('GET /api/workstreams/default', { as: 'root' })).body).to.deep.equal(one);
    });

    it('takes no own text with a placeholder that is none, or not written to its end', async () => {
      const path = 'body.settings.messages.assigned.texts.en';
      for (const en of ['Hi {{agente}}', 'Hi {{agent', 'Hi agent}}', '{{ }}']) {
        expect(await pathsOf({ settings: { messages: { assigned: { texts: { en } } } } }), en).to.deep.equal([
          path,
        ]);
      }
      const en = 'Hi from {{agent}} of {{ queue }}: number {{position, number}}.';
      expect((await change({ settings: { messages: { assigned: { texts: { en } } } } })).status).to.equal(
        200,
      );
    });

    it('is for admins', async () => {
      for (const as of ['ana', 'sam']) {
        for (const request of ['GET /api/workstreams', 'GET /api/workstreams/default']) {
          expect((await stage.call(request, { as })).body.code, `${request} as ${as}`).to.equal('forbidden');
        }
        expect((await change({ language: 'es' }, as)).body.code).to.equal('forbidden');
      }
      expect((await stage.store.workstreams.findOne({ _id: 'default' }))?.language).to.equal('en');
    });

    it('answers 404 for a workstream that is not there', async () => {
      const wrong = { queueId: 'nowhere' };
      expect((await stage.call('GET /api/workstreams/nothing', { as: 'root' })).status).to.equal(404);
      const answer = await stage.call('PATCH /api/workstreams/nothing', { as: 'root', body: wrong });
      expect(answer.status).to.equal(404);
    });

    it('changes language, queue and settings, and leaves the rest as it is', async () => {
      const first = await change({
        language: 'es',
        settings: {
          times: { remind: 3600 },
          distribution: { mode: 'push' },
          capacity: { wrapUp: { seconds: 60 } },
        },
      });
      expect(first.status).to.equal(200);
      expect(first.body).to.include({ language: 'es', queueId: 'support' });
      expect(first.body.changedAt).to.equal(new Date(stage.rig.time).toISOString());
      const second = await change({
        queueId: 'sales',
        settings: { times: { closeReminded: 60, closeOpen: null } },
      });
      expect(second.body).to.include({ language: 'es', queueId: 'sales' });
      expect(second.body.settings).to.deep.equal({
        ...DEFAULT_SETTINGS,
        distribution: { ...DEFAULT_SETTINGS.distribution, mode: 'push' },
        capacity: { cost: 1, wrapUp: { seconds: 60 } },
        times: { ...DEFAULT_SETTINGS.times, remind: 3600, closeReminded: 60, closeOpen: null },
      });
      const stored = await stage.store.workstreams.findOne({ _id: 'default' });
      expect(stored?.numbers).to.deep.equal(['15550109999']);
      expect(stored?.settings, 'what nobody has changed follows the defaults').to.have.all.keys(
        'distribution',
        'capacity',
        'times',
      );
    });

    it('refuses a change of what has changed since it was read', async () => {
      const { body: read } = await stage.call('GET /api/workstreams/default', { as: 'root' });
      const rule = (name: string) => ({ name, when: 'true', to: [{ queueId: 'sales', percent: 100 }] });
      const { changedAt } = read;
      expect(changedAt).to.equal(null);
      const first = await change({ changedAt, settings: { routes: [rule('first')] } });
      expect(first.status).to.equal(200);
      const { status, body } = await change({ changedAt, settings: { routes: [rule('second')] } });
      expect([status, body.code]).to.deep.equal([409, 'stale_version']);
      const again = { changedAt: body.changedAt, settings: { routes: [rule('first'), rule('second')] } };
      expect((await change(again)).body.settings.routes).to.have.length(2);
    });

    it('takes no change for one that changes nothing', async () => {
      const { body: read } = await stage.call('GET /api/workstreams/default', { as: 'root' });
      for (const body of [{ changedAt: null }, {}]) expect((await change(body)).body).to.deep.equal(read);
    });

    it('says for how long a customer who writes again is with people, at most seven days', async () => {
      const stored = async () => (await stage.store.workstreams.findOne({ _id: 'default' }))?.settings;
      for (const reopenSeconds of [1, 604_800, null]) {
        const { body } = await change({ settings: { reopenSeconds } });
        expect(body.settings).to.deep.equal({ ...DEFAULT_SETTINGS, reopenSeconds });
        expect(await stored()).to.deep.equal({ reopenSeconds });
      }
      await change({ settings: { reopenSeconds: 60 } });
      for (const reopenSeconds of [0, 604_801, 1.5, '60'])
        expect(await pathsOf({ settings: { reopenSeconds } })).to.deep.equal(['body.settings.reopenSeconds']);
      await change({ settings: { times: { remind: 60 } } });
      expect(await stored()).to.include({ reopenSeconds: 60 });
    });

    it('has what is under way looked at anew when what holds for that changes, and for nothing else', async () => {
      const lookAnewAt = async () => (await stage.store.workstreams.findOne({ _id: 'default' }))?.lookAnewAt;
      await change({ language: 'es' });
      expect(await lookAnewAt()).to.equal(undefined);
      await change({ settings: { times: { firstResponse: 60 } } });
      expect(await lookAnewAt()).to.equal(stage.rig.time + 2000);
      stage.rig.time += 60_000;
      await change({ settings: { quietHours: null } });
      expect(await lookAnewAt(), 'a reminder may be put off to another hour').to.equal(stage.rig.time + 2000);
    });

    it('changes automated messages one by one', async () => {
      await change({ settings: { messages: { greeting: { on: true, texts: { es: 'Hola.' } } } } });
      const { body } = await change({
        settings: {
          messages: { left: { on: false }, greeting: { on: false }, survey: { texts: { en: '1 to 5?' } } },
        },
      });
      expect(body.settings.messages).to.deep.equal({
        ...DEFAULT_SETTINGS.messages,
        greeting: { on: false, texts: { es: 'Hola.' } },
        left: { on: false, texts: {} },
        survey: { on: false, texts: { en: '1 to 5?' } },
      });
    });

    it('loses nothing of two changes at once', async () => {
      await Promise.all([
        change({ settings: { times: { remind: 100 } } }),
        change({ settings: { times: { closeReminded: 200 } } }),
        change({ settings: { times: { firstResponse: 300 } } }),
        change({ settings: { capacity: { cost: 2 } } }),
      ]);
      const { body } = await stage.call('GET /api/workstreams/default', { as: 'root' });
      expect(body.settings.times).to.include({ remind: 100, closeReminded: 200, firstResponse: 300 });
      expect(body.settings.capacity.cost).to.equal(2);
    });

    it('replaces rules whole', async () => {
      const routes = [
        {
          name: 'Orders',
          when: 'has(vars.topic) && vars.topic == "order" && open.sales',
          to: [
            { queueId: 'sales', percent: 60 },
            { queueId: 'support', percent: 40 },
          ],
        },
      ];
      const classification = [
        {
          name: 'Language',
          rules: [
            {
              name: 'Spanish',
              when: 'locale == "es"',
              set: { priority: 2, skills: ['es'], variables: { vip: true } },
            },
          ],
        },
      ];
      expect((await change({ settings: { routes, classification } })).body.settings).to.deep.include({
        routes,
        classification,
      });
      expect((await change({ settings: { routes: [] } })).body.settings).to.deep.include({
        routes: [],
        classification,
      });
    });

    it('takes the rules of the documentation', async () => {
      const page = await readFile(new URL('../../../docs/handoff-api.md', import.meta.url), 'utf8');
      const [, example = ''] = /## Workstreams and routing[\s\S]*?```json\n([\s\S]*?)```/.exec(page) ?? [];
      expect(await pathsOf(JSON.parse(example))).to.deep.equal(['body.settings.routes.0.to.0.queueId']);
      await stage.call('POST /api/queues', { as: 'root', body: { id: 'night', name: 'Night' } });
      expect((await change(JSON.parse(example))).status).to.equal(200);
    });

    it('names each mistake in the rules with its path, and changes nothing', async () => {
      const problems = await problemsOf({
        language: 'es',
        queueId: 'nowhere',
        settings: {
          classification: [
            { name: 'A', rules: [{ name: 'one', when: 'waiting.lost > 3', set: {} }] },
            { name: 'A', rules: [{ name: 'one', when: 'user.name == "Ana"', set: {} }] },
          ],
          routes: [
            { name: 'R', when: 'customer ==', to: [{ queueId: 'sales', percent: 100 }] },
            {
              name: 'S',
              when: 'true',
              to: [
                { queueId: 'gone', percent: 50 },
                { queueId: 'sales', percent: 40 },
              ],
            },
          ],
        },
      });
      expect(problems.map(({ path }: { path: string }) => path)).to.have.members([
        'body.queueId',
        'body.settings.classification.0.rules.0.when',
        'body.settings.classification.1.name',
        'body.settings.classification.1.rules.0.when',
        'body.settings.routes.0.when',
        'body.settings.routes.1.to',
        'body.settings.routes.1.to.0.queueId',
      ]);
      expect(problems).to.deep.include({
        path: 'body.settings.routes.1.to.0.queueId',
        message: 'There is no queue gone.',
      });
      const stored = await stage.store.workstreams.findOne({ _id: 'default' });
      expect(stored).to.not.have.any.keys('settings', 'changedAt');
    });

    it('refuses what the schema has not, and what is over the limits', async () => {
      expect(
        await pathsOf({
          numbers: [15550109999],
          language: 'no tag',
          settings: {
            routing: [],
            distribution: { mode: 'pull', speed: 1 },
            capacity: { cost: 0, wrapUp: { seconds: 1 } },
            times: { untaken: null, remind: 0 },
            messages: { greetings: { on: true }, greeting: { on: true, texts: { 'no tag': 'x' } } },
          },
        }),
      ).to.have.members([
        'body.numbers.0',
        'body.language',
        'body.settings.routing',
        'body.settings.distribution.mode',
        'body.settings.distribution.speed',
        'body.settings.capacity.cost',
        'body.settings.capacity.wrapUp.seconds',
        'body.settings.times.untaken',
        'body.settings.times.remind',
        'body.settings.messages.greetings',
        'body.settings.messages.greeting.texts.no tag',
      ]);
      const rule = (n: number) => ({ name: `r${n}`, when: 'true', set: {} });
      const share = (n: number) => ({ queueId: `q${n}`, percent: 10 });
      const many = <T>(length: number, make: (n: number) => T) => Array.from({ length }, (_, n) => make(n));
      expect(
        await pathsOf({
          settings: {
            classification: [{ name: 'A', rules: many(101, rule) }],
            routes: [{ name: 'R', when: 'true', to: many(6, share) }],
          },
        }),
      ).to.have.members(['body.settings.classification.0.rules', 'body.settings.routes.0.to']);
      expect(
        await pathsOf({
          settings: {
            classification: many(11, (n) => ({ name: `A${n}`, rules: [] })),
            routes: many(101, (n) => ({ name: `r${n}`, when: 'true', to: [share(0)] })),
          },
        }),
      ).to.have.members(['body.settings.classification', 'body.settings.routes']);
      expect(
        await pathsOf({
          settings: {
            classification: [
              {
                name: 'A',
                rules: [{ name: 'r', when: 'x'.repeat(501), set: { color: 1, variables: { 'a.b': 1 } } }],
              },
            ],
            routes: [{ name: 'R', when: 'true', to: [] }],
          },
        }),
      ).to.have.members([
        'body.settings.classification.0.rules.0.when',
        'body.settings.classification.0.rules.0.set.color',
        'body.settings.classification.0.rules.0.set.variables.a.b',
        'body.settings.routes.0.to',
      ]);
    });

    describe('more than one', () => {
      const call = (request: string, body?: unknown) =>
        stage.call(request, { as: 'root', ...(body === undefined ? {} : { body }) });
      const numbers = (...list: string[]) => list.map((number) => ({ number }));
      beforeEach(async () => {
        await call('POST /api/channels', {
          ...{ id: 'sales', name: 'Sales', customerId: 'SALES' },
          numbers: numbers('15550108881', '15550108882'),
        });
      });

      it('is made, with what it does not say as the default', async () => {
        const settings = { times: { remind: 60 }, messages: { survey: { on: true } } };
        const made = await call('POST /api/workstreams', {
          ...{ id: 'night', language: 'es', queueId: 'sales', numbers: ['15550108881'], settings },
        });
        expect(made.status).to.equal(201);
        expect(made.body).to.deep.include({
          id: 'night',
          language: 'es',
          queueId: 'sales',
          numbers: ['15550108881'],
        });
        expect(made.body.settings).to.deep.equal({
          ...DEFAULT_SETTINGS,
          times: { ...DEFAULT_SETTINGS.times, remind: 60 },
          messages: { ...DEFAULT_SETTINGS.messages, survey: { on: true, texts: {} } },
        });
        expect((await call('GET /api/workstreams/night')).body).to.deep.equal(made.body);
        const again = await call('POST /api/workstreams', { id: 'night', language: 'es', queueId: 'sales' });
        expect(again.body.code).to.equal('exists_already');
        const wrong = await call('POST /api/workstreams', { id: 'x', language: 'es', queueId: 'nowhere' });
        expect(wrong.body.problems[0].path).to.equal('body.queueId');
      });

      it('is a copy of another, with numbers of its own', async () => {
        await change({ language: 'es', settings: { times: { remind: 60 }, distribution: { mode: 'push' } } });
        const { body: one } = await call('GET /api/workstreams/default');
        const copy = await call('POST /api/workstreams/default/copy', {
          id: 'night',
          numbers: ['15550108881'],
        });
        expect(copy.status).to.equal(201);
        const { changedAt: _, ...rest } = copy.body;
        expect(rest).to.deep.equal({
          ...{ id: 'night', numbers: ['15550108881'], language: 'es', queueId: 'support' },
          settings: one.settings,
        });
        await call('PATCH /api/workstreams/night', { settings: { times: { remind: 120 } } });
        expect((await call('GET /api/workstreams/default')).body.settings.times.remind).to.equal(60);
        expect((await call('POST /api/workstreams/none/copy', { id: 'y' })).status).to.equal(404);
      });

      it('has numbers that are a channel’s and no other workstream’s', async () => {
        await call('POST /api/workstreams/default/copy', { id: 'night', numbers: ['15550108881'] });
        const taken = await change({ numbers: ['15550109999', '15550108881'] });
        expect(taken.body).to.deep.include({
          code: 'number_taken',
          problems: [{ path: 'body.numbers.1', message: 'The workstream night has it.' }],
        });
        const fixed = await call('PATCH /api/workstreams/night', { numbers: ['15550109999'] });
        expect(fixed.body.problems[0].message).to.equal('The workstream default has it.');
        expect(await problemsOf({ numbers: ['15550107777'] })).to.deep.equal([
          { path: 'body.numbers.0', message: 'No channel has this number.' },
        ]);
        await call('PATCH /api/workstreams/night', { numbers: ['15550108882'] });
        expect((await change({ numbers: ['15550109999', '15550108881'] })).status).to.equal(200);
        const race = await Promise.all(
          ['a', 'b', 'c'].map((id) => call('POST /api/workstreams/default/copy', { id, numbers: [] })),
        );
        expect(race.map(({ status }) => status)).to.deep.equal([201, 201, 201]);
        await call('PATCH /api/workstreams/night', { numbers: [] });
        const wanted = await Promise.all(
          ['a', 'b', 'c'].map((id) => call(`PATCH /api/workstreams/${id}`, { numbers: ['15550108882'] })),
        );
        expect(wanted.map(({ status }) => status).sort()).to.deep.equal([200, 409, 409]);
      });

      it('goes, and its numbers with it; the default stays', async () => {
        await call('POST /api/workstreams/default/copy', { id: 'night', numbers: ['15550108881'] });
        expect((await call('DELETE /api/workstreams/night')).status).to.equal(204);
        const left = await stage.store.workstreams.findOne({ _id: 'default' });
        expect(left?.lookAnewAt, 'what its numbers have is looked at anew').to.equal(stage.rig.time + 2000);
        expect((await call('DELETE /api/workstreams/night')).status).to.equal(404);
        expect((await call('DELETE /api/workstreams/default')).body.code).to.equal('set_by_environment');
        expect((await change({ numbers: ['15550108881'] })).status).to.equal(200);
      });
    });
  });
}
