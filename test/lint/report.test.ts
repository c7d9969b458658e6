import { expect } from 'chai';
import type { Problem } from '../../src/bot/problems.ts';
import { reportLines } from '../../src/lint/report.ts';

const PROBLEMS: Problem[] = [
  {
    rule: 'unknown_step',
    file: 'dialogs/main.yaml',
    line: 12,
    column: 13,
    reason: 'no step of this dialog has the id "menue"',
    remedy: 'write menu',
  },
  {
    rule: 'gsm',
    file: 'a,b/x.json',
    line: 2,
    column: 3,
    reason: '100 % of\nit',
    remedy: 'change it',
  },
];

describe('the report of a lint', () => {
  it('is a line for each problem as text, and their count', () => {
    expect(reportLines(PROBLEMS, 'text')).to.deep.equal([
      'dialogs/main.yaml:12:13 error unknown_step: no step of this dialog has the id "menue" — write menu',
      'a,b/x.json:2:3 warning gsm: 100 % of\nit — change it',
      '1 error, 1 warning',
    ]);
    expect(reportLines([], 'text')).to.deep.equal(['0 errors, 0 warnings']);
  });

  it('is one document as JSON', () => {
    const [first, second] = PROBLEMS;
    expect(JSON.parse(reportLines(PROBLEMS, 'json').join('\n'))).to.deep.equal({
      problems: [
        { ...first, severity: 'error' },
        { ...second, severity: 'warning' },
      ],
      errors: 1,
      warnings: 1,
    });
  });

  it('is workflow commands for GitHub, with what they take apart escaped', () => {
    expect(reportLines(PROBLEMS, 'github')).to.deep.equal([
      '::error file=dialogs/main.yaml,line=12,col=13,title=unknown_step::no step of this dialog has the id "menue" — write menu',
      '::warning file=a%2Cb/x.json,line=2,col=3,title=gsm::100 %25 of%0Ait — change it',
      '1 error, 1 warning',
    ]);
  });
});
