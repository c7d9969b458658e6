import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ActivityHandler } from 'botbuilder';
import { expect } from 'chai';
import { type App, createApp } from '../src/app.ts';
import type { Store } from '../src/store/documents.ts';
import { openStore } from '../src/store/open.ts';
import { type Account, startAccount } from './support/account.ts';
import { aConversation } from './support/conversations.ts';
import { recordedLog } from './support/log.ts';
import { mongoStore } from './support/stores.ts';

const NUMBER = '15550109999';
const API_KEY = Buffer.from('the key of the account').toString('base64');
const PER_SECOND = 20;
const NOTICES = 120;
const ANSWERS = 8;

class Echo extends ActivityHandler {
  constructor() {
    super();
    this.onMessage(async (context, next) => {
      await context.sendActivity(`answer to ${context.activity.text}`);
      await next();
    });
  }
}

/** Texts that nobody has asked for, of as many conversations, all due at once. */
async function plantNotices(store: Store): Promise<void> {
  for (let n = 0; n < NOTICES; n++) {
    const customer = `1555020${String(n).padStart(4, '0')}`;
    const conversationId = `${NUMBER}-${customer}`;
    await store.conversations.insertOne(aConversation({ _id: conversationId, customer }));
    await store.messages.insertOne({
      _id: `out:test:${n}`,
      conversationId,
      channelId: 'default',
      session: 1,
      direction: 'out',
      author: { kind: 'bot' },
      text: `notice ${n}`,
      at: Date.now(),
      sequence: 1,
      status: 'queued',
      segments: 1,
      changedAt: Date.now(),
      epoch: 0,
      attempts: 0,
      rank: 0,
      notice: true,
      outstanding: `notices:${conversationId}`,
      noticeAt: Date.now(),
    });
  }
}

/**
 * In real time, so what a busy machine can do decides how near it comes to the limit from below; that it comes within 5 %
 * is held by workers/send-rate.test.ts, by a clock of its own.
 */
describe('the limit of an account, with a TeleSign that refuses what is over it', () => {
  let dataDir: string;
  let telesign: Account;
  let apps: App[];
  let url: string;

  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
    apps = [];
    telesign = await startAccount({
      customerId: 'CUSTOMER',
      apiKey: API_KEY,
      number: NUMBER,
      callbackUrl: () => `${url}/callbacks/telesign/default`,
    });
    telesign.emulator.setFaults({ receipts: { none: true }, send: { perSecond: PER_SECOND } });
  });
  afterEach(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await telesign.stop();
    await rm(dataDir, { recursive: true });
  });

  async function start(processes: number, mongodbUri?: string): Promise<void> {
    const store = await openStore({
      mongodbUri,
      databaseSuffix: undefined,
      dataDir,
      onUnindexed: 'throw',
      log: recordedLog().log,
    });
    await plantNotices(store);
    await store.close();
    for (let n = 0; n < processes; n++) {
      const app = await createApp({
        log: recordedLog().log,
        bot: new Echo(),
        env: {
          PORT: '0',
          HOST: '127.0.0.1',
          DATA_DIR: dataDir,
          ...(mongodbUri === undefined ? {} : { MONGODB_URI: mongodbUri }),
          ...telesign.env,
          TELESIGN_RATE: String(PER_SECOND),
          ADMIN_TOKEN: 'an-admin-token-for-the-tests',
          SECRET_KEY: 'a secret key of the tests, long enough',
        },
      });
      ({ url } = await app.start());
      apps.push(app);
    }
  }

  const sent = () => telesign.emulator.messages();
  async function until(count: number, kind = ''): Promise<void> {
    while (sent().filter(({ text }) => text.startsWith(kind)).length < count) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async function holds(): Promise<void> {
    await until(2);
    await Promise.all(
      Array.from({ length: ANSWERS }, (_, n) =>
        telesign.emulator.textIn({ from: `1555030${String(n).padStart(4, '0')}`, to: NUMBER, text: `${n}` }),
      ),
    );
    await until(ANSWERS, 'answer');
    expect(sent().length, 'notices still wait when all answers have left').to.be.below(NOTICES + ANSWERS);
    await until(NOTICES + ANSWERS);
    const all = sent();
    expect(new Set(all.map(({ to, text }) => `${to} ${text}`)).size, 'none is lost').to.equal(all.length);
    expect(all, 'none is sent twice').to.have.length(NOTICES + ANSWERS);
    const times = all.map(({ at }) => at).sort((a, b) => a - b);
    const rate = (times.length - 1) / (((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    expect(rate).to.be.at.most(PER_SECOND * 1.05);
  }

  it('holds on the embedded store, loses nothing, and answers overtake what nobody waits for', async () => {
    await start(1);
    await holds();
  }).timeout(60_000);

  it('holds on two processes with one MongoDB, loses nothing, and answers overtake as well', async () => {
    const { uri, dispose } = await mongoStore();
    try {
      await start(2, uri);
      await holds();
    } finally {
      await Promise.all(apps.splice(0).map((app) => app.stop()));
      await dispose();
    }
  }).timeout(60_000);
});
