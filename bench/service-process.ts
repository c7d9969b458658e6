import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface ServiceCommand {
  name: string;
  /** What node runs, with node's own options before it. */
  args: string[];
  /** Besides `PORT`, `PATH` and `HOME`. */
  env: Record<string, string>;
  cwd: string;
  /** A path that answers 200 once it can work; without one, ready is when it listens. */
  readyPath?: string;
  /** Milliseconds. */
  readyWithin: number;
  /** A file for what it writes. */
  logFile: string;
}

/** MiB. */
export interface Memory {
  /** As the system counts it, with the parts of the store's file that are mapped in and that it can take back. */
  resident: number;
  /** Without pages of files. */
  own: number;
}

/** Milliseconds. */
const LONGEST_STOP = 15_000;

/** A service under test in a process of its own. */
export class ServiceProcess {
  readonly name: string;
  readonly origin: string;
  /** Milliseconds from the start of the process to ready. */
  readonly startTime: number;
  readonly #child: ChildProcess;
  readonly #logFile: string;

  private constructor(command: ServiceCommand, origin: string, startTime: number, child: ChildProcess) {
    this.name = command.name;
    this.origin = origin;
    this.startTime = startTime;
    this.#child = child;
    this.#logFile = command.logFile;
  }

  static async start(command: ServiceCommand): Promise<ServiceProcess> {
    const port = await freePort();
    const log = openSync(command.logFile, 'a');
    const { PATH = '', HOME = '' } = process.env;
    const started = performance.now();
    const child = spawn(process.execPath, command.args, {
      cwd: command.cwd,
      env: { PATH, HOME, PORT: String(port), ...command.env },
      stdio: ['ignore', log, log],
    });
    const origin = `http://127.0.0.1:${port}`;
    const service = new ServiceProcess(command, origin, 0, child);
    try {
      await service.#ready(command, started);
    } catch (error) {
      await service.stop();
      throw error;
    }
    return new ServiceProcess(command, origin, performance.now() - started, child);
  }

  async #ready({ name, readyPath, readyWithin }: ServiceCommand, started: number): Promise<void> {
    while (performance.now() - started < readyWithin) {
      if (this.#child.exitCode !== null) break;
      const answered = await fetch(`${this.origin}${readyPath ?? '/'}`).catch(() => undefined);
      await answered?.body?.cancel();
      if (answered && (readyPath === undefined || answered.status === 200)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${name} did not become ready within ${readyWithin} ms. ${this.endOfLog()}`);
  }

  /** Resident memory. */
  memory(): Memory {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const field = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
    return { resident: field('VmRSS'), own: field('RssAnon') };
  }

  /** For the message of an error. */
  endOfLog(): string {
    return `The end of its log:\n${readFileSync(this.#logFile, 'utf8').split('\n').slice(-30).join('\n')}`;
  }

  /** Seconds of processor time so far, all threads. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  /** SIGTERM, and SIGKILL for what does not end. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), LONGEST_STOP);
    this.#child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }
}

/** Linux counts in hundredths of a second. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Seconds that all processors of the machine have been busy. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (
    /^cpu\s+(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
