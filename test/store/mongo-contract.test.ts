import { databaseOn, mongoStore } from '../support/stores.ts';
import { describeStore } from './contract.ts';

describeStore('MongoDB’s driver and a stand-in server', () => mongoStore());

const { TEST_MONGODB_URI } = process.env;
if (TEST_MONGODB_URI) {
  describeStore('a real MongoDB', () => mongoStore(databaseOn(TEST_MONGODB_URI)));
}
