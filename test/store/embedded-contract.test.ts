import { jitter, temporaryEmbeddedStore } from '../support/stores.ts';
import { describeStore } from './contract.ts';

describeStore('LMDB', () => temporaryEmbeddedStore());
describeStore('LMDB, where others go first between steps and checkpoints between changes', () =>
  temporaryEmbeddedStore({ jitter, many: 2 }),
);
