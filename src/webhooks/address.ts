import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** Not the public internet: this machine, private and shared networks, link-local (where clouds keep credentials), … */
const BLOCKED = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  BLOCKED.addSubnet(network, prefix, 'ipv4');
}
/** The public part of IPv6. Those of it that carry an IPv4 address (6to4, Teredo) are left out. */
const PUBLIC6 = new BlockList();
PUBLIC6.addSubnet('2000::', 3, 'ipv6');
const TUNNELS6 = new BlockList();
TUNNELS6.addSubnet('2001::', 32, 'ipv6');
TUNNELS6.addSubnet('2002::', 16, 'ipv6');

export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !BLOCKED.check(address, 'ipv4');
  return PUBLIC6.check(address, 'ipv6') && !TUNNELS6.check(address, 'ipv6');
}

/** The hosts of demo mode's webhooks, whose receiver runs on the same machine. */
export const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/**
 * What is wrong with a webhook's URL, for the person who set it; undefined when nothing is. It has to be https, on the
 * public internet. `trusted` hosts are the operator's own, and may be plain http at private addresses.
 */
export function urlProblem(url: string, trusted: readonly string[]): string | undefined {
  if (!URL.canParse(url)) return 'Write an address such as https://example.com/hook.';
  const { protocol, username, password, hash } = new URL(url);
  if (username !== '' || password !== '' || hash !== '') {
    return 'Leave out user, password and fragment: who sent a request, its signature tells.';
  }
  const host = hostOf(url);
  const own = trusted.includes(host);
  if (protocol !== 'https:' && !(protocol === 'http:' && own)) {
    return 'It has to begin with https://, but for hosts in WEBHOOK_HOSTS.';
  }
  if (isIP(host) !== 0 && !own && !isPublic(host)) {
    return 'This is an address in a private network: name it in WEBHOOK_HOSTS if it is meant.';
  }
  return undefined;
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, '$1');
}

type Answer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/** A `lookup` for connections that gives no private address, but for `trusted` hosts. */
export function publicLookup(trusted: readonly string[]) {
  return lookupWithin((hostname, address) => trusted.includes(hostname) || isPublic(address));
}

/**
 * A `lookup` for connections that gives only addresses that are allowed. Looked at when the connection is made, so that a
 * name that was public when it was set, and then is another machine's, does not reach that either.
 */
export function lookupWithin(allows: (hostname: string, address: string) => boolean) {
  return (hostname: string, options: LookupOptions, answer: Answer): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const usable = (addresses ?? []).filter(({ address }) => allows(hostname, address));
      const [first] = usable;
      if (error) answer(error, []);
      else if (!first) answer(Object.assign(new Error('private address'), { code: 'PRIVATE_ADDRESS' }), []);
      else if (options.all) answer(null, usable);
      else answer(null, first.address, first.family);
    });
  };
}
