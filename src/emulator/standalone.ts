import restify from 'restify';
import { createEmulator, type Emulator, type EmulatorOptions } from './emulator.ts';

export interface StandaloneEmulator {
  readonly emulator: Emulator;
  /** Without a slash at its end: what `TELESIGN_API_URL` is set to. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * The emulator on a server of its own. `port` 0 takes a free one. Rejects with the system's error when the port is
 * taken.
 */
export async function startEmulator(
  options: EmulatorOptions & { port: number; host: string },
): Promise<StandaloneEmulator> {
  const { port, host, ...rest } = options;
  const emulator = createEmulator(rest);
  const server = restify.createServer({ name: 'telesign-emulator' });
  emulator.mount(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    emulator,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async stop() {
      await emulator.stop();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.server.closeAllConnections();
      });
    },
  };
}
