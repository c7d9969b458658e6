import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EVENT_TYPES } from '../src/store/documents.ts';
import { signedHeaders } from '../src/webhooks/signature.ts';
import { freePort } from './support/processes.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('docs/handoff-api.md on webhooks', function () {
  this.timeout(20_000);
  let page: string;
  before(async () => {
    page = await readFile(new URL('../docs/handoff-api.md', import.meta.url), 'utf8');
  });

  it('has a receiver that takes what is signed, once, and nothing else', async () => {
    const [, program = ''] = /^```js\n([\s\S]*?)^```$/m.exec(page) ?? [];
    const folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
    const port = await freePort();
    await writeFile(join(folder, 'receiver.mjs'), program);
    const receiver = spawn(process.execPath, [join(folder, 'receiver.mjs')], {
      env: { WEBHOOK_SECRET: SECRET, PORT: String(port) },
    });
    let printed = '';
    receiver.stdout.on('data', (chunk) => {
      printed += chunk;
    });
    const body = JSON.stringify({ id: 'e1', sequence: 7, type: 'conversation.closed', data: {} });
    const post = async (sent: string, at: number, secret = SECRET): Promise<number> => {
      const headers = signedHeaders([secret], 'e1', at, body);
      for (;;) {
        try {
          return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: sent, headers })).status;
        } catch (error) {
          // It does not listen yet.
          if (receiver.exitCode !== null) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    try {
      expect(await post(body, Date.now())).to.equal(204);
      expect(await post(body, Date.now()), 'again').to.equal(204);
      expect(await post(`${body} `, Date.now()), 'changed on the way').to.equal(401);
      expect(await post(body, Date.now() - 3_600_000), 'played again').to.equal(401);
      expect(await post(body, Date.now(), 'whsec_b3RoZXI='), 'another secret').to.equal(401);
      expect(printed).to.equal('7 conversation.closed undefined\n');
    } finally {
      receiver.kill();
      await once(receiver, 'close');
      await rm(folder, { recursive: true });
    }
  });

  it('names every event', () => {
    const [, section = ''] = /^## Webhooks\n([\s\S]*?)^## /m.exec(page) ?? [];
    for (const type of EVENT_TYPES) {
      const [kind, what] = type.split('.');
      expect(section.includes(`\`${type}\``) || section.includes(`\`.${what}\``), `${kind}.${what}`).to.equal(
        true,
      );
    }
  });
});
