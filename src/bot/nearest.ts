/** The one of `names` that `wrong` was most likely meant to be, or undefined when none is near. */
export function nearest(wrong: string, names: Iterable<string>): string | undefined {
  // Two slips in a long name, one in a short one: more would suggest names that have nothing to do with it.
  let best = { name: undefined as string | undefined, slips: wrong.length <= 4 ? 2 : 3 };
  for (const name of names) {
    const count = slips(wrong.toLowerCase(), name.toLowerCase());
    if (count < best.slips) best = { name, slips: count };
  }
  return best.name;
}

/** `write menu` where a name is near, else what there is to choose from. */
export function instead(wrong: string, names: Iterable<string>, none: string): string {
  const all = [...names];
  const near = nearest(wrong, all);
  if (near !== undefined) return `write ${near}`;
  return all.length === 0 ? none : `use one of: ${all.join(', ')}`;
}

/** Letters to change, add or drop, or neighbours to swap, to make `b` of `a`; infinite when it is plainly more than two. */
function slips(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Number.POSITIVE_INFINITY;
  let previous: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const before = previous;
    previous = row;
    row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? (before[j - 2] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      row.push(
        Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + same, swapped),
      );
    }
  }
  return row[b.length] ?? 0;
}
