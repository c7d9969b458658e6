import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

export interface ServiceProcess {
  readonly pid: number;
  /** Resolves when `/readyz` says so; rejects with what the process printed when it ends first. */
  ready(): Promise<void>;
  /** Sends one that does not end it. */
  signal(signal: NodeJS.Signals): void;
  /** What it has printed so far. */
  output(): string;
  kill(signal: NodeJS.Signals): Promise<{ code: number | null; output: string }>;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

/** The service as an operator starts it, in a process of its own; `before` is JavaScript that runs in it first. */
export function startProcess(env: Record<string, string>, before = ''): ServiceProcess {
  const first = `data:text/javascript,${encodeURIComponent(before)}`;
  const child: ChildProcess = spawn(process.execPath, ['--import', 'tsx', '--import', first, MAIN], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  if (child.pid === undefined) throw new Error('no process');
  return {
    pid: child.pid,
    ended,
    async ready() {
      let dead = false;
      void ended.then(() => {
        dead = true;
      });
      for (;;) {
        if (dead) throw new Error(`The process ended: ${output}`);
        const answer = await fetch(`http://127.0.0.1:${env.PORT}/readyz`).catch(() => undefined);
        await answer?.arrayBuffer();
        if (answer?.ok) return;
        await new Promise((done) => setTimeout(done, 20));
      }
    },
    signal: (signal) => void child.kill(signal),
    output: () => output,
    async kill(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
