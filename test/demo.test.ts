import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { MongoClient } from 'mongodb';
import { createApp } from '../src/app.ts';
import { recordedLog } from './support/log.ts';
import { type Service, startService } from './support/service.ts';
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

  it('has a folder of its own, where a real account never looks', async () => {
    const service: Service = await startService();
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
