/** A rejection that nobody handles would end the service, but mocha says nothing of it: here it fails the test. */
const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

export const mochaHooks = {
  afterEach() {
    const [first] = unhandled.splice(0);
    if (first !== undefined) throw first;
  },
};
