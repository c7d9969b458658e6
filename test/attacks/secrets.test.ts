import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { eventually } from '../support/eventually.ts';
import { ADMIN_TOKEN, type RunningApp, startApp } from '../support/running-app.ts';

const SECRET_KEY = 'a secret key of the attack tests, long enough';
const KEY = Buffer.from('the key of the sales account').toString('base64');
const WRONG_KEY = 'bm90IGEga2V5IG9mIHVzIGF0IGFsbA==';
const HOOK_KEY = 'key=of-the-receiver';
const CUSTOMER = '15550100001';

describe('secrets', function () {
  this.timeout(60_000);
  let service: RunningApp;
  beforeEach(async () => {
    service = await startApp({ env: { SECRET_KEY, LOG_LEVEL: 'trace' } });
  });
  afterEach(() => service.stop());

  async function cookieOf(token: string): Promise<string> {
    const answer = await fetch(`${service.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-switchboard-console': '1' },
      body: JSON.stringify({ token }),
    });
    return answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  it('stand in no log, answer, error, metric, export or document of the API', async () => {
    const said: string[] = [];
    const say = async (method: string, path: string, body?: unknown, token?: string) => {
      const answer = await service.call(method, path, body, token);
      said.push(
        `${method} ${path}: ${typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)}`,
      );
      return answer;
    };
    const { token } = (
      await service.call('POST', '/api/agents', { id: 'ana', name: 'Ana', queues: ['support'] })
    ).body;
    const hook = (await service.call('POST', '/api/webhooks', { url: `${service.url}/nothing?${HOOK_KEY}` }))
      .body;
    const cookie = await cookieOf(token);
    await say('POST', '/api/channels', {
      id: 'sales',
      name: 'S',
      customerId: 'S',
      apiKey: KEY,
      apiUrl: service.url,
    });
    await say('PATCH', '/api/channels/sales', { apiKey: WRONG_KEY });
    await say('POST', '/api/channels', { id: 'sales', name: 'S', customerId: 'S', apiKey: KEY });
    await say('POST', '/api/channels', {
      id: 'x',
      name: 'S',
      customerId: 'a b',
      apiKey: `${KEY}!`,
      numbers: KEY,
    });
    await say('POST', '/api/channels/sales/validate', {});
    await say('POST', `/api/webhooks/${hook.webhook.id}/test`);
    await service.textIn(CUSTOMER, 'agent');
    await service.phone(CUSTOMER, 1);
    await eventually(
      async () =>
        (await service.call('GET', `/api/webhooks/${hook.webhook.id}/deliveries?status=queued`)).body.items ??
        [],
      (items) => items.length > 0,
    );
    const reads = Object.entries<Record<string, unknown>>(
      (await service.call('GET', '/openapi.json')).body.paths,
    )
      .filter(([path, methods]) => 'get' in methods && path !== '/api/events' && path !== '/api/backup')
      .map(([path]) => path.replace('{id}', 'sales').replace(/\{\w+\}/g, 'x'));
    expect(reads.length).to.be.above(25);
    for (const path of reads) await say('GET', path);
    for (const path of ['/api/agents/ana', '/api/audit?limit=100', `/api/webhooks/${hook.webhook.id}`])
      await say('GET', path);
    await say('GET', '/api/me', undefined, token);
    await fetch(`${service.url}/api/me`, { headers: { cookie } });
    for (const path of ['/api/optouts', '/api/reports/handling?from=2026-01-01&to=2026-12-31'])
      await say('GET', `${path}${path.includes('?') ? '&' : '?'}format=csv`);
    await say('GET', '/api/me', undefined, `${token}x`);
    const backup = await fetch(`${service.url}/api/backup`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    said.push(`backup: ${gunzipSync(Buffer.from(await backup.arrayBuffer())).toString()}`);
    said.push(`log: ${service.log.raw()}`);

    // Who may read webhooks reads their URLs whole, and who may take backups takes all; nobody else does.
    const shown = /^(GET \/api\/webhooks|backup:)/;
    const elsewhere = said.find((text) => text.includes(HOOK_KEY) && !shown.test(text));
    expect(elsewhere?.slice(0, 60), 'the query of a webhook’s URL in').to.equal(undefined);
    const secrets = {
      ...{ SECRET_KEY, KEY, WRONG_KEY, ADMIN_TOKEN, token, cookie: cookie.split('=')[1] ?? '' },
      'webhook secret': hook.secret,
    };
    for (const [name, secret] of Object.entries(secrets)) {
      const forms = [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
      if (name.endsWith('KEY')) forms.push(Buffer.from(secret, 'base64').toString('latin1'));
      for (const form of forms) {
        const where = said.find((text) => text.includes(form));
        expect(where?.slice(0, 60), `${name} in`).to.equal(undefined);
      }
    }
    const log = service.log.raw();
    for (const shown of [CUSTOMER, '15550109999']) expect(log).not.to.include(shown);
  });
});
