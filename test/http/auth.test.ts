import { expect } from 'chai';
import type { Request, Response } from 'restify';
import type { RIGHTS } from '../../src/http/rights.ts';
import type { HttpServer } from '../../src/http/server.ts';
import type { Role } from '../../src/store/documents.ts';
import { openStage, type Stage } from './stage.ts';

/** One request for each operation, written by hand, and the least role that it should take. */
const REQUESTS: { [K in keyof typeof RIGHTS]: [request: string, least: Role] } = {
  getMe: ['GET /api/me', 'agent'],
  setPresence: ['PUT /api/me/presence', 'agent'],
  listColleagues: ['GET /api/colleagues', 'agent'],
  listAgents: ['GET /api/agents', 'admin'],
  createAgent: ['POST /api/agents', 'admin'],
  getAgent: ['GET /api/agents/ana', 'admin'],
  changeAgent: ['PATCH /api/agents/ana', 'admin'],
  deleteAgent: ['DELETE /api/agents/nobody', 'admin'],
  renewToken: ['POST /api/agents/nobody/token', 'admin'],
  revokeToken: ['DELETE /api/agents/nobody/token', 'admin'],
  setAgentPresence: ['PUT /api/agents/ana/presence', 'supervisor'],
  listPresences: ['GET /api/presences', 'agent'],
  createPresence: ['POST /api/presences', 'admin'],
  changePresence: ['PATCH /api/presences/lunch', 'admin'],
  deletePresence: ['DELETE /api/presences/lunch', 'admin'],
  listChannels: ['GET /api/channels', 'admin'],
  createChannel: ['POST /api/channels', 'admin'],
  getChannel: ['GET /api/channels/x', 'admin'],
  changeChannel: ['PATCH /api/channels/x', 'admin'],
  deleteChannel: ['DELETE /api/channels/x', 'admin'],
  validateChannel: ['POST /api/channels/x/validate', 'admin'],
  getCallbackMail: ['GET /api/channels/x/callback-mail', 'admin'],
  listWorkstreams: ['GET /api/workstreams', 'admin'],
  getWorkstream: ['GET /api/workstreams/default', 'admin'],
  createWorkstream: ['POST /api/workstreams', 'admin'],
  copyWorkstream: ['POST /api/workstreams/x/copy', 'admin'],
  tryRules: ['POST /api/workstreams/x/try-rules', 'admin'],
  deleteWorkstream: ['DELETE /api/workstreams/x', 'admin'],
  rotateKeys: ['POST /api/keys/rotate', 'admin'],
  changeWorkstream: ['PATCH /api/workstreams/default', 'admin'],
  listWebhooks: ['GET /api/webhooks', 'admin'],
  createWebhook: ['POST /api/webhooks', 'admin'],
  getWebhook: ['GET /api/webhooks/x', 'admin'],
  changeWebhook: ['PATCH /api/webhooks/x', 'admin'],
  deleteWebhook: ['DELETE /api/webhooks/x', 'admin'],
  rotateWebhookSecret: ['POST /api/webhooks/x/secret', 'admin'],
  testWebhook: ['POST /api/webhooks/x/test', 'admin'],
  listDeliveries: ['GET /api/webhooks/x/deliveries', 'admin'],
  replayWebhook: ['POST /api/webhooks/x/replay', 'admin'],
  retryDelivery: ['POST /api/deliveries/x/retry', 'admin'],
  listQueues: ['GET /api/queues', 'agent'],
  getQueue: ['GET /api/queues/support', 'agent'],
  createQueue: ['POST /api/queues', 'admin'],
  changeQueue: ['PATCH /api/queues/support', 'admin'],
  deleteQueue: ['DELETE /api/queues/nothing', 'admin'],
  claimNext: ['POST /api/queues/support/claim', 'agent'],
  listConversations: ['GET /api/conversations', 'agent'],
  getConversation: ['GET /api/conversations/1-2', 'agent'],
  claimConversation: ['POST /api/conversations/1-2/claim', 'agent'],
  acceptConversation: ['POST /api/conversations/1-2/accept', 'agent'],
  rejectConversation: ['POST /api/conversations/1-2/reject', 'agent'],
  getTrace: ['GET /api/conversations/1-2/trace', 'agent'],
  preferAgents: ['PUT /api/conversations/1-2/preferred-agents', 'agent'],
  transferConversation: ['POST /api/conversations/1-2/transfer', 'agent'],
  returnConversation: ['POST /api/conversations/1-2/return', 'agent'],
  waitConversation: ['POST /api/conversations/1-2/wait', 'agent'],
  resumeConversation: ['POST /api/conversations/1-2/resume', 'agent'],
  endConversation: ['POST /api/conversations/1-2/end', 'agent'],
  closeConversation: ['POST /api/conversations/1-2/close', 'agent'],
  consultColleague: ['POST /api/conversations/1-2/consult', 'agent'],
  joinConversation: ['POST /api/conversations/1-2/join', 'supervisor'],
  leaveConversation: ['POST /api/conversations/1-2/leave', 'agent'],
  listTranscript: ['GET /api/conversations/1-2/messages', 'agent'],
  writeMessage: ['POST /api/conversations/1-2/messages', 'agent'],
  translateText: ['POST /api/conversations/1-2/translate', 'agent'],
  listDeadLetters: ['GET /api/messages', 'supervisor'],
  resendMessage: ['POST /api/messages/x/resend', 'agent'],
  settleMessage: ['POST /api/messages/x/settle', 'agent'],
  listMentions: ['GET /api/mentions', 'agent'],
  seeMentions: ['PUT /api/mentions/seen', 'agent'],
  listDrafts: ['GET /api/conversations/x/drafts', 'agent'],
  keepDraft: ['PUT /api/conversations/x/draft', 'agent'],
  deleteDraft: ['DELETE /api/conversations/x/draft', 'agent'],
  listQuickReplies: ['GET /api/quick-replies', 'agent'],
  createQuickReply: ['POST /api/quick-replies', 'agent'],
  changeQuickReply: ['PATCH /api/quick-replies/x', 'agent'],
  deleteQuickReply: ['DELETE /api/quick-replies/x', 'agent'],
  renderQuickReply: ['GET /api/conversations/x/quick-replies/x', 'agent'],
  listMacros: ['GET /api/macros', 'agent'],
  createMacro: ['POST /api/macros', 'supervisor'],
  changeMacro: ['PATCH /api/macros/x', 'supervisor'],
  deleteMacro: ['DELETE /api/macros/x', 'supervisor'],
  runMacro: ['POST /api/conversations/x/macros/x', 'agent'],
  getContact: ['GET /api/contacts/x', 'agent'],
  listOptouts: ['GET /api/optouts', 'supervisor'],
  getOptout: ['GET /api/optouts/x', 'supervisor'],
  createOptout: ['POST /api/optouts', 'supervisor'],
  startTexts: ['POST /api/optouts/x/start', 'admin'],
  importOptouts: ['POST /api/optouts/import', 'admin'],
  getBoard: ['GET /api/board', 'supervisor'],
  getDialogs: ['GET /api/dialogs', 'agent'],
  drawDialogs: ['GET /api/dialogs/graph', 'supervisor'],
  listPublications: ['GET /api/dialogs/publications', 'supervisor'],
  getDialogSet: ['GET /api/dialogs/sets/0123456789abcdef', 'supervisor'],
  publishDialogs: ['POST /api/dialogs/publish', 'admin'],
  getSessionsInDialogs: ['GET /api/dialogs/sessions', 'supervisor'],
  reportHandling: ['GET /api/reports/handling', 'supervisor'],
  reportDialogs: ['GET /api/reports/dialogs?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z', 'supervisor'],
  listAudit: ['GET /api/audit', 'admin'],
  exportContact: ['GET /api/contacts/15550100001/export', 'admin'],
  eraseContact: ['POST /api/contacts/15550100001/erase', 'admin'],
  listErasures: ['GET /api/erasures', 'admin'],
  openMedia: ['GET /api/messages/x/media/0', 'agent'],
  keepFile: ['POST /api/conversations/x/files', 'agent'],
  getBackup: ['GET /api/backup', 'admin'],
  streamEvents: ['GET /api/events', 'agent'],
};

/** What everybody may ask, by its path. */
const PUBLIC = [
  '/f/:token',
  ...['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/docs/'],
  // The console's page, and where it signs in and out.
  ...['/console', '/console/*', '/console/texts.json', '/api/session'],
];

const RANKS = ['agent', 'supervisor', 'admin'];

describe('who may call what', () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage();
  });
  after(() => stage.close());

  for (const [operation, [request, least]] of Object.entries(REQUESTS)) {
    if (operation === 'streamEvents') continue; // endless for whom it lets in: see events.test.ts
    it(`${request} takes a token of ${least === 'admin' ? 'an admin' : `at least ${least}`}`, async () => {
      for (const as of [null, 'nobody']) {
        const refused = await stage.call(request, { as });
        expect([refused.status, refused.body.code]).to.deep.equal([401, 'unauthenticated']);
        expect(refused.headers.get('www-authenticate')).to.equal('Bearer realm="switchboard"');
      }
      for (const [as, role] of [
        ['ana', 'agent'],
        ['sam', 'supervisor'],
        ['root', 'admin'],
      ] as const) {
        const { status } = await stage.call(request, { as });
        const mayNot = RANKS.indexOf(role) < RANKS.indexOf(least);
        expect(status === 403, `${role}: ${status}`).to.equal(mayNot);
        expect(status).not.to.equal(401);
      }
    });
  }

  it('knows no token by its hash, by half of it, or in another scheme', async () => {
    const agent = await stage.store.agents.findOne({ _id: 'ana' });
    for (const authorization of [
      `Bearer ${agent?.tokenHash}`,
      'Bearer token-of-an',
      'Bearer',
      'Bearer ',
      'Basic token-of-ana',
      'token-of-ana',
      'Bearer token-of-ana token-of-ana',
    ]) {
      const { status } = await stage.call('GET /api/me', { as: null, headers: { authorization } });
      expect(status, authorization).to.equal(401);
    }
    const lower = await stage.call('GET /api/me', {
      as: null,
      headers: { authorization: 'bearer token-of-ana' },
    });
    expect(lower.status).to.equal(200);
  });

  it('lets nobody in by a route that has no row, and would notice', async () => {
    const routes = (http: HttpServer) => Object.values(http.server.router.getRoutes());
    const rowless = (http: HttpServer) =>
      routes(http)
        .filter(({ name, path }) => !(name in REQUESTS) && !PUBLIC.includes(String(path)))
        .map(({ path }) => path);
    expect(rowless(stage.http)).to.deep.equal([]);
    const names = new Set(routes(stage.http).map(({ name }) => name));
    expect(Object.keys(REQUESTS).filter((operation) => !names.has(operation))).to.deep.equal([]);
    const { http } = await stage.serve({}, ({ server }) => {
      server.get('/api/forgotten', async (_req: Request, res: Response) => res.sendRaw(200, 'for everybody'));
    });
    expect(rowless(http)).to.deep.equal(['/api/forgotten']);
  });
});
