import { cp } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a bench run finds and puts things. */
export interface Places {
  repository: string;
  /** The bench, compiled: services under test are run by plain node. */
  compiled: string;
  /** Emptied at the end of the run. */
  temporary: string;
}

/** The service's own texts, where the compiled bench looks for what it ships with. */
export async function layOutLocales({ repository, compiled }: Places): Promise<void> {
  await cp(join(repository, 'locales'), join(compiled, 'locales'), { recursive: true });
}

/** The bench's texts. */
export function localesDir({ repository }: Places): string {
  return join(repository, 'bench/locales');
}
