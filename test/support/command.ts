import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const SRC = resolve(import.meta.dirname, '../../src');

export interface Command {
  /** What it has printed so far, to either stream. */
  output(): string;
  /** Resolves once the output has it; rejects with the output when the process ends first. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ code: number | null; output: string }>;
  /** Ends it, if it has not ended by itself. */
  stop(): Promise<void>;
}

/** `main.ts` or `cli.ts` with arguments, as an operator starts them, with no settings but these. */
export function startCommand(
  file: 'main.ts' | 'cli.ts',
  args: readonly string[] = [],
  env: Record<string, string> = {},
): Command {
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', resolve(SRC, file), ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let heard = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
      heard();
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return {
    output: () => output,
    ended,
    printed: (pattern) =>
      new Promise((done, fail) => {
        heard = () => {
          const found = pattern.exec(output);
          if (found) done(found);
        };
        heard();
        void ended.then(() => fail(new Error(`It ended with this: ${output}`)));
      }),
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
