import { expect } from 'chai';
import { apiRoutes } from '../../src/http/operations.ts';
import type { Route } from '../../src/http/route.ts';
import { handOver, openStage, type Stage } from '../http/stage.ts';
import { CONVERSATION } from '../support/conversations.ts';

/** What a store, a prototype or a path could take for more than a value. */
const PAYLOADS: unknown[] = [
  { $ne: null },
  { $gt: '' },
  { $where: 'while(true){}' },
  { 'a.b': 1 },
  JSON.parse('{"__proto__": {"role": "admin"}}'),
  { constructor: { prototype: { role: 'admin' } } },
];

/** Fields that hold what a customer or a bot may name freely: whatever is in there is a value. */
const FREE: ReadonlySet<string> = new Set(['variables', 'events']);

describe('operators, dots and prototypes', function () {
  this.timeout(120_000);
  let stage: Stage;
  let routes: Route[];
  before(async () => {
    stage = await openStage();
    // The very routes that are served, for their examples.
    routes = apiRoutes(stage.parts);
    await handOver(stage);
  });
  after(() => stage.close());

  const pathOf = (path: string, id = CONVERSATION) => path.replace(/\{\w+\}/g, encodeURIComponent(id));
  const snapshot = async () =>
    JSON.stringify([
      await stage.store.agents.find({}).toArray(),
      await stage.store.queues.find({}).toArray(),
    ]);

  it('are refused, or a plain value, in every field of every body', async () => {
    let tried = 0;
    for (const { method, path, exampleBody, operation } of routes) {
      if (method === 'get' || method === 'delete' || typeof exampleBody !== 'object' || exampleBody === null)
        continue;
      for (const field of [...Object.keys(exampleBody), 'somethingElse']) {
        if (FREE.has(field)) continue;
        for (const payload of PAYLOADS) {
          const body = { ...exampleBody, [field]: payload };
          const answer = await stage.call(`${method.toUpperCase()} ${pathOf(path)}`, { as: 'root', body });
          expect(answer.status, `${operation} ${field} ${JSON.stringify(payload)}`).to.be.within(400, 499);
          tried += 1;
        }
      }
      for (const raw of [
        '{"__proto__": {"role": "admin"}, "$set": {"role": "admin"}}',
        '{"constructor": {"prototype": {"x": 1}}}',
        '[{"$ne": 1}]',
        '"$ne"',
        'null',
        '{"a": 1, "a.b": 2, "$where": "1"}',
      ]) {
        const answer = await stage.call(`${method.toUpperCase()} ${pathOf(path)}`, { as: 'root', body: raw });
        // An id that there is not may be told first.
        expect(answer.status, `${operation} ${raw}`).to.be.within(400, 499);
      }
    }
    expect(tried).to.be.above(500);
    expect(Reflect.get({}, 'role')).to.equal(undefined);
    expect(Reflect.get({}, 'x')).to.equal(undefined);
  });

  it('are ids of nothing in every path', async () => {
    const before = await snapshot();
    for (const { method, path, exampleBody, operation } of routes.filter(({ path }) => path.includes('{'))) {
      for (const id of [
        '$ne',
        '{"$ne":null}',
        '__proto__',
        'constructor',
        '[$gt]=',
        '..',
        '.',
        '%2e%2e%2f',
        '\u0000',
        'a\nb',
        "' or 1=1 --",
      ]) {
        const body = method === 'get' || method === 'delete' ? {} : { body: exampleBody ?? {} };
        const answer = await stage.call(`${method.toUpperCase()} ${pathOf(path, id)}`, {
          as: 'root',
          ...body,
        });
        // A list of what there is not may be empty.
        const fine = answer.status >= 400 && answer.status < 500;
        const empty = answer.status === 200 && /^{"items":\[\]/.test(answer.text);
        const harmless = answer.status === 200 && operation === 'getContact';
        expect(
          fine || empty || harmless || answer.status === 204,
          `${operation} ${JSON.stringify(id)}: ${answer.status}`,
        ).to.equal(true);
        expect(answer.status).to.be.below(500);
      }
    }
    expect(await snapshot()).to.equal(before);
  });

  it('are no operators in a query', async () => {
    for (const { path } of routes.filter(({ method, schemas }) => method === 'get' && 'query' in schemas)) {
      for (const query of [
        'state[$ne]=open',
        '$where=1',
        'limit[$gt]=1',
        '__proto__[x]=1',
        'limit=1&limit=2',
        'cursor=%00',
        'q[$regex]=.*',
      ]) {
        const { status, text } = await stage.call(`GET ${pathOf(path)}?${query}`, { as: 'root' });
        expect(status, `${path}?${query} ${text.slice(0, 80)}`).to.be.within(400, 499);
      }
    }
    expect(Reflect.get({}, 'x')).to.equal(undefined);
  });
});
