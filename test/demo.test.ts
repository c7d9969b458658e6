import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { createApp } from '../src/app.ts';
import { eventually } from './support/eventually.ts';
import { recordedLog } from './support/log.ts';
import { type RunningApp, SUPPORT, startApp } from './support/running-app.ts';
import { mongoUri } from './support/stores.ts';

describe('demo mode', function () {
  this.timeout(30_000);
  const started: { stop(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const each of started.splice(0).reverse()) await each.stop();
  });

  async function start(env: Record<string, string>): Promise<{ url: string; notes: string[] }> {
    const app = await createApp({ env: { PORT: '0', ...env }, log: recordedLog().log });
    started.push(app);
    return app.start();
  }

  const tokenOf = (notes: string[]) => /Bearer (\S+)'/.exec(notes.join('\n'))?.[1];
  const isTaken = async (url: string, token: string | undefined) =>
    (await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${token}` } })).status === 200;

  it('shows how a conversation stands, and lets its time pass', async () => {
    const service: RunningApp = await startApp();
    started.push(service);
    const customer = '15550100031';
    const look = async () =>
      (await service.call('GET', `/emulator/conversation?from=${customer}&to=${SUPPORT.es}`)).body;
    expect((await look()).conversation).to.equal(null);
    const write = async (text: string, texts: number) => {
      await service.textIn(customer, text, SUPPORT.es);
      await service.phone(customer, texts);
    };
    await write('Hola', 1);
    const { conversation, now } = await look();
    expect(conversation).to.deep.include({
      step: 'main/menu',
      state: 'active',
      handler: 'bot',
      language: 'es',
    });
    expect(conversation.variables).to.deep.equal({ user: {}, session: {}, 'main/menu': {} });
    await write('persona', 2);
    expect((await service.call('POST', '/emulator/clock', { seconds: 0 })).status).to.equal(400);
    const after = (await service.call('POST', '/emulator/clock', { seconds: 31 * 86_400 })).body.now;
    expect(after - now).to.be.at.least(31 * 86_400_000);
    const closed = await eventually(look, (body) => body.conversation.state === 'closed');
    expect(closed.conversation).to.include({ handler: null });
  });

  it('has a folder of its own, where a real account never looks', async () => {
    const service: RunningApp = await startApp();
    started.push(service);
    expect(existsSync(join(service.dataDir, 'demo', 'data.mdb'))).to.equal(true);
    expect(existsSync(join(service.dataDir, 'data.mdb'))).to.equal(false);
  });

  describe('on a MongoDB', () => {
    let uri: string;
    let client: MongoClient;

    beforeEach(async () => {
      uri = await mongoUri();
      client = new MongoClient(uri);
      started.push({
        async stop() {
          await client.db(`${client.db().databaseName}_demo`).dropDatabase();
          await client.close();
        },
      });
    });

    it('has a database of its own, where a real account never looks', async () => {
      await start({ MONGODB_URI: uri });
      const { databaseName } = client.db();
      const names = (await client.db().admin().listDatabases()).databases.map(({ name }) => name);
      expect(names).to.include(`${databaseName}_demo`).and.to.not.include(databaseName);
    });

    it('leaves the tokens that another process has told as they are, and says so', async () => {
      const first = await start({ MONGODB_URI: uri });
      const second = await start({ MONGODB_URI: uri });
      const token = tokenOf(first.notes);
      expect(await isTaken(first.url, token)).to.equal(true);
      expect(await isTaken(second.url, token)).to.equal(true);
      expect(tokenOf(second.notes)).to.equal(undefined);
      expect(second.notes.filter((note) => note.includes('set ADMIN_TOKEN'))).to.have.length(2);
    });

    it('has the same tokens in every process that is given the same ADMIN_TOKEN', async () => {
      await start({ MONGODB_URI: uri });
      const env = { MONGODB_URI: uri, ADMIN_TOKEN: 'an-admin-token-for-the-tests' };
      const [first, second] = [await start(env), await start(env)];
      expect(tokenOf(first.notes)).to.equal(tokenOf(second.notes));
      expect(await isTaken(first.url, tokenOf(second.notes))).to.equal(true);
      expect(await isTaken(first.url, env.ADMIN_TOKEN)).to.equal(true);
    });
  });
});
