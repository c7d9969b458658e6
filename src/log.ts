import pino, { type DestinationStream, type Logger } from 'pino';

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
 * Lines of JSON. A conversation is named by `maskedId`, which an operator can tell apart and look up by its last
 * digits; phone numbers, texts and secrets never appear.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    redact: { paths: REDACTED, censor: '[masked]' },
    serializers: { err: loggedError },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return destination ? pino(options, destination) : pino(options);
}

/** `15550109999-15550100001` → `…9999-…0001`. */
export function maskedId(conversationId: string): string {
  return conversationId.replace(/\d+(?=\d{4})/g, '…');
}

/**
 * Code, message, stack and causes of an error, and nothing else that hangs on it: Bot Framework's errors carry the
 * dialog stack, HTTP errors the request. Long digit runs in messages that are not ours are masked too.
 */
function loggedError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error ? error.code : undefined;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: maskDigits(error.message),
    stack: maskDigits(error.stack ?? ''),
    ...(error.cause === undefined ? {} : { cause: loggedError(error.cause) }),
  };
}

function maskDigits(text: string): string {
  return text.replace(/\d{7,}/g, (digits) => `…${digits.slice(-4)}`);
}
