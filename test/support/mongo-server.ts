import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const JAR = fileURLToPath(new URL('./mongo-server/target/mongo-server.jar', import.meta.url));

/** One server for all tests of a run; each test has a database of its own. */
let server: Promise<string> | undefined;

/**
 * The URI of a fresh, empty database on a server that speaks MongoDB's protocol in memory. The server starts at the
 * first call, which takes about a second, and ends with this process.
 *
 * @throws Error that says what to run when the server has not been built.
 */
export async function mongoUri(): Promise<string> {
  server ??= start();
  return databaseOn(await server);
}

/** The address of a database of its own on the server that an address names. */
export function databaseOn(uri: string): string {
  const [, server = uri, options = ''] = /^([^:]+:\/\/[^/?]*)[^?]*(\?.*)?$/.exec(uri) ?? [];
  return `${server}/test_${randomBytes(8).toString('hex')}${options}`;
}

async function start(): Promise<string> {
  if (!existsSync(JAR)) {
    throw new Error(
      'The MongoDB stand-in is not built. It takes Java 17 and Maven: mvn -q -B -f test/support/mongo-server/pom.xml package',
    );
  }
  const child = spawn('java', ['-Xmx2g', '-jar', JAR], { stdio: ['pipe', 'pipe', 'inherit'] });
  const port = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([line]) => String(line)),
    once(child, 'exit').then(([code]) =>
      Promise.reject(new Error(`The MongoDB stand-in ended with ${code}.`)),
    ),
  ]);
  letGo(child);
  return `mongodb://127.0.0.1:${port}`;
}

/** It ends when its standard input does, so it need not keep this process waiting. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
}
