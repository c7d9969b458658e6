import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { Agent, request } from 'undici';
import { isPublic, publicLookup, urlProblem } from '../../src/webhooks/address.ts';
import { rejection } from '../support/rejection.ts';

describe('a webhook’s address', () => {
  it('is public or it is not', () => {
    for (const address of ['8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1']) {
      expect(isPublic(address), address).to.equal(true);
    }
    for (const address of [
      '0.0.0.0',
      '10.1.2.3',
      '100.64.0.1',
      '127.0.0.1',
      '169.254.169.254',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      '::ffff:10.0.0.1',
      '64:ff9b::a00:1',
      'fd00::1',
      'fe80::1',
      '2002:a00:1::',
      '2001:0:1::',
      'ff02::1',
    ]) {
      expect(isPublic(address), address).to.equal(false);
    }
  });

  it('has to be https, without credentials, and not in a private network, but for hosts that are trusted', () => {
    const fine = (url: string, ...trusted: string[]) => urlProblem(url, trusted) === undefined;
    expect(fine('https://crm.example.com/hook?a=1')).to.equal(true);
    expect(fine('https://8.8.8.8/')).to.equal(true);
    expect(fine('http://crm.example.com/hook')).to.equal(false);
    expect(fine('http://crm.internal:8080/hook', 'crm.internal')).to.equal(true);
    expect(fine('http://10.0.0.8/hook', '10.0.0.8')).to.equal(true);
    expect(fine('http://[fd00::8]/hook', 'fd00::8')).to.equal(true);
    expect(fine('http://crm.internal.evil.com/hook', 'crm.internal')).to.equal(false);
    expect(fine('ftp://crm.internal/hook', 'crm.internal')).to.equal(false);
    expect(fine('https://10.0.0.8/hook')).to.equal(false);
    expect(fine('https://0x0a000008/hook'), 'another way to write 10.0.0.8').to.equal(false);
    expect(fine('https://[::ffff:10.0.0.8]/hook')).to.equal(false);
    expect(fine('https://user@example.com/')).to.equal(false);
    expect(fine('example.com')).to.equal(false);
  });

  it('of a name is looked at when the connection is made: one that leads to a private address is not called', async () => {
    let calls = 0;
    const server = createServer((_, res) => {
      calls += 1;
      res.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://localhost:${(server.address() as AddressInfo).port}/`;
    const call = async (...trusted: string[]) => {
      const dispatcher = new Agent({ connect: { lookup: publicLookup(trusted) } });
      try {
        const { statusCode, body } = await request(url, { dispatcher });
        await body.dump();
        return statusCode;
      } finally {
        await dispatcher.close();
      }
    };
    try {
      expect(await rejection(call())).to.include({ code: 'PRIVATE_ADDRESS' });
      expect(calls).to.equal(0);
      expect(await call('localhost')).to.equal(200);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});
