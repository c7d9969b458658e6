import { wrongSettings } from './config.ts';

/**
 * What the system says when a server cannot listen, as a mistake in the settings or options that are named: another
 * one would do. Other errors stay as they are.
 */
export function listenError(error: unknown, names: { port: string; host: string }): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return wrongSettings([
        `${names.port}: another process listens there already: end it, or choose another port`,
      ]);
    case 'EACCES':
      return wrongSettings([
        `${names.port}: this user may not listen there: choose a port from 1024 on, or give the process the right to`,
      ]);
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wrongSettings([
        `${names.host}: this machine has no such address: 0.0.0.0 is all of them, 127.0.0.1 only from here`,
      ]);
    default:
      return error;
  }
}
