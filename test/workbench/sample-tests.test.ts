import { expect } from 'chai';
import { runTestCommand } from '../../src/cli/test.ts';

describe('the tests of the sample dialogs', function () {
  this.timeout(60_000);

  it('pass in all three languages, and run at least 95 % of the steps in each', async () => {
    const printed: string[] = [];
    const passed = await runTestCommand({}, [], { threshold: '95' }, { print: (line) => printed.push(line) });
    expect(passed, printed.join('\n')).to.equal(true);
    expect(printed.at(-1)).to.match(/ passed in 3 languages, 0 failed/);
  });
});
