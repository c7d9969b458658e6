import { mongoStore } from '../support/stores.ts';
import { describeStore } from './contract.ts';

describeStore('MongoDB’s driver and a stand-in server', () => mongoStore());

const { TEST_MONGODB_URI } = process.env;
if (TEST_MONGODB_URI) {
  describeStore('a real MongoDB', () => mongoStore(withDatabase(TEST_MONGODB_URI)));
}

/** A database of this run's own on the server that the URI names. */
function withDatabase(uri: string): string {
  const [, server, rest] = /^([^:]+:\/\/[^/?]*)\/?[^?]*(\?.*)?$/.exec(uri) ?? [];
  return `${server}/switchboard_test_${Date.now()}${rest ?? ''}`;
}
