import { SwitchboardError } from '../errors.ts';
import type { Store } from './documents.ts';
import type { EmbeddedStoreOptions } from './embedded.ts';
import { migrate } from './schema.ts';

export interface StoreSettings extends EmbeddedStoreOptions {
  /** Undefined = the embedded store. */
  mongodbUri: string | undefined;
  /** Is put after the name of MongoDB's database. */
  databaseSuffix?: string | undefined;
}

/**
 * Opens the engine that the settings name, with its documents brought forward to this version.
 *
 * @throws SwitchboardError `store_incomplete`, and what the engine refuses.
 */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const store = await openEngine(settings);
  try {
    if ((await store.state()).filling !== undefined) throw new SwitchboardError('store_incomplete');
    const { changed } = await migrate(store);
    if (changed > 0) settings.log?.info({ documents: changed }, 'brought the data forward to this version');
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Opens an engine with what there is. Loads that one only: MongoDB’s driver alone takes 20 MiB. */
export async function openEngine({ mongodbUri, databaseSuffix, ...options }: StoreSettings): Promise<Store> {
  if (mongodbUri === undefined) {
    const { openEmbeddedStore } = await import('./embedded.ts');
    return openEmbeddedStore(options);
  }
  const { openMongoStore } = await import('./mongo.ts');
  return openMongoStore({ uri: mongodbUri, databaseSuffix });
}
