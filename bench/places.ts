import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where a bench run finds and puts things. */
export interface Places {
  repository: string;
  /** The bench, compiled: services under test are run by plain node. */
  compiled: string;
  /** Emptied at the end of the run. */
  temporary: string;
}

/** The bench's texts, and the service's own beside them. */
export async function layOutLocales(places: Places): Promise<void> {
  for (const language of ['en', 'es', 'zh-TW']) {
    const folder = join(localesDir(places), language);
    await mkdir(folder, { recursive: true });
    await cp(join(places.repository, 'bench/locales', language), folder, { recursive: true });
    await cp(join(places.repository, 'locales', language, 'system.json'), join(folder, 'system.json'));
  }
}

export function localesDir(places: Places): string {
  return join(places.temporary, 'locales');
}
