import pino, { type DestinationStream, type LogFn, type Logger } from 'pino';
import { SwitchboardError } from './errors.ts';

export type { Logger };

/** Paths that are cut out of every line, whoever logs: numbers, texts and secrets are for the store only. */
const REDACTED = [
  'text',
  'from',
  'to',
  'customer',
  'phone_number',
  'message.text',
  'apiKey',
  'token',
  'authorization',
  'req.headers.authorization',
  'headers.authorization',
  '*.text',
  '*.customer',
  '*.phone_number',
  '*.apiKey',
  '*.token',
  '*.authorization',
  'err.dialogContext',
  'err.signature_string',
];

/**
 * Lines of JSON. What other people's errors say is left out (see `describeError`). A conversation is named by
 * `maskedId`, which an operator can tell apart and look up by its last digits; phone numbers, texts and secrets never
 * appear. A line about one request, text or turn is given its `correlationId`, the same in every process.
 *
 * With `foreignMessages` other people's errors are told whole: for demo mode, where all texts are made up and whoever
 * writes a bot or an action has to see what went wrong in it.
 *
 * While the store takes no writes, a line that says the same of it again is left out for ten seconds; the next one
 * says how many were (`alike`).
 */
export function createLog(
  level: string,
  {
    foreignMessages = false,
    destination,
    now = Date.now,
  }: { foreignMessages?: boolean; destination?: DestinationStream; now?: () => number } = {},
): Logger {
  const options = {
    level,
    base: undefined,
    redact: { paths: REDACTED, censor: '[masked]' },
    serializers: { err: (error: unknown) => describeError(error, { foreignMessages }) },
    hooks: { logMethod: lineMaker(now) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, destination ?? standardOutput());
}

/** Bytes of lines that wait for standard output. */
const MAX_WAITING = 4 * 1024 * 1024;

/**
 * Where standard output is a file, its disk may be full. That must not end the service, which then answers 503 until
 * there is room: lines wait for the next one, and those that are too many are lost. Written at once, since what is
 * left for the end of the process is tried there again and again, and no process ends on a full disk.
 */
function standardOutput(): DestinationStream {
  const stream = pino.destination({ sync: true, maxLength: MAX_WAITING });
  stream.on('error', () => {});
  // Not the stream itself: pino would have it flushed after a fatal line, which has no end on a full disk either.
  return { write: (line) => stream.write(line) };
}

/** Milliseconds between two lines that say the same of a store that takes no writes: a full disk has enough to bear. */
const ALIKE_PAUSE = 10_000;

/** Names errors that are logged without words, since pino would take their own, and thins out what repeats itself. */
function lineMaker(now: () => number): (this: Logger, given: Parameters<LogFn>, method: LogFn) => void {
  const told = new Map<string, { at: number; alike: number }>();

  /** How many such lines were left out before this one; null = this one is to be left out as well. */
  function alikeBefore(error: unknown, words: unknown): number | null {
    if (!isStoreAway(error)) return 0;
    const key = String(words);
    const last = told.get(key);
    if (last && now() - last.at < ALIKE_PAUSE) {
      last.alike += 1;
      return null;
    }
    told.set(key, { at: now(), alike: 0 });
    return last?.alike ?? 0;
  }

  return function line(given, method) {
    const [first, ...rest]: unknown[] = given;
    const words = rest.length > 0 ? rest : ['an error'];
    if (typeof first !== 'object' || first === null) return Reflect.apply(method, this, given);
    if (!(first instanceof Error) && !('err' in first)) return Reflect.apply(method, this, given);
    const details = first instanceof Error ? { err: first } : first;
    const alike = alikeBefore(Reflect.get(details, 'err'), words[0]);
    if (alike === null) return;
    Reflect.apply(method, this, [alike > 0 ? { ...details, alike } : details, ...words]);
  };
}

function isStoreAway(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'store_unavailable';
}

/** `15550109999-15550100001` → `…9999-…0001`. */
export function maskedId(conversationId: string): string {
  return conversationId.replace(/\d+(?=\d{4})/g, '…');
}

/**
 * What an operator may see of an error: name, code, where it came from, and the same of its causes. Whose message it is
 * decides about the message. Ours are written for operators and hold no text, number or secret; others — of bots,
 * actions, drivers, `JSON.parse` — may quote whatever they were given, so code and frames have to do. Nothing else that
 * hangs on an error is told: Bot Framework's carry the dialog stack, HTTP errors the request.
 */
export function describeError(error: unknown, { foreignMessages = false, depth = 0 } = {}): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const isShown = foreignMessages || error instanceof SwitchboardError;
  const describeInner = (one: unknown) => describeError(one, { foreignMessages, depth: depth + 1 });
  const inner = innerErrors(error);
  return {
    type: nameOf(error),
    ...codesOf(error),
    ...(isShown ? { message: error.message } : {}),
    stack: framesOf(error),
    ...(inner.length > 0 && depth < MAX_CAUSES
      ? {
          cause: inner.length === 1 ? describeInner(inner[0]) : inner.map(describeInner),
        }
      : {}),
  };
}

/** The causes of an error in one line, names and codes only: `MongoServerSelectionError, Error ECONNREFUSED`. */
export function describeCauses(error: Error): string {
  const names: string[] = [];
  let [cause] = innerErrors(error);
  while (cause instanceof Error && names.length < MAX_CAUSES) {
    names.push([nameOf(cause), ...new Set(Object.values(codesOf(cause)))].join(' '));
    [cause] = innerErrors(cause);
  }
  return names.join(', ');
}

/** Causes may go in a circle. */
const MAX_CAUSES = 5;

/** The cause, or the several that an `AggregateError` has, such as one for each address that was tried. */
function innerErrors(error: Error): unknown[] {
  if (error instanceof AggregateError) return error.errors.slice(0, MAX_CAUSES);
  return error.cause === undefined ? [] : [error.cause];
}

/** Names and codes are words of a program; anything else in their place may be anything. */
const WORD = /^[A-Za-z_$][\w$.-]{0,63}$/;

function nameOf(error: Error): string {
  return typeof error.name === 'string' && WORD.test(error.name) ? maskDigits(error.name) : 'Error';
}

/** Node's `code` and `syscall`, and MongoDB's `codeName`. */
function codesOf(error: Error): Record<string, string | number> {
  const codes: Record<string, string | number> = {};
  for (const field of ['code', 'codeName', 'syscall'] as const) {
    const value: unknown = Reflect.get(error, field);
    if (typeof value === 'string' && WORD.test(value)) codes[field] = maskDigits(value);
    if (typeof value === 'number' && Math.abs(value) < 1_000_000) codes[field] = value;
  }
  return codes;
}

/** A line of a stack with a place in a file. Function names are the program's. */
const FRAME = /^ {4}at (?:[^\n"'`]{1,200} \()?(?:file:|node:|\/|[A-Za-z]:\\)[^\n"'`]{1,400}:\d+:\d+\)?$/;

/**
 * The frames of a stack. It begins with the message, which may have several lines and look like a frame; so the message
 * is cut out first, and what is left has to be of a frame's shape.
 */
function framesOf({ stack, message }: Error): string[] {
  if (typeof stack !== 'string') return [];
  const at = message === '' ? -1 : stack.indexOf(message);
  const rest = at === -1 ? stack : stack.slice(at + message.length);
  return rest
    .split('\n')
    .filter((line) => FRAME.test(line))
    .map((line) => maskDigits(line.trim()));
}

function maskDigits(text: string): string {
  return text.replace(/\d{7,}/g, (digits) => `…${digits.slice(-4)}`);
}
