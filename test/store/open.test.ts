import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { mongoUri, temporaryFolder } from '../support/stores.ts';

describe('openStore', () => {
  /** Opens a store in a process of its own and answers what of the two engines that process has loaded. */
  function enginesLoaded(options: object): string[] {
    const open = new URL('../../src/store/open.ts', import.meta.url).href;
    const script = `
      const { openStore } = await import(${JSON.stringify(open)});
      const store = await openStore({ onUnindexed: 'throw', ...${JSON.stringify(options)} });
      await store.ping();
      await store.close();
      const loaded = Object.keys((await import('node:module')).default._cache);
      console.log(JSON.stringify(['mongodb', 'lmdb'].filter((name) => loaded.some((path) => path.includes('/node_modules/' + name + '/')))));`;
    const args = ['--import', 'tsx', '--input-type=module', '--eval', script];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  }

  it('loads the embedded engine alone when no MongoDB is named', async function () {
    this.timeout(20_000);
    const dataDir = await temporaryFolder();
    expect(enginesLoaded({ dataDir, mongodbUri: undefined })).to.not.include('mongodb');
    await rm(dataDir, { recursive: true });
  });

  it('loads the driver alone when one is named', async function () {
    this.timeout(30_000);
    expect(enginesLoaded({ dataDir: '/nowhere', mongodbUri: await mongoUri() })).to.deep.equal(['mongodb']);
  });
});
