import { z } from 'zod';
import { parseCsv } from './csv.ts';
import { digits } from './optout-schemas.ts';
import { invalidRequest } from './problem.ts';

/** A line of a list of people who want no texts. */
export interface ListedOptout {
  number: string;
  customer: string;
  /** Milliseconds since 1970; undefined = the list does not say. */
  at: number | undefined;
  words: string | undefined;
}

/** Lines with a mistake are left out and named: the others must not wait until somebody has mended them. */
export interface OptoutList {
  rows: ListedOptout[];
  problems: { line: number; message: string }[];
}

const line = z.object({
  number: digits,
  customer: digits,
  state: z.enum(['out', 'in']).catch('out'),
  since: z.union([z.literal('').transform(() => undefined), z.coerce.date()]).optional(),
  words: z.string().max(500).optional(),
});

/**
 * Reads a list with the columns `number` and `customer`, in any order, and perhaps `since`, `words` and `state`; others
 * are passed over, so an export can be read in again. Lines whose state is `in` are left out: nobody is opted in by a list.
 * Throws `invalid_request` where a column is missing.
 */
export function readOptouts(csv: string): OptoutList {
  const [header = [], ...lines] = parseCsv(csv.replace(/^\uFEFF/, ''));
  const columns = header.map((name) => name.trim().toLowerCase());
  for (const name of ['number', 'customer']) {
    if (!columns.includes(name)) {
      throw invalidRequest([{ path: 'body.csv', message: `The first line names no column ${name}.` }]);
    }
  }
  const rows: ListedOptout[] = [];
  const problems: OptoutList['problems'] = [];
  lines.forEach((cells, n) => {
    if (cells.every((cell) => cell.trim() === '')) return;
    const named = Object.fromEntries(columns.map((column, at) => [column, cells[at]?.trim()]));
    const read = line.safeParse(named);
    if (!read.success) {
      const columnsAtFault = read.error.issues.map(({ path }) => path.join('.'));
      problems.push({ line: n + 2, message: `cannot be read: ${[...new Set(columnsAtFault)].join(', ')}` });
      return;
    }
    const { number, customer, state, since, words } = read.data;
    if (state === 'in') return;
    rows.push({ number, customer, at: since?.getTime(), words: words || undefined });
  });
  return { rows, problems };
}
