export type Cell = string | number | null;

/** What spreadsheets take for the beginning of a formula, also in its full-width form. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/**
 * CSV as RFC 4180 has it, lines ended by CRLF. A text that a spreadsheet would take for a formula has an apostrophe before
 * it, which spreadsheets take for "this is a text"; null is an empty cell.
 */
export function csvOf(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [header, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The cells of a CSV text, by line; quoted ones may hold commas, quotes and line ends. The inverse of `csvOf`. Cells are
 * parted by semicolons where the first line has them and no comma: spreadsheets write so where numbers have a comma.
 */
export function parseCsv(text: string): string[][] {
  const first = text.split('\n', 1)[0] ?? '';
  const separator = first.includes(';') && !first.includes(',') ? ';' : ',';
  // A cell, quoted or not, and what ends it.
  const cells = new RegExp(
    `(?:("(?:[^"]|"")*")|([^"${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`,
    'g',
  );
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(cells)) {
    const value = quoted === undefined ? plain : quoted.slice(1, -1).replaceAll('""', '"');
    row.push(value.startsWith("'") && FORMULA.test(value.slice(1)) ? value.slice(1) : value);
    if (end === separator) continue;
    // After the last line end there is no line.
    if (end !== '' || row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
    if (end === '') break;
  }
  return rows;
}
