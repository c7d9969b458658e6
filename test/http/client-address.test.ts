import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect } from 'chai';
import { createClientAddress } from '../../src/http/client-address.ts';

function asked(remoteAddress: string, forwarded?: string): IncomingMessage {
  const req = new IncomingMessage(new Socket());
  Object.defineProperty(req.socket, 'remoteAddress', { value: remoteAddress });
  if (forwarded !== undefined) req.headers['x-forwarded-for'] = forwarded;
  return req;
}

describe('the address of who asks', () => {
  const direct = createClientAddress([]);
  const behind = createClientAddress(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

  it('is the connection’s, whatever a header says', () => {
    expect(direct(asked('203.0.113.5', '198.51.100.1'))).to.equal('203.0.113.5');
    expect(direct(asked('::ffff:203.0.113.5'))).to.equal('203.0.113.5');
    expect(behind(asked('203.0.113.5', '198.51.100.1'))).to.equal('203.0.113.5');
  });

  it('is the one that a trusted proxy names, through several of them', () => {
    expect(behind(asked('10.1.2.3', '198.51.100.1'))).to.equal('198.51.100.1');
    expect(behind(asked('::ffff:192.0.2.7', '198.51.100.1, 10.9.9.9'))).to.equal('198.51.100.1');
    expect(behind(asked('fd00::1', '2001:db8:1:2:3::9'))).to.equal('2001:db8:1:2::/64');
  });

  it('is not what a client wrote in front of it, nor what is no address', () => {
    expect(behind(asked('10.1.2.3', '1.1.1.1, 198.51.100.1'))).to.equal('198.51.100.1');
    expect(behind(asked('10.1.2.3', 'somebody'))).to.equal('10.1.2.3');
    expect(behind(asked('10.1.2.3'))).to.equal('10.1.2.3');
    expect(behind(asked('10.1.2.3', '10.0.0.1, 10.0.0.2'))).to.equal('10.0.0.1');
  });

  it('is a network with IPv6, of which one subscriber has all', () => {
    expect(direct(asked('2001:db8:0:1::5'))).to.equal(direct(asked('2001:0db8:0000:0001:ffff::6')));
    expect(direct(asked('2001:db8:0:2::5'))).not.to.equal(direct(asked('2001:db8:0:1::5')));
    expect(direct(asked('fe80::1%eth0'))).to.equal('fe80:0:0:0::/64');
    expect(direct(asked('::1'))).to.equal('0:0:0:0::/64');
  });
});
