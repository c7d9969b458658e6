import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** What a process of its own says that runs this and has `loaded(name)`: whether a file of the package was loaded. */
async function said(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--import',
      'tsx',
      '--input-type=module',
      '--eval',
      `import { createRequire } from 'node:module';
      const require = createRequire(${JSON.stringify(`${REPOSITORY}/src/main.ts`)});
      const loaded = (name) => Object.values(require.cache)
        .some(({ id, children }) => id.includes('/node_modules/' + name + '/') && children.length > 0);
      ${program}`,
    ],
    { cwd: REPOSITORY },
  );
  return stdout.trim();
}

const LATE = `await import('./src/bot/late-packages.ts');`;
const NAMES = `['@azure/msal-node', '@azure/identity', 'axios', 'jsonwebtoken'].filter(loaded).join()`;

describe('packages that only adapters of Microsoft’s channels use', function () {
  this.timeout(30_000);

  it('are not loaded with Bot Framework', async () => {
    expect(await said(`${LATE} require('botbuilder-core'); console.log(${NAMES})`)).to.equal('');
  });

  it('are loaded with it without that, which tells whether all this is still needed', async () => {
    expect(await said(`require('botbuilder-core'); console.log(${NAMES})`)).to.equal(
      '@azure/msal-node,@azure/identity,axios,jsonwebtoken',
    );
  });

  it('are there once something uses them', async () => {
    const program = `${LATE}
      const connector = require('botframework-connector');
      new connector.JwtTokenProviderFactory().createAzureServiceTokenProvider('app');
      new connector.MsalAppCredentials('app', 'secret', 'https://login.microsoftonline.com/tenant', 'scope');
      connector.SkillValidation.isSkillToken('Bearer a.b.c');
      const { ConfigurationBotFrameworkAuthentication } = require('botbuilder-core');
      new ConfigurationBotFrameworkAuthentication({}).createBotFrameworkClient();
      console.log(${NAMES})`;
    expect(await said(program)).to.equal('@azure/msal-node,@azure/identity,axios,jsonwebtoken');
  });
});
