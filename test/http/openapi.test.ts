import { expect } from 'chai';
import { STATUSES } from '../../src/http/problem.ts';
import { RIGHTS } from '../../src/http/rights.ts';
import { openStage, type Stage } from './stage.ts';

/** What the design promises, written by hand. */
const CONTRACT = [
  'POST /callbacks/telesign/{channelId}',
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'POST /api/session',
  'DELETE /api/session',
  'GET /api/me',
  'PUT /api/me/presence',
  'GET /api/colleagues',
  'GET /api/agents',
  'POST /api/agents',
  'GET /api/agents/{id}',
  'PATCH /api/agents/{id}',
  'DELETE /api/agents/{id}',
  'POST /api/agents/{id}/token',
  'DELETE /api/agents/{id}/token',
  'PUT /api/agents/{id}/presence',
  'GET /api/presences',
  'POST /api/presences',
  'PATCH /api/presences/{id}',
  'DELETE /api/presences/{id}',
  'GET /api/queues',
  'POST /api/queues',
  'GET /api/queues/{id}',
  'PATCH /api/queues/{id}',
  'DELETE /api/queues/{id}',
  'POST /api/queues/{id}/claim',
  'GET /api/conversations',
  'GET /api/conversations/{id}',
  'GET /api/conversations/{id}/messages',
  'POST /api/conversations/{id}/translate',
  'POST /api/conversations/{id}/claim',
  'POST /api/conversations/{id}/accept',
  'POST /api/conversations/{id}/reject',
  'GET /api/conversations/{id}/trace',
  'PUT /api/conversations/{id}/preferred-agents',
  'POST /api/conversations/{id}/consult',
  'POST /api/conversations/{id}/messages',
  'POST /api/conversations/{id}/transfer',
  'POST /api/conversations/{id}/return',
  'POST /api/conversations/{id}/wait',
  'POST /api/conversations/{id}/resume',
  'POST /api/conversations/{id}/end',
  'POST /api/conversations/{id}/close',
  'POST /api/conversations/{id}/join',
  'POST /api/conversations/{id}/leave',
  'GET /api/messages',
  'POST /api/messages/{id}/resend',
  'POST /api/messages/{id}/settle',
  'GET /api/channels',
  'POST /api/channels',
  'GET /api/channels/{id}',
  'PATCH /api/channels/{id}',
  'DELETE /api/channels/{id}',
  'POST /api/channels/{id}/validate',
  'GET /api/channels/{id}/callback-mail',
  'GET /api/workstreams',
  'GET /api/workstreams/{id}',
  'POST /api/workstreams',
  'POST /api/workstreams/{id}/copy',
  'POST /api/workstreams/{id}/try-rules',
  'PATCH /api/workstreams/{id}',
  'DELETE /api/workstreams/{id}',
  'POST /api/keys/rotate',
  'GET /api/mentions',
  'PUT /api/mentions/seen',
  'GET /api/conversations/{id}/drafts',
  'PUT /api/conversations/{id}/draft',
  'DELETE /api/conversations/{id}/draft',
  'GET /api/quick-replies',
  'POST /api/quick-replies',
  'PATCH /api/quick-replies/{slug}',
  'DELETE /api/quick-replies/{slug}',
  'GET /api/conversations/{id}/quick-replies/{slug}',
  'GET /api/macros',
  'POST /api/macros',
  'PATCH /api/macros/{id}',
  'DELETE /api/macros/{id}',
  'POST /api/conversations/{id}/macros/{macroId}',
  'GET /api/contacts/{number}',
  'GET /api/optouts',
  'GET /api/optouts/{id}',
  'POST /api/optouts',
  'POST /api/optouts/{id}/start',
  'POST /api/optouts/import',
  'GET /api/webhooks',
  'POST /api/webhooks',
  'GET /api/webhooks/{id}',
  'PATCH /api/webhooks/{id}',
  'DELETE /api/webhooks/{id}',
  'POST /api/webhooks/{id}/secret',
  'POST /api/webhooks/{id}/test',
  'GET /api/webhooks/{id}/deliveries',
  'POST /api/webhooks/{id}/replay',
  'POST /api/deliveries/{id}/retry',
  'GET /api/board',
  'GET /api/dialogs',
  'GET /api/dialogs/graph',
  'GET /api/dialogs/publications',
  'GET /api/dialogs/sets/{setId}',
  'POST /api/dialogs/publish',
  'GET /api/dialogs/sessions',
  'GET /api/reports/handling',
  'GET /api/reports/dialogs',
  'GET /api/audit',
  'GET /api/events',
  'GET /api/backup',
  'GET /api/messages/{id}/media/{n}',
  'POST /api/conversations/{id}/files',
  'GET /f/{token}',
  'GET /api/contacts/{number}/export',
  'POST /api/contacts/{number}/erase',
  'GET /api/erasures',
];

// biome-ignore lint/suspicious/noExplicitAny: the document is looked at as JSON, as its readers do.
type Node = any;

describe('/openapi.json', () => {
  let stage: Stage;
  let document: Node;
  let operations: { request: string; operation: Node }[];

  before(async () => {
    stage = await openStage();
    const answer = await stage.call('GET /openapi.json', { as: null });
    expect(answer.status).to.equal(200);
    document = answer.body;
    operations = Object.entries<Node>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        request: `${method.toUpperCase()} ${path}`,
        operation,
      })),
    );
  });
  after(() => stage.close());

  it('is OpenAPI 3.1', () => {
    expect(document.openapi).to.match(/^3\.1\./);
    expect(document.info).to.include.keys('title', 'version');
  });

  it('has every route of the contract, and no other', () => {
    expect(operations.map(({ request }) => request)).to.have.members(CONTRACT);
  });

  it('documents every operation that has a row of rights, with its role', () => {
    const roles = Object.fromEntries(
      operations
        .filter(({ operation }) => operation['x-role'] !== undefined)
        .map(({ operation }) => [operation.operationId, operation['x-role']]),
    );
    expect(roles).to.deep.equal(RIGHTS);
  });

  it('has every route that the server answers', () => {
    const served = Object.values<Node>(stage.http.server.getDebugInfo().routes)
      .map(({ method, path }) => `${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}`)
      .filter((request) => !/ \/(docs|openapi|console)/.test(request));
    expect(CONTRACT).to.include.members(served);
    expect(served).to.have.length(CONTRACT.length - 1); // the callback route comes before the router
  });

  it('has unique operation ids, a summary, an example answer and the path’s parameters for each', () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const { request, operation } of operations) {
      expect(operation.summary, request).to.be.a('string').and.not.equal('');
      const names = [...request.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter: Node) => parameter.in === 'path');
      expect(
        declared.map(({ name }: Node) => name),
        request,
      ).to.deep.equal(names);
      for (const parameter of declared) expect(parameter.required, request).to.equal(true);
      const success = Object.entries<Node>(operation.responses).filter(([status]) => status.startsWith('2'));
      expect(success, request).not.to.have.length(0);
      for (const [status, response] of success) {
        if (status === '204') continue;
        for (const content of Object.values<Node>(response.content)) {
          expect(content.example, `${request} ${status}`).not.to.equal(undefined);
        }
      }
    }
  });

  it('points to nothing that is not there', () => {
    const walk = (node: Node): void => {
      if (typeof node !== 'object' || node === null) return;
      if (typeof node.$ref === 'string') {
        const target = node.$ref
          .replace('#/', '')
          .split('/')
          .reduce((at: Node, key: string) => at?.[key], document);
        expect(target, node.$ref).to.be.an('object');
      }
      for (const member of Object.values(node)) walk(member);
    };
    walk(document);
    expect(JSON.stringify(document)).to.contain('#/components/schemas/Conversation');
  });

  it('says of requests that unknown fields are refused', () => {
    const bodies = operations.flatMap(({ request, operation }) => {
      const schema = operation.requestBody?.content['application/json']?.schema;
      if (schema === undefined) return [];
      const name = schema.$ref?.split('/').at(-1);
      return [[request, name === undefined ? schema : document.components.schemas[name]]];
    });
    expect(bodies).not.to.have.length(0);
    for (const [request, schema] of bodies) expect(schema.additionalProperties, request).to.equal(false);
  });

  it('names each error that the API gives, under its status', () => {
    const named = new Set<string>();
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries<Node>(operation.responses)) {
        for (const code of Object.keys(response.content?.['application/problem+json']?.examples ?? {})) {
          expect(STATUSES[code as keyof typeof STATUSES]).to.equal(Number(status));
          named.add(code);
        }
      }
    }
    // What a caller of a documented route cannot meet, or anybody may at any time.
    const elsewhere = ['internal', 'method_not_allowed'];
    expect([...named, ...elsewhere]).to.have.members(Object.keys(STATUSES));
  });

  it('says of every operation that knows its caller that it may be forbidden', () => {
    const mine = operations.filter(({ operation }) => operation['x-role'] !== undefined);
    expect(mine).to.have.length(Object.keys(RIGHTS).length);
    for (const { request, operation } of mine) {
      const codes = operation.responses['403']?.content['application/problem+json'].examples ?? {};
      expect(codes, request).to.include.keys('forbidden');
    }
  });

  it('says of every path with an id in it that there may be nothing, as there is not at one of over 400 characters', async () => {
    for (const { request, operation } of operations.filter((one) => one.request.includes('{'))) {
      expect(operation.responses, request).to.include.keys('404');
      if (operation['x-role'] === undefined) continue;
      const codes = operation.responses['404'].content['application/problem+json'].examples;
      expect(codes, request).to.include.keys('not_found');
      const { status, body } = await stage.call(request.replace(/\{\w+\}/g, 'x'.repeat(401)), { as: 'root' });
      expect([status, body.code], request).to.deep.equal([404, 'not_found']);
    }
  });

  it('says that a caller is known by a token or by the cookie', () => {
    const { bearer, cookie } = document.components.securitySchemes;
    expect(bearer).to.include({ type: 'http', scheme: 'bearer' });
    expect(cookie).to.include({ type: 'apiKey', in: 'cookie', name: 'switchboard_session' });
    for (const { request, operation } of operations) {
      const known = operation['x-role'] === undefined ? undefined : [{ bearer: [] }, { cookie: [] }];
      expect(operation.security, request).to.deep.equal(known);
    }
  });

  it('names the headers of answers', () => {
    const headers = (request: string, status: number) => {
      const found = operations.find((one) => one.request === request)?.operation.responses[status];
      return Object.keys(found.headers ?? {});
    };
    const id = 'X-Correlation-Id';
    for (const [request, status, expected] of [
      ['GET /api/me', 200, [id]],
      ['GET /api/me', 401, ['WWW-Authenticate', id]],
      ['GET /api/me', 429, ['Retry-After', id]],
      ['GET /api/me', 503, ['Retry-After', id]],
      ['POST /api/conversations/{id}/claim', 200, ['Idempotency-Replayed', id]],
      ['POST /api/conversations/{id}/claim', 409, ['Retry-After', 'Idempotency-Replayed', id]],
      ['POST /api/conversations/{id}/claim', 413, [id]],
      ['POST /api/conversations/{id}/claim', 503, ['Retry-After', id]],
      ['DELETE /api/webhooks/{id}', 204, ['Idempotency-Replayed', id]],
      ['POST /api/session', 201, ['Set-Cookie', id]],
      ['POST /api/session', 401, ['WWW-Authenticate', id]],
      ['DELETE /api/session', 204, ['Set-Cookie', id]],
      ['GET /f/{token}', 200, ['Content-Disposition', id]],
      ['GET /api/messages/{id}/media/{n}', 200, ['Content-Disposition', id]],
      ['GET /api/backup', 200, ['Content-Disposition', id]],
      ['GET /api/events', 200, [id]],
      ['POST /callbacks/telesign/{channelId}', 200, [id]],
      ['POST /callbacks/telesign/{channelId}', 401, [id]],
      ['GET /healthz', 200, []],
    ] as const) {
      expect(headers(request, status), `${request} ${status}`).to.deep.equal(expected);
    }
  });

  it('names no header that does not come, and all that do', async () => {
    const names = Object.keys(document.components.headers);
    const agree = async (request: string, given: Parameters<Stage['call']>[1] = {}) => {
      const answer = await stage.call(request, given);
      const { operation } = operations.find((one) => one.request === request)!;
      const documented = Object.keys(operation.responses[answer.status].headers ?? {});
      const came = names.filter((name) => answer.headers.has(name));
      expect(documented, `${request} ${answer.status}`).to.include.members(came);
      return came;
    };
    expect(await agree('GET /api/me')).to.deep.equal(['X-Correlation-Id']);
    expect(await agree('GET /api/me', { as: null })).to.have.length(2);
    expect(await agree('GET /api/events', { as: null })).to.deep.equal([
      'WWW-Authenticate',
      'X-Correlation-Id',
    ]);
    expect(await agree('GET /api/backup', { as: 'root' })).to.deep.equal([
      'Content-Disposition',
      'X-Correlation-Id',
    ]);
    const write = { as: 'root', body: { id: 'later', name: 'Later' }, headers: { 'Idempotency-Key': 'q1' } };
    await agree('POST /api/queues', write);
    expect(await agree('POST /api/queues', write)).to.deep.equal([
      'Idempotency-Replayed',
      'X-Correlation-Id',
    ]);
    const taken = { ...write, headers: { 'Idempotency-Key': 'q2' } };
    await agree('POST /api/queues', taken);
    expect(await agree('POST /api/queues', taken)).to.include('Idempotency-Replayed');
  });

  it('has the id of the request in every answer, but for those to load balancers', async () => {
    for (const { request } of operations) {
      const stream = request === 'GET /api/events' ? null : 'root';
      const { headers } = await stage.call(request.replace(/\{\w+\}/g, 'x'), { as: stream });
      const isTraced = !/ \/(healthz|readyz|metrics)$/.test(request);
      expect(headers.has('x-correlation-id'), request).to.equal(isTraced);
    }
  });

  it('names the media types in which pictures and files come', () => {
    const types = (request: string) =>
      Object.keys(operations.find((one) => one.request === request)?.operation.responses['200'].content);
    const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
    expect(types('GET /api/messages/{id}/media/{n}')).to.have.members(pictures);
    expect(types('GET /f/{token}')).to.have.members([...pictures, 'application/pdf']);
    expect(types('GET /api/me')).to.deep.equal(['application/json']);
  });

  it('is what the readable pages are made of', async () => {
    const page = await stage.call('GET /docs/', { as: null });
    expect(page.status).to.equal(200);
    expect(page.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    for (const { request, operation } of operations) {
      expect(page.text, request).to.contain(`<section id="${operation.operationId}">`);
      expect(page.text).to.contain(request.split(' ')[1]!);
    }
    for (const code of Object.keys(STATUSES)) expect(page.text).to.contain(`<tr id="${code}">`);
    expect(page.text).not.to.match(/<script|(?:src|href)="(?:https?:)?\/\//);
    expect(page.headers.get('content-security-policy')).to.contain("default-src 'none'");
    expect((await fetch(`${stage.url}/docs`, { redirect: 'manual' })).headers.get('location')).to.equal(
      '/docs/',
    );
  });
});
