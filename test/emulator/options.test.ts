import { expect } from 'chai';
import { readOptions } from '../../src/emulator/options.ts';

const GIVEN = {
  callbackUrl: 'http://127.0.0.1:3978/callbacks/telesign/default',
  number: ['15550109999', '55512'],
  customerId: '00000000-0000-4000-8000-000000000000',
  port: '0',
  host: '127.0.0.1',
};

describe('the options of the emulator’s command', () => {
  it('are read from what was typed', () => {
    expect(readOptions(GIVEN)).to.deep.equal({ ...GIVEN, port: 0 });
    expect(readOptions({ ...GIVEN, apiKey: 'dW5pdA==', port: '65535' })).to.include({ port: 65535 });
  });

  for (const [name, wrong] of Object.entries({
    '--callback-url': { callbackUrl: 'file:///etc/passwd' },
    '--number': { number: ['+15550109999', 'seven'] },
    '--customer-id': { customerId: 'a:b' },
    '--api-key': { apiKey: 'wrong!' },
    '--port': { port: '65536' },
    '--host': { host: '' },
  })) {
    it(`are refused for a wrong ${name}, once and without the value`, () => {
      expect(() => readOptions({ ...GIVEN, ...wrong }))
        .to.throw()
        .with.property('message')
        .that.matches(new RegExp(`wrong:\\n  ${name}: [^\\n]+$`))
        .and.does.not.match(/passwd|\+1555|seven|a:b|wrong!|65536/);
    });
  }
});
