import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/**
 * Who asks, as far as an address tells: the connection's own, or, when that is a trusted proxy's, the last one of
 * `X-Forwarded-For` that is not. What is further left was written by who knows whom. IPv6 counts by its first 64 bits,
 * of which one subscriber has all.
 */
export function createClientAddress(trustedProxies: readonly string[]): (req: IncomingMessage) => string {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', prefix] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (req) => {
    let address = plain(req.socket.remoteAddress ?? '');
    // Asked twice for each request: without proxies there is nothing to look at.
    if (trustedProxies.length === 0) return counted(address);
    const header = req.headers['x-forwarded-for'];
    const hops = (Array.isArray(header) ? header.join() : (header ?? ''))
      .split(',')
      .map((hop) => plain(hop.trim()));
    while (isIP(address) !== 0 && isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    return counted(address);
  };
}

function counted(address: string): string {
  return isIP(address) === 6 ? network(address) : address;
}

/** IPv4 in IPv6's clothes, as a socket that listens on both has it. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

function network(address: string): string {
  const [head = '', tail] = address.toLowerCase().split('%', 1).join('').split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
