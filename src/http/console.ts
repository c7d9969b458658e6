import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Next, Request, Response, Server } from 'restify';
import { SwitchboardError } from '../errors.ts';
import type { HttpParts } from './parts.ts';
import { sendProblem } from './problem.ts';

/** Where `npm run build` puts the page: the same from `src/http/` and from `dist/http/`. */
const FOLDER = fileURLToPath(new URL('../../dist/console/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, no frame around it, and no text that becomes markup. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

interface PageFile {
  body: Buffer;
  gzipped: Buffer;
  headers: Record<string, string>;
}

const zip = promisify(gzip);

/** The console: its page with what belongs to it, and its texts. Its data come from the API. */
export function mountConsole(
  server: Server,
  { console, log }: Pick<HttpParts, 'console' | 'log'>,
  folder: string = FOLDER,
): void {
  let files: Promise<Map<string, PageFile>> | undefined;
  server.get('/console', (_req: Request, res: Response, next: Next) => res.redirect(308, '/console/', next));
  server.get('/console/texts.json', async (req: Request, res: Response) => {
    const { searchParams } = new URL(req.url ?? '', 'http://localhost');
    const wanted = (searchParams.get('for') ?? '').split(',').filter((tag) => tag !== '');
    res.sendRaw(200, JSON.stringify(console.texts(wanted.slice(0, 20))), {
      'Content-Type': 'application/json',
    });
  });
  server.get('/console/*', async (req: Request, res: Response) => {
    try {
      files ??= readFiles(folder).catch((error: unknown) => {
        files = undefined;
        throw isMissing(error) ? notBuilt() : error;
      });
      // A name that was not read from the folder is not there, however it is written.
      const file = (await files).get(nameOf(req));
      if (file === undefined) throw new SwitchboardError('not_found', 'There is nothing at this address.');
      sendFile(res, file, /\bgzip\b/.test(String(req.headers['accept-encoding'] ?? '')));
    } catch (error) {
      const { status } = sendProblem(res, error);
      if (status >= 500)
        log.error({ err: error }, 'the console cannot be read: check the rights of its folder');
    }
  });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function notBuilt(): SwitchboardError {
  return new SwitchboardError(
    'not_found',
    'The console is not built: run "npm run build", then load it again.',
  );
}

function nameOf(req: Request): string {
  const [path = ''] = (req.url ?? '').split('?');
  return path.slice('/console/'.length) || 'index.html';
}

function sendFile(res: ServerResponse, { body, gzipped, headers }: PageFile, takesGzip: boolean): void {
  res.writeHead(200, { ...headers, ...(takesGzip ? { 'Content-Encoding': 'gzip' } : {}) });
  res.end(takesGzip ? gzipped : body);
}

async function readFiles(folder: string): Promise<Map<string, PageFile>> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map<string, PageFile>();
  for (const entry of names.filter((each) => each.isFile())) {
    const path = `${entry.parentPath}/${entry.name}`;
    const name = path.slice(folder.length).replace(/^\//, '');
    const body = await readFile(path);
    const type = TYPES[name.split('.').at(-1) ?? ''];
    if (type === undefined) continue;
    files.set(name, {
      body,
      gzipped: await zip(body),
      headers: {
        'Content-Type': type,
        'Content-Security-Policy': POLICY,
        Vary: 'Accept-Encoding',
        // What is under assets/ has its hash in its name; the page that names it is asked for each time.
        'Cache-Control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    });
  }
  return files;
}
