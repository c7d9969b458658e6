const MENTION = /(?<![\p{L}\p{N}._%+-])@([A-Za-z0-9][A-Za-z0-9._-]{0,63})/gu;

/** Ids that a note may name with `@`, each also without the marks that end a sentence: `@ana.` → `ana.`, `ana`. */
export function namedIn(text: string): string[][] {
  return [...text.matchAll(MENTION)].map(([, name = '']) => {
    const readings = [name];
    for (let rest = name; /[._-]$/.test(rest); ) {
      rest = rest.slice(0, -1);
      readings.push(rest);
    }
    return readings;
  });
}

/** The ids of those agents whom a note names: `@ana, @ben.` → `ana`, `ben`. */
export function mentionsIn(text: string, isAgent: (id: string) => boolean): string[] {
  return [...new Set(namedIn(text).flatMap((readings) => readings.find(isAgent) ?? []))];
}
