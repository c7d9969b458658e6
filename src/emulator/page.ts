import { readFile } from 'node:fs/promises';

/** Beside `src` and `dist`, which are equally deep: `tsc` copies no pages. */
const FOLDER = new URL('../../pages/emulator/', import.meta.url);

const TYPES = { html: 'text/html', css: 'text/css', js: 'text/javascript' } as const;

/** Nothing from elsewhere, and no script or style but the page's own files: a text can never become code. */
const SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** One file of the phone page, with the headers to serve it with. */
export async function readPage(
  file: `phone.${keyof typeof TYPES}`,
): Promise<{ body: Buffer; headers: Record<string, string> }> {
  const type = file === 'phone.html' ? TYPES.html : file === 'phone.css' ? TYPES.css : TYPES.js;
  return {
    body: await readFile(new URL(file, FOLDER)),
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': SECURITY_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
  };
}
