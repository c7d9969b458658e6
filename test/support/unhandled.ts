/** A rejection that nobody handles would end the service, but mocha says nothing of it: here it fails the run. */
const unhandled: { reason: unknown; during: string }[] = [];
let running = 'loading';
process.on('unhandledRejection', (reason) => unhandled.push({ reason, during: running }));

export const mochaHooks = {
  beforeEach(this: Mocha.Context) {
    running = this.currentTest?.fullTitle() ?? '';
  },
  // Not after each test: a hook that fails there ends the run.
  afterAll() {
    const [first] = unhandled;
    if (first)
      throw new Error(`A rejection was not handled during "${first.during}"`, { cause: first.reason });
  },
};
