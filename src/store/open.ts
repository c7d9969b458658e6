import type { Store } from './documents.ts';
import type { EmbeddedStoreOptions } from './embedded.ts';

export interface StoreSettings extends EmbeddedStoreOptions {
  /** Undefined = the embedded store. */
  mongodbUri: string | undefined;
  /** Is put after the name of MongoDB's database. */
  databaseSuffix?: string | undefined;
}

/** Opens the engine that the settings name, and loads that one only: the driver alone takes 20 MiB. */
export async function openStore({ mongodbUri, databaseSuffix, ...options }: StoreSettings): Promise<Store> {
  if (mongodbUri === undefined) {
    const { openEmbeddedStore } = await import('./embedded.ts');
    return openEmbeddedStore(options);
  }
  const { openMongoStore } = await import('./mongo.ts');
  return openMongoStore({ uri: mongodbUri, databaseSuffix });
}
