import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from './support/eventually.ts';
import { SUPPORT, startApp } from './support/running-app.ts';
import { mongoUri } from './support/stores.ts';

const FIRST = '15550100001';
const SECOND = '15550100002';

const FILES = {
  'dialogs/main.yaml': `
id: main
triggers: [start]
steps:
  - if: hours.open
    then:
      - say: open
      - handoff: support
        reason: wish
        summary: summary
    else:
      - say: closed
      - end: resolved
`,
  'locales/en/main.json': JSON.stringify({
    open: '{{queue.waiting}} before you in {{queue.id}}.',
    closed: 'Closed for {{hours.holiday}}.',
    summary: 'Has a wish',
  }),
};

for (const engine of ['embedded', 'MongoDB'] as const) {
  describe(`the queue of a number in its dialogs, on ${engine}`, () => {
    let folder: string;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'switchboard-own-queue-'));
      await mkdir(join(folder, 'dialogs'));
      await mkdir(join(folder, 'locales', 'en'), { recursive: true });
      for (const [path, text] of Object.entries(FILES)) await writeFile(join(folder, path), text);
    });
    afterEach(() => rm(folder, { recursive: true }));

    it('is as it is when the customer writes: who waits in it, and whether it is closed', async () => {
      const service = await startApp({
        env: {
          ...{ DIALOGS_DIR: join(folder, 'dialogs'), LOCALES_DIR: join(folder, 'locales') },
          ...(engine === 'MongoDB' ? { MONGODB_URI: await mongoUri() } : {}),
        },
      });
      try {
        for (const [customer, heard] of [
          [FIRST, '0 before you in support.'],
          [SECOND, '1 before you in support.'],
        ] as const) {
          await service.textIn(customer, 'hello');
          expect((await service.phone(customer, 1))[0]).to.equal(heard);
          await eventually(
            () => service.call('GET', `/api/conversations/${SUPPORT.en}-${customer}`),
            ({ body }) => body.state === 'open',
          );
        }
        const holidays = [-1, 0, 1].map((days) => ({
          date: new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
          name: 'the stocktaking',
          open: [],
        }));
        const hours = { timeZone: 'UTC', week: [], holidays };
        const changed = await service.call('PATCH', '/api/queues/support', { hours });
        expect(changed.status).to.equal(200);
        // Settings are read once a second: until then customers hear what was.
        let others = 15550100010;
        await eventually(
          async () => {
            others += 1;
            await service.textIn(String(others), 'hello');
            return (await service.phone(String(others), 1))[0];
          },
          (text) => text === 'Closed for the stocktaking.',
        );
      } finally {
        await service.stop();
      }
    }).timeout(30_000);
  });
}
