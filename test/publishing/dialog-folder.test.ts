import fsPromises, { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { restore, type SinonSpy, spy } from 'sinon';
import { dialogSetId, readDialogFiles } from '../../src/bot/dialog-files.ts';
import { createDialogFolder, type DialogFolder } from '../../src/publishing/dialog-folder.ts';

describe('the folder of dialogs', () => {
  let root: string;
  let folder: DialogFolder;
  let published: string[];
  let reads: SinonSpy;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dialogs-'));
    const folders = { dialogsDir: join(root, 'dialogs'), localesDir: join(root, 'locales') };
    await mkdir(join(root, 'dialogs'));
    await mkdir(join(root, 'locales', 'en'), { recursive: true });
    await write('dialogs/main.yaml', 'one');
    await write('locales/en/main.json', '{}');
    published = [];
    reads = spy(fsPromises, 'readFile');
    syncBuiltinESMExports();
    const id = dialogSetId(await readDialogFiles(folders));
    folder = createDialogFolder(folders, {
      current: () => ({ id }),
      async publish({ dialogs }) {
        published.push(dialogs.map(({ name, text }) => `${name} ${text}`).join());
        return { _id: '1', setId: '', at: 0, by: 'change' };
      },
    });
    for (let n = 0; n < 2; n++) await folder.publishChanges();
    reads.resetHistory();
  });
  afterEach(async () => {
    restore();
    syncBuiltinESMExports();
    await rm(root, { recursive: true });
  });

  const write = (path: string, text: string) => writeFile(join(root, path), text);

  it('is not read while its files are as they were', async () => {
    for (let n = 0; n < 3; n++) await folder.publishChanges();
    expect(reads.callCount).to.equal(0);
    expect(published).to.deep.equal([]);
  });

  it('publishes what was changed in it, added to it or taken from it, once', async () => {
    await write('dialogs/main.yaml', 'two');
    await folder.publishChanges();
    await folder.publishChanges();
    await write('dialogs/other.yaml', 'three');
    await folder.publishChanges();
    await rm(join(root, 'dialogs/other.yaml'));
    await folder.publishChanges();
    expect(published).to.deep.equal(['main.yaml two', 'main.yaml two,other.yaml three', 'main.yaml two']);
  });

  it('publishes another text of the same length, also with the old time on it', async () => {
    const time = new Date(1_800_000_000_000);
    await utimes(join(root, 'dialogs/main.yaml'), time, time);
    await folder.publishChanges();
    await write('dialogs/main.yaml', 'six');
    await utimes(join(root, 'dialogs/main.yaml'), time, time);
    await folder.publishChanges();
    expect(published).to.deep.equal(['main.yaml six']);
  });

  it('is read once more after a change: a file may have changed again at the same time', async () => {
    await write('locales/en/main.json', '{"a":"b"}');
    await folder.publishChanges();
    const once = reads.callCount;
    await folder.publishChanges();
    expect(reads.callCount).to.equal(2 * once);
    await folder.publishChanges();
    expect(reads.callCount).to.equal(2 * once);
  });

  it('is read at each look while it cannot be looked at, so that somebody is told', async () => {
    await rm(join(root, 'locales'), { recursive: true });
    for (let n = 0; n < 2; n++) {
      const refused = await folder.publishChanges().catch((error: { code: string }) => error.code);
      expect(refused).to.equal('dialogs_invalid');
    }
  });
});
