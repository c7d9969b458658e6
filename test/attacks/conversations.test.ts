import { expect } from 'chai';
import { apiRoutes } from '../../src/http/operations.ts';
import { comeIn, handOver, openStage, type Stage } from '../http/stage.ts';
import { CONVERSATION } from '../support/conversations.ts';

const SECRET = 'my card is 4111';

/** What whoever sees a conversation may do with it, owner or not; everything else is its owner's. */
const FOR_WHOEVER_SEES_IT: ReadonlySet<string> = new Set([
  ...['getConversation', 'listTranscript', 'getTrace', 'listDrafts', 'keepDraft', 'deleteDraft'],
  ...['renderQuickReply', 'preferAgents', 'leaveConversation', 'listWebhooks', 'claimConversation'],
]);

describe('another agent’s conversation', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await openStage();
    stage.rig.bot = async () => ({ messages: [], state: '{}' }) as never;
    await handOver(stage);
    await comeIn(stage, 'ana', 'ben', 'eve');
    await stage.call(`POST /api/conversations/${CONVERSATION}/claim`, { as: 'ana' });
    await stage.call(`POST /api/conversations/${CONVERSATION}/messages`, {
      as: 'ana',
      body: { text: SECRET },
    });
    await stage.call('POST /api/quick-replies', { as: 'root', body: { slug: 'r', texts: { en: 'Hello' } } });
    await stage.call('POST /api/macros', {
      as: 'root',
      body: { id: 'm', name: 'M', steps: [{ do: 'close' }] },
    });
  });
  afterEach(() => stage.close());

  /** Each operation of one conversation, with an example of its body. */
  const requests = () =>
    apiRoutes(stage.parts)
      .filter(
        ({ path, operation }) =>
          path.startsWith('/api/conversations/{id}') && operation !== 'joinConversation',
      )
      .map(({ method, path, exampleBody, operation }) => {
        const filled = path.replace('{id}', CONVERSATION).replace('{slug}', 'r').replace('{macroId}', 'm');
        const body = method === 'get' || method === 'delete' ? {} : { body: exampleBody ?? {} };
        return { operation, request: `${method.toUpperCase()} ${filled}`, body };
      });

  it('is nothing to an agent who does not serve its queue, by no operation', async () => {
    const before = JSON.stringify(
      await stage.store.conversations.find({ customer: '15550100001' }).toArray(),
    );
    expect(requests().length).to.be.above(15);
    for (const { operation, request, body } of requests()) {
      const { status, text } = await stage.call(request, { as: 'eve', ...body });
      // Their own draft, which there is not.
      const nothing = operation === 'deleteDraft' && status === 204 && text === '';
      if (!nothing) expect(status, `${operation}: ${text}`).to.be.oneOf([403, 404]);
      expect(text, operation).not.to.include(SECRET).and.not.include('"ana"');
    }
    for (const request of [
      'GET /api/conversations',
      'GET /api/conversations?q=4111',
      'GET /api/conversations?agent=ana',
      `GET /api/conversations?customer=15550100001`,
      'GET /api/contacts/15550100001',
    ]) {
      const { text } = await stage.call(request, { as: 'eve' });
      expect(text, request).not.to.include(SECRET).and.not.include(CONVERSATION);
    }
    expect(
      JSON.stringify(await stage.store.conversations.find({ customer: '15550100001' }).toArray()),
    ).to.equal(before);
  });

  it('is read, and not acted on, by a colleague of its queue', async () => {
    for (const { operation, request, body } of requests()) {
      if (FOR_WHOEVER_SEES_IT.has(operation)) continue;
      const { status, text } = await stage.call(request, { as: 'ben', ...body });
      // A macro is run step by step, and each is refused as itself.
      if (operation === 'runMacro' && status === 200) expect(JSON.parse(text).done).to.deep.equal([]);
      else expect(status, `${operation}: ${text}`).to.be.oneOf([400, 403, 404, 409]);
    }
    const refused = await stage.call(`POST /api/conversations/${CONVERSATION}/claim`, { as: 'ben' });
    expect(refused.body.code).to.equal('already_claimed');
    const conversation = (await stage.call(`GET /api/conversations/${CONVERSATION}`, { as: 'ana' })).body;
    expect(conversation).to.include({ agentId: 'ana', state: 'active' });
  });

  it('is not reached by the token of an agent in another place than the header', async () => {
    const path = `/api/conversations/${CONVERSATION}`;
    for (const [request, headers] of [
      [`GET ${path}?access_token=token-of-ana`, {}],
      [`GET ${path}?token=token-of-ana`, {}],
      [`GET ${path}`, { cookie: 'token=token-of-ana; authorization=Bearer token-of-ana' }],
      [`GET ${path}`, { 'x-authorization': 'Bearer token-of-ana' }],
      [`GET ${path}`, { 'x-agent-id': 'ana', 'x-forwarded-user': 'ana', 'x-remote-user': 'ana' }],
      [`GET ${path}`, { authorization: 'Basic YW5hOnRva2VuLW9mLWFuYQ==' }],
    ] as const) {
      expect((await stage.call(request, { as: null, headers })).status, request).to.equal(401);
    }
  });
});
