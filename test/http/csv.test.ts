import { expect } from 'chai';
import fc from 'fast-check';
import { csvOf, parseCsv } from '../../src/http/csv.ts';

/** Reads CSV as RFC 4180 has it. */
function parse(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('CSV', () => {
  it('is what its reader gets back, whatever the texts', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', ' ', "'", 'é', '7') });
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 2 })), (rows) => {
        const safe = rows.map((row) => row.map((one) => one.replace(/^\r+/, '')));
        expect(parse(csvOf(['a', 'b'], safe))).to.deep.equal([['a', 'b'], ...safe]);
      }),
    );
  });

  it('is read back as it was written, also what a spreadsheet would have taken for a formula', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ';', ' ', '=', 'é', '7') });
    fc.assert(
      fc.property(fc.array(fc.array(text, { minLength: 2, maxLength: 2 })), (rows) => {
        expect(parseCsv(csvOf(['a', 'b'], rows))).to.deep.equal([['a', 'b'], ...rows]);
      }),
    );
    expect(parseCsv('a;b\n\n1;2')).to.deep.equal([['a', 'b'], [''], ['1', '2']]);
    expect(parseCsv('')).to.deep.equal([]);
  });

  it('begins no cell with what a spreadsheet takes for a formula', () => {
    for (const start of ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']) {
      const attack = `${start}HYPERLINK("http://evil","x")`;
      const [, [made = ''] = []] = parse(csvOf(['key'], [[attack]]));
      expect(made).to.equal(`'${attack}`);
    }
  });

  it('leaves numbers numbers, and shows nothing for null', () => {
    expect(csvOf(['a', 'b', 'c'], [[-1.5, null, 'x']])).to.equal('a,b,c\r\n-1.5,,x\r\n');
  });
});
