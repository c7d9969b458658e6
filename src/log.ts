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
 * appear.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    redact: { paths: REDACTED, censor: '[masked]' },
    serializers: { err: describeError },
    hooks: { logMethod: nameErrors },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}

/** An error that is logged without words: pino would take the error's own. */
function nameErrors(this: Logger, given: Parameters<LogFn>, method: LogFn): void {
  const [first, ...rest]: unknown[] = given;
  const words = rest.length > 0 ? rest : ['an error'];
  const carries = typeof first === 'object' && first !== null && 'err' in first;
  let said: unknown[] = given;
  if (first instanceof Error) said = [{ err: first }, ...words];
  else if (carries) said = [first, ...words];
  Reflect.apply(method, this, said);
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
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const isOurs = error instanceof SwitchboardError;
  const inner = innerErrors(error);
  return {
    type: nameOf(error),
    ...codesOf(error),
    ...(isOurs ? { message: error.message } : {}),
    stack: framesOf(error),
    ...(inner.length > 0 && depth < MAX_CAUSES
      ? {
          cause:
            inner.length === 1
              ? describeError(inner[0], depth + 1)
              : inner.map((one) => describeError(one, depth + 1)),
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
