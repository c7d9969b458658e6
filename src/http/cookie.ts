import type { IncomingMessage } from 'node:http';

export const COOKIE_NAME = 'switchboard_session';

/**
 * A request that comes with the cookie and changes something must have this header, with any value. No page of another
 * site can send it without asking first (Fetch Standard, CORS preflight), and nobody is let: so no link or form that an
 * agent is led to can act in their name, also where a browser does not know `SameSite`.
 */
export const CONSOLE_HEADER = 'x-switchboard-console';

/** The value of the console's cookie, or null. */
export function cookieValue(req: IncomingMessage): string | null {
  return (
    new RegExp(`(?:^|;\\s*)${COOKIE_NAME}=([A-Za-z0-9_-]{1,256})(?:;|$)`).exec(
      req.headers.cookie ?? '',
    )?.[1] ?? null
  );
}

/** A `Set-Cookie` header (RFC 6265). Scripts cannot read it, and it goes to the API only. `seconds` 0 takes it away. */
export function cookieHeader(
  value: string,
  { seconds, secure }: { seconds: number; secure: boolean },
): string {
  return `${COOKIE_NAME}=${value}; Path=/api; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
