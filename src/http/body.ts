import type { IncomingMessage } from 'node:http';
import { SwitchboardError } from '../errors.ts';

/** How much of a refused body is still taken off the wire, so that its sender gets to read the refusal. */
const DISCARDED = 1024 * 1024;

/**
 * The raw bytes of a body. Rejects with `body_too_large` once it is over `limit` bytes, at once when its length says
 * so, and then keeps nothing of it. Rejects with an ordinary error when the client goes away.
 */
export function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const tooLarge = () => {
      chunks.length = 0;
      req.off('data', take);
      discard(req);
      reject(new SwitchboardError('body_too_large', `The body is over ${limit / 1024} KiB.`));
    };
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) tooLarge();
      else chunks.push(chunk);
    };
    if (Number(req.headers['content-length']) > limit) return tooLarge();
    req.on('data', take);
    req.on('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks, length));
    });
    req.on('error', reject);
    req.on('close', () => {
      if (!req.complete) reject(new Error('The client broke off.'));
    });
  });
}

/**
 * Takes a body off the wire unread. Closing a connection with bytes still unread makes the kernel reset it, and the
 * client then sees no answer; so a little more is read, and who sends on after that is cut.
 */
function discard(req: IncomingMessage): void {
  let discarded = 0;
  req.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > DISCARDED) req.destroy();
  });
}

/** How deep JSON may nest; deeper values would exhaust the stack of whoever walks them. */
const MAX_DEPTH = 32;

/** The text of a body. Rejects with `invalid_request`. */
export function parseText(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw unreadable('This is not UTF-8.');
  }
}

/** The JSON of a body; an empty body counts as `{}`. Rejects with `invalid_request`. */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw unreadable('This is not JSON in UTF-8.');
  }
  if (isDeeperThan(value, MAX_DEPTH)) throw unreadable(`This nests deeper than ${MAX_DEPTH} levels.`);
  return value;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depth === 0) return true;
  return Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}

function unreadable(message: string): SwitchboardError {
  return new SwitchboardError('invalid_request', 'The body cannot be read.', {
    details: { problems: [{ path: 'body', message }] },
  });
}
