import { Agent, request } from 'undici';
import type { Config } from './config.ts';
import { MOST_BYTES } from './files/file-type.ts';
import type { FetchMedia } from './http/media.ts';
import { hostOf, LOOPBACK, publicLookup, urlProblem } from './webhooks/address.ts';

/** Milliseconds for a whole picture. */
const TIMEOUT = 15_000;

/** Where TeleSign’s own pictures are. */
const TELESIGN = /(?:^|\.)telesign\.com$/;

/**
 * Fetches what came along with an MMS: from TeleSign’s hosts and those of the settings, over TLS, at public addresses
 * only, and no further when the answer leads elsewhere.
 */
export function createMediaFetcher(config: Pick<Config, 'mediaHosts' | 'telesign'>): {
  fetchMedia: FetchMedia;
  close(): Promise<void>;
} {
  const trusted = config.telesign ? [] : LOOPBACK;
  const dispatcher = new Agent({
    connections: 8,
    connect: { lookup: publicLookup(trusted) },
    headersTimeout: TIMEOUT,
    bodyTimeout: TIMEOUT,
  });
  const isAllowed = (url: string) => {
    if (urlProblem(url, trusted) !== undefined) return false;
    const host = hostOf(url);
    return TELESIGN.test(host) || config.mediaHosts.includes(host) || trusted.includes(host);
  };
  return {
    async fetchMedia(url) {
      if (!isAllowed(url)) return { failed: 'not_allowed' };
      try {
        const { statusCode, body } = await request(url, { dispatcher, signal: AbortSignal.timeout(TIMEOUT) });
        // What is not read to its end is broken off, and says so by an event.
        body.on('error', () => {});
        if (statusCode !== 200) {
          body.destroy();
          return { failed: 'gone' };
        }
        const chunks: Buffer[] = [];
        let length = 0;
        for await (const chunk of body) {
          length += chunk.length;
          if (length > MOST_BYTES) {
            body.destroy();
            return { failed: 'too_large' };
          }
          chunks.push(chunk);
        }
        return { bytes: Buffer.concat(chunks, length) };
      } catch {
        return { failed: 'not_reachable' };
      }
    },
    close: () => dispatcher.close(),
  };
}
