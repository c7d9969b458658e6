import { BlockList, isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import type { HttpClient, HttpParts } from './bot/http-step.ts';
import { SAMPLE_HOST, sampleAnswer } from './bot/sample-actions.ts';
import type { Config } from './config.ts';
import { type Exchange, exchange } from './telesign/exchange.ts';
import { hostOf, isPublic, lookupWithin } from './webhooks/address.ts';

export interface DialogHttp extends HttpParts {
  /** Whether requests to this host, a name or an address, are made at all. */
  allows: (host: string) => boolean;
  close: () => Promise<void>;
}

/**
 * The requests of dialogs, to the hosts of `DIALOG_HTTP_HOSTS` and no other. A name that is listed may lead to public
 * addresses; to one of a private network only when that address, or a network that holds it, is listed too: whoever has
 * the name's DNS must not reach what is behind the firewall. Plain http goes to listed addresses only.
 *
 * In demo mode a stand-in answers for the program that the sample dialogs ask.
 */
export function createDialogHttp({
  dialogHttpHosts,
  dialogSecrets,
  telesign,
}: Pick<Config, 'dialogHttpHosts' | 'dialogSecrets' | 'telesign'>): DialogHttp {
  const names = new Set(dialogHttpHosts.filter((entry) => !isAddress(entry)));
  const isListed = listOf(dialogHttpHosts.filter(isAddress));
  const agent = (allows: (address: string) => boolean) =>
    new Agent({ connections: 16, connect: { lookup: lookupWithin((_host, address) => allows(address)) } });
  const secure = agent((address) => isPublic(address) || isListed(address));
  const open = agent(isListed);

  const isNamed = (host: string) => (isIP(host) === 0 ? names.has(host) : isListed(host));

  const client: HttpClient = async ({ method, url, headers, body, timeout }) => {
    const { protocol, origin, pathname, search } = new URL(url);
    const sample = telesign ? undefined : sampleAnswer(url);
    if (sample) return sample;
    // A lookup is not asked about an address.
    if (!isNamed(hostOf(url))) return { failed: 'refused' };
    const request = { origin, path: pathname + search, method, headers, timeout };
    const answer = await exchange(protocol === 'https:' ? secure : open, {
      ...request,
      ...(body === undefined ? {} : { body }),
    });
    return answered(answer);
  };
  return {
    client,
    secrets: dialogSecrets,
    allows: (host) => isNamed(host) || (!telesign && host === SAMPLE_HOST),
    now: () => performance.now(),
    sleep: (milliseconds) => sleep(milliseconds),
    async close() {
      await Promise.all([secure.close(), open.close()]);
    },
  };
}

function answered(answer: Exchange): Awaited<ReturnType<HttpClient>> {
  if (answer.result !== 'answered') {
    if (answer.reason === 'timeout') return { failed: 'timeout' };
    return { failed: answer.reason === 'PRIVATE_ADDRESS' ? 'refused' : 'network' };
  }
  return answer.body === null ? { failed: 'too_large' } : { status: answer.status, body: answer.body };
}

function isAddress(entry: string): boolean {
  return isIP(entry.split('/')[0] ?? '') !== 0;
}

function listOf(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
