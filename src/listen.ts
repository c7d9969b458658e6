import type { Server } from 'restify';
import { listenError } from './listen-error.ts';

/** Resolves with the address under which this machine reaches the server. Rejects with `settings_invalid`. */
export function listen(server: Server, port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown) => reject(listenError(error, { port: 'PORT', host: 'HOST' }));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.removeListener('error', refuse);
      const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
      resolve(`http://${name.includes(':') ? `[${name}]` : name}:${server.address().port}`);
    });
  });
}
