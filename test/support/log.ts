import { Writable } from 'node:stream';
import { createLog, type Logger } from '../../src/log.ts';

/** A log whose lines a test can look at. */
export function recordedLog(
  level = 'trace',
  options: { foreignMessages?: boolean; now?: () => number } = {},
): {
  log: Logger;
  lines: () => Record<string, unknown>[];
  raw: () => string;
} {
  let written = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return {
    log: createLog(level, { ...options, destination }),
    raw: () => written,
    lines: () =>
      written
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
