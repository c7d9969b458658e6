import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startCommand } from './command.ts';
import { freePort } from './processes.ts';

/** What a page tells people to type, a piece each. */
export function shellBlocks(page: string): string[] {
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block ?? '');
}

/** A refusal ends the script with an error; typed by hand it would be seen. */
const STRICT = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; }\n';

/** The answers to a script's requests, a line of JSON each. */
export async function answersTo(script: string) {
  const { stdout } = await promisify(execFile)('bash', ['-c', STRICT + script]);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Demo mode in a process and a folder of its own, with the address and the token that it prints. */
export async function startDemo(): Promise<{
  port: number;
  address: string;
  token: string;
  stop(): Promise<void>;
}> {
  const dataDir = await mkdtemp(join(tmpdir(), 'switchboard-'));
  const port = await freePort();
  const demo = startCommand('main.ts', [], { DATA_DIR: dataDir, PORT: String(port) });
  async function stop(): Promise<void> {
    await demo.stop();
    await rm(dataDir, { recursive: true });
  }
  try {
    const [, token = '', address = ''] = await demo.printed(/Bearer (\S+)' (\S+)\/api\/me/);
    return { port, address, token, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
