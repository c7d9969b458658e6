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
