import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FromLoad, LoadResult, LoadRun } from './load-run.ts';
import { cpuSecondsOf } from './service-process.ts';

/** The load generator in its own process. */
export class LoadProcess {
  readonly sinkUrl: string;
  readonly #child: ChildProcess;

  private constructor(sinkUrl: string, child: ChildProcess) {
    this.sinkUrl = sinkUrl;
    this.#child = child;
  }

  /** `script` is the compiled load.ts. */
  static async start(script: string): Promise<LoadProcess> {
    const child = fork(script, [], { execArgv: [] });
    const message = await next(child);
    if (message.kind !== 'ready') throw new Error('The load generator did not start.');
    return new LoadProcess(message.sinkUrl, child);
  }

  async run(run: LoadRun): Promise<LoadResult> {
    const answer = next(this.#child);
    this.#child.send(run);
    const message = await answer;
    if (message.kind === 'result') return message.result;
    throw new Error(message.kind === 'failed' ? message.reason : 'The load generator started again.');
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  async stop(): Promise<void> {
    if (!this.#child.connected) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** The child is our own code, so what it says is taken as it is. */
async function next(child: ChildProcess): Promise<FromLoad> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('The load generator ended.'));
    child.once('exit', onExit);
    child.once('message', (message: FromLoad) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}
