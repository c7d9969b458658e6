/** East Asian characters and pictographs take up two columns of a terminal, marks and joiners none. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const NONE = /\p{M}|\u200d|\ufe0f/u;

/** Columns of a terminal that a text takes up. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

/** Lines of at most so many columns, cut between words where there are any. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    let rest = line;
    while (width(rest) > columns) {
      let cut = 0;
      let taken = 0;
      for (const character of rest) {
        taken += width(character);
        if (taken > columns) break;
        cut += character.length;
      }
      const space = rest.lastIndexOf(' ', cut);
      const end = space > 0 ? space : Math.max(cut, 1);
      lines.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    }
    lines.push(rest);
  }
  return lines;
}

const MOST_COLUMNS = 44;

/** Two lists side by side, with a mark between lines that differ. */
export function sideBySide(
  [leftTitle, left]: [string, readonly string[]],
  [rightTitle, right]: [string, readonly string[]],
): string[] {
  const pairs = Array.from(
    { length: Math.max(left.length, right.length) },
    (_, n) => [left[n], right[n]] as const,
  );
  const rows = pairs.flatMap(([a = '', b = '']) => {
    const mark = a === b ? ' ' : '≠';
    const [as, bs] = [wrapped(a, MOST_COLUMNS), wrapped(b, MOST_COLUMNS)];
    return Array.from(
      { length: Math.max(as.length, bs.length) },
      (_, n) => [as[n] ?? '', n === 0 ? mark : ' ', bs[n] ?? ''] as const,
    );
  });
  const columns = Math.max(width(leftTitle), ...rows.map(([a]) => width(a)));
  return [
    `${padded(leftTitle, columns)}   ${rightTitle}`,
    ...rows.map(([a, mark, b]) => `${padded(a, columns)} ${mark} ${b}`.trimEnd()),
  ];
}

/** A table with a blank between columns; all but the first stand to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => width(row[n] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, n) =>
        n === 0 ? padded(cell, widths[n] ?? 0) : ' '.repeat((widths[n] ?? 0) - width(cell)) + cell,
      )
      .join('  '),
  );
}
