import { expect } from 'chai';
import fc from 'fast-check';
import { keepFile, openFile, removeFile } from '../../src/files/file-store.ts';
import { fileTypeOf, safeName } from '../../src/files/file-type.ts';
import { createHousekeeping } from '../../src/workers/housekeeping.ts';
import { recordedLog } from '../support/log.ts';
import { createSleeper } from '../support/sleeper.ts';
import { ENGINES } from '../support/stores.ts';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe('a file', () => {
  it('is what its bytes say', () => {
    for (const [bytes, type] of [
      [PNG, 'image/png'],
      [Buffer.from('ffd8ffe000104a46', 'hex'), 'image/jpeg'],
      [Buffer.from('GIF89a..'), 'image/gif'],
      [Buffer.from('RIFF\x00\x00\x00\x00WEBPVP8 '), 'image/webp'],
      [Buffer.from('%PDF-1.7\n'), 'application/pdf'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'), null],
      [Buffer.from('<!doctype html>'), null],
      [Buffer.from('RIFF\x00\x00\x00\x00WAVEfmt '), null],
      [Buffer.from(' %PDF-1.7'), null],
      [Buffer.alloc(0), null],
    ] as const) {
      expect(fileTypeOf(bytes), bytes.toString('latin1')).to.equal(type);
    }
  });

  it('has a name that leads nowhere and ends as its type does', () => {
    for (const [given, name] of [
      ['label.pdf', 'label.png'],
      ['../../etc/passwd', 'passwd.png'],
      ['C:\\Users\\ana\\Rücksendung 2.PNG', 'Rücksendung 2.png'],
      ['退貨.pdf', '退貨.png'],
      ['a"\r\nSet-Cookie: x=1', 'aSet-Cookie x1.png'],
      ['..', 'file.png'],
      ['', 'file.png'],
    ] as const) {
      expect(safeName(given, 'image/png')).to.equal(name);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (given) => {
        const name = safeName(given, 'application/pdf');
        expect(name).to.match(/^[^.\s/\\"\p{C}][^/\\"\p{Cc}]{0,79}\.pdf$/u);
        expect(() => encodeURIComponent(name)).not.to.throw();
      }),
    );
  });

  for (const [engine, open] of ENGINES) {
    it(`is kept in chunks until its time is over, on ${engine}`, async () => {
      const { store, dispose } = await open();
      let time = 1000;
      const sleeper = createSleeper();
      const loop = createHousekeeping({
        store,
        now: () => time,
        log: recordedLog().log,
        sleep: sleeper.sleep,
      });
      const about = { conversationId: 'c', agentId: 'ana', name: 'a.png', type: 'image/png', createdAt: 0 };
      try {
        const bytes = Buffer.concat([PNG, Buffer.alloc(500_000, 7)]);
        const kept = await keepFile(store, 'token', bytes, { ...about, expiresAt: 2000 });
        expect(kept).to.include({ size: 500_016, chunks: 3 });
        await keepFile(store, 'another', PNG, { ...about, expiresAt: 9000 });
        // What a process left that died while it kept one.
        await store.fileChunks.insertOne({ _id: 'x:0', data: '', expiresAt: 1500 });
        expect((await openFile(store, 'token', time))?.bytes.equals(bytes)).to.equal(true);
        expect(await openFile(store, 'tokem', time)).to.equal(null);
        expect(JSON.stringify(await store.files.find({ conversationId: 'c' }).toArray())).not.to.include(
          'token',
        );
        expect(await openFile(store, 'token', 2000)).to.equal(null);
        time = 2000;
        loop.start();
        for (let looks = 0; looks < 4; looks++) await sleeper.asleep();
        await loop.stop();
        expect(await store.files.countDocuments({ conversationId: 'c' })).to.equal(1);
        expect(await store.fileChunks.countDocuments({ expiresAt: { $gte: 0 } })).to.equal(1);
        const [left] = await store.files.find({ conversationId: 'c' }).toArray();
        await removeFile(store, left!);
        expect(await openFile(store, 'another', time)).to.equal(null);
        expect(await store.fileChunks.countDocuments({ expiresAt: { $gte: 0 } })).to.equal(0);
      } finally {
        await loop.stop();
        await dispose();
      }
    }).timeout(10_000);
  }
});
