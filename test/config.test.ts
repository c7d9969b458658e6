import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { readConfig, SETTINGS } from '../src/config.ts';
import { SwitchboardError } from '../src/errors.ts';

const ACCOUNT = {
  TELESIGN_CUSTOMER_ID: '12345678-ABCD-4EF0-9876-1234567890AB',
  TELESIGN_API_KEY: 'dW5pdC10ZXN0LWtleQ==',
  TELESIGN_NUMBERS: '15550109999:toll_free, 55512',
  ADMIN_TOKEN: 'an-admin-token-of-some-length',
  SECRET_KEY: 'a-secret-key-of-at-least-thirty-two-characters',
};

function problems(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof SwitchboardError && error.code === 'settings_invalid') return error.message;
    throw error;
  }
  return expect.fail('the settings were taken');
}

describe('the settings', () => {
  it('make demo mode on this machine only when there are none', () => {
    expect(readConfig({})).to.include({
      telesign: undefined,
      host: '127.0.0.1',
      port: 3978,
      defaultLanguage: 'en',
    });
  });

  it('take an empty value for none, as env files leave it', () => {
    expect(readConfig({ TELESIGN_API_KEY: '', PORT: ' ', MONGODB_URI: '' })).to.include({
      telesign: undefined,
      port: 3978,
      mongodbUri: undefined,
    });
  });

  it('make the channel of an account, reachable from outside', () => {
    const config = readConfig(ACCOUNT);
    expect(config.host).to.equal('0.0.0.0');
    expect(config.telesign).to.deep.include({
      apiUrl: 'https://rest-ww.telesign.com',
      auth: 'hmac',
      numbers: [
        { number: '15550109999', type: 'toll_free' },
        { number: '55512', type: 'short_code' },
      ],
    });
  });

  it('hold a previous API key only while it is being rotated', () => {
    expect(readConfig(ACCOUNT).telesign).to.include({ previousApiKey: undefined });
    const rotating = { ...ACCOUNT, TELESIGN_API_KEY_PREVIOUS: 'dGhlLWtleS1iZWZvcmU=' };
    expect(readConfig(rotating).telesign).to.include({
      apiKey: ACCOUNT.TELESIGN_API_KEY,
      previousApiKey: 'dGhlLWtleS1iZWZvcmU=',
    });
  });

  it('are refused with a previous API key that is none, or that has no account', () => {
    const said = problems({ ...ACCOUNT, TELESIGN_API_KEY_PREVIOUS: 'not*base64*secret' });
    expect(said).to.include('TELESIGN_API_KEY_PREVIOUS:').and.to.not.include('not*base64');
    expect(problems({ TELESIGN_API_KEY_PREVIOUS: 'dGhlLWtleS1iZWZvcmU=' })).to.include(
      'TELESIGN_API_KEY_PREVIOUS: there is no account',
    );
  });

  it('are refused with every mistake at once', () => {
    const said = problems({
      PORT: 'seventy',
      PUBLIC_URL: 'support.example',
      MONGODB_URI: 'mysql://x',
      TELESIGN_AUTH: 'digest',
      TELESIGN_NUMBERS: '+1 555, 15550109999:fax',
      DEFAULT_LANGUAGE: 'not a language',
      LOG_LEVEL: 'loud',
      TELESIGN_CUSTOMER_ID: 'x',
    });
    for (const name of [
      'PORT',
      'PUBLIC_URL',
      'MONGODB_URI',
      'TELESIGN_AUTH',
      'DEFAULT_LANGUAGE',
      'LOG_LEVEL',
      'TELESIGN_API_KEY',
      'ADMIN_TOKEN',
      'SECRET_KEY',
    ]) {
      expect(said).to.include(`${name}:`);
    }
    expect(said)
      .to.include('TELESIGN_NUMBERS: entry 1: write the number as 3 to 15 digits')
      .and.to.include('TELESIGN_NUMBERS: entry 2: the type')
      .and.to.not.match(/\+1 555|15550109999/);
  });

  it('are told of once each, with what to write', () => {
    const said = problems({ LOG_LEVEL: 'loud', OIDC_ISSUER: 'x', OIDC_AUDIENCE: 'y' });
    expect(said.split('\n').slice(1)).to.deep.equal([
      '  OIDC_ISSUER: an https address',
      '  LOG_LEVEL: one of fatal, error, warn, info, debug, trace, silent',
    ]);
  });

  it('never repeat a secret in what they say', () => {
    const said = problems({
      ...ACCOUNT,
      TELESIGN_API_KEY: 'not*base64*secret',
      ADMIN_TOKEN: 'short!',
      SECRET_KEY: 'tiny!',
    });
    expect(said).to.not.match(/not\*base64|short!|tiny!/);
    expect(said).to.include('TELESIGN_API_KEY:');
  });

  it('take an address with a slash at its end', () => {
    expect(readConfig({ PUBLIC_URL: 'https://sms.example/' }).publicUrl).to.equal('https://sms.example');
  });

  it('name the hosts of the operator’s own network that webhooks may reach', () => {
    expect(readConfig({}).webhookHosts).to.deep.equal([]);
    const { webhookHosts } = readConfig({ WEBHOOK_HOSTS: 'CRM.internal, 10.0.0.8,fd00::8,' });
    expect(webhookHosts).to.deep.equal(['crm.internal', '10.0.0.8', 'fd00::8']);
    expect(problems({ WEBHOOK_HOSTS: 'crm.internal,https://example.com' })).to.include(
      'WEBHOOK_HOSTS: entry 2',
    );
  });

  it('name the hosts and networks that dialogs may ask, and their secrets', () => {
    expect(readConfig({})).to.deep.include({ dialogHttpHosts: [], dialogSecrets: {} });
    const given = {
      DIALOG_HTTP_HOSTS: 'api.Example.com, 10.0.0.0/8,fd00::/8, 127.0.0.1',
      DIALOG_SECRET_SHOP_TOKEN: 'abc',
      DIALOG_SECRET_lower: 'x',
    };
    const { dialogHttpHosts, dialogSecrets } = readConfig(given);
    expect(dialogHttpHosts).to.deep.equal(['api.example.com', '10.0.0.0/8', 'fd00::/8', '127.0.0.1']);
    expect(dialogSecrets).to.deep.equal({ SHOP_TOKEN: 'abc' });
    for (const wrong of ['10.0.0.0/33', '10.0.0/8', 'https://example.com', 'example.com:80']) {
      expect(problems({ DIALOG_HTTP_HOSTS: `a.example,${wrong}` })).to.include('DIALOG_HTTP_HOSTS: entry 2');
    }
  });

  it('name the words that TeleSign answers by itself', () => {
    expect(readConfig({}).telesignAnswers).to.deep.equal([]);
    expect(readConfig({ TELESIGN_ANSWERS: 'STOP, help' }).telesignAnswers).to.deep.equal(['stop', 'help']);
    expect(problems({ TELESIGN_ANSWERS: 'stop,quit' })).to.include('TELESIGN_ANSWERS: entry 2');
  });

  it('name how many texts a second may leave', () => {
    expect(readConfig({}).rates).to.deep.equal({
      account: undefined,
      geo: undefined,
      short_code: undefined,
      toll_free: undefined,
    });
    expect(readConfig({ TELESIGN_RATE: '100', TELESIGN_RATE_GEO: '0.5' }).rates).to.include({
      account: 100,
      geo: 0.5,
    });
    expect(problems({ TELESIGN_RATE: 'many' })).to.include('TELESIGN_RATE: texts a second');
    expect(problems({ TELESIGN_RATE_GEO: '-1' })).to.include('TELESIGN_RATE_GEO');
  });

  it('name the proxies that are believed, and the key before', () => {
    const { trustedProxies } = readConfig({ TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7,fd00::/8' });
    expect(trustedProxies).to.deep.equal(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
    for (const wrong of ['proxy.internal', '10.0.0.0/33', '10.0.0', 'x/8']) {
      expect(problems({ TRUSTED_PROXIES: wrong }), wrong).to.include('TRUSTED_PROXIES: entry 1');
    }
    const before = 'the-secret-key-before-of-thirty-two-characters';
    expect(readConfig({ ...ACCOUNT, SECRET_KEY_PREVIOUS: before }).secretKeys.previous).to.equal(before);
    expect(problems({ SECRET_KEY_PREVIOUS: before }))
      .to.include('SECRET_KEY_PREVIOUS')
      .and.not.include(before);
  });

  it('name a sign-in provider whole or not at all', () => {
    const provider = { OIDC_ISSUER: 'https://login.example/tenant', OIDC_AUDIENCE: 'switchboard' };
    expect(readConfig({}).openId).to.equal(undefined);
    const given = { ...provider, OIDC_ROLE_CLAIM: 'groups', OIDC_ROLES: 'a=b=admin, team=agent,k=secrets' };
    expect(readConfig(given).openId).to.deep.equal({
      ...{ issuer: provider.OIDC_ISSUER, audience: 'switchboard', roleClaim: 'groups' },
      grants: new Map([
        ['a=b', 'admin'],
        ['team', 'agent'],
        ['k', 'secrets'],
      ]),
    });
    expect([...(readConfig(provider).openId?.grants.keys() ?? [])]).to.include.members(['admin', 'secrets']);
    expect(problems({ OIDC_ISSUER: provider.OIDC_ISSUER })).to.include('OIDC_AUDIENCE:');
    expect(problems({ OIDC_AUDIENCE: 'x' })).to.include('OIDC_ISSUER:');
    expect(problems({ ...provider, OIDC_ISSUER: 'http://login.example' })).to.include(
      'OIDC_ISSUER: an https',
    );
    expect(problems({ ...provider, OIDC_ROLES: 'x=owner' })).to.include('OIDC_ROLES: entry 1');
  });

  it('name what translates, and its key only beside it', () => {
    expect(readConfig({}).translation).to.equal(undefined);
    const given = { TRANSLATE_URL: 'http://10.0.0.7:5000', TRANSLATE_API_KEY: 'the-key' };
    expect(readConfig(given).translation).to.deep.equal({ url: 'http://10.0.0.7:5000', apiKey: 'the-key' });
    expect(problems({ TRANSLATE_URL: 'ftp://10.0.0.7' })).to.include(
      'TRANSLATE_URL: an http or https address',
    );
    expect(problems({ TRANSLATE_API_KEY: 'the-key' }))
      .to.include('TRANSLATE_API_KEY: set it only beside TRANSLATE_URL')
      .and.not.include('the-key');
  });

  it('do not fall back to demo mode when the account was forgotten', () => {
    expect(problems({ TELESIGN_NUMBERS: '15550109999' })).to.include('TELESIGN_NUMBERS: there is no account');
  });

  it('keep the data of demo mode apart from that of an account', () => {
    const demo = readConfig({ DATA_DIR: '/data' });
    expect([demo.dataDir, demo.databaseSuffix]).to.deep.equal(['/data/demo', '_demo']);
    const real = readConfig({ ...ACCOUNT, DATA_DIR: '/data' });
    expect([real.dataDir, real.databaseSuffix]).to.deep.equal(['/data', undefined]);
  });

  it('are all in .env.example, which changes nothing as long as nothing is filled in', () => {
    const file = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
    const set = parseEnv(file);
    expect(readConfig(set)).to.deep.equal(readConfig({}));
    // An empty value would take the place of the image's.
    const image = readFileSync(new URL('../Dockerfile', import.meta.url), 'utf8');
    for (const [, name = ''] of image.matchAll(/\b([A-Z_]+)=\S/g)) expect(set).to.not.have.property(name);
    for (const name of SETTINGS) expect(file).to.match(new RegExp(`^(# )?${name}=`, 'm'));
  });

  it('need id and key together', () => {
    expect(problems({ TELESIGN_API_KEY: ACCOUNT.TELESIGN_API_KEY })).to.include('TELESIGN_CUSTOMER_ID:');
  });
});
