import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openEmbeddedStore } from '../src/store/embedded.ts';
import { openMongoStore } from '../src/store/mongo.ts';
import { COLLECTION_NAMES } from '../src/store/schema.ts';
import { eventually } from './support/eventually.ts';
import { startReceiver } from './support/receiver.ts';
import { ADMIN_TOKEN, SUPPORT, startApp } from './support/running-app.ts';
import { mongoUri } from './support/stores.ts';

const CUSTOMER = '15550100001';
const CONVERSATION = `${SUPPORT.en}-${CUSTOMER}`;
const CARD = '4111111111111111';

const FILES = {
  'dialogs/main.yaml': `
id: main
triggers: [start]
steps:
  - id: card
    ask: card
    as: session.card
    sensitive: true
  - id: more
    ask: more
    as: more
  - if: more == "done"
    then:
      - end: resolved
  - handoff: support
    reason: check
    summary: summary
`,
  'locales/en/main.json': '{ "card": "Card?", "more": "More?", "summary": "Has a card" }',
};

for (const engine of ['embedded', 'MongoDB'] as const) {
  describe(`a sensitive answer, on ${engine}`, () => {
    let folder: string;
    let uri: string | undefined;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'switchboard-sensitive-'));
      await mkdir(join(folder, 'dialogs'));
      await mkdir(join(folder, 'locales', 'en'), { recursive: true });
      for (const [path, text] of Object.entries(FILES)) await writeFile(join(folder, path), text);
      uri = engine === 'MongoDB' ? await mongoUri() : undefined;
    });
    afterEach(() => rm(folder, { recursive: true }));

    const open = () => {
      const dataDir = join(folder, 'data');
      return startApp(
        {
          env: {
            ...{ DIALOGS_DIR: join(folder, 'dialogs'), LOCALES_DIR: join(folder, 'locales') },
            ...(uri === undefined ? {} : { MONGODB_URI: uri }),
          },
        },
        { dataDir },
      );
    };

    /** Every document that is stored, by collection. */
    async function stored(): Promise<Record<string, string[]>> {
      const store =
        uri === undefined
          ? await openEmbeddedStore({ dataDir: join(folder, 'data', 'demo'), onUnindexed: 'throw' })
          : await openMongoStore({ uri: `${uri}_demo` });
      const found: Record<string, string[]> = {};
      try {
        const snapshot = store.snapshot();
        for (const name of COLLECTION_NAMES) {
          for await (const batch of snapshot.batches(name)) {
            found[name] = [...(found[name] ?? []), ...batch.map((doc) => JSON.stringify(doc))];
          }
        }
        snapshot.close();
      } finally {
        await store.close();
      }
      return found;
    }

    it('is in no transcript, event, webhook, log or document but the bot’s own, and in none after the session', async () => {
      const service = await open();
      const receiver = await startReceiver();
      const heard: string[] = [];
      const listening = new AbortController();
      const { body: stream } = await fetch(`${service.url}/api/events`, {
        headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
        signal: listening.signal,
      });
      const listened = (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of stream!) heard.push(decoder.decode(chunk));
      })().catch(() => {});
      await service.call('POST', '/api/webhooks', { url: `${receiver.url}/hook`, includeTexts: true });

      await service.textIn(CUSTOMER, 'hello');
      await service.phone(CUSTOMER, 1);
      await service.textIn(CUSTOMER, CARD);
      await service.phone(CUSTOMER, 2);
      const transcript = () => service.call('GET', `/api/conversations/${CONVERSATION}/messages`);
      const { body } = await eventually(transcript, (answer) => answer.body.items.length === 4);
      const answers = body.items.filter(({ direction }: { direction: string }) => direction === 'in');
      expect(answers.map(({ text }: { text: string }) => text)).to.deep.equal(['hello', '•••']);
      expect(answers[1].masked).to.equal(true);
      await eventually(
        async () => receiver.received,
        (received) => received.filter(({ event }) => event.data.message?.masked).length > 0,
      );
      await eventually(
        async () => heard.join(''),
        (events) => events.includes('"masked":true'),
      );
      const detail = await service.call('GET', `/api/conversations/${CONVERSATION}`);
      expect(JSON.stringify([body, detail.body, receiver.received, heard])).not.to.contain(CARD);

      await service.textIn(CUSTOMER, 'done');
      await eventually(
        () => service.call('GET', `/api/conversations/${CONVERSATION}`),
        (answer) => answer.body.state === 'closed',
      );
      listening.abort();
      await listened;
      await receiver.close();
      const logged = JSON.stringify(service.log);
      await service.stop();
      expect(logged).not.to.contain(CARD);
      const documents = await stored();
      expect(Object.keys(documents)).to.include.members(['conversations', 'messages', 'sessions', 'events']);
      for (const [collection, texts] of Object.entries(documents)) {
        expect(texts.join('\n'), collection).not.to.contain(CARD);
      }
    }).timeout(30_000);
  });
}
