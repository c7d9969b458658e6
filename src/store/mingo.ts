import { createRequire } from 'node:module';

type Mingo = typeof import('mingo');

let loaded: Mingo | undefined;

/**
 * mingo, from the first filter or update on that needs it. Those of the service do not; it would cost each process
 * 16 MiB and a tenth of a second at the start.
 */
export function mingo(): Mingo {
  loaded ??= createRequire(import.meta.url)('mingo') as Mingo;
  return loaded;
}
