import { expect } from 'chai';
import { formatProblem } from '../../src/bot/problems.ts';
import { RULES, type RuleCode } from '../../src/bot/rules.ts';
import { lintDialogs } from '../../src/lint/lint.ts';
import { dialogSet } from '../support/dialog-set.ts';
import { FIXTURES, type Files } from './fixtures.ts';

function lint(files: Files) {
  return lintDialogs(dialogSet(files), { defaultLanguage: 'en', actionNames: ['lookupOrder'] });
}

describe('the rules of the lint', () => {
  it('have a fixture each', () => {
    expect(Object.keys(FIXTURES)).to.have.members(Object.keys(RULES));
  });

  for (const rule of Object.keys(RULES) as RuleCode[]) {
    it(`${rule}: finds what is wrong, and nothing where it is right`, async () => {
      const { bad, good } = FIXTURES[rule];
      expect((await lint(bad)).map((problem) => problem.rule)).to.include(rule);
      expect((await lint(good)).map(formatProblem)).to.deep.equal([]);
    });
  }
});
