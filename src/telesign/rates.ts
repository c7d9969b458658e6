/** Texts a second; null = no limit is known. */
export interface Rates {
  account: number | null;
  geo: number | null;
  short_code: number | null;
  toll_free: number | null;
}

/**
 * What TeleSign allows unless it was asked for more. Sources: its support article on default limits (50 a second for
 * full service, 1 for self-service), its page on messaging in the United States (a long code 1 a second, a short code up to
 * 30). For any other host, such as a stand-in or a proxy of one's own, nothing is assumed.
 */
export function defaultRates(apiUrl: string): Rates {
  const { hostname } = new URL(apiUrl);
  if (hostname !== 'telesign.com' && !hostname.endsWith('.telesign.com')) {
    return { account: null, geo: null, short_code: null, toll_free: null };
  }
  const account = hostname === 'rest-api.telesign.com' ? 1 : 50;
  return { account, geo: 1, short_code: 30, toll_free: null };
}
